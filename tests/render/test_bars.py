from __future__ import annotations

import re
from dataclasses import replace

import pytest

from aiaudit.facts import Measured, Measurement
from aiaudit.record import Record
from aiaudit.render.bars import CARRIERS, COLUMNS, GROUPS, MARGIN, Bar, gaps, importances
from aiaudit.render.html import render

from . import factory
from .drawn import drawn, relied_on
from .factory import RECORDS

RECORD = drawn()


def number(place: str | None) -> float:
    assert place is not None
    return float(place.removesuffix("%"))


def agree(drawn: list[Bar]) -> None:
    """Every place is that of its number on one straight axis."""
    ends = [(number(bar.at), bar.measurement.value) for bar in drawn]
    ends += [(number(bar.low), bar.measurement.interval.low) for bar in drawn if bar.measurement.interval]
    ends += [(number(bar.high), bar.measurement.interval.high) for bar in drawn if bar.measurement.interval]
    (p, x), (q, y) = min(ends), max(ends)
    slope = (q - p) / ((y or 0.0) - (x or 0.0))
    for place, value in ends:
        assert MARGIN <= place <= 100 - MARGIN
        assert place == pytest.approx(p + slope * ((value or 0.0) - (x or 0.0)), abs=0.02)
    for bar in drawn:
        value = bar.measurement.value or 0.0
        assert number(bar.width) == pytest.approx(abs(value) * slope, abs=0.02)
        assert number(bar.start) == pytest.approx(number(bar.at) - max(value, 0.0) * slope, abs=0.02)


def test_importances_are_drawn_where_they_are_largest_first() -> None:
    (found,) = importances(RECORD)

    assert (found.check, found.metric.name) == ("explainability.global-importance", "importance")
    assert [bar.label for bar in found.bars.bars] == ["p", "q", "r"]
    agree(list(found.bars.bars))


def test_the_share_of_the_whole_stands_for_the_other_metrics_of_columns() -> None:
    share = replace(factory.IMPORTANCE, name="importance_share", unit="share")
    outcome = relied_on("")
    shares = tuple(replace(m, metric="importance_share") for m in outcome.measurements)
    both = replace(outcome, metrics=(*outcome.metrics, share), measurements=(*outcome.measurements, *shares))

    assert [i.metric for i in importances(replace(RECORD, outcomes=(both,)))] == [share]


def test_many_columns_are_cut_to_the_largest_and_counted() -> None:
    columns = tuple(factory.importance(f"c{i}", 1 / (i + 1), 0.01) for i in range(COLUMNS + 7))
    outcome = replace(relied_on(""), measurements=columns)

    (found,) = importances(replace(RECORD, outcomes=(outcome,)))

    assert (len(found.bars.bars), found.bars.hidden) == (COLUMNS, 7)
    assert "7 smaller columns in annex B" in render(replace(RECORD, outcomes=(outcome,)), 1)


def test_a_protected_column_is_marked() -> None:
    outcome = relied_on("")
    own = tuple(replace(m, scope={"column": "one"}) for m in outcome.measurements[:1])
    record = replace(RECORD, outcomes=(replace(outcome, measurements=own + outcome.measurements[1:]),))

    assert re.findall(r'<th scope="row">(\w+) <span class="soft">\(protected\)', render(record, 1)) == ["one"]


def measured(record: Record, metric: str) -> list[Measurement]:
    ran = (o for o in record.outcomes if isinstance(o, Measured) and o.check.endswith("attribution-gap"))
    return [m for o in ran for m in o.measurements if m.metric == metric]


def test_each_group_has_its_whole_gap_and_the_largest_parts_of_it() -> None:
    found = gaps(RECORD)

    assert found is not None
    assert (found.output, found.explained, found.mirrored, found.hidden) == ("probability", 100, (), ())
    assert len(found.groups) == 7
    for group in found.groups:
        whole, *parts = group.bars.bars
        (of_group,) = [m for m in measured(RECORD, "output_gap") if m.scope == group.scope]
        assert (whole.label, whole.measurement) == ("all columns", of_group)
        own = [m for m in measured(RECORD, "attribution_gap") if group.scope.items() <= m.scope.items()]
        largest = sorted(own, key=lambda m: -abs(m.value or 0.0))[:CARRIERS]
        assert [bar.measurement for bar in parts] == largest
        assert group.bars.hidden == 7 - CARRIERS
        assert group.explained == of_group.denominator
    agree([bar for group in found.groups for bar in group.bars.bars])


def test_of_two_groups_the_one_behind_is_drawn() -> None:
    record = drawn(many=2)

    found = gaps(record)

    assert found is not None
    behind, ahead = sorted(
        (m for m in measured(record, "output_gap") if "one" in m.scope), key=lambda m: m.value or 0.0
    )
    assert found.mirrored == (ahead.scope,)
    assert behind.scope in [group.scope for group in found.groups]
    assert ahead.scope not in [group.scope for group in found.groups]
    assert f"the other (one = {ahead.scope['one']}) are the same, turned round" in render(record, 1)


def test_many_groups_are_cut_to_the_largest() -> None:
    found = gaps(drawn(many=40))

    assert found is not None
    assert len(found.groups) == GROUPS
    assert sum(n for _, n in found.hidden) == 43 - GROUPS


def test_without_attributions_there_is_no_figure() -> None:
    record = RECORDS["without-model"][0]

    assert gaps(record) is None
    assert importances(record) == ()
    assert "No importance of columns was measured." in render(record, 0)
