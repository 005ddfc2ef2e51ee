"""The gate: one function from a record to an exit code, shared by every way of running an audit."""

from __future__ import annotations

from enum import IntEnum

from aiaudit.facts import Errored
from aiaudit.policy.model import Policy, Severity
from aiaudit.record import Record, Status, Verdict


class Exit(IntEnum):
    """Exit codes; 3 beats 1, because what was not measured neither failed nor passed."""

    MET = 0
    NOT_MET = 1
    USAGE = 2
    INCOMPLETE = 3
    INCONCLUSIVE = 4


#: What a strict policy does not let pass.
OPEN = {Status.INCONCLUSIVE, Status.NOT_ASSESSED}
MEANING = {
    Exit.MET: "policy met",
    Exit.NOT_MET: "policy not met",
    Exit.USAGE: "usage, configuration or policy error",
    Exit.INCOMPLETE: "audit incomplete",
    Exit.INCONCLUSIVE: "nothing failed, but something could not be decided",
}


def overridden(
    policy: Policy, fail_on: Severity | None, strict: bool | None
) -> tuple[Policy, tuple[str, ...]]:
    """Return the policy with the gate that the user chose, and what that replaced: it must not go unseen.

    Parameters
    ----------
    policy : Policy
        With a gate of its own.
    fail_on : Severity or None
        Lowest severity that fails; None leaves the policy's.
    strict : bool or None
        Whether open questions gate; None leaves what the policy says.
    """
    chosen: dict[str, object] = {}
    told = []
    if fail_on is not None and fail_on != policy.fail_on:
        chosen["fail_on"] = fail_on
        told.append(f"fails on {fail_on.name.lower()}, not on {policy.fail_on.name.lower()}")
    if strict is not None and strict != policy.strict:
        chosen["strict"] = strict
        told.append("open questions gate" if strict else "open questions do not gate")
    return policy.model_copy(update=chosen), tuple(told)


def gates(record: Record, verdict: Verdict) -> bool:
    """Return whether the verdict's requirement is in force and severe enough to stop a pipeline."""
    return verdict.in_force and record.requirement(verdict.requirement).severity >= record.policy.fail_on


def stops(record: Record, verdict: Verdict) -> bool:
    """Return whether the verdict stops a pipeline: a failure, or under a strict policy a doubt, not known before."""
    stopping = {Status.FAIL, Status.ERROR} | (OPEN if record.policy.strict else set())
    return verdict.status in stopping and verdict.baseline != "known" and gates(record, verdict)


def excused(record: Record) -> tuple[Verdict, ...]:
    """Return the failures that would stop a pipeline if the baseline did not know them."""
    failed = (verdict for verdict in record.verdicts if verdict.status is Status.FAIL)
    return tuple(v for v in failed if gates(record, v) and not stops(record, v))


def exit_code(record: Record) -> Exit:
    """Return the exit code of an audit."""
    if any(isinstance(outcome, Errored) for outcome in record.outcomes):
        return Exit.INCOMPLETE
    gating = {verdict.status for verdict in record.verdicts if gates(record, verdict)}
    stopping = {verdict.status for verdict in record.verdicts if stops(record, verdict)}
    if Status.ERROR in gating:
        return Exit.INCOMPLETE
    if Status.FAIL in stopping:
        return Exit.NOT_MET
    if gating and gating <= {Status.NOT_ASSESSED, Status.NOT_APPLICABLE} and Status.NOT_ASSESSED in gating:
        # Not one question of those that gate was answered: exit 0 would call that a policy met.
        return Exit.INCOMPLETE
    return Exit.INCONCLUSIVE if stopping else Exit.MET
