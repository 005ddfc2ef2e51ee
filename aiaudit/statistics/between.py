"""How much of the spread of a number lies between groups: its size, how sure it is, and whether it is chance."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, chndtrinc

from aiaudit.statistics._counts import Floats


class Between(NamedTuple):
    """Half the squared coefficient of variation of the groups' means: value, interval, p-value of "all equal"."""

    value: float
    low: float
    high: float
    p_value: float


def between_groups(n: Floats, mean: Floats, variance: Floats, level: float) -> Between:
    """Return the part of the generalized entropy (of order 2) that lies between groups.

    Parameters
    ----------
    n : ndarray of float, shape (g,)
        Rows of each group (effective ones, where rows are weighted).
    mean, variance : ndarray of float, shape (g,)
        Mean of the number in each group, and its variance there (over n).
    level : float
        Confidence level.

    Returns
    -------
    Between
        NaN with fewer than two groups, where the mean of all is 0, and (but for the value) where nobody differs.

    Notes
    -----
    Under "no difference" the squares between groups over those of all, times N - 1, are about chi-square of
    g - 1 degrees of freedom (Box and Andersen 1955: its mean is exact over all permutations). The interval holds the
    noncentralities that this value does not reject, stretched to hold the value itself; groups more alike than chance
    would make them are read as alike as chance makes them on average.
    """
    n, mean, variance = (each[n > 0] for each in (n, mean, variance))
    total, groups = n.sum(), len(n)
    whole = float(n @ mean / total) if total else 0.0
    if groups < 2 or whole == 0:
        return Between(np.nan, np.nan, np.nan, np.nan)
    apart = float(n @ (mean - whole) ** 2)
    squares = apart + float(n @ variance)
    value = apart / total / whole**2 / 2
    if squares <= 0 or total <= groups:
        return Between(value, np.nan, np.nan, np.nan)
    statistic, df = (total - 1) * apart / squares, groups - 1
    low = _noncentrality(statistic, df, (1 + level) / 2)
    high = _noncentrality(max(statistic, df), df, (1 - level) / 2)
    scale = squares / (total - 1) / total / whole**2 / 2
    return Between(value, min(scale * low, value), max(scale * high, value), float(chdtrc(df, statistic)))


def _noncentrality(statistic: float, df: int, p: float) -> float:
    """Return the noncentrality at which a chi-square variable stays below *statistic* with probability *p*."""
    if 1 - chdtrc(df, statistic) <= p:
        return 0.0
    return float(chndtrinc(statistic, df, p))
