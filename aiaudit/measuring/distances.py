"""Distances of two samples: the largest and the total difference of their distribution functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import kolmogorov

from aiaudit.measuring.partitions import Floats, Ints
from aiaudit.measuring.ranked import Ranked


@dataclass(frozen=True, kw_only=True)
class Distances:
    """How far two distribution functions lie apart.

    Parameters
    ----------
    largest : float
        The Kolmogorov-Smirnov statistic.
    p_value : float
        Of "they are one", by the limiting distribution: cautious in small samples and with ties.
    area : float
        The area between them, in the unit of the values: the first Wasserstein (earth mover's) distance.
    """

    largest: float
    p_value: float
    area: float


def distances(one: Floats, other: Floats) -> Distances:
    """Compare two samples.

    Parameters
    ----------
    one, other : ndarray of float
        Sorted, not empty. The cost grows with the smaller.

    Notes
    -----
    Between two neighbours of the smaller sample its own distribution function is flat and the other's rises, so
    that their difference is largest at the one or right before the next, and changes its sign at most once.
    """
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    before, upto = (np.searchsorted(many, few, side) for side in ("left", "right"))
    steps = np.arange(len(few) + 1) / len(few)
    largest = max(
        float((steps[1:] - upto / len(many)).max()), float((before / len(many) - steps[:-1]).max()), 0.0
    )
    size = np.sqrt(len(one) * len(other) / (len(one) + len(other)))
    return Distances(
        largest=largest, p_value=float(kolmogorov(size * largest)), area=_area(few, many, upto, steps[1:-1])
    )


def apart(one: Ranked, other: Ranked, weights: Floats | None) -> Distances:
    """Compare the scores of two sets of rows, heeding the *weights* of all rows where there are some."""
    if weights is None:
        return distances(one.score, other.score)
    return weighted_distances(one.score, other.score, weights[one.rows], weights[other.rows])


def weighted_distances(one: Floats, other: Floats, own: Floats, others: Floats) -> Distances:
    """Compare two samples whose rows are weighted.

    Parameters
    ----------
    one, other : ndarray of float
        The values, not empty.
    own, others : ndarray of float
        Their weights. The test takes Kish's effective numbers for the sizes. All is NaN where a sample weighs
        nothing.
    """
    if not (own.any() and others.any()):
        return Distances(largest=np.nan, p_value=np.nan, area=np.nan)
    values = np.concatenate([one, other])
    steps = np.concatenate([own / own.sum(), -others / others.sum()])
    order = np.argsort(values, kind="stable")
    values, gap = values[order], np.cumsum(steps[order])
    last = np.concatenate([values[1:] != values[:-1], [True]])
    values, gap = values[last], gap[last]
    n, m = (w.sum() ** 2 / (w**2).sum() for w in (own, others))
    # The last gap is that of everybody, 0 but for rounding.
    largest = float(np.abs(gap[:-1]).max(initial=0.0))
    return Distances(
        largest=largest,
        p_value=float(kolmogorov(np.sqrt(n * m / (n + m)) * largest)),
        area=float(np.abs(gap[:-1]) @ np.diff(values)),
    )


def _area(few: Floats, many: Floats, upto: Ints, level: Floats) -> float:
    n, sums = len(many), np.concatenate([[0.0], np.cumsum(many)])
    # Integral of the larger sample's function up to each point; points equal to it add nothing.
    below = (upto * few - sums[upto]) / n
    left, right = few[:-1], few[1:]
    # Where the rising function crosses the flat one, if between the neighbours.
    at = np.clip(np.ceil(level * n).astype(np.int64) - 1, 0, n - 1)
    crossing = np.clip(many[at], left, right)
    there = ((at + 1) * many[at] - sums[at + 1]) / n
    there = np.where(many[at] < left, below[:-1], np.where(many[at] > right, below[1:], there))
    inside = level * (2 * crossing - left - right) + below[:-1] + below[1:] - 2 * there
    beyond = (sums[-1] - sums[upto[-1]] - (n - upto[-1]) * few[-1]) / n
    return float(inside.sum() + below[0] + beyond)
