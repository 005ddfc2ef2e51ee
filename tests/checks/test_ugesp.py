"""Cases of the Uniform Guidelines through check, judge and pack, with the verdicts a practitioner would give."""

import pytest
from scipy.stats import fisher_exact

from aiaudit.judge import judge
from aiaudit.policy import load_policies
from aiaudit.record import Status
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.made import TODAY

PACK = "us-employment-adverse-impact"


def verdicts(group, reference):
    """Judge one group against another, each given as (people, selected)."""
    names, predicted = [], []
    for name, (n, x) in (("group", group), ("reference", reference)):
        names += [name] * n
        predicted += ["1"] * x + ["0"] * (n - x)
    outcome = outcome_of(get("bias.selection-rate"), subject_of({"g": names}, predicted))
    policy = load_policies([PACK]).policy
    return {v.requirement: v for v in judge([outcome], policy, TODAY) if v.scope == {"g": "group"}}


@pytest.mark.parametrize(
    ("group", "reference", "ratio", "z", "p", "fisher", "rule", "significant"),
    [
        # Questions 11 and 12: below four fifths and significant.
        ((40, 12), (80, 48), 0.5, -3.098, 0.00195, 0.00341, Status.FAIL, Status.FAIL),
        # Question 21: below four fifths, but the selection of one person decides.
        ((20, 3), (80, 16), 0.75, -0.510, None, 0.757, Status.INCONCLUSIVE, Status.INCONCLUSIVE),
        # Half the rate among eighteen people: a rule of thumb and no more.
        ((8, 2), (10, 5), 0.5, -1.0811, 0.2796, 0.3665, Status.INCONCLUSIVE, Status.INCONCLUSIVE),
        # Exactly four fifths of two thousand people: not indicated by the rule, significant by the test.
        ((1000, 400), (1000, 500), 0.8, -4.4947, 7.0e-06, None, Status.PASS, Status.FAIL),
        # Exactly four fifths, which floating point takes for less.
        ((5, 3), (8, 6), 0.8, None, None, None, Status.INCONCLUSIVE, Status.INCONCLUSIVE),
        # Question 20: 90 % against 96 % passes the rule of thumb.
        ((100, 90), (100, 96), 0.9375, None, None, None, Status.PASS, Status.PASS),
    ],
)
def test_the_guidelines_cases(group, reference, ratio, z, p, fisher, rule, significant):
    found = verdicts(group, reference)
    four_fifths, difference = found["four-fifths"], found["significant-difference"]
    assert four_fifths.measurement.value == pytest.approx(ratio)
    tests = four_fifths.measurement.tests
    table = [[x, n - x] for n, x in (group, reference)]
    assert tests["fisher"] == pytest.approx(fisher_exact(table).pvalue)
    if z is not None:
        assert tests["z"] == pytest.approx(z, abs=5e-4)
    if p is not None:
        assert tests["pooled_z"] == pytest.approx(p, rel=5e-3)
    if fisher is not None:
        assert tests["fisher"] == pytest.approx(fisher, abs=5e-4)
    assert (four_fifths.status, difference.status) == (rule, significant)


@pytest.mark.parametrize(
    ("group", "reference", "flips", "to_four_fifths"),
    [
        ((20, 3), (80, 16), 1, 1),  # question 21: 4/20 would be ahead of 15/80
        ((8, 2), (10, 5), 0, 2),
        ((40, 12), (80, 48), 0, 8),
    ],
)
def test_what_one_person_and_few_more_would_change(group, reference, flips, to_four_fifths):
    names = ["group"] * group[0] + ["reference"] * reference[0]
    predicted = [label for n, x in (group, reference) for label in ["1"] * x + ["0"] * (n - x)]
    outcome = outcome_of(get("bias.selection-rate"), subject_of({"g": names}, predicted))
    found = {m.metric: m.value for m in outcome.measurements if m.scope == {"g": "group"}}
    assert found["one_person_flip"] == flips
    assert found["selections_to_four_fifths"] == to_four_fifths
    assert verdicts(group, reference)["one-person"].status is (Status.FAIL if flips else Status.PASS)


def test_a_significant_difference_within_the_rule_is_said():
    found = verdicts((1000, 400), (1000, 500))["four-fifths"]
    assert found.reason == "the difference is significant but within the threshold"
    assert found.margin == 0


def test_the_ratio_of_refusals_shows_what_the_ratio_of_selections_hides():
    found = verdicts((100, 90), (100, 96))["rejection-ratio"].measurement
    assert found.value == 2.5


def test_rates_of_60_45_48_and_51_percent_flag_the_45_alone():
    names = [name for name in "abcd" for _ in range(100)]
    predicted = [label for x in (60, 45, 48, 51) for label in ["1"] * x + ["0"] * (100 - x)]
    outcome = outcome_of(get("bias.selection-rate"), subject_of({"g": names}, predicted))
    ratios = {m.scope["g"]: m.value for m in outcome.measurements if m.metric == "impact_ratio"}
    assert ratios == {"b": 0.75, "c": 0.8, "d": 0.85}
    judged = judge([outcome], load_policies([PACK]).policy, TODAY)
    below = {v.scope["g"]: v.margin < 0 for v in judged if v.requirement == "four-fifths"}
    assert below == {"b": True, "c": False, "d": False}
