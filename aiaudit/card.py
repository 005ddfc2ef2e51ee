"""The system card: what an organisation says about its system, in its own words and with names and dates."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from pydantic import BaseModel

from aiaudit.card_model import Attestation, SystemCard
from aiaudit.policy.yaml import parse, read_yaml


class State(StrEnum):
    """What is in a field."""

    GIVEN = "given"
    MISSING = "missing"
    PLACEHOLDER = "placeholder"
    SHORT = "too short"
    INVALID_DATE = "invalid date"
    NO_CARD = "no card"


#: Fields that are days, by the last part of their name.
DAYS = frozenset(
    {
        *("last_drill", "next_audit", "date", "expires", "first_use"),
        *("first_day", "last_day", "protected_data_deleted"),
    }
)
#: Fields that take a sentence; the others can be answered by a word.
SENTENCES = frozenset(
    {
        "purpose.decision",
        "purpose.affected_people",
        "purpose.out_of_scope",
        "purpose.known_harmful_uses",
        "role.human",
        "role.override_route",
        "data.original_purpose",
        "data.known_gaps",
        "metrics.reason",
        "explanation.limits",
        "limitations",
        "fallback.procedure",
        "monitoring.plan",
        "staff.jobs_and_skills",
        "statement",
    }
)
#: Width of a sentence at least, in Latin letters: enough for "Nobody does." to be a choice, not a slip.
SHORTEST = 12
#: Parts of a card that nobody need fill in, and those that are read one by one by checks of their own.
_NOT_ASKED = frozenset(
    {
        *("version", "identity.model_digest", "data.date_column", "fallback.expires"),
        *("attestations", "oversight.decision_log", "risk"),
    }
)
#: What a form says where nobody answered, but for the signs around it; or one letter again and again.
_WHOLE = re.compile(
    r"to[ -]?do|tb[acd]|fixme|n/?a|none yet|unknown|pending|placeholder|fill (?:me |this )?in\b.*"
    r"|your .* here|x+|([^\W\d])\1{2,}",
    re.IGNORECASE | re.DOTALL,
)
#: Marks of a form or of filler text, wherever they stand. An address in angle brackets is none.
_WITHIN = re.compile(
    r"^\W*(?:TODO|TBD|TBC|FIXME)\b|(?i:more information needed|lorem ipsum)|<[^\W\d_][^<>@/]*>"
)


def load_card(path: str | Path) -> SystemCard:
    """Read a system card; a key without a value counts as absent.

    Raises
    ------
    UsageError
        If the file cannot be read.
    FileErrors
        With every unknown key and wrong type, each with its line and column.
    """
    document = read_yaml(path)
    data = {} if document.data is None else _without_nulls(document.data)
    return parse(replace(document, data=data), SystemCard, context={"folder": Path(path).parent})


def fields(card: SystemCard | None) -> Iterator[tuple[str, State]]:
    """Yield every field of a card by its dotted name, and what is in it; attestations are not among them."""
    for name, value in _leaves(card or SystemCard(), ""):
        yield name, State.NO_CARD if card is None else state(name, value)


def state(name: str, value: Any) -> State:
    """Return what is in a field.

    Parameters
    ----------
    name : str
        Its dotted name, which says whether a sentence, a day or a word is due.
    value : str, tuple of str, date, float or None
        Its content.
    """
    texts = [
        text.strip() for text in (value if isinstance(value, tuple) else (value,)) if isinstance(text, str)
    ]
    if value is None or value == () or "" in texts:
        return State.MISSING
    if any(map(is_placeholder, texts)):
        return State.PLACEHOLDER
    if texts and name.rpartition(".")[2] in DAYS:
        return State.INVALID_DATE
    if name in SENTENCES and any(_width(text) < SHORTEST for text in texts):
        return State.SHORT
    return State.GIVEN


def validity(card: SystemCard, name: str) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and the last day on which a field may be relied on, where it has such days.

    A drill counts from its day on, the fallback as long as the card says, a plan until the audit it announces.
    """
    if name.startswith("fallback."):
        return day(card.fallback.last_drill) if name == "fallback.last_drill" else None, day(
            card.fallback.expires
        )
    return None, day(card.monitoring.next_audit) if name == "monitoring.next_audit" else None


def day(value: dt.date | str | None) -> dt.date | None:
    """Return a day, None where the card holds no valid one."""
    return value if isinstance(value, dt.date) else None


def evidence_state(attestation: Attestation) -> str:
    """Return ``given`` where a statement is somebody's and its evidence is there, otherwise what is wrong."""
    found = list(faults(attestation))
    if attestation.evidence is None:
        found.append("evidence: missing")
    elif attestation.evidence.state != State.GIVEN:
        found.append(f"evidence: {attestation.evidence.state}")
    return "; ".join(found) or State.GIVEN


def faults(attestation: Attestation) -> tuple[str, ...]:
    """Return what keeps a statement from being somebody's: parts that are not given, days out of order."""
    found = []
    for part in ("statement", "name", "role", "date", "expires"):
        seen = state(part, getattr(attestation, part))
        if seen is not State.GIVEN:
            found.append(f"{part}: {seen}")
    first, last = day(attestation.date), day(attestation.expires)
    if first and last and last < first:
        found.append("its last day is before its date")
    return tuple(found)


def is_placeholder(text: str) -> bool:
    """Return whether a text is what stands in a form before anybody fills it in."""
    words = text.strip(string.punctuation + string.whitespace + "…–—")
    return not words or bool(_WHOLE.fullmatch(words) or _WITHIN.search(text))


def _width(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _without_nulls(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    return {key: _without_nulls(value) for key, value in data.items() if value is not None}


def _leaves(model: BaseModel, prefix: str) -> Iterator[tuple[str, Any]]:
    for name in type(model).model_fields:
        full, value = f"{prefix}{name}", getattr(model, name)
        if full in _NOT_ASKED:
            continue
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{full}.")
        else:
            yield full, value


__all__ = [
    "Attestation",
    "State",
    "SystemCard",
    "day",
    "evidence_state",
    "faults",
    "fields",
    "load_card",
    "state",
    "validity",
]
