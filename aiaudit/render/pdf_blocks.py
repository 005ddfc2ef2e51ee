"""The pieces that the PDF's template knows how to set: headings, paragraphs, lists, tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from aiaudit.facts import Scope
from aiaudit.record import Status
from aiaudit.render import words

#: One piece: its ``kind`` and what that kind needs.
Block = dict[str, Any]
#: Text, or text with a face: ``{"code": …}``, ``{"soft": …}``, ``{"tag": …}``, or a link, ``{"to": …, "text": …}``.
Run = str | dict[str, Any]
#: What stands on a line or in a cell.
Line = Run | list[Run]


def name(text: object, limit: int = 300) -> str:
    """Return a foreign name on one line, set apart so that its writing direction cannot turn the text around it."""
    plain = words.name(text, limit)
    return plain if plain.isascii() else f"\N{FIRST STRONG ISOLATE}{plain}\N{POP DIRECTIONAL ISOLATE}"


def scope(where: Scope, limit: int = 300) -> str:
    """Return a scope with every name set apart."""
    return ", ".join(f"{name(k, limit)} = {name(v, limit)}" for k, v in where.items()) or "all rows"


def tag(status: Status) -> dict[str, str]:
    """Return a status as symbol and word, never as colour alone."""
    return {"status": status.value, "symbol": words.SYMBOLS[status], "word": words.WORDS[status]}


def listing(names: Iterable[object], nothing: str) -> str:
    """Return names with commas, or what to say where there are none."""
    return ", ".join(name(one) for one in names) or nothing


def pairs(told: Mapping[str, object]) -> Line:
    """Return names with what they stand for, digests and versions in the face of code."""
    line: list[Run] = []
    for key, value in told.items():
        line += [f"{', ' if line else ''}{name(key)} ", {"code": name(value)}]
    return line


def heading(text: str, *, status: Status | None = None, label: str = "") -> Block:
    """Return a heading; *label* is what links name."""
    return {
        "kind": "heading",
        "text": text,
        "tag": None if status is None else tag(status),
        "label": label,
    }


def text(*line: Run) -> Block:
    """Return a paragraph."""
    return {"kind": "text", "line": list(line)}


def lead(*lines: Line) -> Block:
    """Return paragraphs that stay on the page of what follows."""
    return {"kind": "lead", "lines": list(lines)}


def items(lines: Iterable[Line]) -> Block:
    """Return a list."""
    return {"kind": "list", "lines": list(lines)}


def facts(pairs: Iterable[tuple[str, Line]]) -> Block:
    """Return pairs of a label and what it stands for."""
    return {"kind": "facts", "pairs": [list(pair) for pair in pairs]}


def table(
    head: Sequence[str], rows: Iterable[Sequence[Line]], *, widths: Sequence[int], numeric: Sequence[int] = ()
) -> Block:
    """Return a table; *widths* are shares of the line, *numeric* the columns set flush right."""
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "widths": list(widths),
        "numeric": list(numeric),
    }
