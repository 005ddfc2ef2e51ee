"""An ONNX graph, asked as an estimator is asked."""

from __future__ import annotations

from typing import Any

from .onnx_file import look_at
from .refusal import Refusal

_NUMBERS = {"tensor(float)": "float32", "tensor(double)": "float64"}
_WHOLE = {"tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(bool)": "bool"}
#: By which single-precision probabilities may miss 1.
_ROUNDING = 1e-4
_LABELS = ("tensor(string)", *_WHOLE)


class OnnxGraph:
    """A graph that takes one matrix or one column an input, and gives a label (and scores) or a number a row.

    Parameters
    ----------
    content : bytes
        The file. Its weights must be in it, and no library of operators is ever loaded.

    Raises
    ------
    Refusal
        onnxruntime is not installed, or the graph is none of a classifier or a regression on a table.
    """

    def __init__(self, content: bytes) -> None:
        self._session = _session(content)
        self._inputs = {found.name: found for found in self._session.get_inputs()}
        self._label, self._scores = _outputs(self._session.get_outputs())
        self._estimator_type = "classifier" if self._label else "regressor"
        self._set_features()
        classes = look_at(content).classes if self._label else None
        if classes is not None:
            self.classes_ = classes

    def _set_features(self) -> None:
        widths = [found.shape[-1] if len(found.shape) == 2 else None for found in self._inputs.values()]
        if len(widths) > 1:
            if set(widths) != {1}:
                raise Refusal(
                    "the ONNX model takes several blocks of columns",
                    "Convert it with one input for each column, or one input for all.",
                )
            self.feature_names_in_ = list(self._inputs)
            self.n_features_in_ = len(widths)
        elif isinstance(widths[0], int):
            self.n_features_in_ = widths[0]

    def predict(self, table: Any) -> Any:
        """Return one label or number a row."""
        import numpy as np

        [found] = self._session.run([self._label or self._scores[0]], self._feed(table))
        return np.asarray(found).reshape(len(table))

    def __getattr__(self, name: str) -> Any:
        if name == "predict_proba" and self.__dict__.get("_label") and self.__dict__.get("_scores"):
            return self._probabilities
        raise AttributeError(name)

    def _probabilities(self, table: Any) -> Any:
        """Return probabilities (n, classes), or (n,) where the graph gives one number a row, or None.

        Of other numbers for several classes it is not known what they mean: converters order them in two ways.
        """
        import numpy as np

        found = self._session.run(self._scores, self._feed(table))
        if isinstance(found[0], list):  # a mapping from label to probability for each row
            order = getattr(self, "classes_", None) or list(found[0][0])
            scores = np.array([[row[label] for label in order] for row in found[0]])
        else:
            scores = np.column_stack(found)
        if scores.shape[1] == 1:
            return scores[:, 0]
        likely = (scores >= -_ROUNDING).all() and (abs(scores.sum(axis=1) - 1) <= _ROUNDING).all()
        return scores if likely else None

    def _feed(self, table: Any) -> dict[str, Any]:
        import numpy as np

        if len(self._inputs) > 1:
            return {
                name: _column(table[name].to_numpy(), found.type, name).reshape(-1, 1)
                for name, found in self._inputs.items()
            }
        [(name, found)] = self._inputs.items()
        matrix = np.asarray(table)
        return {name: _column(matrix.reshape(-1), found.type, name).reshape(matrix.shape)}


def _session(content: bytes) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise Refusal(
            "onnxruntime is not installed in the model's environment", "Run: pip install 'aiaudit[onnx]'"
        ) from None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    options.add_session_config_entry("session.load_model_format", "ONNX")
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _outputs(outputs: list[Any]) -> tuple[str, list[str]]:
    """Return the name of the label, or an empty one for a regression, and the names of the scores."""
    labels = [found.name for found in outputs if found.type in _LABELS]
    numbers = [found.name for found in outputs if found.type in _NUMBERS]
    maps = [found.name for found in outputs if found.type.startswith("seq(map(")]
    if len(labels) == 1 and not (maps and numbers):
        return labels[0], maps[:1] or numbers
    if not labels and len(outputs) == len(numbers) == 1 and outputs[0].shape[1:] in ([], [1]):
        return "", numbers
    kinds = ", ".join(found.name + ": " + found.type for found in outputs)[:200]
    raise Refusal(
        "the ONNX model gives neither one label nor one number a row (" + kinds + ")",
        "Convert the whole classifier, with its label as an output, or a regression of one number.",
    )


def _column(values: Any, kind: str, name: str) -> Any:
    """Return *values* as an input of *kind* takes them; what would be changed by that is an error."""
    import numpy as np

    if kind in _NUMBERS:
        return np.asarray(values, dtype="float64").astype(_NUMBERS[kind])
    if kind in _WHOLE:
        numbers = values if values.dtype.kind in "iub" else np.asarray(values, dtype="float64")
        if not np.isfinite(numbers).all() or not np.array_equal(numbers, numbers.astype(_WHOLE[kind])):
            raise ValueError(
                "input '" + name + "' takes whole numbers, and the data hold others or empty cells"
            )
        return numbers.astype(_WHOLE[kind])
    if kind != "tensor(string)":
        raise ValueError("input '" + name + "' takes " + kind + ", which a table does not hold")
    if not all(isinstance(value, (str, int)) for value in values.tolist()):
        raise ValueError("input '" + name + "' takes text, and the data hold fractions or empty cells")
    return values.astype(str).astype(object)
