"""The system card: what an organisation says about its system, in its own words and with names and dates."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, Field

from aiaudit.policy.fields import Strict, Version
from aiaudit.policy.yaml import parse, read_yaml

Words = Annotated[str, Field(max_length=20_000)]
Share = Annotated[float, Field(ge=0, le=1)]


class Person(Strict):
    """Somebody who answers for something."""

    name: Words | None = None
    role: Words | None = None
    contact: Words | None = None


class Identity(Strict):
    """Which system this is, and whose."""

    name: Words | None = None
    version: Words | None = None
    owner: Person = Person()
    model_digest: Words | None = None


class Purpose(Strict):
    """What the system is for, and what it is not for."""

    decision: Words | None = None
    users: Words | None = None
    affected_people: Words | None = None
    out_of_scope: Words | None = None
    known_harmful_uses: Words | None = None


class Role(Strict):
    """What weight the output has, and what people do with it."""

    output: Words | None = None
    human: Words | None = None
    override_route: Words | None = None
    contact_for_affected_people: Words | None = None


class Data(Strict):
    """Where the data come from, and on what ground they are used."""

    source: Words | None = None
    period: Words | None = None
    original_purpose: Words | None = None
    legal_basis: Words | None = None
    protected_attributes_origin: Words | None = None
    known_gaps: Words | None = None


class Groups(Strict):
    """Whose treatment is audited."""

    audited: tuple[Words, ...] = ()
    reference_population: Words | None = None


class Declared(Strict):
    """Numbers that the organisation states about the system."""

    accuracy: Share | None = None


class Metrics(Strict):
    """By what the system is measured, and why by that."""

    primary_fairness_metric: Words | None = None
    reason: Words | None = None
    declared: Declared = Declared()


class Explanation(Strict):
    """How decisions are explained."""

    method: Words | None = None
    limits: Words | None = None


class Fallback(Strict):
    """What happens when the system is off or wrong."""

    procedure: Words | None = None
    last_drill: dt.date | None = None


class Monitoring(Strict):
    """How the system is watched once it is used."""

    plan: Words | None = None
    next_audit: dt.date | None = None
    incident_contact: Words | None = None


class Staff(Strict):
    """What the system changes for those who work with it."""

    jobs_and_skills: Words | None = None


class Attestation(Strict):
    """A named person's statement, valid for a while."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,79}$")]
    statement: Words | None = None
    name: Words | None = None
    role: Words | None = None
    date: dt.date | None = None
    expires: dt.date | None = None
    evidence: Words | None = None


class SystemCard(Strict):
    """Everything that a card may say. Nothing is required here: what is missing is a finding, not a fault."""

    version: Version = 1
    identity: Identity = Identity()
    purpose: Purpose = Purpose()
    role: Role = Role()
    data: Data = Data()
    groups: Groups = Groups()
    metrics: Metrics = Metrics()
    explanation: Explanation = Explanation()
    limitations: Words | None = None
    fallback: Fallback = Fallback()
    monitoring: Monitoring = Monitoring()
    staff: Staff = Staff()
    environment: Words | None = None
    attestations: tuple[Attestation, ...] = ()


class State(StrEnum):
    """What is in a field."""

    GIVEN = "given"
    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    SHORT = "too short"
    NO_CARD = "no card"


#: Fields whose honest answer is one word or a number.
BRIEF = frozenset({"name", "version", "role", "contact", "model_digest", "audited", "accuracy"})
#: Characters that an answer in words needs at least: enough for "Nobody does." to be a choice, not a slip.
SHORTEST = 12
PLACEHOLDER = re.compile(
    r"""\W*(?:to[ -]?do|tbd|tba|tbc|fixme|n/?a|none\ yet|unknown|pending|placeholder|more\ information\ needed
        |fill\ (?:me\ )?in.*|lorem\ ipsum.*|your\ .*\ here|x+|\?+|\.+|-+)\W*|<[^>]*>|(.)\1*""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def load_card(path: str | Path) -> SystemCard:
    """Read a system card.

    Raises
    ------
    UsageError
        If the file cannot be read.
    FileErrors
        With every unknown key and wrong type, each with its line and column.
    """
    return parse(read_yaml(path), SystemCard)


def fields(card: SystemCard | None) -> Iterator[tuple[str, State]]:
    """Yield every field of a card by its dotted name, and what is in it; attestations are not among them."""
    for name, value in _leaves(card or SystemCard(), ""):
        yield name, State.NO_CARD if card is None else state(name, value)


def state(name: str, value: Any) -> State:
    """Return what is in a field."""
    if value is None or value == () or (isinstance(value, str) and not value.strip()):
        return State.MISSING
    texts = [
        text.strip() for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)
    ]
    if any(PLACEHOLDER.fullmatch(text) for text in texts):
        return State.PLACEHOLDER
    if name.rpartition(".")[2] not in BRIEF and any(len(text) < SHORTEST for text in texts):
        return State.SHORT
    return State.GIVEN


def faults(attestation: Attestation) -> tuple[str, ...]:
    """Return what keeps a statement from being somebody's: parts that are missing, days out of order."""
    needed = ("statement", "name", "role", "date", "expires")
    lacking = [part for part in needed if state(part, getattr(attestation, part)) is not State.GIVEN]
    found = [f"lacks {', '.join(lacking)}"] if lacking else []
    if attestation.date and attestation.expires and attestation.expires < attestation.date:
        found.append("its last day is before its date")
    return tuple(found)


def _leaves(model: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{prefix}{name}.")
        elif name != "attestations" and f"{prefix}{name}" not in ("version", "identity.model_digest"):
            yield f"{prefix}{name}", value
