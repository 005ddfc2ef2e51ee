"""Two models that fit on a page, a line and a small tree, fitted to decisions or outcomes on rows left out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.check import NotApplicable
from aiaudit.measuring.coding import coded, numbers
from aiaudit.measuring.encoding import encoded
from aiaudit.subject import Subject

#: Rows that are used, folds, and the fewest rows of either class.
ROWS, FOLDS, CLASS_ROWS = 4_000, 3, 10
#: Ridge penalty on standardised columns, and steps of Newton's method.
PENALTY, STEPS = 1.0, 12
#: Levels of the tree, rows in a leaf at least, and values of a column that it tells apart.
DEPTH, LEAF_ROWS, BINS, NAMES = 3, 20, 32, 60

_KEPT = "described"

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Simple:
    """What simple models said of rows that they were not fitted on.

    Parameters
    ----------
    rows : ndarray of int, shape (k,)
        Positions of the rows used.
    line, tree : ndarray of bool, shape (k,)
        Whether a logistic regression, and a tree of `DEPTH` levels, find the row favourable.
    """

    rows: Ints
    line: Bools
    tree: Bools


def simple_models(subject: Subject, favourable: Bools) -> Simple:
    """Fit the simple models to *favourable* in all folds but one, and ask them about that one.

    Parameters
    ----------
    subject : Subject
        Gives the columns of the model.
    favourable : ndarray of bool, shape (n,)
        What they should find out: decisions, or true outcomes.

    Raises
    ------
    NotApplicable
        Fewer than `CLASS_ROWS` rows of either kind among those used.
    """
    if subject.features is None or not subject.features.shape[1]:
        raise NotApplicable("the model is given no columns")
    rows = subject.random_order[:ROWS]
    y = favourable[rows]
    if min(y.sum(), (~y).sum()) < CLASS_ROWS:
        raise NotApplicable(f"fewer than {CLASS_ROWS} of the rows used are of one kind")
    x, codes = _prepared(subject, subject.features.iloc[rows].reset_index(drop=True))
    fold = np.arange(len(rows)) % FOLDS
    line, tree = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    for k in range(FOLDS):
        here = fold == k
        line[here] = x[here] @ _line(x[~here], y[~here]) > 0
        _grow(codes, y.astype(np.float64), ~here, here, DEPTH, tree)
    return Simple(rows=rows, line=line, tree=tree)


def _prepared(subject: Subject, table: pd.DataFrame) -> tuple[Floats, list[tuple[Ints, int, bool]]]:
    """Return the rows used as numbers, and as codes; made once and kept with the subject."""
    kept = vars(subject)
    if _KEPT not in kept:
        kept[_KEPT] = encoded(table)[0], _codes(table)
    found: tuple[Floats, list[tuple[Ints, int, bool]]] = kept[_KEPT]
    return found


def _line(x: Floats, y: Bools) -> Floats:
    """Return the weights of a ridge-penalised logistic regression; its columns take the place of a constant."""
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 0.5 * (1 + np.tanh(x @ weights / 2))
        slope = x.T @ (y - p) - PENALTY * weights
        # Of a matrix and its own transpose only one half is multiplied out.
        weighed = x * np.sqrt(p * (1 - p))[:, np.newaxis]
        curve = weighed.T @ weighed + PENALTY * np.eye(x.shape[1])
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-3:
            break
    return weights


def _codes(table: pd.DataFrame) -> list[tuple[Ints, int, bool]]:
    """Return each column's codes, how many there are, and whether they have an order."""
    found = []
    for j in range(table.shape[1]):
        column = coded("", table.iloc[:, j], BINS, NAMES)
        ordered = numbers(table.iloc[:, j]) is not None
        found.append((column.codes.astype(np.intp), len(column.levels), ordered))
    return found


def _grow(
    codes: list[tuple[Ints, int, bool]], y: Floats, fitted: Bools, asked: Bools, depth: int, answer: Bools
) -> None:
    """Write what the tree of the *fitted* rows says of the rows *asked* into *answer*."""
    mean = float(y[fitted].mean())
    best, chosen, left = 0.0, None, np.zeros(0, bool)
    for column, size, ordered in codes if depth and 0 < mean < 1 else ():
        gain, goes = _split(column[fitted], y[fitted], size, ordered)
        if gain > best * (1 + 1e-12):
            best, chosen, left = gain, column, goes
    if chosen is None:
        answer[asked] = mean > 0.5
        return
    goes_left = left[chosen]
    for side in (goes_left, ~goes_left):
        _grow(codes, y, fitted & side, asked & side, depth - 1, answer)


def _split(column: Ints, y: Floats, size: int, ordered: bool) -> tuple[float, Bools]:
    """Return the best drop in squared error by splitting a column, and which of its codes go left.

    Names are put in the order of their means, in which the best split of all is one of the few between
    neighbours: Fisher (1958), JASA 53, 789-798.
    """
    n, total = np.bincount(column, minlength=size), np.bincount(column, y, minlength=size)
    mean = np.divide(total, n, out=np.full(size, np.inf), where=n > 0)
    order = np.arange(size) if ordered else np.argsort(mean, kind="stable")
    below, sums = np.cumsum(n[order])[:-1], np.cumsum(total[order])[:-1]
    above, rest = len(y) - below, total.sum() - sums
    allowed = (below >= LEAF_ROWS) & (above >= LEAF_ROWS)
    if not allowed.any():
        return 0.0, np.zeros(size, bool)
    gains = np.full(size - 1, -np.inf)
    gains[allowed] = sums[allowed] ** 2 / below[allowed] + rest[allowed] ** 2 / above[allowed]
    cut = int(np.argmax(gains))
    goes = np.zeros(size, bool)
    goes[order[: cut + 1]] = True
    return float(gains[cut] - y.sum() ** 2 / len(y)), goes
