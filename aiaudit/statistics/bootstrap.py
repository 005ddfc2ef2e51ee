"""Bootstrap intervals of any function of a table of counts, at a cost that does not depend on the rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from aiaudit.statistics._counts import Floats

Counts = npt.NDArray[np.int64]
Statistic = Callable[[npt.NDArray[np.float64]], Floats]


@dataclass(frozen=True, kw_only=True)
class Bootstrap:
    """A bootstrap interval.

    Parameters
    ----------
    value : float
        The statistic of the table itself.
    low, high : float
        Ends of the interval; NaN where the statistic is undefined in the table, in any replicate or without any one
        row, and where all replicates are alike.
    undefined : float
        Share of the replicates in which it is undefined.
    """

    value: float
    low: float
    high: float
    undefined: float


def resample(counts: npt.ArrayLike, replicates: int, seed: int, strata: int = 0) -> Counts:
    """Draw tables as bootstrapping the rows behind one would.

    Parameters
    ----------
    counts : array_like of int
        The table.
    replicates : int
        Tables wanted.
    seed : int
        Same seed, same tables.
    strata : int
        Leading axes whose totals stay as they are: 0 resamples everybody together, 1 within each group when
        the first axis is the group.

    Returns
    -------
    ndarray of int, shape (replicates, *counts.shape)
        Tables of the same totals.

    Raises
    ------
    ValueError
        If the counts are not counts, or there are not so many axes.

    Notes
    -----
    Drawing n rows with replacement and counting them is a multinomial draw with the observed shares: nothing is
    approximated.
    """
    table = np.asarray(counts)
    if np.any(table < 0) or np.any(table != np.floor(table)):
        raise ValueError("counts must be whole numbers, not negative")
    if not 0 <= strata < max(table.ndim, 1):
        raise ValueError("fewer strata axes than the table has axes")
    rows = table.reshape(*table.shape[:strata], -1).astype(np.int64)
    totals = rows.sum(axis=-1)
    shares = rows / np.maximum(totals, 1)[..., np.newaxis]
    drawn = np.random.default_rng(seed).multinomial(totals, shares, size=(replicates, *totals.shape))
    return np.asarray(drawn.reshape(replicates, *table.shape), np.int64)


def bootstrap_interval(
    statistic: Statistic,
    counts: npt.ArrayLike,
    level: float,
    *,
    replicates: int = 2000,
    seed: int,
    strata: int = 0,
) -> Bootstrap:
    """Return the bias-corrected and accelerated (BCa) bootstrap interval of a statistic.

    Parameters
    ----------
    statistic : callable
        Takes tables as floats of shape (b, *counts.shape), returns b numbers, NaN where undefined.
    counts : array_like of int
        The table.
    level : float
        Confidence level.
    replicates, seed, strata
        As for `resample`.

    Returns
    -------
    Bootstrap
        Value and interval.

    Raises
    ------
    ValueError
        If the counts are not counts or the level is not a level.

    Notes
    -----
    Efron (1987), JASA 82, 171-185. The acceleration is the jackknife's: one row left out of each cell, as many
    times as the cell has rows. For a minimum, maximum or range over groups no bootstrap is valid.
    """
    if not 0 < level < 1:
        raise ValueError("a confidence level lies strictly between 0 and 1")
    table = np.asarray(counts, np.float64)
    value = float(statistic(table[np.newaxis])[0])
    drawn = np.asarray(statistic(resample(counts, replicates, seed, strata).astype(np.float64)))
    undefined = float(np.isnan(drawn).mean())
    acceleration = _acceleration(statistic, table, strata)
    # Replicates that are all alike (0 of 10) know nothing of the error: no interval, rather than one of no width.
    if np.isnan(value) or undefined or np.isnan(acceleration) or drawn.min() == drawn.max():
        return Bootstrap(value=value, low=np.nan, high=np.nan, undefined=undefined)
    low, high = np.quantile(drawn, _corrected(drawn, value, acceleration, (1 - level) / 2))
    return Bootstrap(value=value, low=float(low), high=float(high), undefined=undefined)


def _corrected(drawn: Floats, value: float, acceleration: float, tail: float) -> Floats:
    """Return the quantiles of the replicates that make up for bias and skewness."""
    below = (np.sum(drawn < value) + np.sum(drawn == value) / 2) / drawn.size
    # Beyond every replicate the bias would be infinite; half a replicate is all that can be told.
    bias = ndtri(np.clip(below, 0.5 / drawn.size, 1 - 0.5 / drawn.size))
    shifted = bias + ndtri(np.array([tail, 1 - tail]))
    return np.asarray(ndtr(bias + shifted / (1 - acceleration * shifted)))


def _acceleration(statistic: Statistic, table: Floats, strata: int) -> float:
    """Return a sixth of the jackknife's skewness; the strata's influences count in units of their sizes."""
    filled = np.argwhere(table > 0)
    one_less = np.repeat(table[np.newaxis], len(filled), axis=0)
    one_less[(np.arange(len(filled)), *filled.T)] -= 1
    left_out = np.asarray(statistic(one_less))
    times = table[tuple(filled.T)]
    stratum = np.ravel_multi_index(tuple(filled.T[:strata]), table.shape[:strata]) if strata else 0 * times
    _, group = np.unique(stratum, return_inverse=True)
    sizes = np.bincount(group, times)[group]
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (np.bincount(group, times * left_out) / np.bincount(group, times))[group]
        influence = (sizes - 1) * (centre - left_out)
        skewness = np.sum(times * influence**3 / sizes**3) / np.sum(times * influence**2 / sizes**2) ** 1.5
    return float(skewness / 6)
