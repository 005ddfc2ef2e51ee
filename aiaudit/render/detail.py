"""The figures of one finding, each as the cell of a table."""

from __future__ import annotations

from aiaudit.policy.model import Kind, Waiver
from aiaudit.record import Status, Verdict
from aiaudit.render.findings import Finding
from aiaudit.render.words import (
    count,
    figure,
    name,
    p_text,
    reference_text,
    rows_text,
    scope_text,
    with_interval,
)


def place(f: Finding) -> str:
    """Return where a finding holds; papers and statements are about the system, not about rows."""
    if not f.verdict.scope and f.requirement.kind is not Kind.MEASURED:
        return "the system"
    return scope_text(f.verdict.scope)


def where(f: Finding) -> str:
    """Return the scope, and below it the reference."""
    m = f.verdict.measurement
    against = "" if m is None or m.reference is None else f"\nagainst {reference_text(m.reference)}"
    return place(f) + against


def value_and_interval(f: Finding) -> str:
    """Return ``0.622 (0.548 to 0.703)``."""
    m = f.verdict.measurement
    return "" if m is None else with_interval(m, f.limit)


def rows(f: Finding) -> str:
    """Return how many rows the scope holds."""
    return "" if f.verdict.measurement is None else rows_text(f.verdict.measurement)


def adjusted(verdict: Verdict) -> str:
    """Return the p-value corrected for every comparison of the run, where one was made."""
    return "" if verdict.p_adjusted is None else p_text(verdict.p_adjusted)


def settles(verdict: Verdict) -> str:
    """Return how many more rows of the group would about settle an open question."""
    return "" if verdict.rows_needed is None else f"about {verdict.rows_needed:,} more"


def waiver_text(verdict: Verdict) -> str:
    """Return who accepted a failure that is waived, until when, and why; empty where it is not."""
    return accepted(verdict.waiver) if verdict.waiver is not None and verdict.status is Status.WAIVED else ""


def accepted(waiver: Waiver) -> str:
    """Return who accepted a failure, until when, and why."""
    until = waiver.expires.isoformat()
    return f"accepted by {name(waiver.approved_by)} until {until} (owner {name(waiver.owner)}): {name(waiver.reason)}"


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
