"""Contrasts pooled over strata: of counts, or of weighted rows."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aiaudit.facts import Form
from aiaudit.measuring.partitions import Floats, Ints
from aiaudit.measuring.rates import LEVEL
from aiaudit.statistics.mantel_haenszel import Pooled, adjusted_rates, risk_difference, risk_ratio
from aiaudit.statistics.stratified_tests import StratifiedTest, cochran_mantel_haenszel, homogeneity
from aiaudit.statistics.weighted_strata import Side, WeightedStrata


@dataclass(frozen=True, kw_only=True)
class Pooling:
    """Groups against their references, c contrasts over s strata.

    Parameters
    ----------
    first, second : ndarray of float, shape (k, c, s)
        Numerators, denominators and rows; where rows are weighted (k = 7) also the sums of the weights and of their
        squares over the denominators and over the numerators.
    """

    first: Floats
    second: Floats

    @cached_property
    def _shared(self) -> tuple[Floats, Floats]:
        """Both sides, with nothing where the other has nothing."""
        both = (self.first[1] > 0) & (self.second[1] > 0)
        return np.where(both, self.first, 0.0), np.where(both, self.second, 0.0)

    @cached_property
    def _counts(self) -> tuple[Floats, Floats, Floats, Floats]:
        first, second = self._shared
        return first[0], first[1], second[0], second[1]

    @cached_property
    def _weighted(self) -> WeightedStrata | None:
        if len(self.first) < 4:
            return None
        first, second = (
            Side(n=s[1], weights=s[3], squares=s[4], successes=s[5], square_successes=s[6])
            for s in self._shared
        )
        return WeightedStrata(first=first, second=second)

    @cached_property
    def sizes(self) -> Ints:
        """Denominators in the strata that hold both sides, shape (2, c)."""
        return np.array([side[1].sum(axis=1) for side in self._shared]).astype(np.int64)

    @property
    def strata(self) -> Ints:
        """How many strata hold both sides, shape (c,)."""
        return np.asarray((self._shared[0][1] > 0).sum(axis=1))

    @cached_property
    def adjusted(self) -> tuple[Floats, Floats]:
        """Both rates as if both sides were spread over the strata alike."""
        return adjusted_rates(*self._counts) if self._weighted is None else self._weighted.adjusted

    def values(self, form: Form) -> Pooled:
        """Return ratio or difference with its interval."""
        if self._weighted is not None:
            return (self._weighted.ratio if form is Form.RATIO else self._weighted.difference)(LEVEL)
        return (risk_ratio if form is Form.RATIO else risk_difference)(*self._counts, LEVEL)

    def crude(self, form: Form) -> Floats:
        """Return the same without regard to strata, of everybody."""
        x, n = (0, 1) if self._weighted is None else (5, 3)
        with np.errstate(invalid="ignore", divide="ignore"):
            first, second = (side[x].sum(axis=1) / side[n].sum(axis=1) for side in (self.first, self.second))
            return np.asarray(first / second if form is Form.RATIO else first - second)

    def method(self, form: Form) -> str:
        """Name the interval."""
        if self._weighted is not None:
            return "weighted least squares, linearized" if form is Form.DIFFERENCE else "linearized logarithm"
        return f"modified {'Greenland-Robins' if form is Form.RATIO else 'Klingenberg'} interval"

    @cached_property
    def _test(self) -> StratifiedTest:
        return cochran_mantel_haenszel(*self._counts)

    @property
    def p_value(self) -> Floats:
        """Test of equal rates within every stratum."""
        return self._test.p_value if self._weighted is None else self._weighted.p_value

    def tested(self, i: int) -> str:
        """Name the test of contrast *i*."""
        if self._weighted is not None:
            return "score test, linearized"
        exact = "normal" if math.isnan(self._test.exact[i]) else "exact"
        return f"Cochran-Mantel-Haenszel test, {exact}"

    @cached_property
    def tests(self) -> list[Mapping[str, float]]:
        """Every test of each contrast, by name."""
        if self._weighted is not None:
            return [{}] * len(self.first[0])
        named = {
            "cmh": self._test.normal,
            "cmh_exact": self._test.exact,
            "cmh_z": self._test.z,
            "homogeneity": homogeneity(*self._counts),
        }
        return [
            {name: float(p[i]) for name, p in named.items() if math.isfinite(p[i])}
            for i in range(len(self.first[0]))
        ]

    def effective(self, i: int) -> float | None:
        """Return what the smaller side of contrast *i* is worth in rows of equal weight; None without weights."""
        return None if self._weighted is None else float(self._weighted.effective_n[i])
