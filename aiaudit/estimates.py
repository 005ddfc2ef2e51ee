"""Numbers of groups that are no shares of counts: each with its standard error, and set against a reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from aiaudit.facts import Form, Interval, Measurement, Metric, Reference, Scope
from aiaudit.rates import LEVEL, interval
from aiaudit.reference import choose
from aiaudit.statistics._counts import critical

Floats = npt.NDArray[np.float64]
Param = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """One number in every group of a partition.

    Parameters
    ----------
    metric : Metric
        The number.
    scopes : tuple of Scope, length g
        Groups.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known.
    value, error : ndarray of float, shape (g,)
        The number and its standard error; NaN where undefined.
    n : ndarray of int64, shape (g,)
        What the number rests on: rows, or members of the smaller class.
    rows : ndarray of int64, shape (g,)
        Rows of the group.
    method : str
        How number and standard error were computed.
    bounds : tuple of float
        The least and the greatest that the number can be.
    effective : ndarray of float, shape (g,), or None
        Kish's effective number of rows, where rows are weighted.
    params : mapping
        Settings the number depends on.
    rest : Estimates or None
        The same number of everyone else, for each group; wanted where that is the reference.
    """

    metric: Metric
    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    value: Floats
    error: Floats
    n: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    method: str
    bounds: tuple[float, float] = (-np.inf, np.inf)
    effective: Floats | None = None
    params: Mapping[str, Param] = field(default_factory=dict)
    rest: Estimates | None = None

    def measurements(self) -> Iterator[Measurement]:
        """Yield each group's number with a normal interval, cut at the bounds."""
        reach = critical(LEVEL) * self.error
        low = np.maximum(self.value - reach, self.bounds[0])
        high = np.minimum(self.value + reach, self.bounds[1])
        for i, scope in enumerate(self.scopes):
            sure = interval(low[i], high[i], "normal")
            yield Measurement(
                metric=self.metric.name,
                value=number(self.value[i]),
                n=int(self.rows[i]),
                denominator=int(self.n[i]),
                effective_n=self._effective(i),
                scope=scope,
                interval=sure,
                method=self.method,
                params=self._remarks(i, sure),
            )

    def differences(self, metric: Metric, rule: str) -> Iterator[Measurement]:
        """Yield each group's number minus its reference's: normal interval, Z test."""
        yield from self._contrasts(metric, rule, Form.DIFFERENCE)

    def ratios(self, metric: Metric, rule: str) -> Iterator[Measurement]:
        """Yield each group's number over its reference's: normal interval and Z test of the logarithm."""
        yield from self._contrasts(metric, rule, Form.RATIO)

    def _contrasts(self, metric: Metric, rule: str, form: Form) -> Iterator[Measurement]:
        compare, what = (_quotient, "ratio") if form is Form.RATIO else (_gap, "difference")
        for i, other, j, looks in self._pairs(rule):
            value, low, high, p = compare(self.value[i], self.error[i], other.value[j], other.error[j])
            sure = interval(low, high, "normal")
            yield Measurement(
                metric=metric.name,
                form=form,
                value=number(value),
                n=int(self.rows[i]),
                denominator=int(self.n[i]),
                effective_n=_smaller(self._effective(i), other._effective(j)),
                scope=self.scopes[i],
                interval=sure,
                p_value=number(p),
                reference=Reference(
                    scope=other.scopes[j],
                    numerator=None,
                    denominator=int(other.n[j]),
                    rule=rule,
                    looks=looks,
                    value=number(other.value[j]),
                ),
                method=f"{self.method}; {what} with normal interval and Z test",
                params=self._remarks(i, sure),
            )

    def _pairs(self, rule: str) -> Iterator[tuple[int, Estimates, int, float]]:
        """Yield group, whose number it is set against, at which position, and the looks that costs."""
        if rule == "rest":
            if self.rest is not None and len(self.scopes) > 1:
                yield from ((i, self.rest, i, 1.0) for i in range(len(self.scopes)))
            return
        chosen = choose(self.value, self.n, self.known, self.metric.better, rule)
        if chosen is not None:
            yield from (
                (int(i), self, chosen.best, float(k))
                for i, k in zip(chosen.others, chosen.looks, strict=True)
            )

    def _effective(self, i: int) -> float | None:
        return None if self.effective is None else float(self.effective[i])

    def _remarks(self, i: int, sure: Interval | None) -> dict[str, Param]:
        remarks = dict(self.params)
        if not self.known[i]:
            remarks["unknown_group"] = True
        if sure is None:
            remarks["no_interval"] = "undefined, or too few rows for a standard error"
        return remarks


def number(value: float) -> float | None:
    """Return a number of NumPy's as Python's; None where it is undefined."""
    return float(value) if np.isfinite(value) else None


def _smaller(one: float | None, other: float | None) -> float | None:
    return min(one, other) if one is not None and other is not None else None


Compare = Callable[[float, float, float, float], tuple[float, float, float, float]]


def _gap(value: float, error: float, other: float, other_error: float) -> tuple[float, float, float, float]:
    """Return difference, ends of its interval, and p-value; NaN where undefined."""
    gap, spread = value - other, np.hypot(error, other_error)
    reach = critical(LEVEL) * spread
    return gap, gap - reach, gap + reach, _p(gap, spread)


def _quotient(
    value: float, error: float, other: float, other_error: float
) -> tuple[float, float, float, float]:
    """Return ratio, ends of its interval, and p-value; NaN where either number is not positive."""
    if not (value > 0 and other > 0):
        return (0.0 if value == 0 and other > 0 else np.nan), np.nan, np.nan, np.nan
    log, spread = np.log(value / other), np.hypot(error / value, other_error / other)
    reach = critical(LEVEL) * spread
    return value / other, np.exp(log - reach), np.exp(log + reach), _p(log, spread)


def _p(gap: float, spread: float) -> float:
    if spread > 0:
        return float(2 * ndtr(-abs(gap) / spread))
    # Without spread nothing is left to chance: equal numbers agree; others are left untested.
    return 1.0 if spread == 0 and gap == 0 else np.nan
