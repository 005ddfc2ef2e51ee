"""Whether a rate or a gap changed between two audits beyond noise: pure functions of their counts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

Floats = npt.NDArray[np.float64]


def change_of_ratio(
    old: Sequence[npt.ArrayLike], new: Sequence[npt.ArrayLike], add: float = 1.0
) -> tuple[Floats, Floats]:
    """Test whether a ratio of two rates changed.

    Parameters
    ----------
    old, new : sequence of four array_like of int
        Successes and trials of the group, then of the reference, in either audit; they broadcast.
    add : float
        Successes and failures added to every group before its logarithm and its variance are taken, so that
        groups of which nobody or everybody was selected count with the doubt they deserve.

    Returns
    -------
    z, p_value : ndarray of float
        Difference of the log ratios over its standard error, positive where the ratio grew, and the
        two-sided p-value; NaN where a group is empty.

    Notes
    -----
    The delta method on log((x + 1) / (n + 2)). Agresti and Caffo (2000), The American Statistician 54,
    280-288, add one success and one failure to each group for differences; ``docs/archive.md`` has the false
    alarms measured for either.
    """
    return _test(*_contrast(old, add, logarithm=True), *_contrast(new, add, logarithm=True))


def change_of_difference(
    old: Sequence[npt.ArrayLike], new: Sequence[npt.ArrayLike], add: float = 1.0
) -> tuple[Floats, Floats]:
    """Test whether a difference of two rates changed; parameters and answers as for `change_of_ratio`."""
    return _test(*_contrast(old, add, logarithm=False), *_contrast(new, add, logarithm=False))


def change_of_value(
    old: tuple[float, float, float, float], new: tuple[float, float, float, float]
) -> tuple[float, float]:
    """Test whether a number that has an interval and no counts changed.

    Parameters
    ----------
    old, new : tuple of float
        Value, low end, high end and level of either audit.

    Returns
    -------
    z, p_value : float
        Difference over the length of the two arms that point at each other, in standard errors, and the
        two-sided p-value; 0 and 1 where the values are equal.

    Notes
    -----
    Recovers the variances from the intervals (Zou and Donner 2008, Statistics in Medicine 27, 1693-1702);
    exact for intervals that are value ± z · standard error.
    """
    change = new[0] - old[0]
    if change == 0:
        return 0.0, 1.0
    arms = [(old[2] - old[0], old[3]), (new[0] - new[1], new[3])]
    if change < 0:
        arms = [(old[0] - old[1], old[3]), (new[2] - new[0], new[3])]
    error = float(np.hypot(*[arm / -ndtri((1 - level) / 2) for arm, level in arms]))
    z = change / error if error else float(np.copysign(np.inf, change))
    return z, float(2 * ndtr(-abs(z)))


def _contrast(counts: Sequence[npt.ArrayLike], add: float, *, logarithm: bool) -> tuple[Floats, Floats]:
    """Return the contrast and its variance."""
    x1, n1, x2, n2 = np.broadcast_arrays(*(np.asarray(c, np.float64) for c in counts))
    m1, m2 = n1 + 2 * add, n2 + 2 * add
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = (x1 + add) / m1, (x2 + add) / m2
        if logarithm:
            value, variance = np.log(p1 / p2), (1 - p1) / (p1 * m1) + (1 - p2) / (p2 * m2)
        else:
            value, variance = p1 - p2, p1 * (1 - p1) / m1 + p2 * (1 - p2) / m2
    empty = (n1 <= 0) | (n2 <= 0)
    return np.where(empty, np.nan, value), np.where(empty, np.nan, variance)


def _test(before: Floats, doubt_before: Floats, after: Floats, doubt_after: Floats) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (after - before) / np.sqrt(doubt_before + doubt_after)
    return z, 2 * ndtr(-np.abs(z))
