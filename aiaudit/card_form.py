"""What a system card still lacks under a policy, and an empty one that asks for all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from aiaudit.card_model import SystemCard
from aiaudit.judge import judge
from aiaudit.labels import Task
from aiaudit.policy.evidence import closed_list
from aiaudit.policy.examples import statements
from aiaudit.policy.fields import Severity
from aiaudit.policy.model import Kind, Policy
from aiaudit.record import Status
from aiaudit.registry import checks
from aiaudit.run import run_check
from aiaudit.subject import Rows, Subject

#: Parts of a card that a form leaves to the audit or to those who need them.
_LEFT_OUT = frozenset({"version", "model_digest", "attestations", "decision_log", "date_column"})


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One requirement that a card does not meet: how much it matters, why, and what to write."""

    requirement: str
    severity: Severity
    gates: bool
    reason: str
    step: str


def lacking(card: SystemCard, policy: Policy, today: date) -> tuple[int, list[Gap]]:
    """Return how many pieces of evidence a policy asks for, and those that a card does not give.

    Parameters
    ----------
    card : SystemCard
        The card.
    policy : Policy
        A resolved policy; its measured requirements are passed over.
    today : date
        Day of judgement.
    """
    papers = tuple(r for r in policy.requirements if r.kind is not Kind.MEASURED)
    alone = policy.model_copy(update={"requirements": papers})
    subject = Subject(task=Task.BINARY, rows=Rows(read=0, assessed=0), card=card)
    known = checks()
    outcomes = [run_check(known[id], subject) for id in sorted({r.check for r in papers})]
    verdicts = judge(outcomes, alone, today, card=card.model_dump(mode="json"))
    found = []
    for requirement in papers:
        mine = [v for v in verdicts if v.requirement == requirement.id and v.status is Status.FAIL]
        if mine:
            where = [value for v in mine for value in v.scope.values()]
            gates = requirement.severity >= policy.fail_on and all(v.in_force for v in mine)
            found.append(
                Gap(
                    requirement=requirement.id,
                    severity=requirement.severity,
                    gates=gates,
                    reason="; ".join(dict.fromkeys([*where, *(v.reason for v in mine)])),
                    step=" ".join(requirement.remediation),
                )
            )
    return len(papers), found


def blank(policy: Policy) -> str:
    """Return a card in YAML in which every answer is still to be given, each statement with what it is asked for."""
    lines = [
        "# Replace every TODO by an answer; one honest sentence is enough. What stays TODO counts as missing.",
        "# Dates are year-month-day. Choices are listed behind the line.",
        "version: 1",
        *_fields(SystemCard, ""),
    ]
    asked = {id: r for r in policy.requirements for id in r.scope.match.get("attestation", ())}
    if asked:
        lines.append("attestations:")
    for id, covers in statements(policy).items():
        lines += [
            f"  # {asked[id].title} ({asked[id].clause or asked[id].source})",
            f"  - id: {id}",
            *(f"    {part}: TODO" for part in ("statement", "name", "role", "date", "expires")),
        ]
        if covers:
            lines.append(f"    covers: []  # list what is in it: {', '.join(covers)}")
        lines.append("    evidence: TODO")
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], indent: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if name in _LEFT_OUT:
            continue
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = list(_fields(kind, indent + "  "))
            yield from [f"{indent}{name}:", *inner] if inner else []
        else:
            yield f"{indent}{name}:{_blank(kind)}"


def _blank(kind: Any) -> str:
    words, written = closed_list(kind), str(kind)
    choices = f"  # {', '.join(words)}" if words else ""
    if "tuple" in written:
        return f" []{choices}"
    if words or "float" in written or "int" in written:
        return choices
    return " TODO"
