"""Ask a model for decisions batch by batch; whatever goes wrong becomes a sentence."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from aiaudit.errors import IncompleteError, one_line, some
from aiaudit.loading.failures import failing_step
from aiaudit.model import Model

if TYPE_CHECKING:
    import pandas as pd

Progress = Callable[[int, int], None]
Ask = Callable[["pd.DataFrame"], "np.ndarray | None"]

_WANTS_OTHER_DATA = "Give the model the same columns, with the same kinds of values, as it was trained on."


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
    for answer, rows in _answers(model, model.predict, "predict", frame, batch, progress):
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
    for answer, rows in _answers(model, model.scores, "score", frame, batch, progress):
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
    model: Model, ask: Ask, what: str, frame: pd.DataFrame, batch: int, progress: Progress | None
) -> Iterator[tuple[np.ndarray | None, int]]:
    total = len(frame)
    for start in range(0, total, batch):
        part = frame.iloc[start : start + batch]
        yield _ask(model, ask, what, part), len(part)
        if progress is not None:
            progress(min(start + batch, total), total)


def _ask(model: Model, ask: Ask, what: str, part: pd.DataFrame) -> np.ndarray | None:
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return ask(part)
    except IncompleteError:
        raise
    except Exception as error:  # noqa: BLE001 - a model is foreign code and may raise anything
        step = failing_step(error, getattr(model, "_estimator", None))
        raise explain_failure(type(error).__name__, str(error), step, what) from None


def _wrong_shape(what: str, answer: np.ndarray | None, rows: int) -> IncompleteError:
    shape = "nothing" if answer is None else f"an array of shape {answer.shape}"
    return IncompleteError(
        f"the model was asked to {what} {rows} rows and answered {shape}",
        "Models with one output a row are audited; for several outputs, audit one model for each.",
    )


def explain_failure(kind: str, text: str, step: str, what: str) -> IncompleteError:
    """Return the error of a model that raised *kind* with *text* in *step* while asked to *what*."""
    where = f"the model failed to {what}" + (f", in step {one_line(step, 100)}" if step else "")
    for pattern, explain in _EXPLANATIONS:
        match = re.search(pattern, text, re.DOTALL)
        if match:
            message, hint = explain(match)
            return IncompleteError(f"{where}: {message}", hint)
    return IncompleteError(f"{where}: {one_line(kind, 60)}: {one_line(text)}", _WANTS_OTHER_DATA)


def _feature_names(match: re.Match[str]) -> tuple[str, str]:
    text = match.group()
    unseen = _listed(text, "unseen at fit time:")
    missing = _listed(text, "yet now missing:")
    said = [f"it lacks {some(missing)}"] if missing else []
    said += [f"it was not fitted on {some(unseen)}"] if unseen else []
    message = "; ".join(said) or "the columns are not in the order in which it was fitted"
    return (
        message,
        "Give the data the columns the model was fitted on, by the same names and in the same order.",
    )


def _listed(text: str, heading: str) -> list[str]:
    _, found, rest = text.partition(heading)
    lines = rest.splitlines()[1:] if found else []
    named = []
    for line in lines:
        if not line.startswith("- "):
            break
        named.append(line[2:])
    return named


def _missing_columns(match: re.Match[str]) -> tuple[str, str]:
    names = re.findall(r"'([^']*)'", match.group(1))
    return f"it lacks {some(names)}", "Give the data the columns the model was fitted on."


def _not_a_number(match: re.Match[str]) -> tuple[str, str]:
    value = one_line(match.group(1), 60)
    return (
        f"it wants a number and found '{value}'",
        "Save the whole pipeline with its encoders, or give a column of text as the numbers the model was trained on.",
    )


_EXPLANATIONS: tuple[tuple[str, Callable[[re.Match[str]], tuple[str, str]]], ...] = (
    (r"[Ff]eature names.*", _feature_names),
    (r"columns are missing: (.*)", _missing_columns),
    (r"could not convert string to float: '?(.*?)'?$", _not_a_number),
    (
        r"X has (\d+) features, but .* is expecting (\d+) features",
        lambda m: (
            f"it was fitted on {m[2]} columns and got {m[1]}",
            "Leave out what is not a feature with --drop COL.",
        ),
    ),
    (
        r"[Ff]ound unknown categories (.*) in column (\S+)",
        lambda m: (
            f"column {m[2]} holds values that it was not fitted on: {one_line(m[1], 100)}",
            "Audit rows with known values, or fit the encoder with handle_unknown='ignore'.",
        ),
    ),
    (
        r"[Ii]nput.* contains NaN",
        lambda _: (
            "the data have empty cells",
            "Save the whole pipeline with its imputer, or fill the empty cells.",
        ),
    ),
    (
        r"[Nn]ot fitted",
        lambda _: ("it was saved before it was fitted", "Call fit, then save the model again."),
    ),
)
