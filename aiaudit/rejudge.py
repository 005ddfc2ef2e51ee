"""A stored record judged again: under another policy, other waivers, or on another day; without model or data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from aiaudit import __version__
from aiaudit.advice import advise
from aiaudit.circumstances import Circumstances
from aiaudit.facts import Measured, Outcome, Skipped
from aiaudit.gate import overridden
from aiaudit.judge import judge, unused_waivers
from aiaudit.policy import LoadedPolicy, check_attributes
from aiaudit.policy.model import PolicySource, Severity, Waiver
from aiaudit.record import Record, Tool
from aiaudit.registry import checks, get
from aiaudit.run import run_check
from aiaudit.subject import Subject


def rejudge(
    record: Record,
    loaded: LoadedPolicy,
    waivers: Sequence[Waiver] = (),
    *,
    today: date,
    fail_on: Severity | None = None,
    strict: bool | None = None,
) -> Record:
    """Judge what a record measured.

    Parameters
    ----------
    record : Record
        Whose measurements and card are judged.
    loaded : LoadedPolicy
        By what.
    waivers : sequence of Waiver
        Failures that somebody accepted for a while.
    today : date
        The day on which evidence must be valid and laws in force.
    fail_on, strict
        Replace what the policy says about its gate; None leaves it.

    Returns
    -------
    Record
        With the measurements as they stand, but for when limits were set and the last audit was. What it asks for and the first record did not measure is not assessed.

    Raises
    ------
    UsageError
        If the policy speaks of protected attributes, or of declared references, that the record does not have.
    """
    policy, overrides = overridden(loaded.policy, fail_on, strict)
    earlier = record.provenance.gate_overrides if loaded.policy == record.policy else ()
    check_attributes(policy, [a.name for a in record.subject.attributes], _referred(record))
    measured_on = record.provenance.measured_on or record.provenance.judged_on
    outcomes = _timed(record, loaded.sources, measured_on, today)
    verdicts = judge(outcomes, policy, today, waivers, record.card)
    return replace(
        record,
        tool=Tool(name=record.tool.name, version=__version__),
        policy=policy,
        outcomes=outcomes,
        verdicts=verdicts,
        advice=advise(verdicts, policy, checks(), outcomes),
        provenance=replace(
            record.provenance,
            judged_on=today,
            sources=loaded.sources,
            gate_overrides=(*earlier, *overrides),
            unused_waivers=unused_waivers(verdicts, waivers),
            archive_head=None,
            baseline=None,
            measured_in=record.provenance.measured_in or record.digest,
            measured_on=measured_on,
        ),
        since=None,
    )


def _timed(
    record: Record, limits: tuple[PolicySource, ...], measured_on: date, today: date
) -> tuple[Outcome, ...]:
    """Return the outcomes with the days of the limits that count now; on a later day, the record is the last audit."""
    check = get("transparency.timeliness")
    earlier = [o for o in record.outcomes if o.check == check.id]
    if any(isinstance(o, Skipped) for o in earlier):
        return record.outcomes
    dated = (
        m for o in earlier if isinstance(o, Measured) for m in o.measurements if m.metric == "earlier_audit"
    )
    known = Circumstances(
        limits=limits,
        last_audit=measured_on if today > measured_on else next((m.valid_from for m in dated), None),
        measured_on=measured_on,
    )
    timed = run_check(check, Subject(task=record.subject.task, rows=record.subject.rows, circumstances=known))
    others = [outcome for outcome in record.outcomes if outcome.check != check.id]
    return tuple(sorted([*others, timed], key=lambda outcome: outcome.check))


def waivers_of(record: Record) -> tuple[Waiver, ...]:
    """Return the waivers that a record was judged with, those that nothing needed last."""
    used = (verdict.waiver for verdict in record.verdicts if verdict.waiver is not None)
    found: list[Waiver] = []
    for waiver in (*used, *record.provenance.unused_waivers):
        if waiver not in found:
            found.append(waiver)
    return tuple(found)


def _referred(record: Record) -> set[str]:
    """Return the attributes of which some group was set against a declared one."""
    found = (m for o in record.outcomes if isinstance(o, Measured) for m in o.measurements)
    return {key for m in found if m.reference and m.reference.rule == "declared" for key in m.reference.scope}
