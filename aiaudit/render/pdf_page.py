"""What the PDF's template prints: the same view as the page in HTML, as data without markup."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiaudit.record import Advice, Record
from aiaudit.render import limits, sentences, subject, words
from aiaudit.render.advising import around, steps
from aiaudit.render.changes import since_text
from aiaudit.render.chart import Chart, Mark, chart
from aiaudit.render.findings import Finding, about, findings, headline, pressing
from aiaudit.render.pdf_annex import sections
from aiaudit.render.pdf_blocks import name, scope, tag
from aiaudit.render.plain import plain
from aiaudit.render.words import count

#: Groups named with a piece of advice before "and N more".
PLACES = 6


def page(record: Record, exit_code: int) -> dict[str, Any]:
    """Return everything that ``report.typ`` prints; every figure is a finished string."""
    found = findings(record)
    first = headline(found)
    drawn = chart(record, found)
    counts = record.counts()
    return {
        "title": f"Audit of {name(subject.title(record))}",
        "heading": f"Audit of {name(subject.title(record), 60)}",
        "author": f"{name(record.tool.name)} {name(record.tool.version)}",
        "day": f"judged on {record.provenance.judged_on.isoformat()}",
        "digest": record.digest,
        "opening": subject.opening(record),
        "headline": sentences.verdict_sentence(record, exit_code),
        "warning": sentences.unguarded(record),
        "number": sentences.number_sentence(record),
        "figures": None if first is None else first.requirement.id,
        "now": sentences.what_now(record, exit_code),
        "good": exit_code == 0,
        "tiles": [
            tag(s) | {"n": f"{counts[s]:,}", "status": s.value if counts[s] else ""} for s in words.TILES
        ],
        "tiles_note": sentences.tiles_note(record),
        "since": "" if record.since is None else since_text(record.since),
        "todo": [_advice(a, about(a, found), record) for a in pressing(record, found)],
        "chart": None if drawn is None else _chart(drawn),
        "audited": [list(pair) for pair in subject.audited(record)],
        "limits": [name(line, 2000) for line in limits.limits(record, found)],
        "disclaimers": [name(line, 2000) for line in record.policy.disclaimers],
        "annex": sections(record, found, drawn, exit_code),
    }


def _advice(advice: Advice, finding: Finding | None, record: Record) -> dict[str, Any]:
    places = [place for place in advice.scopes if place]
    more = len(advice.scopes) - PLACES
    where = "; ".join(scope(place, 60) for place in places[:PLACES])
    rest = f" and {count(more, 'more group')}" if more > 0 else ""
    return {
        "problem": name(advice.problem),
        "tag": tag(advice.status),
        "told": "" if finding is None else plain(finding, record.subject.favorable),
        "facts": [name(fact, 1000) for fact in advice.facts],
        "steps": [name(step, 1000) for step in steps(advice)],
        "around": " ".join(name(line, 1000) for line in around(advice)),
        "why": name(advice.why, 1000) + (f" Where: {where}{rest}." if places else ""),
        "requirement": advice.requirement,
    }


def _chart(drawn: Chart) -> dict[str, Any]:
    return {
        "caption": list(_caption(drawn)),
        "ticks": [list(tick) for tick in drawn.ticks],
        "panels": [
            {
                "attribute": name(panel.attribute),
                "hidden": f"({count(panel.hidden, 'more group')} in the record)" if panel.hidden else "",
                "marks": [_mark(mark) for mark in panel.marks],
            }
            for panel in drawn.panels
        ],
    }


def _caption(drawn: Chart) -> Iterator[Any]:
    yield f"{name(drawn.metric.definition)} The dot is the rate found, the bar its interval."
    if drawn.has_references:
        yield " A square is the group that the others of its attribute are set against."
    if drawn.has_limits and drawn.requirement is not None:
        yield " The dashed line is the least or the most that "
        yield {"to": f"r-{drawn.requirement.id}", "text": drawn.requirement.id}
        yield " asks of a group."


def _mark(mark: Mark) -> dict[str, Any]:
    return {
        "group": name(mark.group),
        "rows": f"({mark.measurement.n:,})",
        "at": mark.at,
        "low": mark.low,
        "high": mark.high,
        "limits": list(mark.limits),
        "status": "" if mark.status is None else mark.status.value,
        "tag": None if mark.status is None else tag(mark.status),
        "square": mark.is_reference,
        "percent": mark.percent,
        "spoken": mark.spoken,
    }
