"""One requirement against one measurement: thresholds are exact, and what is unsure stays unsure."""

from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from aiaudit.decide import exact, margin
from aiaudit.facts import Form, Interval, Measurement, Reference
from aiaudit.record import Status
from tests.made import MEN, TODAY, contrast, decided, number, requirement

DIFFERENCE = {"metric": "selection_rate_difference", "op": "within", "threshold": "0.1"}


@pytest.mark.parametrize(
    ("measurement", "value"),
    [
        (contrast(3, 5, 6, 8), Fraction(4, 5)),
        (contrast(3, 5, 6, 8, Form.DIFFERENCE), Fraction(-3, 20)),
        (
            Measurement(metric="m", form=Form.RATE, value=1 / 3, n=3, numerator=1, denominator=3),
            Fraction(1, 3),
        ),
        (number(0.8), Fraction(4, 5)),
        (number(0.1), Fraction(1, 10)),
        (number(np.float64(0.1)), Fraction(1, 10)),
        (number(1e-9), Fraction(1, 10**9)),
        (number(1), Fraction(1)),
        (number(None), None),
    ],
)
def test_values_are_exact(measurement, value):
    assert exact(measurement) == value


@pytest.mark.parametrize(
    ("op", "threshold", "value", "expected"),
    [
        (">=", "0.8", "0.8", "0"),
        (">=", "0.8", "0.79", "-0.01"),
        ("<=", "0.1", "0.1", "0"),
        ("<=", "0.1", "0.25", "-0.15"),
        ("within", "0.1", "-0.1", "0"),
        ("within", "0.1", "0.1", "0"),
        ("within", "0.1", "-0.3", "-0.2"),
        ("within", "0.1", "0.3", "-0.2"),
        ("within", "0.1", "0", "0.1"),
    ],
)
def test_margins(op, threshold, value, expected):
    assert margin(requirement(op=op, threshold=threshold), Fraction(value)) == Fraction(expected)


@pytest.mark.parametrize("decide_on", ["value", "significance"])
def test_four_fifths_to_the_last_digit_pass(decide_on):
    # 3 / 5 over 6 / 8 is 0.7999999999999999 in floating point.
    asked = requirement(decide_on=decide_on, min_n=1)
    assert decided(asked, contrast(3, 5, 6, 8)).status is Status.PASS
    assert decided(asked, contrast(599, 1000, 750, 1000)).margin < 0


@given(x=st.integers(0, 59), n1=st.integers(5, 59), n2=st.integers(5, 59))
def test_the_bare_rule_is_that_of_integers(x, n1, n2):
    x1, x2 = min(x, n1), n2 - 1
    status = decided(requirement(decide_on="value"), contrast(x1, n1, x2, n2)).status
    assert (status is Status.FAIL) == (5 * x1 * n2 < 4 * x2 * n1)


@pytest.mark.parametrize(
    ("expires", "status"),
    [
        (date(2026, 5, 31), Status.FAIL),
        (TODAY, Status.PASS),
        (date(2026, 6, 2), Status.PASS),
        (None, Status.PASS),
    ],
)
def test_evidence_is_good_to_its_last_day(expires, status):
    verdict = decided(requirement(decide_on="value"), number(1.0, expires=expires))
    assert verdict.status is status
    assert ("expired on 2026-05-31" in verdict.reason) == (status is Status.FAIL)


def test_the_undefined_shows_its_counts():
    undefined = Measurement(
        metric="impact_ratio",
        form=Form.RATIO,
        value=None,
        n=40,
        numerator=0,
        denominator=40,
        reference=Reference(scope=MEN, numerator=0, denominator=50, rule="most_favoured"),
    )
    verdict = decided(requirement(), undefined)
    assert (verdict.status, verdict.reason) == (Status.NOT_ASSESSED, "undefined: 0/40 against 0/50")
    assert verdict.margin is None
    assert decided(requirement(), number(None)).reason == "undefined"


@pytest.mark.parametrize(
    ("measurement", "what", "rows"),
    [
        (contrast(10, 20, 20, 50), "20 counted in the group", 10),
        (contrast(10, 20, 20, 50, n=40), "20 counted in the group", 20),
        (contrast(20, 50, 10, 20), "20 counted in the reference group", None),
        (contrast(10, 20, 20, 25), "20 counted in the group", 10),
    ],
)
def test_too_few_to_tell(measurement, what, rows):
    verdict = decided(requirement(min_n=30), measurement)
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.reason == f"too few to tell: {what}, the policy asks for 30"
    assert verdict.rows_needed == rows


def test_rows_are_no_remedy_for_people_of_unknown_group():
    verdict = decided(requirement(), contrast(10, 20, 20, 50, params={"unknown_group": True}))
    assert verdict.rows_needed is None
    assert verdict.reason.endswith("find out their group rather than more of them")


def test_a_number_without_a_test_is_inconclusive_and_not_a_pass():
    verdict = decided(requirement(), number(1.0))
    assert verdict.status is Status.INCONCLUSIVE
    assert verdict.reason == "no test of significance was reported for this number"


def test_a_number_without_an_interval_is_inconclusive_and_not_a_pass():
    verdict = decided(requirement(decide_on="interval"), number(1.0))
    assert (verdict.status, verdict.reason) == (
        Status.INCONCLUSIVE,
        "no interval was reported for this number",
    )


def test_intervals_are_widened_for_every_other_comparison():
    asked = requirement(decide_on="interval", metric="accuracy", threshold="0.7")
    found = [
        Measurement(
            metric="accuracy",
            form=Form.RATE,
            value=0.8,
            n=100,
            numerator=80,
            denominator=100,
            scope={"g": str(i)},
            interval=Interval(low=0.71, high=0.87, level=0.95, method="Wilson"),
        )
        for i in range(5)
    ]
    wilson = proportion_confint(80, 100, 0.05 / 5, method="wilson")
    exact_ends = proportion_confint(80, 100, 2 * 0.05 / 5, method="beta")
    low, high = min(wilson[0], exact_ends[0]), max(wilson[1], exact_ends[1])
    verdict = decided(asked, *found)
    assert verdict.reason == f"the interval {low:.3f} to {high:.3f} at level 0.99 straddles the threshold"
    assert decided(asked, found[0]).status is Status.PASS


@given(
    x1=st.integers(0, 200), x2=st.integers(1, 200), op=st.sampled_from([">=", "within"]),
    decide_on=st.sampled_from(["value", "significance", "interval"]), min_n=st.sampled_from([1, 100, 300]),
)  # fmt: skip
def test_a_pass_meets_the_threshold_and_a_fail_breaches_it(x1, x2, op, decide_on, min_n):
    form = Form.RATIO if op == ">=" else Form.DIFFERENCE
    changed = {} if op == ">=" else DIFFERENCE
    verdict = decided(
        requirement(decide_on=decide_on, min_n=min_n, **changed), contrast(x1, 200, x2, 200, form)
    )
    if verdict.status is Status.PASS:
        assert verdict.margin >= 0
    elif verdict.status is Status.FAIL:
        assert verdict.margin < 0
    else:
        assert verdict.status is Status.INCONCLUSIVE
        assert decide_on != "value"
