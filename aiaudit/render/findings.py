"""Verdicts beside the requirement and the metric they speak of, sorted for reading."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from aiaudit.facts import Errored, Form, Measured, Metric
from aiaudit.gate import stops
from aiaudit.policy.model import Kind, Requirement
from aiaudit.record import Advice, Record, Status, Verdict
from aiaudit.render.words import ORDER

#: Contrasts say most to a reader, bare values least.
_TELLING = (Form.RATIO, Form.DIFFERENCE, Form.RATE, Form.VALUE)
#: What a summary opens with where nothing failed.
_OPEN = (Status.INCONCLUSIVE, Status.PASS)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One verdict and what a reader needs beside it.

    Parameters
    ----------
    number : int
        Its place in the record, from 1; names its anchor.
    requirement : Requirement
        What was asked.
    verdict : Verdict
        What became of it.
    metric : Metric or None
        The declaration of the measured metric, where something was measured.
    gating : bool
        It decides the exit code: it failed (or is open, where the policy is strict), at the policy's severity
        or above, its law is in force, and no baseline knows it.
    """

    number: int
    requirement: Requirement
    verdict: Verdict
    metric: Metric | None
    gating: bool

    @property
    def limit(self) -> float:
        """The threshold as a number."""
        return float(self.requirement.threshold)

    @property
    def fingerprint(self) -> str:
        """The same in every run for the same requirement and scope, whatever the value."""
        named = [self.requirement.id, sorted(self.verdict.scope.items())]
        return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def findings(record: Record) -> tuple[Finding, ...]:
    """Return every verdict: worst status first, then by severity, then in the policy's order."""
    requirements = {r.id: r for r in record.policy.requirements}
    metrics = declared_metrics(record)
    found = []
    for number, verdict in enumerate(record.verdicts, 1):
        requirement = requirements[verdict.requirement]
        found.append(
            Finding(
                number=number,
                requirement=requirement,
                verdict=verdict,
                metric=metrics.get((requirement.check, requirement.metric)),
                gating=stops(record, verdict),
            )
        )
    places = {id: place for place, id in enumerate(requirements)}
    return tuple(sorted(found, key=lambda f: (*_worst_first(f), places[f.requirement.id], f.number)))


def declared_metrics(record: Record) -> dict[tuple[str, str], Metric]:
    """Return the metrics that the checks of this run declared, by check and name."""
    ran = [o for o in record.outcomes if isinstance(o, Measured)]
    return {(o.check, metric.name): metric for o in ran for metric in o.metrics}


def of_status(found: tuple[Finding, ...], *statuses: Status) -> tuple[Finding, ...]:
    """Return those findings that have one of *statuses*."""
    return tuple(f for f in found if f.verdict.status in statuses)


def crashes(record: Record) -> tuple[Errored, ...]:
    """Return the checks that crashed, whether or not a requirement asked for them."""
    return tuple(o for o in record.outcomes if isinstance(o, Errored))


def headline(found: tuple[Finding, ...]) -> Finding | None:
    """Return the finding that a summary opens with: a failure (one that stops the gate first, then one that does not, or
    was accepted), else an open question or the closest pass.

    Among open questions and passes the more serious requirement comes first, then the open question. Among equals a
    contrast between groups comes first, then the one furthest on the wrong side.
    """
    failed = of_status(found, Status.FAIL)
    accepted = of_status(found, Status.FAIL, Status.WAIVED)
    for wanted in ([f for f in failed if f.gating], accepted, of_status(found, *_OPEN)):
        measured = [
            f for f in wanted if f.verdict.measurement is not None and f.requirement.kind is Kind.MEASURED
        ]
        if measured:
            return min(measured, key=_most_telling)
    return None


def pressing(record: Record, found: tuple[Finding, ...]) -> tuple[Advice, ...]:
    """Return the advice, what stands in the way of the policy first, otherwise in the record's order."""
    gating = {f.requirement.id for f in found if f.gating}
    return tuple(sorted(record.advice, key=lambda advice: advice.requirement not in gating))


def about(advice: Advice, found: tuple[Finding, ...]) -> Finding | None:
    """Return the most telling finding that a piece of advice answers, if it rests on a measurement."""
    own = [f for f in found if f.requirement.id == advice.requirement and f.verdict.status is advice.status]
    return min((f for f in own if f.verdict.measurement is not None), key=_most_telling, default=None)


def _worst_first(f: Finding) -> tuple[int, bool, int]:
    return ORDER.index(f.verdict.status), not f.verdict.in_force, -f.requirement.severity


def _most_telling(f: Finding) -> tuple[int, bool, int, int, float]:
    m = f.verdict.measurement
    form = Form.VALUE if m is None else m.form
    settled = f.verdict.status is Status.PASS
    return (
        -f.requirement.severity,
        settled,
        _TELLING.index(form),
        len(f.verdict.scope),
        f.verdict.margin or 0.0,
    )
