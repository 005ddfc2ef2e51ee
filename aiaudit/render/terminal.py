"""What a person sees in the terminal: the verdict first, then failures, doubts and what to do."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from aiaudit.comparison import Comparison
from aiaudit.gate import MEANING, Exit
from aiaudit.record import Record, Status
from aiaudit.render.advising import around, steps
from aiaudit.render.changes import lines, since_text
from aiaudit.render.findings import Finding, crashes, findings, of_status, pressing
from aiaudit.render.listing import STYLES, bullet, findings_list, reasons_list, sign
from aiaudit.render.sentences import crash, number_sentence, unguarded, verdict_sentence, what_now
from aiaudit.render.subject import audited
from aiaudit.render.words import ORDER, SYMBOLS, WORDS, count, name, scope_text

#: Pieces of advice, and steps of each, before "and N more".
STEPS = 3
#: Changes since the audit before.
CHANGES = 10
ASCII = str.maketrans({"✗": "x", "✓": "+", "–": "-", "…": "...", "“": '"', "”": '"', "’": "'"})


def render(record: Record, exit_code: int) -> str:
    """Return the summary as plain text, 100 columns wide."""
    stream = io.StringIO()
    print_summary(record, exit_code, stream, color=False, width=100)
    return stream.getvalue()


def print_summary(
    record: Record, exit_code: int, stream: IO[str], *, color: bool | None = None, width: int | None = None
) -> None:
    """Print what a person needs to know, verdict first.

    Parameters
    ----------
    record : Record
        The audit.
    exit_code : int
        What the gate says about it.
    stream : text file
        Where to; symbols and foreign names are spelled in ASCII where its encoding cannot hold them.
    color : bool or None
        Whether to style; None means on a terminal, unless ``NO_COLOR`` is set.
    width : int or None
        Columns; None means the terminal's, and 100 elsewhere.
    """
    terminal = stream.isatty()
    styled = terminal and not os.environ.get("NO_COLOR") if color is None else color
    console = Console(
        file=io.StringIO(),
        width=width or (min(Console(file=stream).width, 110) if terminal else 100),
        force_terminal=styled,
        color_system="standard" if styled else None,
        legacy_windows=False,
        highlight=False,
    )
    for part in _parts(record, exit_code):
        console.print(part)
    lines = console.file.getvalue().split("\n")  # type: ignore[attr-defined]
    stream.write(
        _encodable("\n".join(line.rstrip() for line in lines), getattr(stream, "encoding", None) or "utf-8")
    )


def _encodable(text: str, encoding: str) -> str:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(ASCII).encode(encoding, "backslashreplace").decode(encoding)
    return text


def _parts(record: Record, exit_code: int) -> Iterator[RenderableType]:
    found = findings(record)
    yield Text(verdict_sentence(record, exit_code), "bold")
    if unguarded(record):
        yield Text(unguarded(record), "bold red")
    number = number_sentence(record)
    if number:
        yield Text(number)
    yield Text(what_now(record, exit_code))
    yield from _section("What was audited", [_pairs(audited(record))])
    yield from _section("Verdicts", [_tally(record)])
    yield from _section("Crashed", (bullet(sign(Status.ERROR), Text(crash(o))) for o in crashes(record)))
    yield from _section("Could not be judged", findings_list(of_status(found, Status.ERROR)))
    yield from _section("Failed", findings_list(of_status(found, Status.FAIL)))
    yield from _section("Inconclusive", findings_list(of_status(found, Status.INCONCLUSIVE)))
    yield from _section("Not assessed", reasons_list(of_status(found, Status.NOT_ASSESSED)))
    yield from _section("Waived", findings_list(of_status(found, Status.WAIVED)))
    if record.since is not None:
        yield from _section("Change since the audit before", _since(record.since))
    yield from _section("What to do next", _advice(record, found))
    yield Text()
    yield Text(f"Exit code {exit_code}: {MEANING[Exit(exit_code)]}.", "bold")


def _section(title: str, body: Iterable[RenderableType]) -> Iterator[RenderableType]:
    parts = list(body)
    if parts:
        yield Text()
        yield Text(title, "bold underline")
        yield from (Padding(part, (0, 0, 0, 2)) for part in parts)


def _pairs(pairs: Iterable[tuple[str, str]], style: str = "") -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for left, right in pairs:
        grid.add_row(Text(left, style), Text(right))
    return grid


def _tally(record: Record) -> Columns:
    counts = record.counts()
    return Columns(
        [
            Text(f"{SYMBOLS[s]} {counts[s]:,} {WORDS[s]}", STYLES[s] if counts[s] else "dim", no_wrap=True)
            for s in ORDER
        ],
        padding=(0, 3),
    )


def _since(since: Comparison) -> Iterator[RenderableType]:
    yield Text(since_text(since))
    told = list(lines(since))
    yield from (bullet(Text("-"), Text(line)) for line in told[:CHANGES])
    if len(told) > CHANGES:
        yield Text(f"and {count(len(told) - CHANGES, 'more change')} (see the report)", "dim")


def _advice(record: Record, found: tuple[Finding, ...]) -> Iterator[RenderableType]:
    advice = pressing(record, found)
    for number, one in enumerate(advice[:STEPS], 1):
        where = f" ({'; '.join(scope_text(s) for s in one.scopes[:3])})" if any(one.scopes) else ""
        told = (*one.facts, *islice(steps(one), STEPS), *around(one))
        bullets = (bullet(Text("-"), Text(name(line, 1000))) for line in told)
        yield bullet(Text(f"{number}."), Group(Text(name(one.problem) + where, "bold"), *bullets))
    hidden = len(advice) - STEPS
    if hidden > 0:
        yield Text(
            f"and {count(hidden, 'more piece of advice', 'more pieces of advice')} (see the report)", "dim"
        )
