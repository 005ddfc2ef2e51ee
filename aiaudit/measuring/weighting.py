"""Weighted rates set against each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aiaudit.measuring.partitions import Floats
from aiaudit.statistics.hypothesis_tests import TwoProportions, two_proportions
from aiaudit.statistics.mover import Estimate, mover_difference, mover_ratio
from aiaudit.statistics.weighted import WeightedRate


@dataclass(frozen=True, kw_only=True)
class WeightedContrasts:
    """Weighted rates of groups and of their references, c elements each."""

    first: WeightedRate
    second: WeightedRate

    @cached_property
    def test(self) -> TwoProportions:
        """Test of equal rates on the effective counts: what weighted rows are worth, in whole rows.

        A Z test on linearized errors calls chance a gap where nearly everybody of a small group is alike: its own
        few rows then vouch for its error.
        """
        sides = []
        for side in (self.first, self.second):
            # A thousandth of a row more: equal weights are worth their number but for rounding.
            n = np.floor(np.nan_to_num(side.effective_n) + 0.001)
            sides += [np.rint(np.nan_to_num(side.value) * n), n]
        return two_proportions(*sides)

    @cached_property
    def effective_n(self) -> Floats:
        """Rows of equal weight that the smaller side is worth."""
        return np.fmin(np.nan_to_num(self.first.effective_n), np.nan_to_num(self.second.effective_n))

    def difference(self) -> tuple[Floats, Floats, Floats]:
        """Return first minus second and the ends of its interval, recovered from those of the rates."""
        return self.first.value - self.second.value, *mover_difference(*self._estimates())

    def ratio(self) -> tuple[Floats, Floats, Floats]:
        """Return first over second and the ends of its interval; NaN where the second is 0."""
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(self.second.value > 0, self.first.value / self.second.value, np.nan)
        return value, *mover_ratio(*self._estimates())

    def _estimates(self) -> tuple[Estimate, Estimate]:
        first, second = (Estimate(r.value, r.low, r.high) for r in (self.first, self.second))
        return first, second
