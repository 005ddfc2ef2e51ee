"""Groups within groups: the rate of page one's chart for every pair of groups, shaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise

from aiaudit.facts import Measured, Measurement, Metric, Scope
from aiaudit.policy.model import Requirement
from aiaudit.record import Record, Status
from aiaudit.render.chart import Chart
from aiaudit.render.drawing import Scale, around
from aiaudit.render.findings import Finding
from aiaudit.render.words import percent_text
from aiaudit.subject_facts import AttributeFacts

#: Shades there are, for low rates first.
SHADES = 6
#: Groups of one attribute drawn, the largest; annex B lists all.
GROUPS = 40
#: Cells drawn in one report.
CELLS = 2000

_Key = frozenset[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """People of two groups at once, or on the margin of one.

    Parameters
    ----------
    text : str
        The rate in percent, or why there is none.
    shade : int or None
        Its shade; None where there is no value.
    counted : int or None
        People that the rate is a share of; None where there are none, or it is not shown.
    few : bool
        These are fewer than the requirement asks for before it decides.
    status : Status or None
        The verdict, where the requirement drawn speaks of these people.
    is_reference : bool
        Others are set against them.
    """

    text: str
    shade: int | None = None
    counted: int | None = None
    few: bool = False
    status: Status | None = None
    is_reference: bool = False


NOBODY = Cell(text="nobody")


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """Groups of one attribute downward, of another across; the label None stands for all of them together."""

    down: str
    across: str
    labels: tuple[str | None, ...]
    lines: tuple[tuple[str | None, tuple[Cell, ...]], ...]
    hidden: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class HeatMaps:
    """Every pair of attributes in the same shades; `legend` pairs a shade with the rates that it stands for."""

    metric: Metric
    requirement: Requirement | None
    legend: tuple[tuple[int, str], ...]
    maps: tuple[HeatMap, ...]
    left_out: tuple[tuple[str, str], ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """Every cell of every map."""
        return tuple(cell for one in self.maps for _, line in one.lines for cell in line)


def heatmaps(record: Record, found: tuple[Finding, ...], chart: Chart | None) -> HeatMaps | None:
    """Return the maps of the rates that page one's chart draws; None where no pair of groups was measured."""
    if chart is None:
        return None
    ran = (o for o in record.outcomes if isinstance(o, Measured) and o.check == chart.check)
    rates = {_key(m.scope): m for o in ran for m in o.measurements if m.metric == chart.metric.name}
    values = [m.value for m in rates.values() if m.value is not None]
    shades = around(values, most=SHADES) if values else None
    cells = _cells(rates, shades, found, chart.requirement)
    crossed = {frozenset(name for name, _ in key) for key in cells}
    every = [
        _map(a, b, cells)
        for a, b in combinations(record.subject.attributes, 2)
        if frozenset([a.name, b.name]) in crossed
    ]
    if not every:
        return None
    drawn = tuple(_fitting(every))
    return HeatMaps(
        metric=chart.metric,
        requirement=chart.requirement,
        legend=() if shades is None else tuple(_legend(shades)),
        maps=drawn,
        left_out=tuple((one.down, one.across) for one in every if one not in drawn),
    )


def _key(scope: Scope) -> _Key:
    return frozenset(scope.items())


def _cells(
    rates: Mapping[_Key, Measurement],
    shades: Scale | None,
    found: tuple[Finding, ...],
    requirement: Requirement | None,
) -> dict[_Key, Cell]:
    judged = {_key(f.verdict.scope): f.verdict for f in found if f.requirement is requirement}
    contrasts = [v.measurement for v in judged.values() if v.measurement]
    references = {_key(m.reference.scope) for m in contrasts if m.reference}

    def cell(key: _Key, m: Measurement) -> Cell:
        status = judged[key].status if key in judged else None
        if "withheld" in m.params:
            return Cell(text="not shown", status=status)
        counted = m.n if m.denominator is None else m.denominator
        return Cell(
            text=percent_text(m),
            shade=None if m.value is None or shades is None else _shade(shades, shades.step_of(m.value)),
            counted=counted,
            few=requirement is not None and counted < requirement.min_n,
            status=status,
            is_reference=key in references,
        )

    return {key: cell(key, m) for key, m in rates.items()}


def _shade(shades: Scale, step: int) -> int:
    """Return the shade of a step of the scale; few steps are spread over all shades."""
    return round(step * (SHADES - 1) / max(len(shades.ticks) - 2, 1))


def _legend(shades: Scale) -> Iterator[tuple[int, str]]:
    for step, (low, high) in enumerate(pairwise(shades.ticks)):
        yield _shade(shades, step), f"{low * 100:g} to {high * 100:g} %"


def _map(a: AttributeFacts, b: AttributeFacts, cells: Mapping[_Key, Cell]) -> HeatMap:
    """Return the map of two attributes, the one with more groups downward."""
    across, down = sorted((a, b), key=lambda attribute: len(attribute.groups))
    tops = _labels(across)
    return HeatMap(
        down=down.name,
        across=across.name,
        labels=tuple(tops),
        lines=tuple(
            (side, tuple(cells.get(_where(down, side) | _where(across, top), NOBODY) for top in tops))
            for side in _labels(down)
        ),
        hidden=tuple((x.name, len(x.groups) - GROUPS) for x in (down, across) if len(x.groups) > GROUPS),
    )


def _labels(attribute: AttributeFacts) -> list[str | None]:
    """Return the largest groups, in the attribute's order, and None for all groups together."""
    largest = sorted(attribute.groups, key=lambda group: -group.n)[:GROUPS]
    return [*(group.label for group in attribute.groups if group in largest), None]


def _where(attribute: AttributeFacts, label: str | None) -> _Key:
    return frozenset() if label is None else frozenset([(attribute.name, label)])


def _fitting(every: list[HeatMap]) -> Iterator[HeatMap]:
    """Yield the maps that there is room for."""
    room = CELLS
    for one in every:
        size = len(one.lines) * len(one.labels)
        if size <= room:
            room -= size
            yield one
