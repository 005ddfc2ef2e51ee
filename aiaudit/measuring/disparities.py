"""Demographic disparities of the groups of one partition, of counts or of weighted rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aiaudit.measuring.partitions import Floats, Ints
from aiaudit.measuring.rates import LEVEL
from aiaudit.statistics.disparity import demographic_disparity, weighted_disparity
from aiaudit.statistics.stratified_tests import cochran_mantel_haenszel
from aiaudit.statistics.weighted_strata import Side, WeightedStrata


@dataclass(frozen=True, kw_only=True)
class Disparities:
    """Each group's disparity, all of shape (g,).

    Parameters
    ----------
    value, low, high : ndarray of float
        The disparity and its interval, NaN where undefined.
    p_value : ndarray of float
        Test that the group and everyone else are selected alike within strata.
    sizes : ndarray of int, shape (2, g)
        People of the group, and of everyone else, in strata that select some and refuse some.
    worth : ndarray of float, or None
        What the smaller of the two is worth in rows of equal weight, where rows are weighted.
    method, test : str
        How interval and test were computed.
    """

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats
    sizes: Ints
    worth: Floats | None
    method: str
    test: str

    def effective(self, i: int) -> float | None:
        """Return what the number rests on where that is not the group itself: a smaller rest, or its weights."""
        if self.worth is not None:
            return float(self.worth[i])
        own, others = self.sizes[:, i].tolist()
        return float(others) if others < own else None


def disparities(sums: Floats) -> Disparities:
    """Compare every group with everyone else within strata.

    Parameters
    ----------
    sums : ndarray of float, shape (k, g, s)
        Selected, all and rows by group and stratum, and sums of weights where there are any, as in
        `aiaudit.measuring.conditional.Conditional`.
    """
    x, n = sums[:2]
    whole = sums.sum(axis=1, keepdims=True)
    others = whole - sums
    telling = (whole[0] > 0) & (whole[0] < whole[1])
    sizes = np.array([(side * telling).sum(axis=1) for side in (n, others[1])]).astype(np.int64)
    if len(sums) < 4:
        value, low, high = demographic_disparity(x, n, whole[0], whole[1], LEVEL)
        p = cochran_mantel_haenszel(x, n, others[0], others[1]).p_value
        worth, method, test = (
            None,
            "standard errors and Newcombe's hybrid",
            "Cochran-Mantel-Haenszel test",
        )
    else:
        own, rest, every = (_side(each) for each in (sums, np.maximum(others, 0), whole))
        value, low, high = weighted_disparity(own, every, LEVEL)
        pair = WeightedStrata(first=own, second=rest)
        p, worth, method, test = pair.p_value, pair.effective_n, "linearized errors", "score test, linearized"
    return Disparities(
        value=value, low=low, high=high, p_value=p, sizes=sizes, worth=worth, method=method, test=test
    )


def _side(sums: Floats) -> Side:
    return Side(n=sums[1], weights=sums[3], squares=sums[4], successes=sums[5], square_successes=sums[6])
