"""Numbers of groups that are no shares of counts: each with its standard error, and set against a reference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, ndtr, stdtr, stdtrit

from aiaudit.facts import Form, Interval, Measurement, Metric, Reference, Scope
from aiaudit.measuring.rates import LEVEL, interval, number, partitions
from aiaudit.measuring.reference import Rule, choose
from aiaudit.statistics._counts import critical

Floats = npt.NDArray[np.float64]
Param = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True)
class Estimates:
    """One number in every group of one partition or of several.

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
    df : ndarray of float, shape (g,), or None
        Degrees of freedom of the standard error; None takes it as exact.
    bounds : tuple of float
        The least and the greatest that the number can be.
    on_logit : bool
        Whether the interval is symmetric on the logit between the bounds (on the logarithm, where there is no upper
        one), as suits numbers near one of them.
    effective : ndarray of float, shape (g,), or None
        Kish's effective number of rows, where rows are weighted.
    params : mapping
        Settings the number depends on.
    rest : Estimates or None
        The same number of everyone else, for each group; wanted where that is the reference.
    parts : tuple of int
        Groups in each partition, which follow one another; empty where there is one.
    """

    metric: Metric
    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    value: Floats
    error: Floats
    n: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    method: str
    df: Floats | None = None
    bounds: tuple[float, float] = (-np.inf, np.inf)
    on_logit: bool = False
    effective: Floats | None = None
    params: Mapping[str, Param] = field(default_factory=dict)
    rest: Estimates | None = None
    parts: tuple[int, ...] = ()

    def measurements(self) -> Iterator[Measurement]:
        """Yield each group's number with its interval, cut at the bounds."""
        low, high = self._ends()
        for i, scope in enumerate(self.scopes):
            sure = interval(low[i], high[i], self._distribution)
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

    def _ends(self) -> tuple[Floats, Floats]:
        reach, (least, greatest) = quantile(self.df) * self.error, self.bounds
        if not self.on_logit:
            return np.maximum(self.value - reach, least), np.minimum(self.value + reach, greatest)
        width, above = greatest - least, self.value - least
        if np.isinf(width):
            with np.errstate(invalid="ignore", divide="ignore"):
                factor = np.exp(np.where(above > 0, reach / above, np.nan))
            return least + above / factor, least + above * factor
        share = above / width
        with np.errstate(invalid="ignore", divide="ignore"):
            reach = np.where((share > 0) & (share < 1), reach / width / (share * (1 - share)), np.nan)
        low, high = (least + width * expit(logit(share) + sign * reach) for sign in (-1, 1))
        return low, high

    def differences(self, metric: Metric, rule: Rule) -> Iterator[Measurement]:
        """Yield each group's number minus its reference's, with interval and test."""
        yield from self._contrasts(metric, rule, Form.DIFFERENCE)

    def ratios(self, metric: Metric, rule: Rule) -> Iterator[Measurement]:
        """Yield each group's number over its reference's, with interval and test of the logarithm."""
        yield from self._contrasts(metric, rule, Form.RATIO)

    def _contrasts(self, metric: Metric, rule: Rule, form: Form) -> Iterator[Measurement]:
        i, j = self.positions(rule)
        compared = _compare(self, i, self.reference(rule), j, form)
        yield from self.contrasted(metric, rule, form, compared, f"{self.method}; {form.value}")

    def contrasted(
        self, metric: Metric, rule: Rule, form: Form, compared: Compared, method: str
    ) -> Iterator[Measurement]:
        """Yield contrasts that were computed elsewhere, one for each of `pairs`, in their order."""
        other = self.reference(rule)
        for k, (group, against, looks) in enumerate(self.pairs(rule)):
            sure = interval(compared.low[k], compared.high[k], self._distribution)
            yield Measurement(
                metric=metric.name,
                form=form,
                value=number(compared.value[k]),
                n=int(self.rows[group]),
                denominator=int(self.n[group]),
                effective_n=_smaller(self._effective(group), other._effective(against)),
                scope=self.scopes[group],
                interval=sure,
                p_value=number(compared.p_value[k]),
                reference=Reference(
                    scope=other.scopes[against],
                    numerator=None,
                    denominator=int(other.n[against]),
                    rule=str(rule),
                    looks=looks,
                    value=number(other.value[against]),
                ),
                method=f"{method}, tested by {self._distribution}",
                params=self._remarks(group, sure),
            )

    def reference(self, rule: Rule) -> Estimates:
        """Return the numbers among which the references are."""
        return self.rest if rule == "rest" and self.rest is not None else self

    def pairs(self, rule: Rule) -> list[tuple[int, int, float]]:
        """Return who is set against whom: group, position of its reference, looks that the comparison costs.

        Where the rest is the reference its position is the group's own.
        """
        found = partitions(self.parts, len(self.scopes))
        return [pair for part in found for pair in self._pairs(part, rule)]

    def positions(self, rule: Rule) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """Return the positions of groups and of their references, as two arrays."""
        i, j = np.array([pair[:2] for pair in self.pairs(rule)], np.intp).reshape(-1, 2).T
        return i, j

    def _pairs(self, part: slice, rule: Rule) -> Iterator[tuple[int, int, float]]:
        value, start = self.value[part], part.start
        if rule == "rest":
            if self.rest is not None and np.count_nonzero(~np.isnan(value)) > 1 and self.known[part].any():
                yield from ((start + i, start + i, 1.0) for i in range(len(value)))
            return
        chosen = choose(self.scopes[part], value, self.n[part], self.known[part], self.metric.better, rule)
        if chosen is not None:
            for i, looks in zip(chosen.others.tolist(), chosen.looks.tolist(), strict=True):
                yield start + i, start + chosen.best, looks

    @property
    def _distribution(self) -> str:
        return "Z" if self.df is None else "Student's t"

    def _effective(self, i: int) -> float | None:
        return None if self.effective is None else float(self.effective[i])

    def _remarks(self, i: int, sure: Interval | None) -> dict[str, Param]:
        remarks = dict(self.params)
        if not self.known[i]:
            remarks["unknown_group"] = True
        if sure is None:
            remarks["no_interval"] = "undefined, or too few rows for a standard error"
        return remarks


