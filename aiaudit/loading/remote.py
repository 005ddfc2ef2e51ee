"""A model that lives in a process of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from aiaudit.errors import IncompleteError, one_line
from aiaudit.loading import columns, protocol
from aiaudit.loading.endings import nonsense
from aiaudit.loading.explanations import explain_failure
from aiaudit.loading.process import Answer, Request, Worker
from aiaudit.model import ModelFacts

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

#: Bytes that an answer may take beside those of its rows, and for each row and class.
_ANSWER_BYTES, _CELL_BYTES = 16 << 20, 512
#: What goes wrong when a description does not fit its buffers.
MALFORMED = (protocol.BadMessage, KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError)


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a model's process says of the model it has loaded."""

    kind: str
    estimator_type: str
    classes: tuple[Any, ...] | None
    feature_names: tuple[str, ...] | None
    n_features: int | None


def traits_of(answer: Answer) -> Traits:
    """Return the traits in the *answer* to a load.

    Raises
    ------
    IncompleteError
        It makes no sense.
    """
    header, buffers = answer
    try:
        said = protocol.read_json(header["facts"], buffers, protocol.ANSWER_TEXT_LIMIT)
        classes, names, count = header["classes"], said["feature_names"], said["n_features"]
        return Traits(
            kind=one_line(said["kind"], 300),
            estimator_type=one_line(said["estimator_type"], 60),
            classes=None if classes is None else tuple(columns.decode_labels(classes, buffers).tolist()),
            feature_names=None if names is None else tuple(str(name) for name in names),
            n_features=None if count is None else int(count),
        )
    except MALFORMED as error:
        raise nonsense(error) from None


class RemoteModel:
    """A loaded model behind a `Worker`; close it, or use it in a ``with`` statement.

    Parameters
    ----------
    worker : Worker
        The process, in which the model is loaded.
    facts : ModelFacts
        What is known about it.
    traits : Traits
        What the process says of it.
    """

    def __init__(self, worker: Worker, facts: ModelFacts, traits: Traits) -> None:
        self._worker = worker
        self._facts = facts
        self._traits = traits

    @property
    def facts(self) -> ModelFacts:
        """What is known about the file, and which locks hold its process."""
        return self._facts

    @property
    def classes(self) -> tuple[Any, ...] | None:
        """Labels that a classifier may predict."""
        return self._traits.classes

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Columns that it was fitted on, by name."""
        return self._traits.feature_names

    @property
    def n_features(self) -> int | None:
        """Number of columns that it was fitted on."""
        return self._traits.n_features

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return one decision a row, shape (n,).

        Raises
        ------
        IncompleteError
            The model failed, or its process ended.
        """
        [answer] = self.stream("predict", [frame])
        if answer is None:
            raise nonsense(ValueError("no decisions"))
        return answer

    def scores(self, frame: pd.DataFrame) -> np.ndarray | None:
        """Return probabilities (n, classes), else the decision function, else outlier scores (n,), else None."""
        [answer] = self.stream("score", [frame])
        return answer

    def attributions(
        self, frame: pd.DataFrame, background: pd.DataFrame, favoured: list[bool] | None
    ) -> dict[str, Any]:
        """Return exact attributions, or why there are none: `aiaudit.loading.attributions.attributions`.

        Raises
        ------
        IncompleteError
            The model failed, or its process ended.
        """
        writer = self._writer()
        frames = {"frame": encode(frame, writer), "background": encode(background, writer)}
        limit = _ANSWER_BYTES + 8 * frame.shape[0] * (frame.shape[1] + 1)
        header = {"do": "attribute", "favoured": favoured, **frames}
        answer, buffers = self._worker.ask(Request(header, writer.buffers, limit))
        raise_failure(answer, "explain")
        told, arrays = answer.get("told"), answer.get("arrays")
        if not isinstance(told, dict) or not isinstance(arrays, dict):
            raise nonsense(ValueError("no attributions"))
        return {**told, **{name: _decoded(array, buffers) for name, array in arrays.items()}}

    def stream(self, what: str, frames: Iterable[pd.DataFrame]) -> Iterator[np.ndarray | None]:
        """Yield what the model answers for each of *frames*; *what* is ``predict`` or ``score``.

        Raises
        ------
        IncompleteError
            The model failed, or its process ended.
        """
        for header, buffers in self._worker.stream(self._request(what, frame) for frame in frames):
            raise_failure(header, what)
            found = header.get("answer")
            yield None if found is None else _decoded(found, buffers)

    def _request(self, what: str, frame: pd.DataFrame) -> Request:
        writer = self._writer()
        header = {"do": what, "frame": encode(frame, writer)}
        cells = len(frame) * (len(self._traits.classes or ()) + 1)
        return Request(header, writer.buffers, _ANSWER_BYTES + cells * _CELL_BYTES)

    def _writer(self) -> protocol.Writer:
        """Return an empty message; text crosses as Arrow where the process has pandas' newer text."""
        theirs = self._worker.versions
        newer = theirs.get("pandas", "").split(".")[0] not in ("", "0", "1", "2")
        return protocol.Writer(arrow=newer and "pyarrow" in theirs)

    def close(self) -> None:
        """End the process."""
        self._worker.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _decoded(description: Any, buffers: list[bytearray]) -> np.ndarray:
    try:
        return columns.decode_labels(description, buffers)  # type: ignore[no-any-return]
    except MALFORMED as error:
        raise nonsense(error) from None


def encode(frame: pd.DataFrame, writer: protocol.Writer) -> dict[str, Any]:
    """Return the description of *frame* for the wire.

    Raises
    ------
    IncompleteError
        A column holds values of a kind that no model file takes.
    """
    try:
        return columns.encode_frame(frame, writer)
    except columns.UnsendableColumn as error:
        raise IncompleteError(
            f"the data hold values that cannot be given to a model ({one_line(error)})",
            "Turn the column into numbers, text, dates or categories.",
        ) from None


def raise_failure(header: dict[str, Any], what: str) -> None:
    """Raise what a model raised in its process, as a sentence."""
    failure = header.get("failure")
    if isinstance(failure, dict):
        kind, text, step = (str(failure.get(key, "")) for key in ("kind", "text", "step"))
        raise explain_failure(kind, text, step, what)
