from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aiaudit.facts import Measured, Measurement
from aiaudit.render.dependence import Dependence, dependence
from aiaudit.render.html import render
from aiaudit.render.panels import Panel

from .drawn import drawn
from .factory import RECORDS

RECORD = drawn()


def found() -> Dependence:
    drawn = dependence(RECORD)
    assert drawn is not None
    return drawn


def measured(metric: str, column: str) -> list[Measurement]:
    ran = (o for o in RECORD.outcomes if isinstance(o, Measured) and o.check.endswith("dependence"))
    return [m for o in ran for m in o.measurements if (m.metric, m.scope.get("column")) == (metric, column)]


def ends(panel: Panel) -> tuple[float, float]:
    """What is at the bottom and at the top of the upward axis."""
    return float(panel.y[0][1]), float(panel.y[-1][1])


def along(path: str) -> list[float]:
    return [float(x) for x in re.findall(r"-?[\d.]+", path.replace("h0", ""))]


@pytest.mark.parametrize(
    ("metric", "which"), [("partial_dependence", "partial"), ("accumulated_effect", "local")]
)
@pytest.mark.parametrize("column", ["num", "day"])
def test_a_curve_runs_where_it_was_measured(metric: str, which: str, column: str) -> None:
    (panel,) = [p for p in getattr(found(), which) if p.scope == {"column": column}]
    points = [m for m in measured(metric, column) if "position" in m.params]
    low, high = ends(panel)
    places = [float(m.params["position"] or 0) for m in points]
    x = [100 * (p - places[0]) / (places[-1] - places[0]) for p in places]
    up = [100 - 100 * ((m.value or 0.0) - low) / (high - low) for m in points]

    paths = dict(panel.paths)
    for style in ("line", "dots small"):
        numbers = along(paths[style])
        assert numbers[::2] == pytest.approx(x, abs=0.01)
        assert numbers[1::2] == pytest.approx(up, abs=0.01)
    band = along(paths["band"])
    intervals = [m.interval for m in points if m.interval]
    expected = [*(i.low for i in intervals), *(i.high for i in reversed(intervals))]
    assert band[1::2] == pytest.approx([100 - 100 * (y - low) / (high - low) for y in expected], abs=0.01)


def test_ends_of_the_axis_are_named_as_the_record_names_them() -> None:
    assert [[label for _, label in panel.x] for panel in found().partial] == [
        ["1", "5"],
        ["2024-01-01", "2024-01-02"],
    ]


def test_a_missing_value_is_told_beside_the_curve() -> None:
    assert [panel.notes for panel in found().partial] == [("(missing) 0.200 (0.160 to 0.240)",), ()]


def test_names_are_marks_on_one_axis() -> None:
    (named,) = found().named

    assert named.column == "name"
    assert [bar.label for bar in named.marks.bars] == ["n0", "n1", "n2"]
    assert [bar.measurement for bar in named.marks.bars] == measured("partial_dependence", "name")


def test_one_number_and_missing_are_marks() -> None:
    (outcome,) = (o for o in RECORD.outcomes if isinstance(o, Measured) and o.check.endswith("dependence"))
    few = tuple(m for m in outcome.measurements if m.scope["at"] in ("1", "(missing)"))

    drawn = dependence(replace(RECORD, outcomes=(replace(outcome, measurements=few[:2]),)))

    assert drawn is not None
    assert drawn.partial == ()
    assert [[bar.label for bar in one.marks.bars] for one in drawn.named] == [["1", "(missing)"]]


def test_without_curves_there_is_no_figure() -> None:
    record, exit_code = RECORDS["failing"]

    assert dependence(record) is None
    assert "How the output changes with a column" not in render(record, exit_code)
