"""What a sample could have shown, and what would settle an open question."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from aiaudit.statistics._counts import Floats, bisect, counts, critical, floats, shares

#: Sizes tried: doubling beyond 2**43 rows no longer changes any power that a float can hold.
_DOUBLINGS = 44


def detection_power(
    p1: npt.ArrayLike, n1: npt.ArrayLike, p2: npt.ArrayLike, n2: npt.ArrayLike, alpha: npt.ArrayLike
) -> Floats:
    """Return about the chance that `two_proportions` rejects equality, two-sided.

    Parameters
    ----------
    p1, p2 : array_like of float
        True rates of the group and of the reference.
    n1, n2 : array_like of float
        Their sizes.
    alpha : array_like of float
        Level of the test.

    Returns
    -------
    ndarray of float
        Power by the normal approximation with a correction for continuity, which stands in for the caution
        of Fisher's test in small tables and vanishes in large ones; NaN where a size is 0 or p1 = p2 is 0
        or 1.

    Raises
    ------
    ValueError
        If a rate lies outside [0, 1] or alpha is not within (0, 1).

    Notes
    -----
    Casagrande, Pike and Smith (1978), Biometrics 34, 483-486; Fleiss, Levin and Paik (2003), Statistical
    Methods for Rates and Proportions, chapter 4, for unequal sizes.
    """
    p1, p2 = shares(p1, p2)
    n1, n2, alpha = floats(n1, n2, alpha)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(ndtr(_quantile(p1, n1, p2, n2, critical(1 - alpha))))[()]


def rows_needed(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    alpha: npt.ArrayLike,
    power: float = 0.8,
) -> Floats:
    """Return about how many more rows of the group would settle a gap, if both observed rates stay.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Successes and trials of the group and of the reference; they broadcast.
    alpha : array_like of float
        Level of the two-sided test; the adjusted one where several are made.
    power : float
        Chance wanted that the test then rejects.

    Returns
    -------
    ndarray of float
        Rows, a whole number; 0 where the sample is already large enough, infinity where no number of rows
        of this group would do (the reference is too small), NaN where the rates are equal or undefined.

    Raises
    ------
    ValueError
        If the counts are not counts, or alpha or power is not within (0, 1).
    """
    x1, n1, x2, n2, alpha = floats(*counts(x1, n1, x2, n2), alpha)
    z, wanted = critical(1 - alpha), _wanted(power)
    unequal = (n1 > 0) & (n2 > 0) & (x1 * n2 != x2 * n1)
    with np.errstate(invalid="ignore", divide="ignore"):
        p1, p2 = x1 / n1, x2 / n2
        sizes = n1 * 2.0 ** np.arange(_DOUBLINGS).reshape(-1, *([1] * n1.ndim))
        enough = _quantile(p1, sizes, p2, n2, z) >= wanted
        first = np.argmax(enough, axis=0)
        high = n1 * 2.0**first
        low = np.where(first == 0, high, high / 2)
        size = bisect(lambda n: _quantile(p1, n, p2, n2, z) < wanted, low, high)
    rows = np.where(enough.any(axis=0), np.maximum(np.ceil(size - n1 - 1e-6), 0), np.inf)
    return np.where(unequal, rows, np.nan)[()]


def smallest_detectable_difference(
    n1: npt.ArrayLike, p2: npt.ArrayLike, n2: npt.ArrayLike, alpha: npt.ArrayLike, power: float = 0.8
) -> Floats:
    """Return the smallest shortfall p2 - p1 that these sizes could have shown.

    Parameters
    ----------
    n1, n2 : array_like of float
        Sizes of the group and of the reference.
    p2 : array_like of float
        The reference's rate. For a group above its reference, give 1 - p2.
    alpha : array_like of float
        Level of the two-sided test.
    power : float
        Chance wanted that the test rejects.

    Returns
    -------
    ndarray of float
        A difference in (0, p2]; NaN where even p1 = 0 would stay unseen.

    Raises
    ------
    ValueError
        If a rate lies outside [0, 1], or alpha or power is not within (0, 1).
    """
    (p2,) = shares(p2)
    n1, p2, n2, alpha = floats(n1, p2, n2, alpha)
    z, wanted, nothing = critical(1 - alpha), _wanted(power), np.zeros_like(p2)
    with np.errstate(invalid="ignore", divide="ignore"):
        visible = _quantile(nothing, n1, p2, n2, z) >= wanted
        rate = bisect(lambda p: _quantile(p, n1, p2, n2, z) >= wanted, nothing, p2)
    return np.where(visible, p2 - rate, np.nan)[()]


def _quantile(p1: Floats, n1: Floats, p2: Floats, n2: Floats, z: Floats) -> Floats:
    """Return the standard normal quantile of the power."""
    pooled = (n1 * p1 + n2 * p2) / (n1 + n2)
    sizes = 1 / n1 + 1 / n2
    null = np.sqrt(pooled * (1 - pooled) * sizes)
    real = np.sqrt(p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2)
    return (np.abs(p1 - p2) - sizes / 2 - z * null) / real


def _wanted(power: float) -> float:
    if not 0 < power < 1:
        raise ValueError("a power lies strictly between 0 and 1")
    return float(ndtri(power))
