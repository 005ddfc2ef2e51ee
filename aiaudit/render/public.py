"""The shareable record: counts of few people withheld, and with them whatever would give one away."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from aiaudit.errors import one_line
from aiaudit.facts import Errored, Measured, Measurement, Outcome, Skipped
from aiaudit.policy.model import Kind, Requirement
from aiaudit.record import Advice, Record, Status, Verdict
from aiaudit.render.withheld import Withheld, small, withheld
from aiaudit.subject_facts import AttributeFacts, GroupFacts

#: Counts below this are withheld, unless the user says another size; so do many statistical offices.
SIZE = 10


def public(record: Record, size: int = SIZE) -> Record:
    """Return the record without counts of fewer than *size* people, and without what would tell them.

    A group of which any count (people, favourable decisions, errors, what is left of them) lies between 1 and
    *size* - 1 is withheld with all its numbers. Where the other groups of its column would give it away by
    subtraction, the next smallest are withheld with it, until at least two are, and until the withheld ones
    together reach *size* in every count. Intersections and strata are withheld as a whole. Nought is shown.

    Parameters
    ----------
    record : Record
        The audit; statuses, policy, card and exit code stay as they are.
    size : int
        Smallest count that is shown.
    """
    hidden = withheld(record, size)
    attributes = tuple(_merged(a, hidden) for a in record.subject.attributes)
    unknown = [
        f"rows without a value in '{one_line(old.name)}' are among the groups not shown apart"
        for old, new in zip(record.subject.attributes, attributes, strict=True)
        if old.missing != new.missing
    ]
    subject = replace(
        record.subject,
        attributes=attributes,
        controls=tuple(_merged(a, hidden) for a in record.subject.controls),
        notes=(_notice(record, size), *unknown, *_told(record.subject.notes, size)),
    )
    verdicts = tuple(_verdict(v, record.requirement(v.requirement), hidden) for v in record.verdicts)
    concealed = {v.requirement for v in verdicts if v.measurement and "withheld" in v.measurement.params}
    return replace(
        record,
        subject=subject,
        outcomes=tuple(_outcome(outcome, hidden) for outcome in record.outcomes),
        verdicts=verdicts,
        advice=tuple(_advice(a, record) if a.requirement in concealed else a for a in record.advice),
        # A count of few people may be the difference of two audits.
        since=None,
    )


def _advice(advice: Advice, record: Record) -> Advice:
    """Leave the sentences out that may tell how many rows a withheld group has, or needs."""
    advice = replace(advice, problem=record.requirement(advice.requirement).title, facts=())
    if advice.status is not Status.INCONCLUSIVE:
        return advice
    steps = ("Collect more rows of the groups named, and run the audit again.",)
    return replace(advice, steps=steps, effort=("weeks",))


def _merged(attribute: AttributeFacts, hidden: Withheld) -> AttributeFacts:
    """Return an attribute whose withheld groups are counted as one."""
    own = hidden.groups.get(attribute.name, frozenset())
    if not own:
        return attribute
    shown = [g for g in attribute.groups if g.label not in own]
    others = [g for g in attribute.groups if g.label in own]
    together = GroupFacts(
        label=f"{', '.join(g.label for g in others)} (not shown apart)", n=sum(g.n for g in others)
    )
    known = all(g.n != attribute.missing for g in others)
    return replace(attribute, groups=(*shown, together), missing=attribute.missing if known else 0)


def _husk(m: Measurement, size: int) -> Measurement:
    """Return what may be said of a withheld measurement: what and where."""
    params = {"withheld": f"not shown (it would tell a count below {size})", "no_interval": "not shown"}
    return Measurement(metric=m.metric, value=None, n=0, scope=m.scope, params=params)


def _verdict(verdict: Verdict, requirement: Requirement, hidden: Withheld) -> Verdict:
    # A corrected p-value rests on those of the whole run, the withheld ones among them.
    verdict = replace(verdict, p_adjusted=None)
    m = verdict.measurement
    if m is None:
        return replace(verdict, reason=_fit(verdict.reason, hidden.size))
    if requirement.kind is not Kind.MEASURED or not hidden.covers(requirement.check, m):
        return verdict
    told = f"the numbers would tell a count of fewer than {hidden.size} people"
    bare = Verdict(requirement=verdict.requirement, status=verdict.status, reason=told)
    kept = {key: getattr(verdict, key) for key in ("waiver", "in_force", "baseline")}
    return replace(bare, measurement=_husk(m, hidden.size), **kept)


def _outcome(outcome: Outcome, hidden: Withheld) -> Outcome:
    match outcome:
        case Measured():
            shown = [m for m in outcome.measurements if not hidden.covers(outcome.check, m)]
            # One of each: contrasts with several references differ in what is not shown only.
            rest = {
                (m.metric, *sorted(m.scope.items())): _husk(m, hidden.size)
                for m in outcome.measurements
                if hidden.covers(outcome.check, m)
            }
            return replace(
                outcome, measurements=(*shown, *rest.values()), notes=_told(outcome.notes, hidden.size)
            )
        case Skipped():
            return replace(outcome, reason=_fit(outcome.reason, hidden.size))
        case Errored():
            return replace(outcome, error=_fit(outcome.error, hidden.size))


def _told(notes: Iterable[str], size: int) -> tuple[str, ...]:
    return tuple(note for note in notes if _fit(note, size) == note)


def _fit(text: str, size: int) -> str:
    """Return a sentence, unless it names a count that is withheld."""
    numbers = re.findall(r"(?<![\d.,/])\d+(?![.,/]?\d)", text)
    return "not shown: it names a small count" if small(map(int, numbers), size) else text


def _notice(record: Record, size: int) -> str:
    return (
        f"shareable version of record {record.digest}: counts between 1 and {size - 1} and the numbers that would tell "
        "them are not shown; statuses are as they were judged"
    )
