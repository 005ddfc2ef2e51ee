"""Tests of "these two rates are equal": Fisher's exact test and the pooled two-proportion Z test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from aiaudit.statistics._counts import Bools, Floats, counts

#: Fisher's test decides where an expected count is lower. The customary 5 keeps the pooled Z test honest at
#: a level of 5 %, but not far in the tail where a correction for many comparisons looks: see
#: ``docs/statistics.md``.
FISHER_BELOW = 30

#: Elements of the largest intermediate array: few enough to stay in a processor's cache.
_BLOCK = 50_000


@dataclass(frozen=True, kw_only=True)
class TwoProportions:
    """Two-sided tests of p1 = p2, one element a contrast.

    Parameters
    ----------
    p_value : ndarray of float
        The p-value to decide by: that of `chosen`; 1 where a margin of the table is empty.
    fisher : ndarray of float
        p-value of Fisher's exact test; 1 where a margin is empty.
    pooled_z : ndarray of float
        p-value of the pooled two-proportion Z test; NaN where a margin is empty.
    z : ndarray of float
        Its statistic, negative where the group's rate is the lower one; NaN where a margin is empty.
    chosen : ndarray of str
        ``"fisher"`` or ``"pooled_z"``.
    """

    p_value: Floats
    fisher: Floats
    pooled_z: Floats
    z: Floats
    chosen: npt.NDArray[np.str_]


def two_proportions(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike
) -> TwoProportions:
    """Test whether a group's rate x1 / n1 differs from the reference's x2 / n2.

    Both tests are computed for every table; Fisher's decides where an expected count is below
    `FISHER_BELOW`, the pooled Z test elsewhere.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Successes and trials of the group and of the reference; they broadcast.

    Returns
    -------
    TwoProportions
        p-values, statistic and the test chosen.

    Raises
    ------
    ValueError
        If the counts are not counts.
    """
    x1, n1, x2, n2 = counts(x1, n1, x2, n2)
    z = _pooled(x1, n1, x2, n2)
    pooled_z = 2 * ndtr(-np.abs(z))
    exact = fisher(x1, n1, x2, n2)
    small = np.isnan(z) | (_smallest_expected(x1, n1, x2, n2) < FISHER_BELOW)
    return TwoProportions(
        p_value=np.where(small, exact, pooled_z)[()],
        fisher=exact,
        pooled_z=pooled_z,
        z=z,
        chosen=np.where(small, "fisher", "pooled_z")[()],
    )


def fisher(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    """Return the two-sided p-value of Fisher's exact test.

    The sum of the probabilities of all tables with these margins that are no likelier than the one
    observed; ties are told apart at a relative 1e-7, as in R's ``fisher.test``.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Successes and trials of the group and of the reference; they broadcast.

    Returns
    -------
    ndarray of float
        p-values; 1 where a margin of the table is empty.

    Raises
    ------
    ValueError
        If the counts are not counts.
    """
    x1, n1, x2, n2 = counts(x1, n1, x2, n2)
    table = np.stack([a.ravel() for a in (x1, n1, x1 + x2, n1 + n2)])
    low, high = _window(*table)
    result = np.zeros(table.shape[1])
    # Beyond the window every probability is below the smallest number a float can hold.
    held = np.flatnonzero((table[0] >= low) & (table[0] <= high))
    widths = high[held] - low[held] + 1
    held, widths = held[np.argsort(widths, kind="stable")], np.sort(widths)
    start = 0
    while start < held.size:
        size = int(np.searchsorted(widths[start:] * np.arange(1, held.size - start + 1), _BLOCK)) or 1
        block = held[start : start + size]
        result[block] = _tail(table[:, block], low[block], high[block])
        start += size
    return result.reshape(x1.shape)[()]


def _pooled(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (x1 + x2) / (n1 + n2)
        return (x1 / n1 - x2 / n2) / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))


def _smallest_expected(x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return np.minimum(n1, n2) * np.minimum(x1 + x2, n1 - x1 + n2 - x2) / (n1 + n2)


def _window(x: Floats, drawn: Floats, marked: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Return first and last value of the hypergeometric support whose probability matters.

    40 standard deviations and 200 more reach below 1e-320 for every shape from Poisson to normal; nearer
    the centre, twice the observed distance and 10 standard deviations leave out less than 1e-20 of the
    tails.
    """
    mode = np.floor((drawn + 1) * (marked + 1) / (total + 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = drawn * (marked / total) * (1 - marked / total) * (total - drawn) / (total - 1)
    sd = np.sqrt(np.nan_to_num(spread, nan=0.0, posinf=0.0, neginf=0.0))
    half = np.ceil(np.minimum(40 * sd + 200, 2 * np.abs(x - mode) + 10 * sd + 100))
    low = np.maximum(np.maximum(0, drawn + marked - total), mode - half)
    return low, np.minimum(np.minimum(drawn, marked), mode + half)


def _tail(table: Floats, low: Floats, high: Floats) -> Floats:
    """Return the two-sided p-values of tables whose windows are of about one width."""
    x, drawn, marked, total = table[:, :, np.newaxis]
    k = low[:, np.newaxis] + np.arange(1, np.max(high - low) + 1)
    inside: Bools = k <= high[:, np.newaxis]
    step = (drawn - k + 1) / k * ((marked - k + 1) / (total - drawn - marked + k))
    logs = np.zeros((k.shape[0], k.shape[1] + 1))
    np.log(step, out=logs[:, 1:], where=inside)
    np.cumsum(logs, axis=1, out=logs)
    logs[:, 1:][~inside] = -np.inf
    logs -= logs.max(axis=1, keepdims=True)
    observed = np.take_along_axis(logs, (x - low[:, np.newaxis]).astype(np.intp), axis=1)
    mass = np.exp(logs)
    tail: Floats = np.where(logs <= observed + 1e-7, mass, 0.0).sum(axis=1)
    total_mass: Floats = mass.sum(axis=1)
    return tail / total_mass
