"""Confidence intervals of rates, their differences and ratios, and of means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from aiaudit.statistics._counts import Floats, bisect, counts, critical, floats


def wilson(x: npt.ArrayLike, n: npt.ArrayLike, level: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return Wilson's score interval of a rate x / n.

    Parameters
    ----------
    x, n : array_like of int
        Successes and trials; they broadcast.
    level : array_like of float
        Confidence level, 0.95 for 95 %.

    Returns
    -------
    low, high : ndarray of float
        Ends of the interval within [0, 1]; NaN where n is 0.

    Raises
    ------
    ValueError
        If the counts are not counts or the level is not a level.

    Notes
    -----
    Wilson, E. B. (1927), JASA 22, 209-212; method 3 of Newcombe (1998), Statistics in Medicine 17, 857-872.
    """
    x, n = counts(x, n)
    z2 = critical(level) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (x + z2 / 2) / (n + z2)
        half = np.sqrt(z2) / (n + z2) * np.sqrt(x * (n - x) / n + z2 / 4)
        # Exact ends: rounding must not leave 1e-17 where the interval begins at zero.
        low = np.where(x == 0, np.where(n == 0, np.nan, 0.0), centre - half)
        high = np.where(x == n, np.where(n == 0, np.nan, 1.0), centre + half)
    return low[()], high[()]


def newcombe(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return Newcombe's hybrid score interval of the difference x1 / n1 - x2 / n2.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Successes and trials of the group and of the reference; they broadcast.
    level : array_like of float
        Confidence level.

    Returns
    -------
    low, high : ndarray of float
        Ends of the interval within [-1, 1]; NaN where either group is empty.

    Raises
    ------
    ValueError
        If the counts are not counts or the level is not a level.

    Notes
    -----
    Method 10 of Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    x1, n1, x2, n2 = counts(x1, n1, x2, n2)
    low1, high1 = wilson(x1, n1, level)
    low2, high2 = wilson(x2, n2, level)
    p1, p2 = _rate(x1, n1), _rate(x2, n2)
    low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    # Within bounds by construction, but for the last bit.
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def ratio_score(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return Koopman's score interval of the ratio (x1 / n1) / (x2 / n2).

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Successes and trials of the group and of the reference; they broadcast.
    level : array_like of float
        Confidence level.

    Returns
    -------
    low, high : ndarray of float
        Ends of the interval, finite; NaN where the ratio is undefined (x2, n1 or n2 is 0).

    Raises
    ------
    ValueError
        If the counts are not counts or the level is not a level.

    Notes
    -----
    The set of ratios that the likelihood score test does not reject: Koopman (1984), Biometrics 40,
    513-517; Miettinen and Nurminen (1985), Statistics in Medicine 4, 213-226, without their factor
    N / (N - 1), so that the interval excludes 1 exactly where the pooled two-proportion Z test rejects.
    """
    x1, n1, x2, n2, z = floats(*counts(x1, n1, x2, n2), critical(level))
    defined = (x2 > 0) & (n1 > 0)
    x1, n1, x2, n2 = (np.where(defined, a, 1.0) for a in (x1, n1, x2, n2))
    low, high = _koopman(x1, n1, x2, n2, z)
    return np.where(defined, low, np.nan)[()], np.where(defined, high, np.nan)[()]


def normal_mean(
    mean: npt.ArrayLike,
    standard_error: npt.ArrayLike,
    level: npt.ArrayLike,
    df: npt.ArrayLike | None = None,
) -> tuple[Floats, Floats]:
    """Return the interval mean ± quantile · standard error, by Student's t where *df* is given.

    Parameters
    ----------
    mean, standard_error : array_like of float
        Estimate and its standard error; they broadcast.
    level : array_like of float
        Confidence level.
    df : array_like of float, optional
        Degrees of freedom (Welch-Satterthwaite for a difference); None means normal.

    Returns
    -------
    low, high : ndarray of float
        Ends of the interval; NaN where an input is NaN or *df* is not positive.

    Raises
    ------
    ValueError
        If the level is not a level or a standard error is negative.
    """
    centre, error = floats(mean, standard_error)
    if np.any(error < 0):
        raise ValueError("a standard error is not negative")
    z = critical(level)
    if df is not None:
        freedom, chosen = floats(df, level)
        z = np.asarray(-stdtrit(freedom, (1 - chosen) / 2))
    return centre - z * error, centre + z * error


def at_level(
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    value: npt.ArrayLike,
    old_level: npt.ArrayLike,
    new_level: npt.ArrayLike,
) -> tuple[Floats, Floats]:
    """Return an interval restated at another level, each arm scaled by the ratio of normal quantiles.

    Exact for an interval that is value ± z · standard error; an approximation for any other.

    Parameters
    ----------
    low, high, value : array_like of float
        The interval and the estimate inside it.
    old_level, new_level : array_like of float
        Its level, and the level wanted.

    Returns
    -------
    low, high : ndarray of float
        The restated ends.

    Raises
    ------
    ValueError
        If a level is not a level.
    """
    below, above, centre = floats(low, high, value)
    scale = critical(new_level) / critical(old_level)
    return centre - scale * (centre - below), centre + scale * (above - centre)


def _rate(x: Floats, n: Floats) -> Floats:
    with np.errstate(invalid="ignore"):
        return x / n


def _koopman(x1: Floats, n1: Floats, x2: Floats, n2: Floats, z: Floats) -> tuple[Floats, Floats]:
    """Return both ends where x2 > 0 and n1 > 0, by bisection in the logarithm of the ratio.

    The brackets are proved, not searched: with c = z² + 2 the score statistic of the ratio c / p2 is at
    least z (its second term alone is), and so, with the groups swapped, is that of p1 / c.
    """
    p1, p2 = x1 / n1, x2 / n2
    with np.errstate(divide="ignore"):
        estimate = np.log(p1 / p2)
    floor = np.log(np.where(x1 > 0, p1 / (z**2 + 2), 1e-4 * z**2 / (n1 * p2)))
    ceiling = np.log((z**2 + 2) / p2)
    inside = np.maximum(estimate, floor)
    target = np.stack([z, -z])
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = bisect(
            lambda t: _score(np.exp(t), x1, n1, x2, n2) > target,
            np.stack([floor, inside]),
            np.stack([inside, ceiling]),
        )
    return np.where(x1 > 0, np.exp(ends[0]), 0.0), np.exp(ends[1])


def _score(ratio: Floats, x1: Floats, n1: Floats, x2: Floats, n2: Floats) -> Floats:
    """Return the signed score statistic of "p1 / p2 is *ratio*"; it falls as the ratio grows."""
    a, b = ratio * (n1 + x2), x1 + n2
    # b² - 4ac of the likelihood equation, rearranged into a sum so that nothing cancels.
    root = np.sqrt((a - b) ** 2 + 4 * ratio * (n1 - x1) * (n2 - x2))
    fit2 = np.minimum(2 * (x1 + x2) / (a + b + root), 1.0)
    fit1 = np.minimum(ratio * fit2, 1.0)
    variance = fit1 * (1 - fit1) / n1 + ratio**2 * fit2 * (1 - fit2) / n2
    gap = x1 / n1 - ratio * (x2 / n2)
    return np.where(gap == 0, 0.0, gap / np.sqrt(variance))
