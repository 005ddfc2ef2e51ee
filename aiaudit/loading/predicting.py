"""Ask a model for decisions batch by batch; whatever goes wrong becomes a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from aiaudit.errors import IncompleteError
from aiaudit.loading.explanations import explain_failure
from aiaudit.loading.failures import failing_step
from aiaudit.loading.remote import RemoteModel
from aiaudit.model import Model

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]


def predict_in_batches(
    model: Model, frame: pd.DataFrame, batch: int = 65_536, progress: Progress | None = None
) -> np.ndarray:
    """Return one decision a row of *frame*, shape (n,).

    Parameters
    ----------
    model : Model
        Asked for at most *batch* rows at a time.
    frame : DataFrame
        The columns that the model wants, n >= 1 rows.
    progress : callable, optional
        Called with (rows done, rows in all) after each batch.

    Raises
    ------
    IncompleteError
        The model failed, or did not answer one decision a row.
    """
    parts = []
    for answer, rows in _answers(model, "predict", frame, batch, progress):
        if answer is None or answer.shape != (rows,):
            raise _wrong_shape("predict", answer, rows)
        parts.append(answer)
    return np.concatenate(parts)


def scores_in_batches(
    model: Model, frame: pd.DataFrame, batch: int = 65_536, progress: Progress | None = None
) -> np.ndarray | None:
    """Return the model's scores for *frame*, (n,) or (n, classes), or None where it offers none.

    Raises
    ------
    IncompleteError
        The model failed, or did not answer one score (or one a class) for each row.
    """
    parts: list[np.ndarray] = []
    for answer, rows in _answers(model, "score", frame, batch, progress):
        if answer is None:
            return None
        if (
            answer.ndim not in (1, 2)
            or len(answer) != rows
            or answer.shape[1:] != (parts or [answer])[0].shape[1:]
        ):
            raise _wrong_shape("score", answer, rows)
        parts.append(answer)
    return np.concatenate(parts)


def _answers(
    model: Model, what: str, frame: pd.DataFrame, batch: int, progress: Progress | None
) -> Iterator[tuple[np.ndarray | None, int]]:
    total, done = len(frame), 0
    parts = (frame.iloc[start : start + batch] for start in range(0, total, batch))
    answers = model.stream(what, parts) if isinstance(model, RemoteModel) else _local(model, what, parts)
    for answer in answers:
        rows = min(batch, total - done)
        yield answer, rows
        done += rows
        if progress is not None:
            progress(done, total)


def _local(model: Model, what: str, parts: Iterable[pd.DataFrame]) -> Iterator[np.ndarray | None]:
    ask = model.predict if what == "predict" else model.scores
    for part in parts:
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                answer = ask(part)
        except IncompleteError:
            raise
        except Exception as error:  # noqa: BLE001 - a model is foreign code and may raise anything
            step = failing_step(error, getattr(model, "_estimator", None))
            raise explain_failure(type(error).__name__, str(error), step, what) from None
        yield answer


def _wrong_shape(what: str, answer: np.ndarray | None, rows: int) -> IncompleteError:
    shape = "nothing" if answer is None else f"an array of shape {answer.shape}"
    return IncompleteError(
        f"the model was asked to {what} {rows} rows and answered {shape}",
        "Models with one output a row are audited; for several outputs, audit one model for each.",
    )
