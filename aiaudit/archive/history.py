"""The history of one system as a page: how each number ran from audit to audit."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from aiaudit import __version__
from aiaudit.archive.layout import Archive, Head
from aiaudit.archive.listing import Row
from aiaudit.archive.readings import Asked, Key, Reading, load
from aiaudit.archive.trend import Trend, by_age
from aiaudit.archive.wording import asked_text, change_text, counted, period, scope_text
from aiaudit.errors import one_line

PACKAGE = "aiaudit.report_templates"
#: Audits drawn, the newest; `aiaudit archive list` has all.
DRAWN = 60
#: Margin around the drawing, in percent, so that no mark is cut.
MARGIN = 4.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """One audit in one drawing; `x`, `y`, `low` and `high` are places in percent, None where undefined."""

    row: Row
    reading: Reading
    x: str
    y: str | None
    low: str | None
    high: str | None


@dataclass(frozen=True, kw_only=True)
class Series:
    """One requirement in one scope, from audit to audit, with the places of its limits."""

    scope: str
    points: tuple[Point, ...]
    limits: tuple[str, ...]
    spoken: str


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One requirement, every scope in which it was judged, and the ends of its axis."""

    asked: Asked
    series: tuple[Series, ...]
    bottom: str
    top: str


def page(archive: Archive, found: Sequence[Row], head: Head, trend: Trend | None) -> str:
    """Return the history of one system as one HTML page without scripts or anything to fetch.

    Parameters
    ----------
    archive : Archive
        Where the records lie.
    found : sequence of Row
        Audits of one system.
    head : Head
        The archive's head.
    trend : Trend or None
        The newest audit against an earlier period, where there is one.
    """
    drawn = sorted(found, key=by_age)[-DRAWN:]
    style = "".join(
        files(PACKAGE).joinpath(name).read_text("utf-8") for name in ("report.css", "history.css")
    )
    return (
        _environment()
        .get_template("history.html.j2")
        .render(
            system=found[0].system,
            rows=drawn,
            older=len(found) - len(drawn),
            panels=panels(archive, drawn),
            trend=trend,
            worse=[]
            if trend is None
            else [c for c in trend.changes if c.beyond_noise and c.direction == "worse"],
            better=[]
            if trend is None
            else [c for c in trend.changes if c.beyond_noise and c.direction == "better"],
            tested=0 if trend is None else sum(c.p_value is not None for c in trend.changes),
            head=head,
            version=__version__,
            style=Markup(style),  # ours, not the archive's
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def panels(archive: Archive, drawn: Sequence[Row]) -> tuple[Panel, ...]:
    """Return what is drawn of some audits, oldest first: requirements whose numbers were measured."""
    runs: dict[Key, list[tuple[Row, Reading]]] = {}
    for row in drawn:
        for key, reading in load(archive, row.record).found.items():
            if reading.own is not None or reading.interval is not None:
                runs.setdefault(key, []).append((row, reading))
    requirements = dict.fromkeys(id for id, _ in runs)
    return tuple(_panel([run for key, run in runs.items() if key[0] == id], drawn) for id in requirements)


def _panel(runs: Sequence[Sequence[tuple[Row, Reading]]], drawn: Sequence[Row]) -> Panel:
    asked = max((run[-1] for run in runs), key=lambda last: by_age(last[0]))[1].asked
    limits = (-asked.threshold, asked.threshold) if asked.op == "within" else (asked.threshold,)
    numbers = [*limits, *(x for run in runs for _, reading in run for x in _ends(reading))]
    bottom, top = min(numbers), max(numbers)
    top = top if top > bottom else bottom + 1.0
    series = tuple(_series(run, drawn, limits, bottom, top) for run in runs)
    return Panel(asked=asked, series=series, bottom=f"{bottom:.3g}", top=f"{top:.3g}")


def _ends(reading: Reading) -> Iterable[float]:
    """Yield a reading's value, and the ends of its interval as far as they fit beside values."""
    if reading.value is not None:
        yield reading.value
        if reading.interval is not None:
            yield reading.interval[0]
            yield min(reading.interval[1], 2 * max(abs(reading.value), 1.0))


def _series(
    run: Sequence[tuple[Row, Reading]],
    drawn: Sequence[Row],
    limits: Sequence[float],
    bottom: float,
    top: float,
) -> Series:
    def height(value: float) -> str:
        share = (min(max(value, bottom), top) - bottom) / (top - bottom)
        return f"{100 - MARGIN - share * (100 - 2 * MARGIN):.2f}%"

    points = tuple(
        Point(
            row=row,
            reading=reading,
            x=_across(row, drawn),
            y=None if reading.value is None else height(reading.value),
            low=None if reading.interval is None else height(reading.interval[0]),
            high=None if reading.interval is None else height(reading.interval[1]),
        )
        for row, reading in run
    )
    last = run[-1][1]
    against = (
        ""
        if last.reference is None
        else f" against {scope_text(last.reference) if last.reference else 'everyone else'}"
    )
    return Series(
        scope=scope_text(last.scope) + against,
        points=points,
        limits=tuple(height(limit) for limit in limits),
        spoken=_spoken(run),
    )


def _across(row: Row, drawn: Sequence[Row]) -> str:
    first, last = date.fromisoformat(drawn[0].day), date.fromisoformat(drawn[-1].day)
    days = (last - first).days
    share = (
        (date.fromisoformat(row.day) - first).days / days
        if days
        else drawn.index(row) / max(len(drawn) - 1, 1)
    )
    return f"{MARGIN + share * (100 - 2 * MARGIN):.2f}%"


def _spoken(run: Sequence[tuple[Row, Reading]]) -> str:
    (first, then), (last, now) = run[0], run[-1]
    limit = f"asked: {asked_text(now.asked)}"
    if len(run) == 1:
        return f"{scope_text(now.scope)}: {figure(now.value)} on {last.day}; {limit}"
    return (
        f"{scope_text(now.scope)}: {figure(then.value)} on {first.day}, {figure(now.value)} on {last.day}, "
        f"{counted(len(run), 'audit')}; {limit}"
    )


def figure(value: float | None) -> str:
    """Return a number for print."""
    return "undefined" if value is None else f"{value:.3f}"


def _environment() -> Environment:
    env = Environment(
        loader=PackageLoader(PACKAGE, ""),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: value if isinstance(value, Markup) else _printable(str(value)),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    env.filters |= {
        "name": _name,
        "figure": figure,
        "asked": asked_text,
        "counted": counted,
        "period": period,
        "change": lambda change: _name(change_text(change), 600),
    }
    return env


def _printable(text: str) -> str:
    """Free text from control characters, wherever it came from."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)


def _name(text: object, limit: int = 300) -> Markup:
    """Free a foreign name from control characters, and keep its writing direction to itself."""
    plain = one_line(text, limit) or "(blank)"
    return escape(plain) if plain.isascii() else Markup(f"<bdi>{escape(plain)}</bdi>")
