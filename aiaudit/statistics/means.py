"""Differences of means from their sufficient statistics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from aiaudit.statistics._counts import Floats, floats
from aiaudit.statistics.intervals import normal_mean


@dataclass(frozen=True, kw_only=True)
class MeanDifference:
    """The difference of two means, one element a contrast.

    Parameters
    ----------
    value, standard_error : ndarray of float
        First mean minus second, and its standard error; NaN where undefined.
    df : ndarray of float
        Degrees of freedom by Satterthwaite; NaN where neither group varies.
    low, high : ndarray of float
        Ends of the interval.
    p_value : ndarray of float
        Two-sided p-value of "the means are equal"; NaN where neither group varies.
    """

    value: Floats
    standard_error: Floats
    df: Floats
    low: Floats
    high: Floats
    p_value: Floats


def mean_difference(
    mean1: npt.ArrayLike,
    variance1: npt.ArrayLike,
    n1: npt.ArrayLike,
    mean2: npt.ArrayLike,
    variance2: npt.ArrayLike,
    n2: npt.ArrayLike,
    level: npt.ArrayLike,
) -> MeanDifference:
    """Return Welch's interval and test of the difference mean1 - mean2.

    Parameters
    ----------
    mean1, variance1, n1 : array_like of float
        Mean, variance (with n - 1 in the denominator) and size of the group; they broadcast.
    mean2, variance2, n2 : array_like of float
        Those of the reference.
    level : array_like of float
        Confidence level.

    Returns
    -------
    MeanDifference
        All NaN but the value where a group has fewer than two members, or no variance is known.

    Raises
    ------
    ValueError
        If a variance is negative or the level is not a level.

    Notes
    -----
    Welch (1947), Biometrika 34, 28-35; Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    first, spread1, n1, second, spread2, n2, level = floats(mean1, variance1, n1, mean2, variance2, n2, level)
    if np.any((spread1 < 0) | (spread2 < 0)):
        raise ValueError("a variance is not negative")
    enough = (n1 >= 2) & (n2 >= 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        part1, part2 = np.where(enough, spread1 / n1, np.nan), np.where(enough, spread2 / n2, np.nan)
        df = (part1 + part2) ** 2 / (part1**2 / (n1 - 1) + part2**2 / (n2 - 1))
        value, error = first - second, np.sqrt(part1 + part2)
        p_value = 2 * stdtr(df, -np.abs(value) / error)
    low, high = normal_mean(value, error, level, df)
    return MeanDifference(
        value=value, standard_error=error[()], df=df[()], low=low, high=high, p_value=p_value[()]
    )
