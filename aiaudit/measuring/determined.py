"""How much one column alone tells about the outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from aiaudit.measuring.partitions import Bools, Floats, Ints
from aiaudit.measuring.rates import LEVEL
from aiaudit.measuring.rows import value_codes
from aiaudit.measuring.strata import quantile_bins
from aiaudit.statistics._counts import critical
from aiaudit.statistics.auc import auc
from aiaudit.statistics.count_intervals import rate_interval

#: Numbers with more values than this are cut into quantile bins: one for so many rows, at most so many.
DISTINCT, ROWS, BINS = 50, 10, 200


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a column tells about the outcome; NaN where it cannot be said.

    Parameters
    ----------
    value, low, high : float
        The number and its interval.
    rows : int
        Rows that it rests on.
    """

    value: float
    low: float
    high: float
    rows: int


def numeric(column: pd.Series) -> Floats | None:
    """Return a column of numbers as floats, NaN where a cell is empty; None where it holds anything else."""
    if getattr(column.dtype, "kind", "O") not in "biuf" or isinstance(column.dtype, pd.CategoricalDtype):
        return None
    return column.to_numpy(np.float64, na_value=np.nan)


def coded(column: pd.Series) -> Ints:
    """Return a column's values as codes, empty cells as 0; numbers of many values in quantile bins."""
    codes: Ints = value_codes(column)[0]
    values = numeric(column)
    if values is None or codes.max(initial=0) <= DISTINCT:
        return codes
    there = np.isfinite(values)
    found = np.zeros(len(values), np.int64)
    found[there] = quantile_bins(values[there], min(max(int(there.sum()) // ROWS, 1), BINS)) + 1
    return found


def rank_auc(values: Floats, positive: Bools) -> Told:
    """Return how well a column of numbers ranks the outcome, in whichever direction, over its filled cells.

    Notes
    -----
    DeLong's interval. Where everybody is told apart its error is 0; the lower end is then the exact limit of as many
    disjoint pairs, all of them in order, as the smaller class has members.
    """
    there = ~np.isnan(values)
    found = auc(values[there], positive[there])
    low, high = found.interval(LEVEL)
    value = found.value
    if value < 0.5:
        value, low, high = 1 - value, 1 - high, 1 - low
    if value == 1:
        pairs = min(found.positives, found.negatives)
        low, high = (float(end) for end in rate_interval(pairs, pairs, LEVEL))
    return Told(value=value, low=low, high=high, rows=int(there.sum()))


def rank_correlation(values: Floats, outcome: Floats) -> Told:
    """Return the size of Spearman's correlation over filled cells, with Bonett and Wright's interval (2000)."""
    there = ~np.isnan(values)
    n = int(there.sum())
    nothing = Told(value=np.nan, low=np.nan, high=np.nan, rows=n)
    if n < 5:
        return nothing
    one, two = (pd.Series(v[there]).rank().to_numpy() for v in (values, outcome))
    if one.min() == one.max() or two.min() == two.max():
        return nothing
    value = min(abs(float(np.corrcoef(one, two)[0, 1])), 1.0)
    if value > 1 - 1e-12:
        return Told(value=1.0, low=np.nan, high=np.nan, rows=n)
    reach = critical(LEVEL) * np.sqrt((1 + value**2 / 2) / (n - 3))
    low, high = (float(np.tanh(np.arctanh(value) + sign * reach)) for sign in (-1, 1))
    return Told(value=value, low=max(low, 0.0), high=high, rows=n)


def determined(codes: Ints, outcome: Ints) -> Told:
    """Return the share of the commonest guess's errors that knowing the column avoids, by others' outcomes.

    Parameters
    ----------
    codes, outcome : ndarray of int, shape (n,)
        The column's values and the outcomes, from 0.

    Notes
    -----
    Goodman and Kruskal's lambda (1954, JASA 49, 732-764), each row left out of what is known about its value: a value
    that occurs once tells nothing, and an identifier nothing at all. The interval is the modified Wilson one of
    the rows told right.
    """
    n, classes = len(codes), int(outcome.max(initial=0)) + 1
    nothing = Told(value=np.nan, low=np.nan, high=np.nan, rows=n)
    if not n:
        return nothing
    _, codes = np.unique(codes, return_inverse=True)
    table = np.bincount(codes * classes + outcome, minlength=(codes.max() + 1) * classes).reshape(-1, classes)
    totals = table.sum(axis=0)
    base = totals.max() / n
    if base == 1:
        return nothing
    right = 0.0
    for label in range(classes):
        left = table.copy()
        left[:, label] -= 1
        most = left.max(axis=1)
        hit = (left[:, label] == most) / np.maximum((left == most[:, None]).sum(axis=1), 1)
        alone = left.sum(axis=1) == 0
        right += float(table[:, label] @ np.where(alone, label == totals.argmax(), hit))
    low, high = (float(end) for end in rate_interval(round(right), n, LEVEL))
    value, low, high = (float(np.clip((share - base) / (1 - base), 0, 1)) for share in (right / n, low, high))
    return Told(value=value, low=min(low, value), high=max(high, value), rows=n)
