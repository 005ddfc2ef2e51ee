"""Verdicts in the PDF's annex: by requirement, with figures and reasons, and those that somebody accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiaudit.facts import Measurement
from aiaudit.policy.model import Kind, Requirement
from aiaudit.record import Status
from aiaudit.render import words
from aiaudit.render.annex import Annex, Judged
from aiaudit.render.detail import doubts
from aiaudit.render.findings import Finding, of_status
from aiaudit.render.numbers import Shared
from aiaudit.render.pdf_blocks import Block, Line, heading, items, lead, name, scope, table, tag, text
from aiaudit.render.words import count


def requirements(arranged: Annex) -> Iterator[Block]:
    """Return every requirement with all its verdicts, the worst first."""
    for judged in arranged.requirements:
        r = judged.requirement
        yield heading(name(r.title), status=judged.status, label=f"r-{r.id}")
        method = f" Method: {'; '.join(map(name, judged.alike.told))}." if judged.alike.told else ""
        yield lead([{"code": r.id}, _asked(r)], {"soft": name(r.rationale, 1000) + method})
        yield from _verdicts(judged)


def _asked(r: Requirement) -> str:
    clause = f", {name(r.clause)}" if r.clause else ""
    decided = (
        f", decided on {r.decide_on.value}, at least {count(r.min_n, 'row')}"
        if r.kind is Kind.MEASURED
        else ""
    )
    applies = "" if r.applies_from is None else f" Applies from {r.applies_from.isoformat()}."
    loosened = f" Loosened: {name(r.override_reason)}" if r.override_reason else ""
    return (
        f"{clause}: {name(r.metric)} of {name(r.check)}, {words.asked(r)} ({r.basis.value}; {name(r.source)}). "
        f"Severity {r.severity.name.lower()}, {r.kind.value}{decided}.{applies}{loosened}"
    )


def _verdicts(judged: Judged) -> Iterator[Block]:
    every = (*judged.shown, *judged.folded)
    if not every:
        yield text({"soft": "Not judged."})
    elif judged.measured:
        yield {"kind": "verdicts", "rows": [_figures(f, judged.alike) for f in every]}
    else:
        yield items(
            [f"{_place(f)}: ", {"tag": tag(f.verdict.status)}, f"{_readiness(f)}: {_why(f)}"] for f in every
        )


def _figures(f: Finding, alike: Shared) -> dict[str, Any]:
    v, m = f.verdict, f.verdict.measurement
    method = "" if m is None else alike.own_method(m)
    return {
        "where": _place(f),
        "tag": tag(v.status),
        "note": _readiness(f),
        "value": "nothing measured" if m is None else words.value_text(m, f.limit),
        "interval": "" if m is None else _interval(m, f.limit, alike),
        "rows": [] if m is None else [words.rows_text(m), *_counts(m)],
        "against": "" if m is None else _against(m),
        "p": [words.p_text(p) for p in (None if m is None else m.p_value, v.p_adjusted) if p is not None],
        "margin": "" if v.margin is None else words.figure(v.margin),
        "why": [f"{_why(f)}. ", {"soft": f"Method: {name(method)}." if method else ""}],
    }


def _interval(m: Measurement, limit: float, alike: Shared) -> Line:
    if m.interval is None:
        return {"soft": f"no interval: {name(m.params.get('no_interval', 'not stated'))}"}
    made = "" if alike.interval else f" ({words.level_text(m.interval.level)}, {name(m.interval.method)})"
    return [words.interval_text(m.interval, limit), {"soft": made}]


def _place(f: Finding) -> str:
    if not f.verdict.scope and f.requirement.kind is not Kind.MEASURED:
        return "the system"
    return scope(f.verdict.scope)


def _readiness(f: Finding) -> str:
    return "" if f.verdict.in_force else " (readiness)"


def _counts(m: Measurement) -> list[str]:
    if m.numerator is None or m.denominator is None:
        return []
    return [f"{m.numerator:,}/{m.denominator:,}"]


def _against(m: Measurement) -> Line:
    to = m.reference
    if to is None:
        return ""
    whom = "everyone else" if to.rule == "rest" else scope(to.scope)
    counts = f"({to.denominator:,} rows)" if to.numerator is None else f"{to.numerator:,}/{to.denominator:,}"
    rule = "" if to.rule == "rest" else f"; {name(words.RULES.get(to.rule, to.rule))}"
    return [f"{whom} {counts}", {"soft": rule}]


def _why(f: Finding) -> str:
    v = f.verdict
    parts = [name(v.reason, 1000), *doubts(f)]
    if v.waiver is not None:
        parts.append(f"waived by {name(v.waiver.approved_by)} until {v.waiver.expires.isoformat()}")
    return "; ".join(parts)


def waivers(found: tuple[Finding, ...]) -> Iterator[Block]:
    """Return who accepted which failure, why and until when."""
    waived = of_status(found, Status.WAIVED)
    if not waived:
        yield text("Nothing was waived.")
        return
    head = ["Requirement", "Where", "Reason", "Owner", "Approved by", "Created", "Expires"]
    yield table(head, [_waiver(f) for f in waived], widths=[18, 18, 30, 15, 15, 13, 13])


def _waiver(f: Finding) -> list[Line]:
    w, where = f.verdict.waiver, [f.requirement.id, _place(f)]
    if w is None:
        return [*where, name(f.verdict.reason), "", "", "", ""]
    ticket = f" ({name(w.ticket)})" if w.ticket else ""
    people = [name(w.owner), name(w.approved_by)]
    return [*where, name(w.reason, 1000) + ticket, *people, w.created.isoformat(), w.expires.isoformat()]
