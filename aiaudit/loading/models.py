"""Open a model file, or wrap a fitted estimator, as a `Model`."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.loading import opening
from aiaudit.loading.names import check_trust, load_allowlist
from aiaudit.loading.predicting import predict_in_batches, scores_in_batches
from aiaudit.loading.refusal import Refusal
from aiaudit.model import Model, ModelFacts

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


__all__ = ["LocalModel", "open_model", "predict_in_batches", "scores_in_batches"]


class LocalModel:
    """A fitted estimator that lives in this process.

    Parameters
    ----------
    estimator : object
        Anything with ``predict``: a scikit-learn estimator or pipeline, or one that follows its conventions.
    facts : ModelFacts, optional
        Where it came from; by default what can be read off the estimator itself.
    """

    def __init__(self, estimator: Any, facts: ModelFacts | None = None) -> None:
        if not callable(getattr(estimator, "predict", None)):
            raise IncompleteError(
                f"a {one_line(type(estimator).__name__, 60)} cannot predict, so there are no decisions to audit",
                "Save the fitted classifier or the whole pipeline, not one of its parts.",
            )
        self._estimator = estimator
        self._facts = facts or memory_facts(estimator)

    @property
    def facts(self) -> ModelFacts:
        """What is known about where the model came from."""
        return self._facts

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """Labels that a classifier may predict."""
        classes = getattr(self._estimator, "classes_", None)
        return None if classes is None else tuple(classes.tolist() if hasattr(classes, "tolist") else classes)

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Columns that it was fitted on, by name."""
        names = getattr(self._estimator, "feature_names_in_", None)
        return None if names is None else tuple(str(name) for name in names)

    @property
    def n_features(self) -> int | None:
        """Number of columns that it was fitted on."""
        count = getattr(self._estimator, "n_features_in_", None)
        return None if count is None else int(count)

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return one decision a row, shape (n,)."""
        return _array(self._estimator.predict(self._input(frame)))

    def scores(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Return probabilities (n, classes), else the decision function, else outlier scores (n,), else None."""
        for method in ("predict_proba", "decision_function", "score_samples"):
            if callable(getattr(self._estimator, method, None)):
                return _array(getattr(self._estimator, method)(self._input(frame)))
        return None

    def _input(self, frame: pd.DataFrame) -> Any:
        """An estimator fitted on an array warns when it is handed names."""
        return frame if self.feature_names is not None else frame.to_numpy()

    def close(self) -> None:
        """Do nothing: the estimator belongs to the caller."""


def _array(answer: Any) -> np.ndarray:
    import numpy as np

    return np.asarray(answer)


def memory_facts(estimator: Any) -> ModelFacts:
    """Return the facts of an estimator that was handed over in memory."""
    return ModelFacts(
        name=type(estimator).__name__,
        digest="",
        format="memory",
        kind=describe(estimator),
        estimator_type=estimator_type(estimator),
        versions=_versions(),
    )


def describe(estimator: Any) -> str:
    """Return the class of *estimator*, with its steps where it is a pipeline."""
    steps = getattr(estimator, "steps", None)
    if not isinstance(steps, list):
        return type(estimator).__name__
    return f"{type(estimator).__name__}({', '.join(type(step).__name__ for _, step in steps)})"


def estimator_type(estimator: Any) -> str:
    """Return ``classifier``, ``regressor``, ``outlier_detector`` or an empty string."""
    try:
        from sklearn.utils import get_tags

        found = get_tags(estimator).estimator_type
    except (ImportError, AttributeError, TypeError):
        found = getattr(estimator, "_estimator_type", None)
    return found if found in ("classifier", "regressor", "outlier_detector") else ""


def _versions() -> dict[str, str]:
    import numpy
    import sklearn

    python = ".".join(map(str, sys.version_info[:3]))
    return {"python": python, "numpy": numpy.__version__, "scikit-learn": sklearn.__version__}


def open_model(
    path: str | Path,
    *,
    trust: Sequence[str] = (),
    module_path: Sequence[Path] = (),
    python: str | None = None,
    unsafe_pickle: bool = False,
    isolation: str = "auto",
    memory: int | None = None,
    timeout: float | None = None,
) -> Model:
    """Return the model saved in the file at *path*.

    Parameters
    ----------
    path : path
        A .pkl, .joblib or .skops file.
    trust : sequence of str
        Exact names of further classes and functions that the file may use.
    module_path : sequence of Path
        Folders in which those are found.

    Raises
    ------
    UsageError
        There is no such file, or a name to trust is not exact.
    IncompleteError
        The model is refused or cannot be rebuilt here.
    """
    path = Path(path)
    shown = one_line(path, 200)
    if not path.exists():
        raise UsageError(f"{shown}: there is no such model file", "Check the path of the model.")
    if path.is_dir():
        raise UsageError(f"{shown}: this is a folder, not a model file", "Name the saved model inside it.")
    for folder in module_path:
        sys.path.append(str(folder))
    try:
        trusted = check_trust(trust)
    except Refusal as refusal:
        raise UsageError(refusal.message, refusal.hint) from None
    try:
        contents = opening.inspect(str(path))
        estimator = opening.load(str(path), contents, load_allowlist() | trusted)
    except Refusal as refusal:
        raise IncompleteError(
            f"{shown}: {one_line(refusal.message, 2000)}", one_line(refusal.hint, 2000)
        ) from None
    facts = ModelFacts(
        name=path.name,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(),
        format=contents.format,
        kind=describe(estimator),
        estimator_type=estimator_type(estimator),
        versions=_versions()
        | {f"{library} (saved)": version for library, version in contents.versions.items()},
        trusted=tuple(sorted(trusted)),
        isolation={"process": "none"},
    )
    return LocalModel(estimator, facts)
