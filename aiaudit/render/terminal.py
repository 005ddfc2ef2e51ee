"""What a person sees in the terminal: the verdict first, then failures, doubts and what to do."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import IO

from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from aiaudit.gate import MEANING, Exit
from aiaudit.policy.model import Kind
from aiaudit.record import Record, Status
from aiaudit.render.detail import accepted, adjusted, rows, settles, value_and_interval, where
from aiaudit.render.findings import Finding, findings, of_status, pressing
from aiaudit.render.sentences import number_sentence, verdict_sentence, what_now
from aiaudit.render.subject import audited
from aiaudit.render.words import ORDER, SYMBOLS, WORDS, asked, count, level_text, name, scope_text

#: Requirements, groups of one requirement, and pieces of advice shown before "and N more".
LISTED = 12
SCOPES = 6
STEPS = 3
STYLES = {
    Status.ERROR: "bold red",
    Status.FAIL: "bold red",
    Status.INCONCLUSIVE: "yellow",
    Status.NOT_ASSESSED: "yellow",
    Status.WAIVED: "cyan",
    Status.PASS: "green",
    Status.NOT_APPLICABLE: "dim",
}
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
    number = number_sentence(record)
    if number:
        yield Text(number)
    yield Text(what_now(record, exit_code))
    yield from _section("What was audited", [_pairs(audited(record))])
    yield from _section("Verdicts", [_tally(record)])
    yield from _section("Could not be measured", _findings(of_status(found, Status.ERROR)))
    yield from _section("Failed", _findings(of_status(found, Status.FAIL)))
    yield from _section("Inconclusive", _findings(of_status(found, Status.INCONCLUSIVE)))
    yield from _section("Not assessed", _reasons(of_status(found, Status.NOT_ASSESSED)))
    yield from _section("Waived", _findings(of_status(found, Status.WAIVED)))
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


def _findings(found: tuple[Finding, ...]) -> Iterator[RenderableType]:
    by_requirement = [
        tuple(own) for _, own in groupby(found, lambda f: (f.requirement.id, f.verdict.in_force))
    ]
    for own in by_requirement[:LISTED]:
        yield _bullet(_sign(own[0].verdict.status), Group(_heading(own[0]), *_rows(own)))
    yield from _more(len(by_requirement) - LISTED, "requirement")


def _bullet(sign: Text, body: RenderableType) -> Table:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row(sign, body)
    return grid


def _sign(status: Status) -> Text:
    return Text(SYMBOLS[status], STYLES[status])


def _heading(f: Finding) -> Text:
    status, r = f.verdict.status, f.requirement
    text = Text(f"{WORDS[status]} {r.id}", STYLES[status])
    text.append(f" [{r.severity.name.lower()}{'' if f.verdict.in_force else ', readiness'}]", "not bold dim")
    text.append(f" {name(r.title)}", "not bold default")
    if r.kind is Kind.MEASURED:
        text.append(f"\n{r.metric}, asked: {asked(r)} ({r.basis.value})", "not bold default")
    return text


def _rows(own: tuple[Finding, ...]) -> Iterator[RenderableType]:
    tabled = [f for f in own if _speaks_in_numbers(f)]
    told = [f for f in own if not _speaks_in_numbers(f)]
    if tabled:
        yield _table(tabled[:SCOPES])
    for f in told[:SCOPES]:
        scope = f"{scope_text(f.verdict.scope)}: " if f.verdict.scope else ""
        yield Text(scope + name(f.verdict.reason))
    yield from _more(max(0, len(tabled) - SCOPES) + max(0, len(told) - SCOPES), "group")
    for waiver in {
        f.verdict.waiver.model_dump_json(): f.verdict.waiver for f in own if f.verdict.waiver
    }.values():
        yield Text(accepted(waiver))


def _speaks_in_numbers(f: Finding) -> bool:
    """A row of figures says it all; an open question that rows cannot settle needs its reason."""
    measured = f.verdict.measurement is not None and f.requirement.kind is Kind.MEASURED
    return measured and (f.verdict.status is not Status.INCONCLUSIVE or f.verdict.rows_needed is not None)


def _table(found: list[Finding]) -> Table:
    """Lay out one requirement's groups: how far, how sure, on how many, and what decides or would settle it."""
    is_open = found[0].verdict.status is Status.INCONCLUSIVE
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", expand=True)
    table.add_column("where", overflow="fold", ratio=1)
    levels = {m.interval.level for f in found if (m := f.verdict.measurement) and m.interval}
    interval = f"{level_text(levels.pop())} interval" if len(levels) == 1 else "interval"
    for title in (f"value ({interval})", "n", "rows to settle it" if is_open else "adjusted p"):
        table.add_column(title, justify="right", no_wrap=True)
    for f in found:
        place = scope_text(f.verdict.scope) if is_open else where(f)
        last = settles(f.verdict) if is_open else adjusted(f.verdict)
        table.add_row(*(Text(cell) for cell in (place, value_and_interval(f), rows(f), last)))
    return table


def _reasons(found: tuple[Finding, ...]) -> Iterator[RenderableType]:
    by_reason = sorted(found, key=lambda f: f.verdict.reason)
    grouped = [(why, list(own)) for why, own in groupby(by_reason, lambda f: f.verdict.reason)]
    for why, own in grouped[:LISTED]:
        ids = list(dict.fromkeys(f.requirement.id for f in own))
        more = f" and {len(ids) - SCOPES:,} more" if len(ids) > SCOPES else ""
        scopes = sum(bool(f.verdict.scope) for f in own)
        groups = f" ({count(scopes, 'group')})" if scopes else ""
        yield _bullet(
            _sign(Status.NOT_ASSESSED), Text(f"{', '.join(ids[:SCOPES])}{more}{groups}: {name(why)}")
        )
    yield from _more(len(grouped) - LISTED, "reason")


def _more(n: int, noun: str) -> Iterator[Text]:
    if n > 0:
        yield Text(f"and {count(n, f'more {noun}')} (see the report)", "dim")


def _advice(record: Record, found: tuple[Finding, ...]) -> Iterator[RenderableType]:
    advice = pressing(record, found)
    for number, one in enumerate(advice[:STEPS], 1):
        where = f" ({'; '.join(scope_text(s) for s in one.scopes[:3])})" if any(one.scopes) else ""
        steps = (_bullet(Text("-"), Text(name(step, 1000))) for step in one.steps[:STEPS])
        yield _bullet(Text(f"{number}."), Group(Text(name(one.problem) + where, "bold"), *steps))
    hidden = len(advice) - STEPS
    if hidden > 0:
        yield Text(
            f"and {count(hidden, 'more piece of advice', 'more pieces of advice')} (see the report)", "dim"
        )