def _smaller(one: float | None, other: float | None) -> float | None:
    return min(one, other) if one is not None and other is not None else None


class Compared(NamedTuple):
    """Contrasts: value, ends of the interval, p-value of "none"; NaN where undefined."""

    value: Floats
    low: Floats
    high: Floats
    p_value: Floats

    @classmethod
    def by(cls, value: Floats, error: Floats, df: Floats | None) -> Compared:
        """Return differences with these standard errors, by Student's t or the normal distribution."""
        reach = quantile(df) * error
        return cls(value, value - reach, value + reach, _p(value, error, df))


def _compare(
    one: Estimates, i: npt.NDArray[np.intp], other: Estimates, j: npt.NDArray[np.intp], form: Form
) -> Compared:
    """Return difference or ratio, its interval and the test that there is none."""
    value, error, against, against_error = one.value[i], one.error[i], other.value[j], other.error[j]
    df = None
    if one.df is not None and other.df is not None:
        df = welch(error, one.df[i], against_error, other.df[j])
    with np.errstate(invalid="ignore", divide="ignore"):
        if form is Form.DIFFERENCE:
            return Compared.by(value - against, np.hypot(error, against_error), df)
        positive = (value > 0) & (against > 0)
        ratio = np.where((value >= 0) & (against > 0), value / against, np.nan)
        log = np.where(positive, np.log(ratio), np.nan)
        _, low, high, p = Compared.by(log, np.hypot(error / value, against_error / against), df)
        return Compared(ratio, np.exp(low), np.exp(high), p)


def welch(error: Floats, df: Floats, other: Floats, other_df: Floats) -> Floats:
    """Return Welch and Satterthwaite's degrees of freedom of a difference."""
    with np.errstate(invalid="ignore", divide="ignore"):
        both = error**2 + other**2
        found = both**2 / (error**4 / df + other**4 / other_df)
    return np.where(both > 0, found, np.minimum(df, other_df))


def quantile(df: Floats | None) -> Floats:
    """Return the two-sided quantile at the house level: normal, or Student's t."""
    return critical(LEVEL) if df is None else np.asarray(-stdtrit(df, (1 - LEVEL) / 2))


def _p(gap: Floats, spread: Floats, df: Floats | None) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        statistic = -np.abs(gap) / spread
    tail = ndtr(statistic) if df is None else stdtr(df, statistic)
    # Without spread nothing is left to chance: equal numbers agree, others are left untested.
    return np.where(spread > 0, 2 * tail, np.where((spread == 0) & (gap == 0), 1.0, np.nan))
