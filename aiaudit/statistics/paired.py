"""Two decisions on the same person, or on two people alike: who is better off, and is it chance?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import betainc

from aiaudit.statistics._counts import Floats, counts, critical
from aiaudit.statistics.mantel_haenszel import Pooled


def mcnemar(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """Return the two-sided p-value of McNemar's exact test.

    Parameters
    ----------
    first, second : array_like of int
        Pairs in which only the first, or only the second, was selected; they broadcast.

    Returns
    -------
    ndarray of float
        1 where no pair differs.

    Raises
    ------
    ValueError
        If the counts are not counts.
    """
    first, total = counts(first, np.asarray(first) + np.asarray(second))
    fewer = np.minimum(first, total - first)
    # So few or fewer of so many fair coins; both tails are alike.
    tail = betainc(np.maximum(total - fewer, 1), fewer + 1, 0.5)
    return np.asarray(np.where(total > 0, np.minimum(1.0, 2 * tail), 1.0))[()]


def paired_difference(first: npt.ArrayLike, second: npt.ArrayLike, n: npt.ArrayLike, level: float) -> Pooled:
    """Return the difference of two rates of the same pairs.

    Parameters
    ----------
    first, second : array_like of int
        As for `mcnemar`.
    n : array_like of int
        All pairs.
    level : float
        Confidence level.

    Returns
    -------
    Pooled
        (first - second) / n with its interval; NaN where there is no pair.

    Raises
    ------
    ValueError
        If the counts are not counts, or the level is not a level.

    Notes
    -----
    Bonett and Price (2012), Journal of Educational and Behavioral Statistics 37, 479-488: Wald's interval with one
    pair added to each kind of difference.
    """
    first, n, second, _ = counts(first, n, second, np.asarray(n) - np.asarray(first))
    one, two = (first + 1) / (n + 2), (second + 1) / (n + 2)
    reach = critical(level) * np.sqrt((one + two - (one - two) ** 2) / (n + 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        value = (first - second) / n
    low, high = np.maximum(one - two - reach, -1.0), np.minimum(one - two + reach, 1.0)
    undefined = np.isnan(value)
    low, high = np.fmin(low, value), np.fmax(high, value)
    return Pooled(value[()], np.where(undefined, np.nan, low)[()], np.where(undefined, np.nan, high)[()])
