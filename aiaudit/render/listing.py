"""Findings as a terminal shows them: the requirement once, then its groups as rows of a table."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from aiaudit.policy.model import Kind, Waiver
from aiaudit.record import Status
from aiaudit.render.detail import accepted, adjusted, rows, settles, value_and_interval, where
from aiaudit.render.findings import Finding
from aiaudit.render.words import SYMBOLS, WORDS, asked, count, level_text, name, scope_text

#: Shown before "and N more": requirements, groups of one of them (fewer where open), pieces of advice.
LISTED = 12
SCOPES = 6
DOUBTS = 3
STYLES = {
    Status.ERROR: "bold red",
    Status.FAIL: "bold red",
    Status.INCONCLUSIVE: "yellow",
    Status.NOT_ASSESSED: "yellow",
    Status.WAIVED: "cyan",
    Status.PASS: "green",
    Status.NOT_APPLICABLE: "dim",
}


def findings_list(found: tuple[Finding, ...]) -> Iterator[RenderableType]:
    """Yield an entry for each requirement: figures by group where it was measured, one line for papers."""
    by_requirement = [
        tuple(own) for _, own in groupby(found, lambda f: (f.requirement.id, f.verdict.in_force))
    ]
    for own in by_requirement[:LISTED]:
        measured = own[0].requirement.kind is Kind.MEASURED
        body = Group(_heading(own[0]), *_rows(own)) if measured else _paper(own)
        yield bullet(sign(own[0].verdict.status), body)
    yield from _more(len(by_requirement) - LISTED, "requirement")


def bullet(mark: Text, body: RenderableType) -> Table:
    """Hang a body on its sign, so that wrapped lines stay indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1)
    grid.add_row(mark, body)
    return grid


def sign(status: Status) -> Text:
    """Return a status's symbol in its colour."""
    return Text(SYMBOLS[status], STYLES[status])


def _heading(f: Finding) -> Text:
    status, r = f.verdict.status, f.requirement
    text = Text(f"{WORDS[status]} {r.id}", STYLES[status])
    text.append(f" [{r.severity.name.lower()}{'' if f.verdict.in_force else ', readiness'}] ", "not bold dim")
    if r.kind is Kind.MEASURED:
        text.append(f"{name(r.title)}\n{r.metric}, asked: {asked(r)} ({r.basis.value})", "not bold default")
    return text


def _paper(own: tuple[Finding, ...]) -> Text:
    """Say in one breath what is missing from the papers."""
    said = [": ".join([*f.verdict.scope.values(), f.verdict.reason]) for f in own]
    text = _heading(own[0])
    text.append("; ".join(name(s) for s in said[:SCOPES]), "not bold default")
    text.append(f" and {len(said) - SCOPES:,} more" if len(said) > SCOPES else "", "not bold default")
    for waiver in _waivers(own):
        text.append(f"\n{accepted(waiver)}", "not bold default")
    return text


def _rows(own: tuple[Finding, ...]) -> Iterator[RenderableType]:
    limit = SCOPES if own[0].verdict.status is not Status.INCONCLUSIVE else DOUBTS
    tabled = [f for f in own if _speaks_in_numbers(f)][:limit]
    told = [f for f in own if not _speaks_in_numbers(f)][: limit - len(tabled)]
    if tabled:
        yield _table(tabled)
    for f in told:
        scope = f"{scope_text(f.verdict.scope)}: " if f.verdict.scope else ""
        yield Text(scope + name(f.verdict.reason))
    yield from (
        Text(f"{scope_text(f.verdict.scope)}: {name(f.verdict.reason)}") for f in tabled if f.verdict.baseline
    )
    yield from _more(len(own) - len(tabled) - len(told), "group")
    yield from (Text(accepted(waiver)) for waiver in _waivers(own))


def _waivers(own: tuple[Finding, ...]) -> list[Waiver]:
    waivers: list[Waiver] = []
    for f in own:
        if f.verdict.waiver is not None and f.verdict.waiver not in waivers:
            waivers.append(f.verdict.waiver)
    return waivers


def _speaks_in_numbers(f: Finding) -> bool:
    """A row of figures says it all; an open question that rows cannot settle needs its reason."""
    if f.verdict.measurement is None:
        return False
    return f.verdict.status is not Status.INCONCLUSIVE or f.verdict.rows_needed is not None


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


def reasons_list(found: tuple[Finding, ...]) -> Iterator[RenderableType]:
    """Yield an entry for each reason, with the requirements that share it."""
    by_reason = sorted(found, key=lambda f: f.verdict.reason)
    grouped = [(why, list(own)) for why, own in groupby(by_reason, lambda f: f.verdict.reason)]
    for why, own in grouped[:LISTED]:
        ids = list(dict.fromkeys(f.requirement.id for f in own))
        more = f" and {len(ids) - SCOPES:,} more" if len(ids) > SCOPES else ""
        scopes = sum(bool(f.verdict.scope) for f in own)
        groups = f" ({count(scopes, 'group')})" if scopes else ""
        yield bullet(sign(Status.NOT_ASSESSED), Text(f"{', '.join(ids[:SCOPES])}{more}{groups}: {name(why)}"))
    yield from _more(len(grouped) - LISTED, "reason")


def _more(n: int, noun: str) -> Iterator[Text]:
    if n > 0:
        yield Text(f"and {count(n, f'more {noun}')} (see the report)", "dim")
