"""The judge: outcomes, a policy and a day in; verdicts out. It touches neither model nor data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

from aiaudit.decide import decide
from aiaudit.facts import RESERVED_SCOPES, Errored, Measured, Measurement, Outcome, Scope, Skipped
from aiaudit.family import families
from aiaudit.policy.evidence import elsewhere, lacks, lacks_all
from aiaudit.policy.model import Kind, Policy, Requirement, ScopeFilter, Waiver
from aiaudit.record import Status, Verdict


def judge(
    outcomes: Sequence[Outcome],
    policy: Policy,
    today: date,
    waivers: Sequence[Waiver] = (),
    card: Mapping[str, Any] | None = None,
) -> tuple[Verdict, ...]:
    """Judge every requirement of a policy in every scope it speaks of.

    Parameters
    ----------
    outcomes : sequence of Outcome
        What the checks found.
    policy : Policy
        What is asked.
    today : date
        The day on which evidence must be valid and laws in force.
    waivers : sequence of Waiver
        Failures that somebody accepted for a while.
    card : mapping or None
        The system card as the record holds it: it says what does not apply to this system.

    Returns
    -------
    tuple of Verdict
        In the order of the policy's requirements and, within one, of the measurements.
    """
    by_check = {outcome.check: outcome for outcome in outcomes}
    not_here = {r.id: elsewhere(r, card) for r in policy.requirements}
    matched = {
        r.id: () if not_here[r.id] else _matching(r, by_check.get(r.check)) for r in policy.requirements
    }
    pairs = [(r, m) for r in policy.requirements for m in matched[r.id]]
    family = families(pairs, policy.error_control)
    verdicts: list[Verdict] = []
    for requirement in policy.requirements:
        found = [
            *(
                decide(requirement, m, family[requirement.id], policy.error_control.alpha, today)
                for m in matched[requirement.id]
            ),
            *_absent(requirement, matched[requirement.id]),
        ] or [_unmeasured(requirement, by_check.get(requirement.check), not_here[requirement.id])]
        in_force = requirement.applies_from is None or requirement.applies_from <= today
        verdicts += [_waived(replace(v, in_force=in_force), waivers, today) for v in found]
    return tuple(verdicts)


def unused_waivers(verdicts: Sequence[Verdict], waivers: Sequence[Waiver]) -> tuple[Waiver, ...]:
    """Return the waivers that no verdict needed: they should be deleted, or name something else."""
    used = [v.waiver for v in verdicts]
    return tuple(w for w in waivers if w not in used)


def _matching(requirement: Requirement, outcome: Outcome | None) -> tuple[Measurement, ...]:
    if not isinstance(outcome, Measured):
        return ()
    return tuple(
        m
        for m in outcome.measurements
        if m.metric == requirement.metric
        and _speaks_of(requirement.scope, m.scope)
        and (m.reference is None or m.reference.rule in _rules(requirement))
    )


def _rules(requirement: Requirement) -> tuple[str, ...]:
    """Return the references that count: what the policy asks for, else the house's, or a check's own."""
    return ("most_favoured", "named") if requirement.reference is None else (requirement.reference,)


def _speaks_of(wanted: ScopeFilter, scope: Scope) -> bool:
    attributes = [key for key in scope if key not in RESERVED_SCOPES]
    depth = {"overall": (0, 0), "groups": (1, 1), "intersections": (2, 99), "all": (0, 99)}
    low, high = depth[wanted.over]
    if not low <= len(attributes) <= high:
        return False
    if wanted.attributes is not None and not set(attributes) <= set(wanted.attributes):
        return False
    return all(scope.get(key) in values for key, values in wanted.match.items())


def _absent(requirement: Requirement, found: Sequence[Measurement]) -> list[Verdict]:
    """Return a failure for each piece of evidence asked for by name beside others that were given."""
    if requirement.kind is Kind.MEASURED or not found:
        return []
    named = [[(key, value) for value in values] for key, values in requirement.scope.match.items()]
    absent = [wanted for wanted in product(*named) if not any(_holds(m, wanted) for m in found)]
    known = {m.scope.get("attestation") for m in found}
    return [
        Verdict(requirement=requirement.id, status=Status.FAIL, reason=lacks(dict(wanted), known))
        for wanted in absent
    ]


def _holds(measurement: Measurement, wanted: Sequence[tuple[str, str]]) -> bool:
    return all(measurement.scope.get(key) == value for key, value in wanted)


def _unmeasured(requirement: Requirement, outcome: Outcome | None, not_here: str | None) -> Verdict:
    match outcome:
        case _ if not_here is not None:
            status, reason = Status.NOT_APPLICABLE, not_here
        case Errored():
            status, reason = Status.ERROR, f"the check crashed: {outcome.error}"
        case Skipped(applicable=False):
            status, reason = Status.NOT_APPLICABLE, outcome.reason
        case Skipped():
            status, reason = Status.NOT_ASSESSED, outcome.reason
        case Measured() if requirement.kind is not Kind.MEASURED:
            status, reason = Status.FAIL, lacks_all(requirement)
        case Measured():
            status, reason = Status.NOT_ASSESSED, "nothing could be measured in this scope"
        case None:
            status, reason = Status.ERROR, f"the check {requirement.check} is not installed"
    return Verdict(requirement=requirement.id, status=status, reason=reason)


def _waived(verdict: Verdict, waivers: Sequence[Waiver], today: date) -> Verdict:
    begun = [w for w in waivers if verdict.status is Status.FAIL and w.created <= today]
    fitting = [w for w in begun if _covers(w, verdict)]
    if not fitting:
        return verdict
    waiver = max(fitting, key=lambda w: w.expires)
    if waiver.expires >= today:
        return replace(verdict, status=Status.WAIVED, waiver=waiver)
    expired = f"{verdict.reason}; its waiver expired on {waiver.expires.isoformat()}"
    return replace(verdict, reason=expired, waiver=waiver)


def _covers(waiver: Waiver, verdict: Verdict) -> bool:
    scope: Mapping[str, str] = verdict.scope
    return waiver.requirement == verdict.requirement and all(
        scope.get(key) == value for key, value in waiver.scope.items()
    )
