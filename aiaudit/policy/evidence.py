"""Requirements that evidence meets: their short form, and what the system card must know of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from aiaudit.errors import did_you_mean, one_line, some
from aiaudit.policy.document import Document, FileErrors
from aiaudit.risk import tier

if TYPE_CHECKING:
    from aiaudit.policy.model import Requirement

#: A statement of the card, what it must cover, or fields of the card.
SHORTHAND = ("evidence", "items", "fields")
_SPELT_OUT = ("check", "metric", "scope", "op", "threshold", "decide_on")
#: The level of risk, which follows from the card's answers.
_LEVEL = "risk.level"
_CARD, _EVIDENCE = "transparency.system-card", "transparency.evidence"
_NOTICES = "transparency.notices"


def spell_out(document: Document) -> Document:
    """Spell out the requirements of a policy file that name their evidence.

    A clause is its own source where no other is given.

    Raises
    ------
    FileErrors
        If a requirement names evidence and spells out the check as well, or names points of no statement.
    """
    data = document.data
    listed = data.get("requirements") if isinstance(data, dict) else None
    if not isinstance(listed, list):
        return document
    faults = [
        document.fault(("requirements", i, key), what, at_key=True)
        for i, given in enumerate(listed)
        if isinstance(given, dict)
        for key, what in _clashes(given)
    ]
    if faults:
        raise FileErrors(faults)
    full = [_expanded(given) if isinstance(given, dict) else given for given in listed]
    return replace(document, data={**data, "requirements": full})


def _expanded(given: Mapping[str, Any]) -> dict[str, Any]:
    full = {key: value for key, value in given.items() if key not in SHORTHAND}
    if isinstance(full.get("clause"), str) and full["clause"]:
        full.setdefault("source", full["clause"])
    evidence, items, fields = (given.get(key) for key in SHORTHAND)
    if evidence is None and fields is None:
        return full
    documented = fields is not None or given.get("kind") == "documented"
    full["kind"] = "documented" if documented else "attested"
    full |= {"op": ">=", "threshold": 1, "decide_on": "value"}
    if fields is not None:
        return full | {"check": _CARD, "metric": "field_present", "scope": {"match": {"field": fields}}}
    scope = {"match": {"attestation": evidence} | ({} if items is None else {"item": items})}
    if items is not None:
        metric = "item_documented" if documented else "item_stated"
        return full | {"check": _EVIDENCE, "metric": metric, "scope": scope}
    if documented:
        return full | {"check": _EVIDENCE, "metric": "evidence_given", "scope": scope}
    return full | {"check": _CARD, "metric": "attestation_given", "scope": scope}


def _clashes(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    short = [key for key in SHORTHAND if key in given]
    if "items" in short and "evidence" not in short:
        yield "items", "'items' are points of a statement; name it with 'evidence'"
    if "fields" in short and "evidence" in short:
        yield "fields", "'evidence' and 'fields' are two requirements"
    for key in _SPELT_OUT if short else ():
        if key in given:
            yield key, f"'{short[0]}' already says this; remove '{key}', or spell everything out"


def card_problems(requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Yield what a requirement asks of the system card that no card can answer, by field."""
    known = answers()
    for name, wanted in requirement.applies_if.items():
        if name not in known:
            yield "applies_if", f"the system card has no '{one_line(name)}'.{did_you_mean(name, known)}"
            continue
        for word in wanted:
            if word not in known[name]:
                near = did_you_mean(word, known[name]) or f" It takes {some(known[name], 20)}."
                yield "applies_if", f"'{name}' is never '{one_line(word, 60)}'.{near}"
    if requirement.check == _CARD and "field" in requirement.scope.match:
        present = _fields()
        for name in requirement.scope.match["field"]:
            if name not in present:
                what = f"the system card has no field '{one_line(name)}'.{did_you_mean(name, present)}"
                yield "scope", what


@cache
def answers() -> Mapping[str, tuple[str, ...]]:
    """Return what a card answers from a closed list: fields of its context, the level of risk; and the answers."""
    from aiaudit.card_model import Context

    found = {}
    for name, field in Context.model_fields.items():
        words = closed_list(field.annotation)
        if words:
            found[f"context.{name}"] = words
    return {**found, _LEVEL: ("1", "2", "3", "4")}


def closed_list(annotation: Any) -> tuple[str, ...]:
    """Return the words that a type allows; empty where any text will do."""
    if annotation is bool:
        return ("true", "false")
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return tuple(word for part in get_args(annotation) for word in closed_list(part))


@cache
def _fields() -> frozenset[str]:
    from aiaudit.card import fields

    return frozenset(name for name, _ in fields(None)) | {"identity.model_digest"}


def elsewhere(requirement: Requirement, card: Mapping[str, Any] | None) -> str | None:
    """Return why a requirement does not apply to the system of a card, None where it does.

    Parameters
    ----------
    requirement : Requirement
        What is asked, of whom.
    card : mapping or None
        The card as the record holds it. What it leaves open excludes nothing.
    """
    for name, wanted in requirement.applies_if.items():
        said = _said(card or {}, name)
        if said and not set(said) & set(wanted):
            return (
                f"asked only where {name} is {' or '.join(wanted)}; "
                f"the system card says {one_line(', '.join(said))}"
            )
    return None


def _said(card: Mapping[str, Any], name: str) -> tuple[str, ...]:
    if name == _LEVEL:
        level = tier(card.get("risk") or {}).level
        return () if level is None else (str(level),)
    value: Any = card
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list | tuple) else [] if value is None else [value]
    return tuple(str(v).lower() if isinstance(v, bool) else str(v) for v in values)


def lacks(wanted: Mapping[str, str], known: Collection[str | None]) -> str:
    """Return what a card lacks: one piece of evidence, by the scope that would hold it, where others are there.

    Parameters
    ----------
    wanted : mapping of str to str
        ``attestation``, ``item`` or ``field``, and the name asked for.
    known : collection of str or None
        Statements that the card does hold.
    """
    statement = wanted.get("attestation")
    if statement is not None and statement not in known:
        return f"the system card has no statement '{one_line(statement)}'"
    if "item" in wanted:
        return f"the statement '{one_line(statement)}' does not cover '{one_line(wanted['item'])}'"
    return f"the system card does not give {some(wanted.values())}"


def lacks_all(requirement: Requirement) -> str:
    """Return what a card lacks that gives nothing of what a requirement asks for."""
    match = requirement.scope.match
    if "attestation" in match and requirement.check == _NOTICES:
        named = some(match["attestation"], 20)
        return f"the system card lacks a day that this is counted from: that of the statement {named}, or of first use"
    if "attestation" in match:
        covering = f"; it must cover {some(match['item'], 20)}" if "item" in match else ""
        return f"the system card has no statement {some(match['attestation'], 20)}{covering}"
    asked = [value for values in match.values() for value in values]
    return f"the system card does not give {some(asked, 20) if asked else 'this evidence'}"
