"""Attributions of given rows against a stated background: exactly where the model allows it, else sampled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.errors import IncompleteError, one_line
from aiaudit.explaining.contrasts import Rows
from aiaudit.explaining.mixtures import SAMPLED_ROWS, mixed_values
from aiaudit.explaining.output import explained_output
from aiaudit.labels import Task, label_text

if TYPE_CHECKING:
    from aiaudit.subject import Subject

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Attributions:
    """Why each row's output differs from the background's mean output.

    Parameters
    ----------
    columns : tuple of str
        The p columns of the table.
    values, errors : ndarray of float, shape (n, p)
        Shapley values against the background, and their standard errors: 0 where they are exact.
    base : float
        Mean output of the background.
    outputs : ndarray of float, shape (n,)
        Outputs of the rows; `base` and a line of `values` add up to it.
    output : str
        The number explained, fit to print.
    engine : str
        How the values were computed, fit to print.
    exact : bool
        Whether they are Shapley values to within rounding.
    not_looked_into : str
        Why the model's own structure did not serve; empty where it did.
    background : int
        Rows of the background.
    additivity : float
        Largest distance of base plus values from what the model answers when asked again; for log-odds on the
        scale of the probability.
    """

    columns: tuple[str, ...]
    values: Floats
    errors: Floats
    base: float
    outputs: Floats
    output: str
    engine: str
    exact: bool
    not_looked_into: str
    background: int
    additivity: float


def attribute(
    subject: Subject,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    seed: int,
    model_rows: int = SAMPLED_ROWS,
    why: str = "",
) -> Attributions:
    """Attribute the outputs of *rows* to the columns of the table.

    Trees and lines are computed exactly inside the model's process. For other models every combination of
    columns is tried where there are few; else random orders and their reverses, in rounds through the whole
    background, until the standard errors are small.

    Parameters
    ----------
    subject : Subject
        Its model and favourable labels say what is explained.
    rows, background : DataFrame of shape (n, p), (m, p)
        The model's columns; at least one row each. The values compare with the background's average.
    seed : int
        Same seed, same numbers.
    model_rows : int
        Where values are sampled, about the most rows that the model is shown for each row explained.
    why : str
        The reason, where it is known already, for which the model cannot be looked into.

    Raises
    ------
    IncompleteError
        The model gives some of these rows, or mixtures of them, no finite number.
    """
    found = why or exactly(subject, rows, background)
    if isinstance(found, Attributions):
        return found
    return replace(_tried(subject, rows, background, seed, model_rows), not_looked_into=found)


def exactly(subject: Subject, rows: pd.DataFrame, background: pd.DataFrame) -> Attributions | str:
    """Return attributions from the model's own structure, or the reason why there are none."""
    rows, background = (frame.reset_index(drop=True) for frame in (rows, background))
    found = _looked_into(subject, rows, background)
    if isinstance(found, str):
        return found
    name, output = explained_output(subject)
    labels = one_line(" or ".join(subject.favorable), 80)
    again, added = output(rows), found["values"].sum(axis=1) + found["base"]
    kind = found["output"]
    told = found["outputs"] if kind == "margin" else again
    return Attributions(
        columns=tuple(str(column) for column in rows.columns),
        values=found["values"],
        errors=np.zeros_like(found["values"]),
        base=found["base"],
        outputs=found["outputs"],
        output=name if kind in ("value", "probability") else _NAMES[kind].format(labels),
        engine=_ENGINES[found["engine"]],
        exact=True,
        not_looked_into="",
        background=len(background),
        additivity=_largest((_logistic(added) if kind == "log-odds" else added) - told),
    )


_NAMES = {"log-odds": "log-odds of {}", "margin": "decision function, higher for {}"}
_ENGINES = {"trees": "exact, from the model's trees", "line": "exact, from the model's coefficients"}


def _looked_into(subject: Subject, rows: pd.DataFrame, background: pd.DataFrame) -> dict[str, Any] | str:
    """Ask the model's process for exact values; return the reason where there are none."""
    model = subject.model
    look = getattr(model, "attributions", None)
    if model is None or look is None or subject.task is Task.OUTLIER:
        return "the model cannot be looked into"
    classes = None if model.classes is None else [label_text(c) in subject.favorable for c in model.classes]
    found: dict[str, Any] = look(rows, background, None if subject.task is Task.REGRESSION else classes)
    if "why" in found:
        return one_line(found["why"])
    # What another process says is not taken on trust.
    shapes = [getattr(found.get(name), "shape", None) for name in ("values", "outputs")]
    if shapes != [rows.shape, (len(rows),)] or found.get("engine") not in _ENGINES:
        raise IncompleteError("the model's process explained something else than it was asked", _ASK_AGAIN)
    found["values"], found["outputs"] = (np.asarray(found[name], float) for name in ("values", "outputs"))
    found["base"] = float(found["base"])
    if not (np.isfinite(found["values"]).all() and np.isfinite(found["base"])):
        return "its attributions are not finite"
    return found


_ASK_AGAIN = "Open the model again; if that does not help, it is damaged or hostile."


def _tried(
    subject: Subject, rows: pd.DataFrame, background: pd.DataFrame, seed: int, most: int
) -> Attributions:
    """Return values by calling the model on mixtures of rows."""
    name, output = explained_output(subject)
    both = pd.concat([rows, background], ignore_index=True)
    outputs = output(both)
    n = len(rows)
    game = Rows(frame=both, outputs=outputs, output=output)
    values, errors, every = mixed_values(game, n, seed, most)
    if not np.isfinite(values).all():
        raise IncompleteError(
            "the model gives some mixtures of these rows no finite number, so nothing can be attributed",
            "Find the values for which it answers with no number.",
        )
    base = float(outputs[n:].mean())
    return Attributions(
        columns=tuple(str(column) for column in rows.columns),
        values=values,
        errors=errors,
        base=base,
        outputs=outputs[:n],
        output=name,
        engine="exact, from every combination of columns" if every else "sampled orders of columns",
        exact=every,
        not_looked_into="",
        background=len(background),
        additivity=_largest(values.sum(axis=1) + base - output(both.iloc[:n])),
    )


def _logistic(values: Floats) -> Floats:
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


def _largest(gaps: Floats) -> float:
    return float(np.abs(gaps).max())
