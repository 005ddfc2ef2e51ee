"""Pictures of groups and scores in the PDF's annex: heat maps and small curves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiaudit.record import Record, Status
from aiaudit.render import words
from aiaudit.render.calibration import calibration
from aiaudit.render.chart import Chart
from aiaudit.render.cutoffs import cutoffs
from aiaudit.render.findings import Finding
from aiaudit.render.heatmap import Cell, HeatMap, HeatMaps, heatmaps
from aiaudit.render.panels import Panel, Panels
from aiaudit.render.pdf_blocks import Block, Run, heading, lead, name, text
from aiaudit.render.words import count

#: Columns of a heat map that a page has room for.
ACROSS = 8


def pictures(record: Record, found: tuple[Finding, ...], chart: Chart | None) -> Iterator[Block]:
    """Return the pictures of what was measured; nothing where none of it was."""
    maps, curves, cuts = heatmaps(record, found, chart), calibration(record), cutoffs(record)
    if maps is not None:
        yield heading("Groups within groups")
        yield from _maps(maps)
    if curves is not None:
        yield heading("What probabilities are worth")
        yield from _panels(curves)
    if cuts is not None:
        yield heading("Other cut-offs")
        yield from _panels(cuts)


def _maps(maps: HeatMaps) -> Iterator[Block]:
    yield lead(list(_caption(maps)))
    drawn = [one for one in maps.maps if len(one.labels) <= ACROSS]
    if drawn:
        yield {"kind": "legend", "shades": [{"shade": s, "text": told} for s, told in maps.legend]}
    yield from map(_map, drawn)
    wide = [(one.down, one.across) for one in maps.maps if one not in drawn]
    left = "; ".join(f"{name(down)} by {name(across)}" for down, across in (*wide, *maps.left_out))
    if left:
        yield text({"soft": f"Too large to draw, and in the record: {left}."})


def _caption(maps: HeatMaps) -> Iterator[Run]:
    yield f"{name(maps.metric.definition)} Each cell holds the people of two groups at once: their rate, "
    if maps.requirement is not None:
        yield "the verdict of "
        yield {"to": f"r-{maps.requirement.id}", "text": maps.requirement.id}
        yield ", "
    yield "and how many people it is a share of; the last row and column hold one group each."
    if any(cell.is_reference for cell in maps.cells):
        yield " “Reference” are those whom the others of the two attributes are set against."
    if maps.requirement is not None and any(cell.few for cell in maps.cells):
        yield (
            f" “Few” are less than the {maps.requirement.min_n} people that the requirement asks for before it "
            "decides."
        )


def _map(one: HeatMap) -> Block:
    hidden = [
        f"{count(n, 'smaller group')} of {name(attribute)} in the record" for attribute, n in one.hidden
    ]
    return {
        "kind": "heat",
        "title": "; ".join([f"{name(one.down)} by {name(one.across)}", *hidden]),
        "down": name(one.down, 60),
        "labels": [_label(label) for label in one.labels],
        "rows": [{"label": _label(label), "cells": [_cell(c) for c in cells]} for label, cells in one.lines],
    }


def _label(label: str | None) -> str:
    return "everybody" if label is None else name(label, 60)


def _cell(cell: Cell) -> dict[str, Any]:
    verdict = "" if cell.status is None else f"{words.SYMBOLS[cell.status]} {words.WORDS[cell.status]}"
    return {
        "text": cell.text,
        "shade": cell.shade,
        "verdict": "■ reference" if cell.is_reference else verdict,
        "counted": "" if cell.counted is None else f"of {cell.counted:,}{', few' if cell.few else ''}",
        "fail": cell.status is Status.FAIL,
    }


def _panels(drawn: Panels) -> Iterator[Block]:
    yield lead({"soft": drawn.caption})
    yield {"kind": "panels", "about": drawn.about, "panels": [_panel(panel) for panel in drawn.panels]}
    hidden = ", ".join(f"{count(n, 'smaller group')} of {name(attribute)}" for attribute, n in drawn.hidden)
    if hidden:
        yield text({"soft": f"Not drawn: {hidden}."})
    if drawn.withheld:
        told = f"Not shown, because it would tell a count of few people: {count(drawn.withheld, 'group')}."
        yield text({"soft": told})


def _panel(panel: Panel) -> dict[str, Any]:
    return {
        "of": [[name(key, 60), name(label, 60)] for key, label in panel.scope.items()],
        "rows": f"({panel.n:,})",
        "notes": list(panel.notes),
        "paths": [list(path) for path in panel.paths],
        "strip": panel.strip,
        "x": [list(tick) for tick in panel.x],
        "y": [list(tick) for tick in panel.y],
        "spoken": panel.spoken,
    }
