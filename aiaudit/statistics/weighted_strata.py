"""Two groups of weighted rows compared within strata."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from aiaudit.statistics._counts import Floats, critical
from aiaudit.statistics.mantel_haenszel import Pooled
from aiaudit.statistics.weighted import kish_effective_n

#: Beyond this share too little is left of a stratum's residuals to be scaled up.
LEVERAGE_MAX = 0.75


@dataclass(frozen=True, kw_only=True)
class Side:
    """One group's rows by stratum, all of shape (..., s).

    Parameters
    ----------
    n : ndarray of float
        Rows.
    weights, squares : ndarray of float
        Sums of w and of w².
    successes, square_successes : ndarray of float
        The same over the successes.
    """

    n: Floats
    weights: Floats
    squares: Floats
    successes: Floats
    square_successes: Floats

    def spread(self, fitted: Floats) -> Floats:
        """Return sums of w² (y - fitted)² by stratum."""
        failures = self.squares - self.square_successes
        return np.asarray(self.square_successes * (1 - fitted) ** 2 + failures * fitted**2)


@dataclass(frozen=True, kw_only=True)
class WeightedStrata:
    """A group and its reference, rows weighted, compared within strata.

    Mantel and Haenszel's estimators with sums of weights for counts: the difference is the coefficient of the group in
    weighted least squares on group and stratum. Errors are linearized about what the common difference (or ratio)
    fits to each stratum, scaled up by N / (N - 1) for its N effective rows, so that small strata count rightly.
    """

    first: Side
    second: Side

    @cached_property
    def _share(self) -> tuple[Floats, Floats]:
        """What a unit of weight of each side counts: the other side's share of the stratum."""
        one, two = self.first.weights, self.second.weights
        both = (one > 0) & (two > 0)
        total = np.where(both, one + two, 1.0)
        return np.where(both, two / total, 0.0), np.where(both, one / total, 0.0)

    @cached_property
    def adjusted(self) -> tuple[Floats, Floats]:
        """Both rates as if both groups were spread over the strata alike, NaN where no stratum holds both."""
        (one, two), weight = self._share, self._weight
        with np.errstate(invalid="ignore", divide="ignore"):
            return (
                (one * self.first.successes).sum(axis=-1) / weight,
                (two * self.second.successes).sum(axis=-1) / weight,
            )

    @cached_property
    def effective_n(self) -> Floats:
        """Rows of equal weight that the smaller side is worth."""
        worth = [
            kish_effective_n((o * side.weights).sum(axis=-1), (o**2 * side.squares).sum(axis=-1))
            for o, side in zip(self._share, (self.first, self.second), strict=True)
        ]
        return np.asarray(np.minimum(*np.nan_to_num(worth)))

    @cached_property
    def p_value(self) -> Floats:
        """Two-sided score test of "no difference in any stratum"; NaN where no stratum varies."""
        first, second = self.adjusted
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(2 * ndtr(-np.abs(first - second) / self._error(self._pooled, self._pooled)))

    def difference(self, level: float) -> Pooled:
        """Return the difference of the adjusted rates; the ends are NaN where nothing varies."""
        (one, two), (first, second) = self._share, self.adjusted
        gap = (first - second)[..., np.newaxis]
        error = self._error(self._pooled + gap * one, self._pooled - gap * two)
        reach = critical(level) * np.where(error > 0, error, np.nan)
        value = first - second
        return Pooled(value, np.maximum(value - reach, -1.0), np.minimum(value + reach, 1.0))

    def ratio(self, level: float) -> Pooled:
        """Return the ratio of the adjusted rates; NaN where the second is 0, the ends also where the first is."""
        first, second = self.adjusted
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(second > 0, first / second, np.nan)
            r = value[..., np.newaxis]
            sums = self.first.successes + self.second.successes
            fitted = sums / (r * self.first.weights + self.second.weights)
            error = self._error(np.minimum(r * fitted, 1.0), np.minimum(fitted, 1.0), r) / first
            reach = np.exp(critical(level) * np.where((error > 0) & (first > 0), error, np.nan))
            return Pooled(value, value / reach, value * reach)

    @property
    def _weight(self) -> Floats:
        return np.asarray((self._share[0] * self.first.weights).sum(axis=-1))

    @cached_property
    def _pooled(self) -> Floats:
        total = self.first.weights + self.second.weights
        return (self.first.successes + self.second.successes) / np.where(total > 0, total, 1.0)

    @cached_property
    def _leverage(self) -> Floats:
        """What a stratum's own fitted rate takes from its squared residuals: one in its effective number of rows."""
        total = self.first.weights + self.second.weights
        with np.errstate(invalid="ignore", divide="ignore"):
            rows = np.nan_to_num(kish_effective_n(total, self.first.squares + self.second.squares))
        return 1 / np.maximum(rows, 1 / LEVERAGE_MAX)

    def _error(self, first: Floats, second: Floats, ratio: Floats | float = 1.0) -> Floats:
        """Return the standard error of the first adjusted rate minus *ratio* times the second."""
        one, two = self._share
        terms = one**2 * self.first.spread(first) + (ratio * two) ** 2 * self.second.spread(second)
        scale = 1 / (1 - self._leverage)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(
                np.sqrt(np.where((one > 0) | (two > 0), terms * scale, 0).sum(axis=-1)) / self._weight
            )
