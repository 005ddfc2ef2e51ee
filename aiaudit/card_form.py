"""What a system card still lacks under a policy, and an empty one that asks for all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from aiaudit.card_examples import answer, said, signature
from aiaudit.card_model import SystemCard
from aiaudit.judge import judge
from aiaudit.labels import Task
from aiaudit.policy.document import Document
from aiaudit.policy.evidence import closed_list
from aiaudit.policy.examples import statements
from aiaudit.policy.fields import Severity
from aiaudit.policy.model import Kind, Policy, Requirement
from aiaudit.record import Status, Verdict
from aiaudit.registry import checks
from aiaudit.risk import QUESTIONS
from aiaudit.run import run_check
from aiaudit.subject import Rows, Subject

#: Parts of a card that a form leaves to the audit or to those who need them.
_LEFT_OUT = frozenset(
    {"version", "identity.model_digest", "attestations", "oversight.decision_log", "data.date_column"}
)
_PROOF = "evidence: TODO  # a file beside the card, or a web address"
_NO_PROOF = "# evidence: FILE  # not asked for here; a file beside the card, or a web address"


@dataclass(frozen=True, kw_only=True)
class Open:
    """One field or statement that is open: its name, where it stands, what is wrong, and a good answer."""

    name: str
    line: int
    state: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Gap:
    """One requirement that a card does not meet: how much it matters, what is open, and what to do."""

    requirement: str
    title: str
    severity: Severity
    gates: bool
    open: tuple[Open, ...]
    step: str


def lacking(card: SystemCard, document: Document, policy: Policy, today: date) -> tuple[int, list[Gap]]:
    """Return how many pieces of evidence a policy asks for, and those that a card does not give.

    Parameters
    ----------
    card : SystemCard
        The card.
    document : Document
        The file that it was read from.
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
    examples = {
        id: signature(id, today, covers, proven=id in _proven(alone))
        for id, covers in statements(alone).items()
    }
    found = []
    for requirement in papers:
        mine = [v for v in verdicts if v.requirement == requirement.id and v.status is Status.FAIL]
        if mine:
            gates = requirement.severity >= policy.fail_on and all(v.in_force for v in mine)
            found.append(
                Gap(
                    requirement=requirement.id,
                    title=requirement.title,
                    severity=requirement.severity,
                    gates=gates,
                    open=tuple(dict.fromkeys(_open(v, requirement, document, examples) for v in mine)),
                    step=" ".join(requirement.remediation),
                )
            )
    return len(papers), found


def _open(
    verdict: Verdict, requirement: Requirement, document: Document, examples: Mapping[str, str]
) -> Open:
    """Return what is open by a verdict; of a statement that is not there at all the requirement knows the name."""
    field = verdict.scope.get("field")
    if field is not None:
        line = document.fault(field.split("."), "").line
        return Open(name=field, line=line, state=verdict.reason, example=answer(field))
    id = verdict.scope.get("attestation") or next(iter(requirement.scope.match.get("attestation", ())), "")
    listed = [a.get("id") for a in (document.data or {}).get("attestations") or ()]
    place: list[str | int] = ["attestations", *([listed.index(id)] if id in listed else [])]
    line = document.fault(place, "").line
    return Open(name=id, line=line, state=verdict.reason, example=examples.get(id, ""))


def _proven(policy: Policy) -> frozenset[str]:
    """Return the statements behind which a document must stand."""
    asked = (r for r in policy.requirements if r.metric in ("evidence_given", "item_documented"))
    return frozenset(id for r in asked for id in r.scope.match.get("attestation", ()))


def blank(policy: Policy) -> str:
    """Return a card in YAML in which every answer is still to be given, each statement with what it is asked for."""
    lines = [
        "# Replace every TODO by an answer; one honest sentence is enough. What stays TODO counts as missing.",
        "# Dates are year-month-day. Behind each line stand its choices, or a good answer of somebody else's.",
        "version: 1",
        *_fields(SystemCard, ""),
    ]
    asked = {id: r for r in policy.requirements for id in r.scope.match.get("attestation", ())}
    proven = _proven(policy)
    if asked:
        lines.append("attestations:")
    for id, covers in statements(policy).items():
        lines += [
            f"  # {asked[id].title} ({asked[id].clause or asked[id].source})",
            f"  - id: {id}",
            f"    statement: TODO{said(id)}",
            *(f"    {part}: TODO" for part in ("name", "role", "date")),
            "    expires: TODO  # the last day on which it counts",
        ]
        if covers:
            lines.append(f"    covers: []  # list what is in it: {', '.join(covers)}")
        lines.append(f"    {_PROOF if id in proven else _NO_PROOF}")
    return "\n".join(lines) + "\n"


def _fields(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind, full, indent = field.annotation, f"{prefix}{name}", "  " * prefix.count(".")
        if full in _LEFT_OUT:
            continue
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            inner = list(_fields(kind, f"{full}."))
            yield from [f"{indent}{name}:", *inner] if inner else []
        else:
            yield f"{indent}{name}:{_blank(kind)}{_hint(kind, full)}"


def _blank(kind: Any) -> str:
    written = str(kind)
    if "tuple" in written:
        return " []"
    return "" if closed_list(kind) or "float" in written or "int" in written else " TODO"


def _hint(kind: Any, name: str) -> str:
    """Return the comment behind a line: the choices there are, or a good answer."""
    choices, section = ", ".join(closed_list(kind)), name.partition(".")[0]
    question = QUESTIONS.get(name.partition(".")[2], "") if section == "risk" else ""
    asked = f"how much {question}? {choices}" if question else choices or f"for example: {answer(name)}"
    return f"  # {asked}"
