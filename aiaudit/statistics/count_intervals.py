"""Intervals of rates, their differences and ratios that also hold in small samples."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaincinv

from aiaudit.statistics._counts import Bools, Floats, counts, floats
from aiaudit.statistics.intervals import newcombe, ratio_score, wilson
from aiaudit.statistics.mover import Estimate, mover_difference, mover_ratio


def rate_interval(x: npt.ArrayLike, n: npt.ArrayLike, level: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Return the modified Wilson interval of a rate x / n.

    Wilson's interval, each end moved out to the exact one-sided limit of the same level where that lies
    further out: only among the few successes or failures where Wilson's own end is too sure.

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
    Brown, Cai and DasGupta (2001), Statistical Science 16, 101-133, with the binomial limit itself in place
    of their Poisson approximation to it, and wherever it matters rather than up to a tabulated x.
    """
    x, n, level = floats(*counts(x, n), level)
    return _united(wilson(x, n, level), lambda found: found[1:], [(x, n)], level)


def difference_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return the modified Newcombe interval of the difference x1 / n1 - x2 / n2.

    Newcombe's hybrid score interval, united with the same hybrid of the exact one-sided limits.

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
    """
    x1, n1, x2, n2, level = floats(*counts(x1, n1, x2, n2), level)
    low, high = _united(newcombe(x1, n1, x2, n2, level), mover_difference, [(x1, n1), (x2, n2)], level)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def ratio_interval(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return the modified Koopman interval of the ratio (x1 / n1) / (x2 / n2).

    Koopman's score interval, united with the MOVER-R interval of the exact one-sided limits. Where that
    adds nothing, as in all but sparse tables, the interval excludes 1 exactly where the pooled
    two-proportion Z test rejects.

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
    """
    x1, n1, x2, n2, level = floats(*counts(x1, n1, x2, n2), level)
    return _united(ratio_score(x1, n1, x2, n2, level), mover_ratio, [(x1, n1), (x2, n2)], level)


def _united(
    score: tuple[Floats, Floats],
    combine: Callable[..., tuple[Floats, Floats]],
    samples: list[tuple[Floats, Floats]],
    level: Floats,
) -> tuple[Floats, Floats]:
    """Widen score intervals to what *combine* makes of exact limits, where a sample's Wilson limit is too sure."""
    low, high = np.array(score[0]), np.array(score[1])
    sparse = np.isfinite(low) & np.any([_too_sure(x, n, level) for x, n in samples], axis=0)
    below, above = combine(*(_exact(x[sparse], n[sparse], level[sparse]) for x, n in samples))
    low[sparse], high[sparse] = np.minimum(low[sparse], below), np.maximum(high[sparse], above)
    return low[()], high[()]


def _too_sure(x: Floats, n: Floats, level: Floats) -> Bools:
    """Tell where a limit of Wilson's leaves more of the samples beyond it than the exact one-sided limit."""
    low, high = wilson(x, n, level)
    # Far cheaper than the exact limits, which are the roots of these two probabilities.
    below, above = betainc(x, n - x + 1, low), betainc(n - x, x + 1, 1 - high)
    return np.asarray((below > 1 - level) | (above > 1 - level))


def _exact(x: Floats, n: Floats, level: Floats) -> Estimate:
    """Return the rate with the limits of Clopper and Pearson, each one-sided at the full level."""
    rate = x / n
    low, failures = (np.where(a == 0, 0.0, betaincinv(a, n - a + 1, 1 - level)) for a in (x, n - x))
    # At a level below one half the one-sided limits pass the estimate.
    return Estimate(rate, np.minimum(low, rate), np.maximum(1 - failures, rate))
