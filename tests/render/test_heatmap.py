from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aiaudit.facts import Measured
from aiaudit.policy.model import DecideOn, Requirement
from aiaudit.record import Record, Status
from aiaudit.render.chart import chart
from aiaudit.render.findings import findings
from aiaudit.render.heatmap import CELLS, GROUPS, SHADES, Cell, HeatMap, HeatMaps, heatmaps
from aiaudit.render.html import render
from aiaudit.render.public import public

from . import factory
from .drawn import counts, drawn


def maps_of(record: Record) -> HeatMaps:
    found = findings(record)
    maps = heatmaps(record, found, chart(record, found))
    assert maps is not None
    return maps


def cells(one: HeatMap) -> dict[tuple[str | None, str | None], Cell]:
    return {(side, top): c for side, line in one.lines for top, c in zip(one.labels, line, strict=True)}


def test_every_cell_holds_the_rate_and_the_people_of_its_two_groups() -> None:
    (one,) = maps_of(drawn()).maps

    assert (one.down, one.across) == ("one", "two")
    found = cells(one)
    for i in range(4):
        for j in range(3):
            x, n = counts(i, j)
            cell = found[f"a{i}", f"b{j}"]
            assert (cell.text, cell.counted, cell.few) == (f"{100 * x / n:.1f} %", n, n < 30)
    x, n = (sum(column) for column in zip(*(counts(2, j) for j in range(3)), strict=True))
    assert (found["a2", None].text, found["a2", None].counted) == (f"{100 * x / n:.1f} %", n)
    assert found[None, None].counted == sum(counts(i, j)[1] for i in range(4) for j in range(3))


def test_a_cell_tells_its_verdict_or_that_it_is_the_reference() -> None:
    found = cells(maps_of(drawn()).maps[0])

    assert found["a0", "b0"].status is Status.FAIL
    assert found["a0", "b1"].status is Status.PASS
    assert found["a3", "b2"].is_reference
    assert found["a3", "b2"].status is None
    assert found[None, "b2"].is_reference
    assert found[None, None].status is None


def test_the_legend_names_the_shade_of_every_cell() -> None:
    maps = maps_of(drawn())

    ends = {shade: [float(x) for x in re.findall(r"[\d.]+", text)] for shade, text in maps.legend}
    assert list(ends) == sorted(ends)
    assert (min(ends), max(ends)) == (0, SHADES - 1)
    assert any(cell.few for cell in maps.cells)
    for cell in maps.cells:
        assert (cell.shade is None) == cell.few
        if cell.shade is None:
            continue
        low, high = ends[cell.shade]
        assert low - 0.05 <= float(cell.text.removesuffix(" %")) <= high + 0.05


def with_rates(record: Record, change) -> Record:  # type: ignore[no-untyped-def]
    outcome, *others = record.outcomes
    assert isinstance(outcome, Measured)
    changed = replace(outcome, measurements=tuple(change(outcome.measurements)))
    return replace(record, outcomes=(changed, *others))


def test_nobody_and_undefined_are_not_zero() -> None:
    empty = factory.a_rate({"one": "a1", "two": "b1"}, 0, 0)
    record = with_rates(
        drawn(), lambda every: [*(m for m in every if m.scope.get("one") != "a1" or len(m.scope) < 2), empty]
    )

    found = cells(maps_of(record).maps[0])

    assert (found["a1", "b0"].text, found["a1", "b0"].shade) == ("nobody", None)
    assert (found["a1", "b1"].text, found["a1", "b1"].shade) == ("undefined (0/0)", None)
    without_everybody = with_rates(drawn(), lambda every: [m for m in every if m.scope])
    assert cells(maps_of(without_everybody).maps[0])[None, None].text == "not measured"


def test_what_is_withheld_is_said_to_be_and_keeps_its_verdict() -> None:
    rates_alone = replace(drawn(), outcomes=drawn().outcomes[:1])
    hidden = public(rates_alone)

    found = cells(maps_of(hidden).maps[0])

    cell = found["a0", "b0"]
    assert (cell.text, cell.shade, cell.counted, cell.status) == ("not shown", None, None, Status.FAIL)
    assert found[None, "b2"].counted is not None
    assert "“Not shown” is what would tell a count of few people" in render(hidden, 1)


def test_groups_that_a_shareable_record_counts_as_one_are_each_not_shown() -> None:
    rates_alone = replace(drawn(), outcomes=drawn().outcomes[:1])
    hidden = public(rates_alone, 35)

    found = cells(maps_of(hidden).maps[0])

    assert {side for side, _ in found} == {"a0", "a1", "a2", "a3", None}
    assert {c.text for (side, _), c in found.items() if side in ("a0", "a3")} == {"not shown"}
    assert found["a1", None].counted == 160


def test_hundreds_of_groups_are_cut_to_the_largest() -> None:
    record = drawn(many=100)
    (one,) = maps_of(record).maps

    assert len(one.lines) == GROUPS + 1
    assert one.hidden == (("one", 100 - GROUPS),)
    assert "60 smaller groups of one in annex B" in render(record, 1)


def test_many_groups_across_are_set_in_parts_as_wide_as_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cells(maps_of(drawn()).maps[0])
    monkeypatch.setattr("aiaudit.render.heatmap.SIDE_BY_SIDE", 2)

    maps = maps_of(drawn()).maps

    assert [(one.part, one.labels) for one in maps] == [((1, 2, 3), ("b0", "b1")), ((3, 3, 3), ("b2", None))]
    assert {at: cell for one in maps for at, cell in cells(one).items()} == whole
    assert "one by two, group 3 of 3" in render(drawn(), 1)


def test_maps_beyond_the_room_there_is_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aiaudit.render.heatmap.CELLS", 10)

    maps = maps_of(drawn())

    assert CELLS > 10
    assert (maps.maps, maps.left_out) == ((), (("one", "two"),))
    assert "Too large to draw, and in annex B: one by two." in render(drawn(), 1)


def test_one_attribute_makes_no_map() -> None:
    record = factory.record((), subject=factory.subject(attributes=factory.subject().attributes[2:]))
    found = findings(record)

    assert heatmaps(record, found, chart(record, found)) is None
    assert 'id="annex-i"' not in render(record, 0)


def test_a_requirement_that_is_decided_on_the_value_asks_for_no_number_of_people() -> None:
    bare = factory.requirement(decide_on=DecideOn.VALUE)
    record = replace(drawn(), policy=factory.policy(bare))

    assert not any(cell.few for cell in maps_of(record).cells)


def test_without_a_requirement_nobody_is_few() -> None:
    record = replace(drawn(), verdicts=())

    maps = maps_of(record)

    assert maps.requirement is None
    assert all(cell.shade is not None for cell in maps.cells)
    assert not any(cell.few or cell.status or cell.is_reference for cell in maps.cells)
    assert isinstance(maps_of(drawn()).requirement, Requirement)
