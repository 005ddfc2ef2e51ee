"""The chart of page one: each group's rate with its interval, and the limit that the policy sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from aiaudit.facts import RESERVED_SCOPES, Form, Measured, Measurement, Metric, Scope
from aiaudit.policy.model import Op, Requirement
from aiaudit.record import Record, Status
from aiaudit.render.drawing import Scale
from aiaudit.render.findings import Finding, headline
from aiaudit.render.words import (
    ORDER,
    figure,
    interval_text,
    level_text,
    percent_text,
    scope_text,
    value_text,
)

#: Groups drawn for one attribute; the annex lists all.
DRAWN = 12
#: Ends of the axis, the first that holds every number drawn.
AXES = (0.05, 0.1, 0.2, 0.5, 1.0)
#: Left and right margin of the axis, in percent of its width, so that no mark is cut.
MARGIN = 3.0

#: A group and the counts behind its rate.
Key = tuple[object, ...] | None


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One group: where its rate, its interval and its limits lie, in percent of the width.

    Parameters
    ----------
    group : str
        Label of the group.
    measurement : Measurement
        What is drawn.
    at, low, high : str or None
        Places of the rate and the ends of its interval; None where it is undefined.
    limits : tuple of str
        Places of the limits.
    status : Status or None
        The verdict on this group, where the requirement drawn speaks of it.
    is_reference : bool
        Other groups are set against this one.
    percent : str
        The rate in percent.
    spoken : str
        The mark in words.
    """

    group: str
    measurement: Measurement
    at: str | None
    low: str | None
    high: str | None
    limits: tuple[str, ...]
    status: Status | None
    is_reference: bool
    percent: str
    spoken: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """The groups of one attribute."""

    attribute: str
    marks: tuple[Mark, ...]
    hidden: int


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Everything the template needs to draw; `ticks` are pairs of a place and its label."""

    check: str
    metric: Metric
    requirement: Requirement | None
    panels: tuple[Panel, ...]
    ticks: tuple[tuple[str, str], ...]
    has_limits: bool
    has_references: bool


@dataclass(frozen=True, kw_only=True)
class _Series:
    check: str
    metric: Metric
    rates: tuple[Measurement, ...]


def chart(record: Record, found: tuple[Finding, ...]) -> Chart | None:
    """Return the chart of the rates behind the headline, or of the first rates by group; None without any."""
    series = [s for outcome in record.outcomes if isinstance(outcome, Measured) for s in _series(outcome)]
    if not series:
        return None
    first = headline(found)
    for requirement in dict.fromkeys(f.requirement.id for f in ((first,) if first else ()) + found):
        judged = {
            _key(f.verdict.measurement): f for f in found if f.requirement.id == requirement and _contrast(f)
        }
        best = max(series, key=lambda s: _matches(s, judged))
        if _matches(best, judged):
            return _draw(record, best, judged)
    return _draw(record, series[0], {})


def _series(outcome: Measured) -> Iterator[_Series]:
    for metric in outcome.metrics:
        every = (m for m in outcome.measurements if m.metric == metric.name and m.form is Form.RATE)
        rates = tuple(m for m in every if len(m.scope) == 1 and not RESERVED_SCOPES & set(m.scope))
        if rates:
            yield _Series(check=outcome.check, metric=metric, rates=rates)


def _contrast(f: Finding) -> bool:
    m = f.verdict.measurement
    return m is not None and m.reference is not None


def _matches(series: _Series, judged: Mapping[Key, Finding]) -> int:
    """Count the contrasts made from these rates: same check, same group, same counts."""
    return sum(_key(m) in judged and judged[_key(m)].requirement.check == series.check for m in series.rates)


def _key(m: Measurement | None) -> Key:
    return None if m is None else (*m.scope.items(), m.numerator, m.denominator)


def _draw(record: Record, series: _Series, judged: Mapping[Key, Finding]) -> Chart:
    limits = {_key(m): _limits(judged.get(_key(m))) for m in series.rates}
    axis = _axis([*_ends(series.rates), *(x for several in limits.values() for x in several)])
    references = [
        f.verdict.measurement.reference.scope
        for f in judged.values()
        if f.verdict.measurement and f.verdict.measurement.reference
    ]
    panels = []
    for attribute in record.subject.attributes:
        own = [m for m in series.rates if attribute.name in m.scope]
        shown = _worst(own, judged, references)
        marks = tuple(
            _mark(m, judged.get(_key(m)), limits[_key(m)], axis, m.scope in references)
            for m in own
            if m in shown
        )
        if marks:
            panels.append(Panel(attribute=attribute.name, marks=marks, hidden=len(own) - len(marks)))
    return Chart(
        check=series.check,
        metric=series.metric,
        requirement=next((f.requirement for f in judged.values()), None),
        panels=tuple(panels),
        ticks=tuple((axis.percent(x), f"{x * 100:g} %") for x in axis.ticks),
        has_limits=any(limits.values()),
        has_references=any(mark.is_reference for panel in panels for mark in panel.marks),
    )


def _limits(f: Finding | None) -> tuple[float, ...]:
    """Return the rates at which the contrast would meet its threshold."""
    m = None if f is None else f.verdict.measurement
    if f is None or m is None or m.reference is None or not m.reference.denominator:
        return ()
    if m.reference.numerator is None:
        return ()
    rate = m.reference.numerator / m.reference.denominator
    if m.form is Form.RATIO:
        return (rate * f.limit,)
    if m.form is Form.DIFFERENCE:
        return (rate - f.limit, rate + f.limit) if f.requirement.op is Op.WITHIN else (rate + f.limit,)
    return ()


def _ends(rates: tuple[Measurement, ...]) -> Iterator[float]:
    for m in rates:
        if m.interval is not None:
            yield m.interval.high
        if m.value is not None:
            yield m.value


def _axis(numbers: list[float]) -> Scale:
    highest = max((x for x in numbers if x <= 1), default=1.0)
    top = next(top for top in AXES if top >= highest)
    return Scale(low=0.0, high=top, step=top / 2, margin=MARGIN)


def _worst(
    rates: list[Measurement], judged: Mapping[Key, Finding], references: list[Scope]
) -> list[Measurement]:
    """Return the groups to draw: the reference, then the worst verdicts, then the largest groups."""

    def rank(m: Measurement) -> tuple[bool, int, int]:
        f = judged.get(_key(m))
        return m.scope not in references, len(ORDER) if f is None else ORDER.index(f.verdict.status), -m.n

    return sorted(rates, key=rank)[:DRAWN]


def _mark(
    m: Measurement, f: Finding | None, limits: tuple[float, ...], axis: Scale, is_reference: bool
) -> Mark:
    interval = m.interval
    return Mark(
        group=next(iter(m.scope.values())),
        measurement=m,
        at=None if m.value is None else axis.percent(m.value),
        low=None if interval is None else axis.percent(interval.low),
        high=None if interval is None else axis.percent(interval.high),
        limits=tuple(axis.percent(x) for x in limits if axis.low <= x <= axis.high),
        status=None if f is None else f.verdict.status,
        is_reference=is_reference,
        percent=percent_text(m),
        spoken=_spoken(m, limits, is_reference),
    )


def _spoken(m: Measurement, limits: tuple[float, ...], is_reference: bool) -> str:
    parts = [f"{scope_text(m.scope)}: {value_text(m)}"]
    if m.interval is not None:
        parts.append(f"{level_text(m.interval.level)} interval {interval_text(m.interval)}")
    if is_reference:
        parts.append("the others are set against this group")
    parts += [f"limit {figure(x)}" for x in limits]
    return ", ".join(parts)
