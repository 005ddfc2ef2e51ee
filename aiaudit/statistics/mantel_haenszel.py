"""Two groups compared within strata: Mantel and Haenszel's ratio and difference of rates, with intervals."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aiaudit.statistics._counts import Floats, counts, critical
from aiaudit.statistics.mover import Estimate, mover_difference, mover_ratio
from aiaudit.statistics.weighted import weighted_rate

Combine = Callable[[Estimate, Estimate], tuple[Floats, Floats]]

#: Below so many successes or failures of a group exact limits widen its interval: as many as the modified
#: intervals of single rates have it at 95 %.
SPARSE = 10


class Pooled(NamedTuple):
    """A contrast pooled over strata: value and ends of its interval, NaN where undefined."""

    value: Floats
    low: Floats
    high: Floats


class AdjustedRates(NamedTuple):
    """Rates of the two groups as if both were spread over the strata alike, NaN where no stratum holds both."""

    first: Floats
    second: Floats


def adjusted_rates(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike
) -> AdjustedRates:
    """Return both rates averaged over strata with Mantel and Haenszel's weights n1 n2 / (n1 + n2).

    Their ratio is Mantel and Haenszel's risk ratio, their difference his risk difference.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int, shape (..., s)
        Successes and trials of the group and of the reference by stratum; strata without trials of either
        are passed over.

    Raises
    ------
    ValueError
        If the counts are not counts.
    """
    x1, n1, x2, n2 = _shared(x1, n1, x2, n2)
    total = np.maximum(n1 + n2, 1)
    with np.errstate(invalid="ignore"):
        weight = (n1 * n2 / total).sum(axis=-1)
        return AdjustedRates((x1 * n2 / total).sum(axis=-1) / weight, (x2 * n1 / total).sum(axis=-1) / weight)


def risk_ratio(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: float
) -> Pooled:
    """Return Mantel and Haenszel's ratio of rates over strata.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int, shape (..., s)
        As for `adjusted_rates`.
    level : float
        Confidence level, above one half.

    Returns
    -------
    Pooled
        Finite; NaN where the reference has no success in a stratum that holds both.

    Raises
    ------
    ValueError
        If the counts are not counts or the level is not a level above one half.

    Notes
    -----
    Greenland and Robins (1985), Biometrics 41, 55-68: their variance serves many small strata as well as few
    large ones. Without a success in the group its logarithm does not exist; there the ratios r are taken for
    which (R - r S)² is at most z² r D, the same variance before the logarithm. Among few successes or failures
    the interval is united with MOVER-R of exact limits.
    """
    x1, n1, x2, n2 = _shared(x1, n1, x2, n2)
    z, total = float(critical(level)), np.maximum(n1 + n2, 1)
    first, second = (x1 * n2 / total).sum(axis=-1), (x2 * n1 / total).sum(axis=-1)
    variance = ((n1 * n2 * (x1 + x2) - x1 * x2 * total) / total**2).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.where(second > 0, first / second, np.nan)
        reach = np.exp(z * np.sqrt(variance / (first * second)))
        low = np.where(first > 0, value / reach, 0.0)
        high = np.where(first > 0, value * reach, z**2 * variance / second**2)
    return _with_exact(Pooled(value, low, high), mover_ratio, (x1, n1, x2, n2), level)


def risk_difference(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike, level: float
) -> Pooled:
    """Return Mantel and Haenszel's difference of rates over strata.

    Parameters
    ----------
    x1, n1, x2, n2, level
        As for `risk_ratio`.

    Returns
    -------
    Pooled
        Within [-1, 1]; NaN where no stratum holds both.

    Raises
    ------
    ValueError
        As for `risk_ratio`.

    Notes
    -----
    Klingenberg (2014), Statistics in Medicine 33, 2968-2983: the differences d that a score test with Sato's
    variance does not reject (Sato 1989, Biometrics 45, 1323-1324), good for many small strata as for few large
    ones. Among few successes or failures united with MOVER of exact limits.
    """
    x1, n1, x2, n2 = _shared(x1, n1, x2, n2)
    z, total = float(critical(level)), np.maximum(n1 + n2, 1)
    gap = ((x1 * n2 - x2 * n1) / total).sum(axis=-1)
    slope = ((n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / total**2).sum(axis=-1)
    constant = ((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * total)).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = (n1 * n2 / total).sum(axis=-1)
        value = gap / weight
        middle = value + z**2 * slope / weight**2 / 2
        reach = np.sqrt(np.maximum(middle**2 - value**2 + z**2 * constant / weight**2, 0))
    found = Pooled(value, np.maximum(middle - reach, -1.0), np.minimum(middle + reach, 1.0))
    return _with_exact(found, mover_difference, (x1, n1, x2, n2), level)


def _shared(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> tuple[Floats, ...]:
    """Return the counts, those of strata without either group set to 0."""
    found = counts(x1, n1, x2, n2)
    both = (found[1] > 0) & (found[3] > 0)
    return tuple(np.where(both, each, 0.0) for each in found)


def _with_exact(found: Pooled, combine: Combine, strata: tuple[Floats, ...], level: float) -> Pooled:
    """Widen intervals that rest on few events to what *combine* makes of exact one-sided limits."""
    if not 0.5 < level < 1:
        raise ValueError("a level above one half, so that one-sided limits lie on their sides")
    x1, n1, x2, n2 = strata
    events = np.array([each.sum(axis=-1) for each in (x1, n1 - x1, x2, n2 - x2)])
    sparse = np.isfinite(found.value) & (events.min(axis=0) < SPARSE)
    a, b, c, d = (np.broadcast_to(each, x1.shape)[sparse] for each in strata)
    below, above = combine(_exact(a, b, d, level), _exact(c, d, b, level))
    low, high = np.array(found.low), np.array(found.high)
    low[sparse], high[sparse] = np.fmin(low[sparse], below), np.fmax(high[sparse], above)
    undefined = np.isnan(found.value)
    return Pooled(
        found.value[()], np.where(undefined, np.nan, low)[()], np.where(undefined, np.nan, high)[()]
    )


def _exact(x: Floats, n: Floats, other: Floats, level: float) -> Estimate:
    """Return the adjusted rate as that of rows weighted for the strata, each limit one-sided at the full level."""
    weight = other / np.maximum(n + other, 1)
    sums = ((value * power).sum(axis=-1) for value in (n, x) for power in (weight, weight**2))
    total, squares, part, part_squares = sums
    found = weighted_rate(n.sum(axis=-1), total, squares, part, part_squares, 2 * level - 1)
    return Estimate(found.value, found.low, found.high)
