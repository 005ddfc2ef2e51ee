from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aiaudit.facts import Measured, Measurement
from aiaudit.record import Record
from aiaudit.render.calibration import calibration
from aiaudit.render.cutoffs import cutoffs
from aiaudit.render.html import render
from aiaudit.render.panels import DRAWN, Panel, Panels, ran
from aiaudit.render.public import public
from aiaudit.render.words import interval_text

from .drawn import drawn
from .factory import RECORDS

RECORD = drawn()


def shares(path: str) -> list[float]:
    """Every number of a path, as shares of the width or the height."""
    return [float(x) / 100 for x in re.findall(r"[\d.]+", path)]


def points(path: str) -> list[tuple[float, float]]:
    """The points of dots or of a line, the height counted from below."""
    numbers = shares(path.replace("h0", ""))
    return [(x, 1 - y) for x, y in zip(numbers[::2], numbers[1::2], strict=True)]


def whiskers(path: str) -> list[tuple[float, float, float]]:
    numbers = shares(path)
    return [(x, 1 - low, 1 - high) for x, low, high in zip(*(numbers[i::3] for i in range(3)), strict=True)]


def measured(check: str, metric: str, panel: Panel) -> list[Measurement]:
    found = ran(RECORD, check)
    assert found is not None
    return [m for m in found[1].measurements if m.metric == metric and m.scope == panel.scope]


def near(expected: list[tuple[float | None, ...]]) -> list[object]:
    return [pytest.approx(each, abs=0.0001) for each in expected]


def test_calibration_is_drawn_where_it_was_measured() -> None:
    found = calibration(RECORD)

    assert found is not None
    assert [p.scope for p in found.panels] == [
        {},
        *({"one": f"a{i}"} for i in range(4)),
        *({"two": f"b{j}"} for j in range(3)),
    ]
    for panel in found.panels:
        bins = measured("bias.calibration-error", "calibration_curve", panel)
        middles = [b / 10 + 0.05 for b in (0, 1, 4, 8, 9)]
        paths = dict(panel.paths)
        assert points(paths["dots"]) == near([(x, m.value) for x, m in zip(middles, bins, strict=True)])
        ends = [m.interval for m in bins if m.interval]
        assert whiskers(paths["whiskers"]) == near(
            [(x, i.low, i.high) for x, i in zip(middles, ends, strict=True)]
        )
        (error,) = measured("bias.calibration-error", "expected_calibration_error", panel)
        assert error.interval is not None
        assert panel.notes == (f"error 0.100 ({interval_text(error.interval)})",)


def test_columns_under_the_curve_are_as_high_as_people_are_many() -> None:
    found = calibration(RECORD)

    assert found is not None
    columns = re.findall(r"M([\d.]+) 100V([\d.]+)H([\d.]+)V100z", found.panels[0].strip)
    assert [(float(x), float(right)) for x, _, right in columns] == [
        (b * 10.0, b * 10.0 + 10) for b in (0, 1, 4, 8, 9)
    ]
    heights = [(100 - float(top)) * 19 / 100 for _, top, _ in columns]
    assert heights == pytest.approx([10, 11, 14, 18, 19], abs=0.01)


def test_cutoffs_set_each_group_against_everybody() -> None:
    found = cutoffs(RECORD)

    assert found is not None
    assert {} not in [p.scope for p in found.panels]
    everybody = {
        m.params["cutoff"]: m.value for m in measured("bias.threshold-sweep", "selection_rate_at_cutoff", ALL)
    }
    for panel in found.panels:
        rates = measured("bias.threshold-sweep", "selection_rate_at_cutoff", panel)
        expected = sorted((everybody[m.params["cutoff"]] or 0.0, m.value) for m in rates)
        paths = dict(panel.paths)
        assert points(paths["line"]) == near(list(expected))
        in_use = [(everybody[0.5], m.value) for m in rates if m.params["in_use"]]
        assert points(paths["dots"]) == near(list(in_use))
        assert shares(paths["limit"])[0] == pytest.approx(everybody[0.5], abs=0.0001)
        band = points(paths["band"].removesuffix("z"))
        ends = [m.interval for m in reversed(rates) if m.interval]
        assert [y for _, y in band] == pytest.approx(
            [*(i.low for i in ends), *(i.high for i in reversed(ends))], abs=0.0001
        )


ALL = Panel(scope={}, n=0, notes=(), paths=(), x=(), y=())


def test_the_mean_score_stands_beside_the_sweep_where_it_was_measured() -> None:
    found = cutoffs(RECORD)

    assert found is not None
    assert [bool(p.notes) for p in found.panels] == [True, True, True, False, False, False, False]
    assert found.panels[0].notes[0].startswith("mean score ")


def test_many_groups_are_cut_to_the_largest_and_counted() -> None:
    found = calibration(drawn(many=40))

    assert found is not None
    assert len(found.panels) == DRAWN
    assert sum(n for _, n in found.hidden) == 1 + 40 + 3 - DRAWN
    assert "smaller groups of one" in render(drawn(many=40), 1)


def test_a_group_of_few_rows_is_counted_not_drawn() -> None:
    outcomes = [o for o in RECORD.outcomes if isinstance(o, Measured)]
    few = [
        replace(
            o, measurements=tuple(replace(m, n=9) if m.scope == {"one": "a1"} else m for m in o.measurements)
        )
        for o in outcomes
    ]

    found = calibration(replace(RECORD, outcomes=tuple(few)))

    assert found is not None
    assert {"one": "a1"} not in [p.scope for p in found.panels]
    assert found.hidden == (("one", 1),)


@pytest.mark.parametrize("draw", [calibration, cutoffs])
def test_nothing_measured_is_no_figure(draw) -> None:  # type: ignore[no-untyped-def]
    assert draw(RECORDS["failing"][0]) is None


def without_settings(record: Record) -> Record:
    """The same record, without what says where along its axis a measurement lies."""
    outcomes = [o for o in record.outcomes if isinstance(o, Measured)]
    bare = [replace(o, measurements=tuple(replace(m, params={}) for m in o.measurements)) for o in outcomes]
    return replace(record, outcomes=tuple(bare))


@pytest.mark.parametrize("draw", [calibration, cutoffs])
def test_what_has_no_place_is_not_drawn(draw) -> None:  # type: ignore[no-untyped-def]
    assert draw(without_settings(RECORD)) is None


def test_withheld_groups_are_not_drawn_but_counted() -> None:
    found = calibration(public(RECORD))

    assert found is not None
    assert ([p.scope for p in found.panels], found.withheld) == ([{}], 7)
    assert "would tell a count of few people: 7 groups." in render(public(RECORD), 1)


def test_figures_point_at_their_numbers_in_the_annex() -> None:
    page = render(RECORD, 1)

    found = cutoffs(RECORD)
    assert isinstance(found, Panels)
    assert f'<a href="#b-{found.number}">annex B, bias.threshold-sweep</a>' in page
    assert f'<details id="b-{found.number}"><summary>bias.threshold-sweep' in page
