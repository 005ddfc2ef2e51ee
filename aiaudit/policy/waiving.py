"""One more waiver in a file that people keep: nothing that stands in it is moved, not even a comment."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from yaml import events

from aiaudit.errors import UsageError, did_you_mean, one_line, some
from aiaudit.outputs import replace
from aiaudit.policy.document import FileErrors
from aiaudit.policy.model import Waiver
from aiaudit.policy.validate import in_words, parse
from aiaudit.policy.waivers import Waivers
from aiaudit.policy.yaml import read_text, read_yaml

#: Line and column, counted from 0.
_Place = tuple[int, int]
_BRACKETS = re.compile(r"\[\s*\]")
_NEW = "# Failures that a named person accepted for a while. Expired ones count as failures again.\nversion: 1\nwaivers: []\n"


def append_waiver(path: Path, waiver: Waiver) -> None:
    """Add a waiver to the end of a file's list; a file that is not there is begun.

    Raises
    ------
    UsageError, FileErrors
        If the file cannot be read, is no file of waivers, or is written in a way that cannot be added to.
    IncompleteError
        If it cannot be written.
    """
    before: tuple[Waiver, ...] = ()
    text = _NEW
    if path.exists():
        before, text = parse(read_yaml(path), Waivers).waivers, path.read_bytes().decode()
    longer = _with(text, waiver)
    if _read(longer, path) != (*before, waiver):
        raise UsageError(
            f"no waiver can be added to {one_line(path)}: its list is not written line by line",
            "Write each waiver on lines of its own, beginning with '- requirement: ...'.",
        )
    replace(path, longer)


def _read(text: str, path: Path) -> tuple[Waiver, ...] | None:
    try:
        return parse(read_text(text.encode(), str(path)), Waivers).waivers
    except FileErrors:
        return None


def _with(text: str, waiver: Waiver) -> str:
    """Return the text with a waiver put behind the last one; whether that reads is for the caller to see."""
    (row, column), last = _list(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines(keepends=True)
    if last is None:
        rest = _BRACKETS.sub("", lines[row][column:], count=1)
        lines[row] = lines[row][:column].rstrip() + rest
        indent, end = 2, row + 1
    else:
        indent, end = column, last[0] + (last[1] > 0)
        while end < len(lines) and re.match(rf" {{{indent + 1},}}#", lines[end]):
            end += 1  # a remark on the last waiver stays with it
    if not lines[end - 1].endswith(("\n", "\r")):
        lines[end - 1] += newline
    return "".join([*lines[:end], *(" " * indent + line + newline for line in _lines(waiver)), *lines[end:]])


def _list(text: str) -> tuple[_Place, _Place | None]:
    """Return where the list of waivers begins, and where what is in it ends; None where it is empty."""
    found = list(yaml.parse(text, Loader=yaml.SafeLoader))
    first = next(i for i, event in enumerate(found) if isinstance(event, events.SequenceStartEvent))
    depth, last = 0, None
    for event in found[first:]:
        depth += isinstance(event, events.CollectionStartEvent) - isinstance(event, events.CollectionEndEvent)
        if depth == 0:
            break
        start, end = event.start_mark, event.end_mark
        # The end of a collection without braces takes up no room: it is noticed at whatever comes next.
        if event is not found[first] and start and end and end.index > start.index:
            last = end.line, end.column
    begin = found[first].start_mark
    assert begin is not None  # whatever was read from a text has its place there
    return (begin.line, begin.column), last


def waiver_of(asked: Collection[str], *, requirement: str, scope: Sequence[str], **given: Any) -> Waiver:
    """Return a waiver from what was given on a command line.

    Parameters
    ----------
    asked : collection of str
        Requirements that there are.
    requirement : str
        The one that is waived.
    scope : sequence of str
        Where, as ``COL=GROUP``; empty means everywhere.
    **given
        The waiver's other fields.

    Raises
    ------
    UsageError
        If there is no such requirement, or a field is none that a waiver takes.
    """
    if requirement not in asked:
        raise UsageError(
            f"the policy asks for no '{one_line(requirement, 80)}'.{did_you_mean(requirement, asked)}",
            "'aiaudit policy show' lists its requirements; --policy names another policy.",
        )
    pairs = [text.partition("=") for text in scope]
    if any(not column or not group for column, _, group in pairs):
        raise UsageError(f"--scope takes COL=GROUP, not {some(scope)}", "For example: --scope sex=female")
    places = {column: group for column, _, group in pairs}
    try:
        return Waiver(requirement=requirement, scope=places, **given)
    except ValidationError as error:
        first = error.errors()[0]
        option = str(first["loc"][0]).replace("_", "-") if first["loc"] else "expires"
        raise UsageError(f"--{option}: {in_words(first)}", "See 'aiaudit waive --help'.") from None


def _lines(waiver: Waiver) -> list[str]:
    given = {name: value for name, value in waiver if value not in (None, {})}
    pairs = [f"{name}: {_written(value)}" for name, value in given.items()]
    return [f"{'- ' if i == 0 else '  '}{pair}" for i, pair in enumerate(pairs)]


def _written(value: object) -> str:
    """Return a value on one line, whatever is in it."""
    if isinstance(value, date):
        return f'"{value.isoformat()}"'
    text = json.dumps(value, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in text)
