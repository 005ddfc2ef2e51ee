from __future__ import annotations

from dataclasses import replace

import pytest

from aiaudit.facts import Measured
from aiaudit.render.chart import DRAWN, MARGIN, Chart, Mark, chart
from aiaudit.render.findings import findings
from aiaudit.subject_facts import AttributeFacts, GroupFacts

from . import factory
from .factory import RECORDS, WHITE


def chart_of(record: factory.Record) -> Chart:
    drawn = chart(record, findings(record))
    assert drawn is not None
    return drawn


def marks(drawn: Chart) -> dict[str, Mark]:
    return {mark.group: mark for panel in drawn.panels for mark in panel.marks}


def share(place: str | None) -> float:
    assert place is not None
    return (float(place.rstrip("%")) - MARGIN) / (100 - 2 * MARGIN)


def test_rates_behind_the_headline_are_drawn_where_they_are() -> None:
    drawn = chart_of(RECORDS["failing"][0])

    assert drawn.metric.name == "selection_rate"
    assert drawn.requirement == factory.RATIO
    assert [panel.attribute for panel in drawn.panels] == ["race", "sex", "age"]
    black = marks(drawn)["black"]
    assert share(black.at) == pytest.approx(140 / 300, abs=0.001)
    assert black.measurement.interval is not None
    assert share(black.low) == pytest.approx(black.measurement.interval.low, abs=0.001)
    assert share(black.high) == pytest.approx(black.measurement.interval.high, abs=0.001)
    assert black.percent == "46.7 %"


def test_limit_is_the_threshold_of_the_reference_rate() -> None:
    drawn = marks(chart_of(RECORDS["failing"][0]))

    assert [share(x) for x in drawn["black"].limits] == [pytest.approx(0.8 * 441 / 588, abs=0.001)]
    assert drawn["white"].is_reference
    assert not drawn["white"].limits
    assert drawn["(missing)"].status is None


def test_limits_of_a_difference_lie_on_both_sides() -> None:
    record = factory.record((factory.GAP_FAILS,))

    drawn = chart_of(record)

    assert drawn.metric.name == "true_positive_rate"
    limits = [share(x) for x in marks(drawn)["black"].limits]
    assert limits == [pytest.approx(323 / 400 - 0.1, abs=0.001), pytest.approx(323 / 400 + 0.1, abs=0.001)]


def test_a_rate_that_is_undefined_is_not_drawn_at_zero() -> None:
    empty = factory.a_rate({"race": "other"}, 0, 0)
    outcome = Measured(
        check="bias.selection-rate",
        version=1,
        measurements=(*factory.RATES, empty),
        metrics=(factory.SELECTION,),
    )

    mark = marks(chart_of(factory.record((), outcomes=(outcome,))))["other"]

    assert (mark.at, mark.low, mark.percent) == (None, None, "undefined (0/0)")


def test_hundreds_of_groups_are_cut_to_the_worst() -> None:
    names = [f"g{i:03}" for i in range(300)]
    rates = [factory.a_rate({"race": name}, 60, 100) for name in names]
    bad = factory.a_ratio({"race": "g250"}, (60, 100), WHITE, (441, 588))
    outcome = Measured(
        check="bias.selection-rate",
        version=1,
        measurements=(factory.RATES[0], *rates, bad),
        metrics=(factory.SELECTION, factory.IMPACT),
    )
    groups = tuple(GroupFacts(label=name, n=100) for name in names)
    race = AttributeFacts(name="race", groups=groups, missing=0, edges=(), edges_from="", is_feature=False)
    record = factory.record(
        (replace(factory.FAILS, measurement=bad),),
        outcomes=(outcome,),
        subject=factory.subject(attributes=(race,)),
    )

    (panel,) = chart_of(record).panels

    assert len(panel.marks) == DRAWN
    assert panel.hidden == 301 - DRAWN
    assert {"white", "g250"} <= {mark.group for mark in panel.marks}


def test_small_rates_get_an_axis_of_their_own() -> None:
    rates = (factory.a_rate({"race": "a"}, 3, 1000), factory.a_rate({"race": "b"}, 6, 1000))
    outcome = Measured(
        check="bias.selection-rate", version=1, measurements=rates, metrics=(factory.SELECTION,)
    )

    drawn = chart_of(factory.record((), outcomes=(outcome,)))

    assert [label for _, label in drawn.ticks] == ["0 %", "2.5 %", "5 %"]


def test_nothing_by_group_is_nothing_to_draw() -> None:
    record = RECORDS["empty"][0]

    assert chart(record, findings(record)) is None
