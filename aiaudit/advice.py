"""Advice: what to do about the requirements that were not met or could not be decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aiaudit.check import Check
from aiaudit.policy.model import Policy, Requirement
from aiaudit.record import Advice, Status, Verdict

#: Statuses that call for action, worst first.
CALLS = (Status.ERROR, Status.FAIL, Status.INCONCLUSIVE, Status.NOT_ASSESSED)


def advise(verdicts: Sequence[Verdict], policy: Policy, checks: Mapping[str, Check]) -> tuple[Advice, ...]:
    """Return one piece of advice for each requirement that calls for action, most pressing first.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What was judged.
    policy : Policy
        The requirements, with their own remedies.
    checks : mapping of str to Check
        The checks, with theirs.
    """
    found = []
    for requirement in policy.requirements:
        mine = [v for v in verdicts if v.requirement == requirement.id]
        worst = next((s for s in CALLS if any(v.status is s for v in mine)), None)
        if worst is not None:
            found.append(
                (requirement, _advice(requirement, worst, [v for v in mine if v.status is worst], checks))
            )
    order = {s: i for i, s in enumerate(CALLS)}
    found.sort(key=lambda pair: (order[pair[1].status], -pair[0].severity))
    return tuple(advice for _, advice in found)


def _advice(
    requirement: Requirement, status: Status, verdicts: Sequence[Verdict], checks: Mapping[str, Check]
) -> Advice:
    check = checks.get(requirement.check)
    steps: tuple[str, ...]
    match status:
        case Status.FAIL:
            steps = requirement.remediation or (check.remediation if check else ())
        case Status.INCONCLUSIVE:
            steps = _collect(verdicts)
        case Status.NOT_ASSESSED:
            steps = ("Give the audit what it lacked, and run it again.",)
        case _:
            steps = ("Run the check by itself (--select) and mend or report what stops it.",)
    return Advice(
        requirement=requirement.id,
        status=status,
        problem=f"{requirement.title}: {verdicts[0].reason}"
        if status is not Status.FAIL
        else requirement.title,
        why=requirement.rationale,
        steps=steps,
        scopes=tuple(dict(v.scope) for v in verdicts if v.scope),
    )


def _collect(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    rows = sorted(
        (v.rows_needed, " and ".join(f"{key} = {value}" for key, value in v.scope.items()))
        for v in verdicts
        if v.rows_needed and v.scope
    )
    asked = tuple(f"Audit about {needed:,} more rows of {group}." for needed, group in rows[:5])
    return (
        *asked,
        "Pool more periods, or declare coarser groups, until each group is large enough to judge.",
    )
