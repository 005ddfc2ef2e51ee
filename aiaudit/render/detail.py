"""The figures behind one finding, line by line."""

from __future__ import annotations

from aiaudit.facts import Measurement
from aiaudit.policy.model import Kind
from aiaudit.record import Verdict
from aiaudit.render.findings import Finding
from aiaudit.render.words import (
    asked,
    count,
    figure,
    interval_text,
    level_text,
    name,
    p_text,
    reference_text,
    scope_text,
    value_text,
)


def details(f: Finding) -> list[str]:
    """Return title, figures and reason of a finding, each on a line of its own."""
    verdict, m = f.verdict, f.verdict.measurement
    lines = [name(f.requirement.title)]
    if m is not None and f.requirement.kind is Kind.MEASURED:
        lines += [_value(f, m), _sample(m, verdict)]
    lines += [name(verdict.reason), *doubts(f)]
    if verdict.waiver is not None:
        w = verdict.waiver
        until = w.expires.isoformat()
        lines.append(
            f"accepted by {name(w.approved_by)} until {until} (owner {name(w.owner)}): {name(w.reason)}"
        )
    return [line for line in lines if line]


def doubts(f: Finding) -> list[str]:
    """Return what would settle the finding, and what the sample could have shown."""
    lines = []
    if f.verdict.rows_needed is not None:
        lines.append(
            f"to settle it: about {count(f.verdict.rows_needed, 'more row')} of {scope_text(f.verdict.scope)}"
        )
    if f.verdict.detectable is not None:
        lines.append(f"smallest gap this sample could have shown: {figure(f.verdict.detectable, f.limit)}")
    return lines


def _value(f: Finding, m: Measurement) -> str:
    r = f.requirement
    interval = ""
    if m.interval is not None:
        interval = f" ({level_text(m.interval.level)} interval {interval_text(m.interval, f.limit)})"
    against = "" if m.reference is None else f" against {reference_text(m.reference)}"
    return f"{m.metric} {value_text(m, f.limit)}{interval}{against}; asked: {asked(r)} ({r.basis.value})"


def _sample(m: Measurement, verdict: Verdict) -> str:
    parts = [f"n = {m.n:,}"]
    if m.numerator is not None and m.denominator is not None:
        other = (
            "" if m.reference is None else f" against {m.reference.numerator:,}/{m.reference.denominator:,}"
        )
        parts.append(f"{m.numerator:,}/{m.denominator:,}{other}")
    if m.p_value is not None:
        parts.append(f"p-value {p_text(m.p_value)}")
    if verdict.p_adjusted is not None:
        parts.append(f"adjusted for the whole run {p_text(verdict.p_adjusted)}")
    return ", ".join(parts)
