"""Facts that meet a requirement, and facts that break it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from pydantic import BaseModel

from aiaudit.card import DAYS, SystemCard
from aiaudit.check import Check
from aiaudit.facts import Form, Interval, Measured, Measurement, Reference
from aiaudit.policy.evidence import closed_list
from aiaudit.policy.model import Op, Requirement, ScopeFilter

#: Rows behind a made-up number: more than any policy asks for.
MANY = 10**6
_SENTENCE = "An honest sentence about this system."
#: Attributes that a scope names by the number it asks for.
_ATTRIBUTES = {"overall": 0, "groups": 1, "intersections": 2, "all": 1}


def facts(requirement: Requirement, check: Check, *, broken: bool) -> Measured:
    """Return the outcome of a check that meets a requirement exactly, or breaks it beyond doubt.

    Parameters
    ----------
    requirement : Requirement
        What is asked.
    check : Check
        The check that it names.
    broken : bool
        Which of the two.
    """
    metric = next(m for m in check.metrics if m.name == requirement.metric)
    number = float(_beyond(requirement) if broken else _within(requirement))
    contrast = metric.form in (Form.RATIO, Form.DIFFERENCE)
    rule = "most_favoured" if requirement.reference is None else requirement.reference
    measurement = Measurement(
        metric=metric.name,
        form=metric.form,
        value=number,
        n=MANY,
        interval=Interval(low=number, high=number, level=0.95, method="made up"),
        p_value=(1e-12 if broken else 1.0) if contrast else None,
        scope=_scope(requirement.scope),
        reference=Reference(scope={}, numerator=None, denominator=MANY, rule=rule) if contrast else None,
        method="made up",
    )
    return Measured(check=check.id, version=check.version, measurements=(measurement,), metrics=check.metrics)


def _within(requirement: Requirement) -> Fraction:
    return Fraction(0) if requirement.op is Op.WITHIN else requirement.threshold


def _beyond(requirement: Requirement) -> Fraction:
    """Return a value on the wrong side; lint has made sure that there is one."""
    limit = requirement.threshold
    step = abs(limit) / 2 or Fraction(1, 2)
    return limit - step if requirement.op is Op.AT_LEAST else limit + step


def _scope(wanted: ScopeFilter) -> dict[str, str]:
    names = [*(wanted.attributes or ()), "group", "other group"][: _ATTRIBUTES[wanted.over]]
    return dict.fromkeys(names, "a") | {key: values[0] for key, values in wanted.match.items()}


def without(card: SystemCard, requirement: Requirement) -> SystemCard:
    """Return a card that lacks the first piece of evidence that a requirement asks for."""
    match = requirement.scope.match
    if "field" in match:
        blank: SystemCard = _blank(card, match["field"][0].split("."))
        return blank
    id, items = match["attestation"][0], match.get("item", ())
    kept = []
    for attestation in card.attestations:
        if attestation.id != id:
            kept.append(attestation)
        elif items:
            covers = tuple(item for item in attestation.covers if item != items[0])
            kept.append(attestation.model_copy(update={"covers": covers}))
    return card.model_copy(update={"attestations": tuple(kept)})


def _blank(model: Any, path: list[str]) -> Any:
    name, *rest = path
    if rest:
        return model.model_copy(update={name: _blank(getattr(model, name), rest)})
    return model.model_copy(update={name: type(model).model_fields[name].get_default()})


def complete_card(statements: Mapping[str, tuple[str, ...]], today: date) -> SystemCard:
    """Return a card whose fields are all answered and whose statements are all signed.

    Parameters
    ----------
    statements : mapping of str to tuple of str
        Statements by id, with the points each covers.
    today : date
        The day on which everything holds; statements were signed sixty days before.
    """
    signed = {
        "statement": _SENTENCE,
        "name": "Ada Example",
        "role": "Owner",
        "date": str(today - timedelta(days=60)),
        "expires": str(today),
        "evidence": "https://example.org/evidence",
    }
    attestations = [{"id": id, "covers": covers, **signed} for id, covers in statements.items()]
    return SystemCard.model_validate(
        {**_answers(SystemCard, today), "version": 1, "attestations": attestations}
    )


def _answers(model: type[BaseModel], today: date) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found[name] = _answers(kind, today)
        elif name not in ("attestations", "model_digest"):
            found[name] = str(today) if name in DAYS else _answer(kind)
    return found


def _answer(kind: Any) -> Any:
    """Return a value of a field's type: the first of a closed list, a large number, a sentence."""
    words, written = closed_list(kind), str(kind)
    if words:
        return (words[0],) if "tuple" in written else True if words[0] == "true" else words[0]
    if "float" in written:
        return 0.9
    if "int" in written:
        return MANY
    return (_SENTENCE,) if "tuple" in written else _SENTENCE
