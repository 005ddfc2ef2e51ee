"""Scores behind the decisions: higher is better for the person, and whether they are probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.errors import IncompleteError, one_line
from aiaudit.labels import label_text
from aiaudit.loading.models import scores_in_batches
from aiaudit.model import Model

Floats = npt.NDArray[np.float64]

#: Sums of probabilities miss 1 by rounding; single-precision models by this much.
ROUNDING = 1e-5


@dataclass(frozen=True, kw_only=True, eq=False)
class Scores:
    """One score a row.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        The higher, the better for the person; finite.
    probability : bool
        Whether they are probabilities of a favourable label: a model's that sum to 1 over the classes, or a
        column's that all lie within 0 and 1.
    source : str
        Where they come from, and how they were turned.
    """

    values: Floats
    probability: bool
    source: str


def model_scores(model: Model, features: pd.DataFrame, favorable: Sequence[str]) -> Scores | None:
    """Ask the model for the scores of all rows, in batches.

    Parameters
    ----------
    model : Model
        Asked once for each batch.
    features : DataFrame
        Its columns.
    favorable : sequence of str
        Labels that help the person: their probabilities are added up; for other scores of several classes,
        the best favourable one counts by how far it is above the best unfavourable one.

    Returns
    -------
    Scores or None
        None where the model offers no scores, or not one for each class.

    Raises
    ------
    IncompleteError
        The model failed, or answered a score that is not a finite number.
    """
    answer = scores_in_batches(model, features) if len(features) else None
    if answer is None:
        return None
    answer = _finite(answer, "the model's scores")
    labels = None if model.classes is None else [label_text(label) for label in model.classes]
    if answer.ndim == 1:
        good = labels is None or (len(labels) == 2 and labels[1] in favorable)
        return Scores(
            values=answer if good else -answer,
            probability=False,
            source="the model's decision function" + ("" if good else ", its sign turned"),
        )
    if labels is None or answer.shape[1] != len(labels):
        return None
    good_classes = np.array([label in favorable for label in labels])
    if (answer >= 0).all() and np.allclose(answer.sum(axis=1), 1, atol=ROUNDING, rtol=0):
        chances = np.minimum(answer[:, good_classes].sum(axis=1), 1.0)
        return Scores(values=chances, probability=True, source="the model's probabilities")
    margin = answer[:, good_classes].max(axis=1) - answer[:, ~good_classes].max(axis=1)
    return Scores(values=margin, probability=False, source="the model's decision function, best against best")


def column_scores(column: str, numbers: Floats, selected: npt.NDArray[np.bool_]) -> Scores:
    """Read scores from a column, turned so that higher goes with a favourable decision.

    Parameters
    ----------
    column : str
        Its name.
    numbers : ndarray of float, shape (n,)
        The scores.
    selected : ndarray of bool, shape (n,)
        Whether each decision is favourable.

    Raises
    ------
    IncompleteError
        If favourable and unfavourable decisions have the same mean rank, so that nothing says which way the
        scores run.
    """
    probability = bool(((numbers >= 0) & (numbers <= 1)).all())
    ranks = pd.Series(numbers).rank().to_numpy()
    source, name = f"column '{one_line(column)}'", one_line(column)
    if selected.all() or not selected.any() or ranks[selected].mean() > ranks[~selected].mean():
        return Scores(values=numbers, probability=probability, source=source)
    if ranks[selected].mean() == ranks[~selected].mean():
        raise IncompleteError(
            f"the scores in column '{name}' are no higher for one decision than for the other",
            "Name the column of scores that the decisions were made on as --scores.",
        )
    turned = 1 - numbers if probability else -numbers
    what = "subtracted from 1" if probability else "its sign turned"
    return Scores(
        values=turned, probability=probability, source=f"{source}, {what}: it is higher for the unfavourable"
    )


def cutoff_in_use(scores: Floats, selected: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return the score from which selecting upward agrees with most decisions, and with what share of them.

    Parameters
    ----------
    scores : ndarray of float, shape (n,)
        At least one.
    selected : ndarray of bool, shape (n,)
        Whether each decision is favourable.
    """
    order = np.argsort(scores, kind="stable")
    values, taken = scores[order], selected[order]
    refused_below = np.concatenate([[0], np.cumsum(~taken)])
    selected_above = taken.sum() - np.concatenate([[0], np.cumsum(taken)])
    right = (refused_below + selected_above)[:-1]
    # A cut-off lies at the first of equal scores.
    first = np.concatenate([[True], np.diff(values) != 0])
    best = int(np.argmax(np.where(first, right, -1)))
    return float(values[best]), float(right[best] / len(values))


def _finite(answer: npt.NDArray[Any], what: str) -> Floats:
    numbers = np.asarray(answer, np.float64)
    bad = int((~np.isfinite(numbers)).sum())
    if bad:
        raise IncompleteError(
            f"{what} hold {bad} value(s) that are no finite number", "Look at these rows in the data first."
        )
    return numbers
