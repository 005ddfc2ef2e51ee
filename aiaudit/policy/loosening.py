"""What a policy asks less of than the policy it extends: exact, field by field."""

from __future__ import annotations

from collections.abc import Mapping

from aiaudit.policy.model import DecideOn, Op, Policy, Requirement, ScopeFilter

#: From most to fewest failures: whatever fails by interval fails by significance, and that fails by value.
_FAILS = (DecideOn.VALUE, DecideOn.SIGNIFICANCE, DecideOn.INTERVAL)
#: Fields that change the question; the answer to another question is no tightening.
_QUESTION = ("kind", "check", "metric", "op")


def loosened(old: Requirement, new: Requirement) -> Mapping[str, str]:
    """Return how *new* asks less than *old*, in words, by field; empty where it only tightens.

    Less is: a lower severity, a weaker threshold in the direction of `op`, a `decide_on` by which fewer
    findings fail, a greater `min_n` or `max_age`, a narrower scope, reference or `applies_if`, a later
    `applies_from`, or another question (kind, check, metric, op).
    """
    return {field: f"{field} {before} -> {after}" for field, before, after in _steps(old, new)}


def _steps(old: Requirement, new: Requirement) -> list[tuple[str, object, object]]:
    steps: list[tuple[str, object, object]] = [
        (field, getattr(old, field), getattr(new, field))
        for field in _QUESTION
        if getattr(old, field) != getattr(new, field)
    ]
    if new.severity < old.severity:
        steps.append(("severity", old.severity.name.lower(), new.severity.name.lower()))
    if new.op is old.op and _weaker(old, new):
        steps.append(("threshold", old.threshold, new.threshold))
    if _FAILS.index(new.decide_on) > _FAILS.index(old.decide_on):
        steps.append(("decide_on", old.decide_on, new.decide_on))
    if new.min_n > old.min_n:
        steps.append(("min_n", old.min_n, new.min_n))
    if new.reference not in (old.reference, None):
        steps.append(("reference", old.reference or "any", new.reference))
    if _narrower(old.scope, new.scope):
        steps.append(("scope", _scope(old.scope), _scope(new.scope)))
    if new.applies_from is not None and (old.applies_from is None or new.applies_from > old.applies_from):
        steps.append(("applies_from", old.applies_from or "now", new.applies_from))
    return [*steps, *_fewer(old, new)]


def _fewer(old: Requirement, new: Requirement) -> list[tuple[str, object, object]]:
    """Return by which conditions fewer systems, or older evidence, can fail."""
    steps: list[tuple[str, object, object]] = []
    if _fewer_values(old.applies_if, new.applies_if):
        steps.append(("applies_if", conditions(old.applies_if), conditions(new.applies_if)))
    if old.max_age is not None and (new.max_age is None or new.max_age > old.max_age):
        steps.append(("max_age", old.max_age, new.max_age or "any"))
    return steps


def conditions(values: Mapping[str, tuple[str, ...]]) -> str:
    """Return the answers of a card under which a requirement applies, in words."""
    return " and ".join(f"{key} is {' or '.join(words)}" for key, words in values.items()) or "always"


def _fewer_values(old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> bool:
    return any(key not in old or set(old[key]) - set(values) for key, values in new.items())


def _weaker(old: Requirement, new: Requirement) -> bool:
    if old.op is Op.AT_LEAST:
        return new.threshold < old.threshold
    return new.threshold > old.threshold


def _narrower(old: ScopeFilter, new: ScopeFilter) -> bool:
    if new.over not in (old.over, "all"):
        return True
    if new.attributes is not None and (old.attributes is None or set(old.attributes) - set(new.attributes)):
        return True
    return _fewer_values(old.match, new.match)


def _scope(scope: ScopeFilter) -> str:
    parts: list[str] = [scope.over]
    if scope.attributes is not None:
        parts.append(f"of {', '.join(scope.attributes)}")
    parts += [f"with {key} {' or '.join(values)}" for key, values in scope.match.items()]
    return " ".join(parts)


def loosened_gate(old: Policy, new: Policy) -> Mapping[str, str]:
    """Return how *new* gates less than *old*, in words, by field.

    Any change of the error control counts: a smaller alpha hides gaps, a greater one or a smaller family
    breaks the promised rate of false alarms.
    """
    steps: list[tuple[str, object, object]] = []
    if new.fail_on > old.fail_on:
        steps.append(("fail_on", old.fail_on.name.lower(), new.fail_on.name.lower()))
    if old.strict and not new.strict:
        steps.append(("strict", "true", "false"))
    a, b = old.error_control, new.error_control
    if a != b:
        steps.append(("error_control", f"{a.alpha} per {a.family}", f"{b.alpha} per {b.family}"))
    return {field: f"{field} {before} -> {after}" for field, before, after in steps}
