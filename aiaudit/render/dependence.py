"""How the output changes with each column: curves along numbers, marks at names, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass

from aiaudit.facts import Measurement
from aiaudit.record import Record
from aiaudit.render.bars import Bars, on_axis, scale_of
from aiaudit.render.drawing import Frame, Scale, around, place
from aiaudit.render.panels import Panel, Ticks, by_group, ran, setting
from aiaudit.render.words import with_interval

CHECK = "explainability.dependence"
#: Half the width of a column that tells how many rows lie near a point, as a share of the axis.
HALF = 0.012


@dataclass(frozen=True, kw_only=True)
class Named:
    """The mean output at each name of one column."""

    column: str
    marks: Bars


@dataclass(frozen=True, kw_only=True)
class Dependence:
    """Curves of every column that has them.

    Parameters
    ----------
    check, number : str and int
        Who measured them, and the place of the numbers in annex B.
    output : str
        What is drawn upward.
    partial : tuple of Panel
        Columns of numbers: the mean output, had everybody the same value.
    local : tuple of Panel
        The same columns: small steps of rows nearby, added up.
    named : tuple of Named
        Columns of names: the mean output, had everybody the same name.
    """

    check: str
    number: int
    output: str
    partial: tuple[Panel, ...]
    local: tuple[Panel, ...]
    named: tuple[Named, ...]


def dependence(record: Record) -> Dependence | None:
    """Return the curves; None where none was measured."""
    found = ran(record, CHECK)
    partial, local = (_by_column(record, metric) for metric in ("partial_dependence", "accumulated_effect"))
    if found is None or not partial:
        return None
    numbers = {column: points for column, points in partial.items() if sum(map(_placed, points)) > 1}
    names = {column: points for column, points in partial.items() if column not in numbers}
    axis = scale_of((m for points in names.values() for m in points), from_zero=False) if names else None
    return Dependence(
        check=CHECK,
        number=found[0],
        output=str(next(iter(partial.values()))[0].params.get("output", "output")),
        partial=_panels(numbers),
        local=_panels(local),
        named=tuple(
            Named(column=column, marks=on_axis([(m.scope["at"], m) for m in points], axis))
            for column, points in names.items()
            if axis is not None
        ),
    )


def _by_column(record: Record, metric: str) -> dict[str, list[Measurement]]:
    columns: dict[str, list[Measurement]] = {}
    for m, *_ in by_group(record, CHECK, metric, "share").values():
        columns.setdefault(m.scope["column"], []).append(m)
    return columns


def _placed(m: Measurement) -> bool:
    return "position" in m.params


def _panels(columns: dict[str, list[Measurement]]) -> tuple[Panel, ...]:
    """Return a panel for each column, all on one upward axis."""
    if not columns:
        return ()
    every = [m for points in columns.values() for m in points]
    intervals = [m.interval for m in every if m.interval]
    y = around(
        [*(m.value or 0.0 for m in every), *(i.low for i in intervals), *(i.high for i in intervals)], most=4
    )
    return tuple(_panel(points, y) for points in columns.values())


def _panel(points: list[Measurement], y: Scale) -> Panel:
    along = [(setting(m, "position"), m) for m in points if _placed(m)]
    first, last = along[0], along[-1]
    x = Scale(low=first[0], high=last[0], step=last[0] - first[0])
    shares = [setting(m, "share") for _, m in along]
    rows = Frame(x=x, y=around([0.0, *shares], most=10))
    half = HALF * (x.high - x.low)
    frame = Frame(x=x, y=y)
    return Panel(
        scope={"column": first[1].scope["column"]},
        n=first[1].n,
        notes=tuple(f"{m.scope['at']} {with_interval(m)}" for m in points if not _placed(m)),
        paths=(
            ("band", frame.band((at, m.interval.low, m.interval.high) for at, m in along if m.interval)),
            ("line", frame.line((at, m.value) for at, m in along if m.value is not None)),
            ("dots small", frame.dots((at, m.value) for at, m in along if m.value is not None)),
        ),
        strip=rows.boxes(
            (at - half, at + half, 0.0, share) for (at, _), share in zip(along, shares, strict=True)
        ),
        x=(("0%", first[1].scope["at"]), ("100%", last[1].scope["at"])),
        y=_upward(y),
    )


def _upward(y: Scale) -> Ticks:
    return tuple((f"{place(100 - y.at(tick))}%", f"{tick:,.10g}") for tick in y.ticks)
