"""Subgroups found in one half of the rows, and what the other half says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Form, Measurement, Metric, Reference, Scope
from aiaudit.measuring.coding import Coded
from aiaudit.measuring.contrasts import Contrasts
from aiaudit.measuring.effects import Effect, columns_of, effects_of
from aiaudit.measuring.estimates import Compared, welch
from aiaudit.measuring.rates import LEVEL, Rates, interval, number
from aiaudit.measuring.slices import Slice, search
from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.multiplicity import holm
from aiaudit.subject import Subject

Bools = npt.NDArray[np.bool_]

#: Rows that both halves have together at most.
MAX_ROWS = 100_000


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A number in some rows: how many there are, their mean, and its standard error (NaN of too few)."""

    n: int
    mean: float
    error: float

    @classmethod
    def of(cls, effect: Effect, rows: Bools) -> Sample:
        """Return the effect's number among those of *rows* whose it is."""
        values = effect.values[rows & effect.among]
        n = len(values)
        error = float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else float("nan")
        return cls(n=n, mean=float(values.mean()) if n else float("nan"), error=error)

    @property
    def count(self) -> int:
        """Of how many a rate says yes."""
        return round(self.mean * self.n) if self.n else 0


@dataclass(frozen=True, kw_only=True)
class Subgroup:
    """A slice as it fares in both halves.

    Parameters
    ----------
    effect : Effect
        What is worse in it.
    scope : Scope
        Its columns and values.
    rows : int
        Its rows in the half held out.
    searched, held : tuple of Sample
        The slice, and everybody else, in either half.
    versus_parents : float or None
        Largest p-value of the half held out against the rest of a slice that it is part of; None of one column.
    adjusted : float
        p-value of "no worse than everybody else, or than the rest of a slice that it is part of", in the half held
        out, after Holm over all slices of the scan.
    """

    effect: Effect
    scope: Scope
    rows: int
    searched: tuple[Sample, Sample]
    held: tuple[Sample, Sample]
    versus_parents: float | None
    adjusted: float

    def told(self, measurement: Measurement) -> Measurement:
        """Return a measurement of the half held out with what else is known of the subgroup."""
        parents = {} if self.versus_parents is None else {"versus_parents": self.versus_parents}
        inside, outside = self.searched
        return replace(
            measurement,
            tests={**measurement.tests, **parents, "holm": self.adjusted},
            params={
                **measurement.params,
                "confirmed": self.adjusted <= 1 - LEVEL,
                "columns": len(self.scope),
                "searched_value": inside.mean,
                "searched_n": inside.n,
                "searched_rest": outside.mean,
                "searched_rest_n": outside.n,
            },
        )


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Subgroups, worst first by effect, how many slices were looked at, and how many rows each half has."""

    subgroups: tuple[Subgroup, ...]
    looked_at: int
    halves: tuple[int, int]


def scan(subject: Subject) -> Scan:
    """Search one random half of the rows for subgroups, and set each against everybody else in the other half."""
    order = subject.random_order[:MAX_ROWS]
    first, second = np.array_split(order, 2)
    columns, effects = columns_of(subject, first), effects_of(subject)
    found = search(columns, effects, first)
    held = [column.of_rows(second) for column in columns]
    p_values = [_p_values(slice_, held, slice_.effect.of(second)) for slice_ in found.slices]
    adjusted = holm([max(p) for p in p_values])
    subgroups = []
    for one, p, q in zip(found.slices, p_values, adjusted, strict=True):
        searched = _samples(one, [column.of_rows(first) for column in columns], one.effect.of(first))
        subgroups.append(
            Subgroup(
                effect=one.effect,
                scope={columns[j].name: columns[j].levels[code] for j, code in one.conditions},
                rows=int(one.rows(held).sum()),
                searched=searched,
                held=_samples(one, held, one.effect.of(second)),
                versus_parents=max(p[1:], default=None),
                adjusted=float(q),
            )
        )
    return Scan(subgroups=tuple(subgroups), looked_at=found.looked_at, halves=(len(first), len(second)))


def gaps(found: Sequence[Subgroup], metric: Metric) -> Iterator[Measurement]:
    """Yield by how much each subgroup of one effect is off everybody else in the half held out.

    Parameters
    ----------
    found : sequence of Subgroup
        All of one effect.
    metric : Metric
        A difference.
    """
    if not found[0].effect.rate:
        yield from (group.told(_mean_gap(group, metric)) for group in found)
        return
    inside, outside = zip(*(group.held for group in found), strict=True)
    rates = Rates(
        metric=metric,
        scopes=tuple(group.scope for group in found),
        known=np.ones(len(found), bool),
        x=np.array([sample.count for sample in inside]),
        n=np.array([sample.n for sample in inside]),
        rows=np.array([group.rows for group in found]),
    )
    contrasts = Contrasts(
        rates=rates,
        rule="rest",
        groups=np.arange(len(found)),
        x2=np.array([sample.count for sample in outside]),
        n2=np.array([sample.n for sample in outside]),
        references=({},) * len(found),
        looks=np.ones(len(found)),
    )
    for group, measurement in zip(found, contrasts.differences(metric), strict=True):
        yield group.told(measurement)


def _mean_gap(group: Subgroup, metric: Metric) -> Measurement:
    one, other = group.held
    compared = difference(one, other)
    sure = interval(float(compared.low[0]), float(compared.high[0]), "Student's t")
    return Measurement(
        metric=metric.name,
        form=Form.DIFFERENCE,
        value=number(float(compared.value[0])),
        n=group.rows,
        denominator=one.n,
        interval=sure,
        p_value=number(float(compared.p_value[0])),
        scope=group.scope,
        reference=Reference(
            scope={}, numerator=None, denominator=other.n, rule="rest", value=number(other.mean)
        ),
        method="difference of means, tested by Welch's t",
        params={} if sure else {"no_interval": "too few rows for a standard error"},
    )


def _samples(one: Slice, columns: Sequence[Coded], effect: Effect) -> tuple[Sample, Sample]:
    inside = one.rows(columns)
    return Sample.of(effect, inside), Sample.of(effect, ~inside)


def _p_values(one: Slice, columns: Sequence[Coded], effect: Effect) -> list[float]:
    """Return the p-values against everybody else, and against the rest of each slice that it is part of."""
    inside = one.rows(columns)
    outsides = [~inside, *(parent & ~inside for parent in one.parents(columns))]
    return [_p(effect, Sample.of(effect, inside), Sample.of(effect, outside)) for outside in outsides]


def _p(effect: Effect, one: Sample, other: Sample) -> float:
    """Return the two-sided p-value of equality; 1 where the slice is not the worse one, or nothing can be said."""
    if not (one.n and other.n and (one.mean - other.mean) * effect.worse > 0):
        return 1.0
    if effect.rate:
        return float(two_proportions(one.count, one.n, other.count, other.n).p_value)
    p = float(difference(one, other).p_value[0])
    return 1.0 if np.isnan(p) else p


def difference(one: Sample, other: Sample) -> Compared:
    """Return the difference of two means with its interval and Welch's test; one element each, NaN where unknown."""
    error, against = np.array([one.error]), np.array([other.error])
    df = welch(error, np.array([one.n - 1.0]), against, np.array([other.n - 1.0]))
    return Compared.by(np.array([one.mean - other.mean]), np.hypot(error, against), df)
