"""The auditor's annex: verdicts by requirement, measurements by check and metric."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from aiaudit.facts import Errored, Measured, Metric, Skipped
from aiaudit.policy.model import Kind, Requirement
from aiaudit.record import Record, Status
from aiaudit.render.findings import Finding
from aiaudit.render.numbers import Shared, Table, shared, tables
from aiaudit.render.words import ORDER

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
class Annex:
    """What the annex lays out."""

    requirements: tuple[Judged, ...]
    measured: tuple[tuple[Measured, tuple[Table, ...]], ...]
    skipped: tuple[Skipped, ...]
    errored: tuple[Errored, ...]
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
