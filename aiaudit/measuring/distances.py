"""Distances of two samples: the largest and the total difference of their distribution functions."""

from __future__ import annotations

import numpy as np
from scipy.special import kolmogorov

from aiaudit.measuring.partitions import Floats


def kolmogorov_smirnov(one: Floats, other: Floats) -> tuple[float, float]:
    """Return the largest difference of two distribution functions, and the p-value of "they are one".

    Parameters
    ----------
    one, other : ndarray of float
        Two samples, sorted, not empty. The cost grows with the smaller.

    Returns
    -------
    statistic, p_value : float
        The p-value by the limiting distribution, which is cautious for small samples and for ties.

    Notes
    -----
    Between two neighbours of the smaller sample its own function is flat and the other's rises, so the
    difference is largest right at them or right before.
    """
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    own = [np.searchsorted(few, few, side) / len(few) for side in ("left", "right")]
    theirs = [np.searchsorted(many, few, side) / len(many) for side in ("left", "right")]
    largest = float(max(np.abs(a - b).max() for a, b in zip(own, theirs, strict=True)))
    return largest, float(kolmogorov(np.sqrt(len(one) * len(other) / (len(one) + len(other))) * largest))


def wasserstein(one: Floats, other: Floats) -> float:
    """Return the area between two distribution functions (first Wasserstein, or earth mover's, distance).

    Parameters
    ----------
    one, other : ndarray of float
        Two samples, sorted, not empty. The cost grows with the smaller.

    Returns
    -------
    float
        In the unit of the values.
    """
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    n, sums = len(many), np.concatenate([[0.0], np.cumsum(many)])

    def area(upto: Floats) -> Floats:
        """Integrate the larger sample's distribution function up to each point."""
        below = np.searchsorted(many, upto, side="right")
        return np.asarray((below * upto - sums[below]) / n)

    left, right = few[:-1], few[1:]
    level = np.arange(1, len(few)) / len(few)
    # Where the rising function crosses the flat one, if within the stretch.
    at = np.clip(np.ceil(level * n).astype(np.int64) - 1, 0, n - 1)
    crossing = np.clip(many[at], left, right)
    inside = level * (2 * crossing - left - right) + area(left) + area(right) - 2 * area(crossing)
    above = many[many > few[-1]]
    return float(inside.sum() + area(few[:1])[0] + (above - few[-1]).sum() / n)
