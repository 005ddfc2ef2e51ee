"""Rates of weighted rows: how many rows they are worth, and how sure the rate is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from aiaudit.statistics._counts import Floats, critical, floats


@dataclass(frozen=True, kw_only=True)
class WeightedRate:
    """A weighted rate, one element a group.

    Parameters
    ----------
    value, standard_error : ndarray of float
        The rate, and its linearised standard error; NaN where undefined.
    effective_n : ndarray of float
        Rows of equal weight that would estimate as surely.
    low, high : ndarray of float
        Ends of the interval, within [0, 1].
    """

    value: Floats
    standard_error: Floats
    effective_n: Floats
    low: Floats
    high: Floats


def kish_effective_n(weights: npt.ArrayLike, squared_weights: npt.ArrayLike) -> Floats:
    """Return the rows of equal weight that weighted rows are worth, if weights tell nothing of the outcome.

    Parameters
    ----------
    weights, squared_weights : array_like of float
        Sums of the weights and of their squares; they broadcast.

    Returns
    -------
    ndarray of float
        (sum w)² / sum w²; NaN where there is no weight.

    Notes
    -----
    Kish (1965), Survey Sampling, section 11.7.
    """
    total, squares = floats(weights, squared_weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total**2 / squares)[()]


def weighted_rate(
    n: npt.ArrayLike,
    weights: npt.ArrayLike,
    squared_weights: npt.ArrayLike,
    successes: npt.ArrayLike,
    squared_successes: npt.ArrayLike,
    level: npt.ArrayLike,
) -> WeightedRate:
    """Return the share of the weight that falls on successes, with an interval for the design.

    Parameters
    ----------
    n : array_like of int
        Rows; the arrays broadcast.
    weights, squared_weights : array_like of float
        Sums of w and of w² over all rows.
    successes, squared_successes : array_like of float
        The same sums over the successes alone.
    level : array_like of float
        Confidence level.

    Returns
    -------
    WeightedRate
        NaN where there is no weight; no standard error with fewer than two rows.

    Raises
    ------
    ValueError
        If sums are negative, the successes' exceed the total, or the level is not a level.

    Notes
    -----
    The standard error is Taylor's linearisation of a ratio of totals, rows drawn with replacement. The interval
    is Korn and Graubard's (1998), Survey Methodology 24, 193-201: Clopper and Pearson's on the effective sample.
    That is the one the linearised error implies, at most Kish's: where nearly all or none succeed the error of a
    few rows is small by chance. With equal weights the interval is exact.
    """
    n, total, squares, part, part_squares, level = floats(
        n, weights, squared_weights, successes, squared_successes, level
    )
    if np.any((part < 0) | (part > total) | (part_squares < 0) | (part_squares > squares)):
        raise ValueError("sums of weights must be those of a part and of its whole, not negative")
    tail = (1 - level) / 2
    critical(level)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = part / total
        spread = part_squares * (1 - value) ** 2 + (squares - part_squares) * value**2
        variance = np.where(n > 1, spread / total**2 * n / (n - 1), np.nan)
        # Without n / (n - 1), so that equal weights are worth their number.
        worth = value * (1 - value) * total**2 / spread
        kish = total**2 / squares
        effective = np.where(spread > 0, np.minimum(worth, kish), kish)
    low, failures = (
        np.where(share == 0, 0.0, betaincinv(effective * share, effective * (1 - share) + 1, tail))
        for share in (value, 1 - value)
    )
    return WeightedRate(
        value=value[()],
        standard_error=np.sqrt(variance)[()],
        effective_n=effective[()],
        low=low[()],
        high=(1 - failures)[()],
    )
