"""What would settle a question settles it, and what a sample could have shown it would have shown."""

import pytest

from aiaudit.facts import Form, Interval, Measurement
from aiaudit.record import Status
from tests.made import contrast, decided, number, requirement

DIFFERENCE = {"metric": "selection_rate_difference", "op": "within", "threshold": "0.1"}


def test_rows_that_would_settle_it_settle_it():
    asked = requirement()
    verdict = decided(asked, contrast(20, 60, 40, 80))
    assert verdict.status is Status.INCONCLUSIVE
    more = verdict.rows_needed
    assert more > 0
    grown = 60 + 3 * round(more / 3)
    assert decided(asked, contrast(grown // 3, grown, 40, 80)).status is Status.FAIL


def test_more_comparisons_ask_for_more_rows():
    asked, open_question = requirement(), contrast(44, 120, 120, 240)
    others = [contrast(50, 100, 50 + i, 100, scope={"sex": str(i)}) for i in range(10)]
    alone, together = decided(asked, open_question), decided(asked, open_question, *others)
    assert (alone.status, together.status) == (Status.FAIL, Status.INCONCLUSIVE)
    assert together.p_adjusted == pytest.approx(alone.p_adjusted * 11)
    assert together.rows_needed > 0


@pytest.mark.parametrize(
    ("form", "changed", "counts", "shown"),
    [
        (Form.RATIO, {}, (45, 100, 50, 100), lambda gap: 0 < gap < 0.8),
        (Form.DIFFERENCE, DIFFERENCE, (45, 100, 50, 100), lambda gap: -0.5 < gap < -0.1),
        (Form.DIFFERENCE, DIFFERENCE, (5, 100, 4, 100), lambda gap: 0.1 < gap < 0.9),
        (Form.DIFFERENCE, DIFFERENCE, (0, 100, 0, 100), lambda gap: 0 < gap < 0.2),
        (
            Form.DIFFERENCE,
            {**DIFFERENCE, "op": ">=", "threshold": "-0.1"},
            (55, 100, 50, 100),
            lambda gap: gap < -0.1,
        ),
    ],
)
def test_the_smallest_visible_gap_lies_on_the_side_where_a_breach_would(form, changed, counts, shown):
    verdict = decided(requirement(**changed), contrast(*counts, form))
    assert verdict.status is Status.PASS
    assert shown(verdict.detectable)


def test_the_smallest_visible_gap_would_have_failed():
    asked = requirement()
    seen = decided(asked, contrast(90, 200, 100, 200)).detectable
    assert decided(asked, contrast(int(seen * 100), 200, 100, 200)).status is Status.FAIL


def test_a_group_too_small_to_show_anything_says_nothing():
    assert decided(requirement(min_n=1), contrast(3, 3, 3, 3)).detectable is None


@pytest.mark.parametrize(
    ("measurement", "threshold"),
    [
        (number(0.9, spread=0.2, n=100), "0.8"),
        (contrast(60, 100, 500, 1000), "1.05"),
        (Measurement(
            metric="impact_ratio", form=Form.RATE, value=0.6, n=150, numerator=60, denominator=100,
            interval=Interval(low=0.5, high=0.7, level=0.95, method="Wilson"),
        ), "0.55"),
    ],
)  # fmt: skip
def test_rows_to_narrow_an_interval_narrow_it(measurement, threshold):
    asked = requirement(decide_on="interval", threshold=threshold)
    verdict = decided(asked, measurement)
    assert verdict.status is Status.INCONCLUSIVE
    factor = (measurement.n + verdict.rows_needed) / measurement.n
    if measurement.form is Form.VALUE:
        grown = number(measurement.value, spread=0.2 / factor**0.5)
    else:
        n = round(measurement.denominator * factor)
        grown = Measurement(
            **{**vars(measurement), "numerator": round(n * 0.6), "denominator": n, "value": 0.6}
        )
    assert decided(asked, grown).status is Status.PASS


def test_no_rows_of_the_group_make_up_for_a_small_reference():
    asked = requirement(decide_on="interval", threshold="0.99", min_n=1)
    assert decided(asked, contrast(500, 1000, 10, 20)).rows_needed is None


def test_a_value_on_the_threshold_is_never_settled_by_rows():
    asked = requirement(decide_on="interval", threshold="0.8")
    assert decided(asked, number(0.8, spread=0.1)).rows_needed is None
