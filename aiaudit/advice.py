"""Advice: what to do about the requirements that were not met or could not be decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiaudit.check import Check
from aiaudit.errors import one_line
from aiaudit.facts import Effort, Measured, Measurement, Outcome
from aiaudit.policy.model import Kind, Policy, Requirement
from aiaudit.record import Advice, Status, Verdict

#: Statuses that call for action, worst first.
CALLS = (Status.ERROR, Status.FAIL, Status.INCONCLUSIVE, Status.NOT_ASSESSED)
_GAPS = "explainability.attribution-gap"
#: Columns named that set a group apart.
COLUMNS = 3


_HOURS: Effort = "hours"
_WEEKS: Effort = "weeks"


@dataclass(frozen=True, kw_only=True)
class _Care:
    """Who acts on a kind of failure, and what must not be done about it."""

    who: str
    avoid: str


_MODEL = "Whoever builds the model, together with somebody who knows the business"
_ANSWERS = "Whoever answers for the system"
_CARES: Mapping[str, _Care] = {
    "bias": _Care(
        who=_MODEL,
        avoid="Do not set cut-offs, scores or bonuses of its own for one group (in United States hiring and credit that "
        "is unlawful or close to it), and do not leave the group out of the next audit.",
    ),
    "data": _Care(
        who="Whoever collects and prepares the data",
        avoid="Do not delete rows or fill cells only to make the number pass: the audit would then speak of other people "
        "than the model meets.",
    ),
    "explainability": _Care(
        who=_MODEL, avoid="Do not give people reasons that the audit finds unreliable in the meantime."
    ),
    "transparency": _Care(who=_ANSWERS, avoid=""),
}
_PAPERS = _Care(
    who=_ANSWERS,
    avoid="Do not write what is not so: the card is quoted as given, and signed by name.",
)
_OTHER = _Care(who=_MODEL, avoid="")


def advise(
    verdicts: Sequence[Verdict], policy: Policy, checks: Mapping[str, Check], outcomes: Sequence[Outcome] = ()
) -> tuple[Advice, ...]:
    """Return one piece of advice for each requirement that calls for action, most pressing first.

    Parameters
    ----------
    verdicts : sequence of Verdict
        What was judged.
    policy : Policy
        The requirements, with their own remedies.
    checks : mapping of str to Check
        The checks, with theirs.
    outcomes : sequence of Outcome
        What was measured, for the facts that help to act.
    """
    found = []
    for requirement in policy.requirements:
        mine = [v for v in verdicts if v.requirement == requirement.id]
        worst = next((s for s in CALLS if any(v.status is s for v in mine)), None)
        if worst is not None:
            concerned = [v for v in mine if v.status is worst]
            found.append((requirement, _advice(requirement, worst, concerned, checks, outcomes)))
    order = {s: i for i, s in enumerate(CALLS)}
    found.sort(key=lambda pair: (order[pair[1].status], -pair[0].severity))
    return tuple(advice for _, advice in found)


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """What to do about one status of one requirement."""

    steps: tuple[str, ...]
    effort: tuple[Effort, ...]
    verify: str
    care: _Care


def _advice(
    requirement: Requirement,
    status: Status,
    verdicts: Sequence[Verdict],
    checks: Mapping[str, Check],
    outcomes: Sequence[Outcome],
) -> Advice:
    answer = _answer(requirement, status, verdicts, checks.get(requirement.check))
    failed = status is Status.FAIL
    return Advice(
        requirement=requirement.id,
        status=status,
        problem=requirement.title if failed else f"{requirement.title}: {verdicts[0].reason}",
        why=requirement.rationale,
        steps=answer.steps,
        scopes=tuple(dict(v.scope) for v in verdicts if v.scope),
        effort=answer.effort,
        facts=_carriers(verdicts, outcomes) if failed and requirement.check.startswith("bias.") else (),
        who=answer.care.who,
        avoid=answer.care.avoid,
        verify=answer.verify,
    )


def _answer(
    requirement: Requirement, status: Status, verdicts: Sequence[Verdict], check: Check | None
) -> _Answer:
    match status:
        case Status.FAIL:
            return _mended(requirement, check)
        case Status.INCONCLUSIVE:
            return _settled(verdicts)
        case Status.NOT_ASSESSED:
            step, verify = (
                "Give the audit what it lacked, and run it again.",
                "Audit again: this must then pass or fail.",
            )
        case _:
            step, verify = (
                "Run the check by itself (--select) and mend or report what stops it.",
                "Audit again: the check must run to its end.",
            )
    care = _Care(who="Whoever runs the audit", avoid="")
    return _Answer(steps=(step,), effort=(_HOURS,), verify=verify, care=care)


def _mended(requirement: Requirement, check: Check | None) -> _Answer:
    steps, effort = requirement.remediation, requirement.effort
    if not steps and check is not None:
        steps, effort = check.remediation, check.effort
    # Steps of an overlay may stand beside the estimates of the pack that it extends.
    effort = effort if len(effort) == len(steps) else ()
    if requirement.kind is not Kind.MEASURED:
        verify = "Audit again: this passes once the card holds it; neither model nor data need change."
        return _Answer(steps=steps, effort=effort or (_HOURS,) * len(steps), verify=verify, care=_PAPERS)
    verify = "Audit again with the same command, on rows that the model has not seen: this must then pass."
    care = _CARES.get(requirement.check.partition(".")[0], _OTHER)
    return _Answer(steps=steps, effort=effort, verify=verify, care=care)


def _settled(verdicts: Sequence[Verdict]) -> _Answer:
    rows = sorted((v.rows_needed, _named(v.scope)) for v in verdicts if v.rows_needed and v.scope)[:5]
    return _Answer(
        steps=(
            *(f"Audit about {needed:,} more rows of {group}." for needed, group in rows),
            "Pool more periods, or declare coarser groups, until each group is large enough to judge.",
        ),
        effort=(*(_WEEKS,) * len(rows), _HOURS),
        verify="Audit again with the further rows: this must then pass or fail.",
        care=_Care(who=_CARES["data"].who, avoid="Do not read an open question as a pass."),
    )


def _named(scope: Mapping[str, str]) -> str:
    return " and ".join(f"{key} = {value}" for key, value in scope.items())


def _carriers(verdicts: Sequence[Verdict], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Return which columns set the worst group that they were measured for apart, beyond chance."""
    gaps: dict[tuple[tuple[str, str], ...], list[Measurement]] = defaultdict(list)
    for m in (m for o in outcomes if isinstance(o, Measured) and o.check == _GAPS for m in o.measurements):
        if m.metric == "attribution_gap" and _sure(m):
            gaps[_key({key: value for key, value in m.scope.items() if key != "column"})].append(m)
    concerned = sorted(verdicts, key=lambda v: v.margin or 0.0)
    worst = next((v.scope for v in concerned if v.scope and _key(v.scope) in gaps), None)
    if worst is None:
        return ()
    largest = sorted(gaps[_key(worst)], key=lambda m: -abs(m.value or 0.0))[:COLUMNS]
    columns = ", ".join(
        f"'{one_line(m.scope['column'], 60)}' ({'up' if (m.value or 0.0) > 0 else 'down'})" for m in largest
    )
    return (f"What moves the model's output most for {_named(worst)}, against everyone else: {columns}.",)


def _key(scope: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(scope.items()))


def _sure(m: Measurement) -> bool:
    return m.value is not None and m.interval is not None and not m.interval.low <= 0 <= m.interval.high
