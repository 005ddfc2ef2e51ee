"""A resolved policy in words, and as YAML that can be read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from textwrap import wrap
from typing import Any

import yaml

from aiaudit.errors import one_line
from aiaudit.policy.freshness import LASTS, stale
from aiaudit.policy.loosening import conditions
from aiaudit.policy.model import DecideOn, Op, Policy, PolicySource, Requirement, ScopeFilter, plain

_DECIDED = {
    DecideOn.VALUE: "by the bare value",
    DecideOn.SIGNIFICANCE: "by the value and its significance together",
    DecideOn.INTERVAL: "by the interval: it must lie inside the limit",
}
_OVER = {
    "overall": "for the whole table",
    "groups": "for each group",
    "intersections": "for each intersection of groups",
    "all": "in every scope measured",
}
_REFERENCE = {
    "most_favoured": "against the most favoured group",
    "largest": "against the largest group",
    "rest": "against everybody else",
    "declared": "against the group declared as reference",
}
_OP = {Op.AT_LEAST: "at least", Op.AT_MOST: "at most", Op.WITHIN: "within plus or minus"}


def describe(policy: Policy, sources: Sequence[PolicySource], today: date) -> str:
    """Return a policy in plain text, every requirement with its limit and where the limit comes from."""
    lines = [f"{policy.id}, edition {one_line(policy.edition)}: {one_line(policy.title)}"]
    lines += _wrapped(policy.summary, 2)
    control = policy.error_control
    family = "the whole run" if control.family == "run" else "each requirement"
    lines += [
        "",
        f"  fails on    {policy.fail_on.name.lower()} and above{', or where it is inconclusive' * policy.strict}",
        f"  false alarm at most {control.alpha * 100:g}% for {family}",
    ]
    lines += [f"  exception   {one_line(policy.override_reason)}"] if policy.override_reason else []
    for i in policy.instruments:
        lines += _wrapped(f"law: {i.citation}: {i.status} (checked {i.last_verified})", 2)
    if old := stale(policy, today):
        again = f"{len(old)} of these were looked up more than {LASTS.days} days before {today}"
        lines += _wrapped(f"out of date: {again}; look them up again before you rely on this", 2)
    for s in sources:
        when = f", committed {s.committed}" if s.committed else ""
        lines.append(f"  file: {one_line(s.origin)} ({s.id}, sha256 {s.digest[:12]}{when})")
    for m in policy.metrics:
        lines += _wrapped(f"metric: {m.name}, {m.better} is better: runs {m.function}", 2)
    for requirement in policy.requirements:
        lines += ["", *_requirement(requirement)]
    for disabled in policy.disable:
        lines += ["", f"not asked: {disabled.id}", *_wrapped(disabled.override_reason, 4)]
    return "\n".join(lines)


def _requirement(r: Requirement) -> Iterator[str]:
    when = f", readiness until {r.applies_from}" if r.applies_from else ""
    when += f", not older than {r.max_age} days" if r.max_age else ""
    yield f"{r.id} [{r.severity.name.lower()}, {r.kind}{when}]"
    yield from _wrapped(r.title, 4)
    against = f" {_REFERENCE[r.reference]}" if r.reference else ""
    limit = f"{r.metric} {_OP[r.op]} {number(r.threshold)}{against}, {_scope(r.scope)}"
    few = "" if r.decide_on is DecideOn.VALUE else f"; inconclusive below {r.min_n} rows"
    yield from _wrapped(f"limit: {limit} ({r.check})", 4)
    yield f"    decided: {_DECIDED[r.decide_on]}{few}"
    clause = f" [{r.clause}]" if r.clause else ""
    yield from _wrapped(f"basis: {r.basis}{clause}; {r.source}", 4)
    if r.applies_if:
        yield from _wrapped(f"asked of: {conditions(r.applies_if)}", 4)
    yield from _wrapped(f"why: {r.rationale}", 4)
    if r.override_reason:
        yield from _wrapped(f"asks less: {r.override_reason}", 4)


def number(exact: Fraction) -> str:
    """Return an exact number as a decimal where that is exact, otherwise as a fraction."""
    decimal = repr(float(exact))
    return (
        f"{exact.numerator}"
        if exact.denominator == 1
        else decimal
        if Fraction(decimal) == exact
        else str(exact)
    )


def _scope(scope: ScopeFilter) -> str:
    words = _OVER[scope.over] if not scope.match or scope.over != "all" else "where"
    named = f" of {', '.join(map(one_line, scope.attributes))}" if scope.attributes else ""
    match = ", ".join(f"{one_line(k)} is {' or '.join(map(one_line, v))}" for k, v in scope.match.items())
    return f"{words}{named} {match}".rstrip()


def _wrapped(text: str, indent: int) -> list[str]:
    return wrap(one_line(text, 2000), 100, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2))


def to_yaml(policy: Policy) -> str:
    """Return a resolved policy as a file of its own, which extends nothing."""
    dropped = [f"# not asked: {d.id}: {one_line(d.override_reason, 500)}\n" for d in policy.disable]
    data = _without_empty(plain(policy.model_copy(update={"extends": (), "disable": ()})))
    return "".join(dropped) + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)


def _without_empty(data: Any) -> Any:
    if isinstance(data, list):
        return [_without_empty(item) for item in data]
    if isinstance(data, dict):
        kept = {key: _without_empty(value) for key, value in data.items()}
        return {key: value for key, value in kept.items() if value not in (None, "", [], {})}
    return data
