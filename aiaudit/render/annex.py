"""The auditor's annex: verdicts by requirement, measurements by check and metric, importances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from aiaudit.facts import Errored, Measured, Measurement, Metric, Skipped
from aiaudit.policy.model import Kind, Requirement
from aiaudit.record import Record, Status
from aiaudit.render.findings import Finding
from aiaudit.render.numbers import Shared, Table, shared, tables
from aiaudit.render.words import ORDER

#: Columns drawn; section B lists all.
DRAWN = 20
#: Verdicts of one requirement shown before the passing ones are folded away.
UNFOLDED = 20


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One requirement with its verdicts, the worst first, and what its measurements have in common."""

    requirement: Requirement
    status: Status | None
    shown: tuple[Finding, ...]
    folded: tuple[Finding, ...]
    measured: bool
    alike: Shared


@dataclass(frozen=True, kw_only=True)
class Bar:
    """One column's importance, as places in percent of the width."""

    measurement: Measurement
    start: str
    width: str
    low: str | None
    high: str | None


@dataclass(frozen=True, kw_only=True)
class Bars:
    """The importances of one metric, largest first; `zero` is the place of no importance."""

    check: str
    metric: Metric
    bars: tuple[Bar, ...]
    hidden: int
    zero: str


@dataclass(frozen=True, kw_only=True)
class Annex:
    """What the annex lays out."""

    requirements: tuple[Judged, ...]
    measured: tuple[tuple[Measured, tuple[Table, ...]], ...]
    skipped: tuple[Skipped, ...]
    errored: tuple[Errored, ...]
    importances: tuple[Bars, ...]
    statements: tuple[Finding, ...]
    metrics: tuple[tuple[str, Metric], ...]


def annex(record: Record, found: tuple[Finding, ...]) -> Annex:
    """Arrange a record for the annex."""
    ran = [o for o in record.outcomes if isinstance(o, Measured)]
    return Annex(
        requirements=tuple(_requirements(record, found)),
        measured=tuple((o, tuple(tables(o))) for o in ran),
        skipped=tuple(o for o in record.outcomes if isinstance(o, Skipped)),
        errored=tuple(o for o in record.outcomes if isinstance(o, Errored)),
        importances=tuple(bars for o in ran for bars in _importances(o)),
        statements=tuple(f for f in found if f.requirement.kind is Kind.ATTESTED),
        metrics=tuple((o.check, metric) for o in ran for metric in o.metrics),
    )


def _requirements(record: Record, found: tuple[Finding, ...]) -> Iterator[Judged]:
    by_id: dict[str, list[Finding]] = defaultdict(list)
    for f in found:
        by_id[f.requirement.id].append(f)
    judged = [_judged(r, by_id[r.id]) for r in record.policy.requirements]
    yield from sorted(judged, key=lambda j: len(ORDER) if j.status is None else ORDER.index(j.status))


def _judged(requirement: Requirement, own: list[Finding]) -> Judged:
    folds = len(own) > UNFOLDED
    passing = {f.number for f in own if folds and f.verdict.status is Status.PASS}
    return Judged(
        requirement=requirement,
        status=own[0].verdict.status if own else None,
        shown=tuple(f for f in own if f.number not in passing),
        folded=tuple(f for f in own if f.number in passing),
        measured=any(f.verdict.measurement for f in own) and requirement.kind is Kind.MEASURED,
        alike=replace(shared([f.verdict.measurement for f in own if f.verdict.measurement]), params={}),
    )


def _importances(outcome: Measured) -> Iterator[Bars]:
    """Draw one metric a check: the share of the whole where there is one, as the others tell the same."""
    if not outcome.check.startswith("explainability."):
        return
    drawable: list[tuple[bool, int, Metric, list[Measurement]]] = []
    for metric in outcome.metrics:
        of_columns = (
            m for m in outcome.measurements if m.metric == metric.name and set(m.scope) == {"column"}
        )
        rows = sorted((m for m in of_columns if m.value is not None), key=lambda m: -abs(m.value or 0.0))
        if len(rows) > 1:
            drawable.append((metric.unit != "share", len(drawable), metric, rows))
    for _, _, metric, rows in sorted(drawable, key=lambda d: d[:2])[:1]:
        yield _bars(outcome.check, metric, rows)


def _bars(check: str, metric: Metric, every: list[Measurement]) -> Bars:
    rows = every[:DRAWN]
    ends = [
        x
        for m in rows
        for x in (0.0, m.value or 0.0, *((m.interval.low, m.interval.high) if m.interval else ()))
    ]
    low, span = min(ends), (max(ends) - min(ends)) or 1.0

    def place(x: float) -> str:
        return f"{(x - low) / span * 96 + 2:.2f}%"

    def bar(m: Measurement) -> Bar:
        value = m.value or 0.0
        return Bar(
            measurement=m,
            start=place(min(value, 0.0)),
            width=f"{abs(value) / span * 96:.2f}%",
            low=place(m.interval.low) if m.interval else None,
            high=place(m.interval.high) if m.interval else None,
        )

    return Bars(
        check=check,
        metric=metric,
        bars=tuple(bar(m) for m in rows),
        hidden=len(every) - len(rows),
        zero=place(0.0),
    )
