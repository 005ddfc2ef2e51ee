"""The auditor's annex of the PDF, section by section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiaudit.record import Record, Status
from aiaudit.render.annex import Annex, annex
from aiaudit.render.bars import Importances, importances
from aiaudit.render.chart import Chart
from aiaudit.render.findings import Finding
from aiaudit.render.pdf_blocks import Block, Line, facts, heading, items, lead, name, table, tag, text
from aiaudit.render.pdf_pictures import pictures
from aiaudit.render.pdf_since import since
from aiaudit.render.pdf_sources import data, metrics, provenance
from aiaudit.render.pdf_verdicts import requirements, waivers
from aiaudit.render.weighing import weighing
from aiaudit.render.words import count, with_interval


def sections(
    record: Record, found: tuple[Finding, ...], chart: Chart | None, exit_code: int
) -> list[dict[str, Any]]:
    """Return the annex by section, each a title and its blocks; sections without any are left out."""
    arranged = annex(record, found)
    blocks = {
        "How to weigh this audit": _weighing(record, found, exit_code),
        "Change since the audit before": since(record),
        "A. Requirements and verdicts": requirements(arranged),
        "B. Measurements": _measurements(record, arranged),
        "C. What the model relies on": _importances(record),
        "D. System card and statements": _papers(record, arranged),
        "E. Waivers": waivers(found),
        "F. Data and groups": data(record),
        "G. Metrics and rounding": metrics(record, found),
        "H. Provenance": provenance(record, exit_code),
        "I. Groups and scores in pictures": pictures(record, found, chart),
    }
    every = [{"title": title, "blocks": list(those)} for title, those in blocks.items()]
    return [section for section in every if section["blocks"]]


def _weighing(record: Record, found: tuple[Finding, ...], exit_code: int) -> Iterator[Block]:
    yield lead({"soft": "The headings are those under which courts and regulators weigh an audit."})
    yield facts(weighing(record, found, exit_code))


def _measurements(record: Record, arranged: Annex) -> Iterator[Block]:
    total = sum(len(outcome.measurements) for outcome, _ in arranged.measured)
    yield text(
        f"{count(total, 'measurement')} by {count(len(arranged.measured), 'check')}. What the policy judged stands in "
        "section A; every measurement, with its counts, interval, test and method, is in the record that this file "
        "holds as an attachment (record.json)."
    )
    rows = [
        [
            name(o.check),
            str(o.version),
            f"{len(o.measurements):,}",
            "; ".join(name(note, 1000) for note in o.notes),
        ]
        for o, _ in arranged.measured
    ]
    if rows:
        yield table(
            ["Check", "Version", "Measurements", "Remarks"], rows, widths=[32, 9, 15, 56], numeric=[1, 2]
        )
    lines: list[Line] = [
        [{"tag": tag(Status.ERROR)}, f": {name(o.check)}: {name(o.error)} ({name(o.plugin)})"]
        for o in arranged.errored
    ]
    for o in arranged.skipped:
        status = Status.NOT_ASSESSED if o.applicable else Status.NOT_APPLICABLE
        lines.append([{"tag": tag(status)}, f": {name(o.check)}: {name(o.reason)}"])
    if lines:
        yield heading("Checks without measurements")
        yield items(lines)


def _importances(record: Record) -> Iterator[Block]:
    drawn = importances(record)
    yield from map(_bars, drawn)
    if not drawn:
        yield text("No importance of columns was measured.")


def _bars(drawn: Importances) -> Block:
    return {
        "kind": "bars",
        "title": f"{name(drawn.metric.name)} by column ({name(drawn.check)}, {name(drawn.metric.unit)})",
        "zero": drawn.bars.zero,
        "note": f"{count(drawn.bars.hidden, 'smaller column')} in the record." if drawn.bars.hidden else "",
        "bars": [
            {
                "column": name(bar.label),
                "start": bar.start,
                "width": bar.width,
                "low": bar.low,
                "high": bar.high,
                "value": with_interval(bar.measurement),
            }
            for bar in drawn.bars.bars
        ],
    }


def _papers(record: Record, arranged: Annex) -> Iterator[Block]:
    if arranged.statements:
        rows = [_statement(f) for f in arranged.statements]
        yield table(["Statement", "Verdict", "Signed by", "Valid until"], rows, widths=[34, 40, 24, 14])
    yield (
        text("No system card was given.")
        if record.card is None
        else {"kind": "tree", "node": _tree(record.card)}
    )


def _statement(f: Finding) -> list[Line]:
    m = f.verdict.measurement
    params = {} if m is None else m.params
    return [
        name(f.requirement.title),
        [{"tag": tag(f.verdict.status)}, f": {name(f.verdict.reason, 1000)}"],
        ", ".join(name(params[key]) for key in ("name", "role", "date") if params.get(key)),
        "" if m is None or m.expires is None else m.expires.isoformat(),
    ]


def _tree(value: object) -> dict[str, Any]:
    """Return a card's field and what it holds, every leaf a string."""
    if isinstance(value, Mapping):
        return {"pairs": [[name(key), _tree(inner)] for key, inner in value.items()]}
    if isinstance(value, list | tuple):
        return {"items": [_tree(inner) for inner in value]}
    return {"text": "(empty)" if value in (None, "") else name(value, 2000)}
