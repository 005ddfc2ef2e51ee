"""The gate: one function from a record to an exit code, shared by every way of running an audit."""

from __future__ import annotations

from enum import IntEnum

from aiaudit.facts import Errored
from aiaudit.record import Record, Status, Verdict


class Exit(IntEnum):
    """Exit codes; 3 beats 1, because what was not measured neither failed nor passed."""

    MET = 0
    NOT_MET = 1
    USAGE = 2
    INCOMPLETE = 3
    INCONCLUSIVE = 4


MEANING = {
    Exit.MET: "policy met",
    Exit.NOT_MET: "policy not met",
    Exit.USAGE: "usage, configuration or policy error",
    Exit.INCOMPLETE: "audit incomplete",
    Exit.INCONCLUSIVE: "nothing failed, but something could not be decided",
}


def gates(record: Record, verdict: Verdict) -> bool:
    """Return whether the verdict's requirement is in force and severe enough to stop a pipeline."""
    return verdict.in_force and record.requirement(verdict.requirement).severity >= record.policy.fail_on


def exit_code(record: Record) -> Exit:
    """Return the exit code of an audit."""
    if any(isinstance(outcome, Errored) for outcome in record.outcomes):
        return Exit.INCOMPLETE
    gating = {verdict.status for verdict in record.verdicts if gates(record, verdict)}
    if Status.ERROR in gating:
        return Exit.INCOMPLETE
    if Status.FAIL in gating:
        return Exit.NOT_MET
    if gating and gating <= {Status.NOT_ASSESSED, Status.NOT_APPLICABLE} and Status.NOT_ASSESSED in gating:
        # Not one question of those that gate was answered: exit 0 would call that a policy met.
        return Exit.INCOMPLETE
    if record.policy.strict and gating & {Status.INCONCLUSIVE, Status.NOT_ASSESSED}:
        return Exit.INCONCLUSIVE
    return Exit.MET
