"""Groups within groups: the rate of page one's chart for every pair of groups, shaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import ceil

from aiaudit.facts import Measurement, Metric
from aiaudit.policy.model import DecideOn, Requirement
from aiaudit.record import Record, Status
from aiaudit.render.chart import Chart
from aiaudit.render.drawing import Scale, around
from aiaudit.render.findings import Finding
from aiaudit.render.panels import Key, key, ran
from aiaudit.render.words import percent_text
from aiaudit.subject_facts import AttributeFacts

#: Shades there are, for low rates first.
SHADES = 6
#: Groups of one attribute drawn, the largest; annex B lists all.
GROUPS = 40
#: Cells drawn in one report, and columns side by side: as many as a printed page holds.
CELLS, SIDE_BY_SIDE = 2000, 8


@dataclass(frozen=True, kw_only=True)
class Cell:
    """People of two groups at once, or on the margin of one.

    Parameters
    ----------
    text : str
        The rate in percent, or why there is none.
    shade : int or None
        Its shade; None where there is no value, or few people gave it.
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


NOBODY, UNMEASURED = Cell(text="nobody"), Cell(text="not measured")


@dataclass(frozen=True, kw_only=True)
class HeatMap:
    """Groups of one attribute downward, of another across; the label None stands for all of them together.

    Of many groups across `part` says which these are, from which to which and of how many.
    """

    down: str
    across: str
    part: tuple[int, int, int] | None
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
    rates = _rates(record, chart)
    enough = _enough(chart.requirement)
    values = [m.value for m in rates.values() if m.value is not None and _counted(m) >= enough]
    shades = around(values, most=SHADES) if values else None
    cells = _cells(rates, shades, found, chart.requirement)
    crossed = {frozenset(name for name, _ in of) for of in cells}
    every = [
        _maps(a, b, cells)
        for a, b in combinations(record.subject.attributes, 2)
        if frozenset([a.name, b.name]) in crossed
    ]
    if not every:
        return None
    drawn = _fitting(every)
    return HeatMaps(
        metric=chart.metric,
        requirement=chart.requirement,
        legend=() if shades is None else tuple(_legend(shades)),
        maps=tuple(one for parts in drawn for one in parts),
        left_out=tuple((parts[0].down, parts[0].across) for parts in every if parts not in drawn),
    )


def _rates(record: Record, chart: Chart) -> dict[Key, Measurement]:
    """Return the rates of everybody, of each group and of each pair of groups."""
    found, names = ran(record, chart.check), {a.name for a in record.subject.attributes}
    own = () if found is None else found[1].measurements
    return {
        key(m.scope): m
        for m in own
        if m.metric == chart.metric.name and len(m.scope) <= 2 and m.scope.keys() <= names
    }


def _cells(
    rates: Mapping[Key, Measurement],
    shades: Scale | None,
    found: tuple[Finding, ...],
    requirement: Requirement | None,
) -> dict[Key, Cell]:
    judged = {key(f.verdict.scope): f.verdict for f in found if f.requirement is requirement}
    enough = _enough(requirement)
    contrasts = [v.measurement for v in judged.values() if v.measurement]
    references = {key(m.reference.scope) for m in contrasts if m.reference}

    def cell(of: Key, m: Measurement) -> Cell:
        status = judged[of].status if of in judged else None
        if "withheld" in m.params:
            return Cell(text="not shown", status=status)
        few = _counted(m) < enough
        return Cell(
            text=percent_text(m),
            shade=None if few or shades is None or m.value is None else _shade(shades, m.value),
            counted=_counted(m),
            few=few,
            status=status,
            is_reference=of in references,
        )

    return {of: cell(of, m) for of, m in rates.items()}


def _counted(m: Measurement) -> int:
    """Return how many people a rate is a share of."""
    return m.n if m.denominator is None else m.denominator


def _enough(requirement: Requirement | None) -> int:
    """Return from how many people on the requirement decides."""
    return 0 if requirement is None or requirement.decide_on is DecideOn.VALUE else requirement.min_n


def _shade(shades: Scale, value: float) -> int:
    """Return the shade of a value; few steps of the scale are spread over all shades."""
    return round(shades.step_of(value) * (SHADES - 1) / max(len(shades.ticks) - 2, 1))


def _legend(shades: Scale) -> Iterator[tuple[int, str]]:
    for low, high in pairwise(shades.ticks):
        yield _shade(shades, low), f"{low * 100:g} to {high * 100:g} %"


def _maps(a: AttributeFacts, b: AttributeFacts, cells: Mapping[Key, Cell]) -> list[HeatMap]:
    """Return the map of two attributes, the one with more groups downward, in parts where the other has many too."""
    labelled = [(attribute, *_labels(attribute, cells)) for attribute in (a, b)]
    (across, every, more_across), (down, sides, more_down) = sorted(labelled, key=lambda one: len(one[1]))
    hidden = ((down.name, more_down), (across.name, more_across))
    parts = ceil(len(every) / SIDE_BY_SIDE)
    ends = [len(every) * i // parts for i in range(parts + 1)]

    def cell(side: str | None, top: str | None) -> Cell:
        of = _where(down, side) | _where(across, top)
        # A pair without people is in no table; whoever is on the margin exists.
        return cells.get(of, NOBODY if len(of) == 2 else UNMEASURED)

    return [
        HeatMap(
            down=down.name,
            across=across.name,
            part=None if parts == 1 else (start + 1, min(end, len(every) - 1), len(every) - 1),
            labels=tuple(every[start:end]),
            lines=tuple((side, tuple(cell(side, top) for top in every[start:end])) for side in sides),
            hidden=tuple((name, n) for name, n in hidden if n > 0),
        )
        for start, end in pairwise(ends)
    ]


def _labels(attribute: AttributeFacts, cells: Mapping[Key, Cell]) -> tuple[list[str | None], int]:
    """Return the largest groups that were measured, in the attribute's order, then None; and how many are left out.

    A shareable record counts withheld groups as one, and measures them apart.
    """
    measured = {label for of in cells for name, label in of if name == attribute.name}
    sizes = {group.label: group.n for group in attribute.groups}
    ordered = [*(label for label in sizes if label in measured), *sorted(measured - sizes.keys())]
    largest = sorted(ordered, key=lambda label: -sizes.get(label, 0))[:GROUPS]
    return [*(label for label in ordered if label in largest), None], len(ordered) - len(largest)


def _where(attribute: AttributeFacts, label: str | None) -> Key:
    return frozenset() if label is None else frozenset([(attribute.name, label)])


def _fitting(every: list[list[HeatMap]]) -> list[list[HeatMap]]:
    """Return the maps, each with all of its parts, that there is room for."""
    room, kept = CELLS, []
    for parts in every:
        size = sum(len(one.lines) * len(one.labels) for one in parts)
        if size <= room:
            room -= size
            kept.append(parts)
    return kept
