"""Mantel and Haenszel's estimators against statsmodels and known tables, and what their intervals hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from aiaudit.statistics.mantel_haenszel import adjusted_rates, risk_difference, risk_ratio
from tests.statistics import strata_sim

#: Admitted and applied, women then men, in the six largest departments of Berkeley in 1973 (Bickel, Hammel and
#: O'Connell 1975; Freedman, Pisani and Purves 1978).
BERKELEY = (
    [89, 17, 202, 131, 94, 24],
    [108, 25, 593, 375, 393, 341],
    [512, 353, 120, 138, 53, 22],
    [825, 560, 325, 417, 191, 373],
)


def theirs(x1, n1, x2, n2):
    return StratifiedTable(
        [np.array([[a, b - a], [c, d - c]]) for a, b, c, d in zip(x1, n1, x2, n2, strict=True)]
    )


def test_women_at_berkeley_are_behind_overall_and_not_within_departments():
    crude = (sum(BERKELEY[0]) / sum(BERKELEY[1])) / (sum(BERKELEY[2]) / sum(BERKELEY[3]))
    found = risk_ratio(*BERKELEY, 0.95)
    assert crude == pytest.approx(0.682, abs=5e-4)
    assert found.value == pytest.approx(theirs(*BERKELEY).riskratio_pooled, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((0.9704, 1.1541), abs=1e-4)


def test_the_ratio_is_that_of_statsmodels_with_the_error_of_greenland_and_robins():
    x1, n1, x2, n2 = (np.array(each, float) for each in BERKELEY)
    n = n1 + n2
    top = np.sum((n1 * n2 * (x1 + x2) - x1 * x2 * n) / n**2)
    error = np.sqrt(top / (np.sum(x1 * n2 / n) * np.sum(x2 * n1 / n)))
    found = risk_ratio(*BERKELEY, 0.9)
    assert np.log(found.high / found.value) == pytest.approx(1.6448536 * error, rel=1e-6)


def test_the_difference_is_the_coefficient_of_least_squares_on_group_and_stratum():
    x1, n1, x2, n2 = (np.array(each) for each in BERKELEY)
    rows = [
        (stratum, group, outcome)
        for stratum in range(6)
        for group, x, n in ((1, x1, n1), (0, x2, n2))
        for outcome in [1] * x[stratum] + [0] * (n[stratum] - x[stratum])
    ]
    stratum, group, outcome = np.array(rows).T
    design = np.column_stack([group, stratum[:, None] == np.arange(6)])
    coefficient = np.linalg.lstsq(design.astype(float), outcome.astype(float), rcond=None)[0][0]
    found = risk_difference(*BERKELEY, 0.95)
    assert found.value == pytest.approx(coefficient, rel=1e-9)
    # Klingenberg's ends solve (d - value)² W² = z² (d P + Q) with Sato's P and Q.
    n = n1 + n2
    p = np.sum((n1**2 * x2 - n2**2 * x1 + n1 * n2 * (n2 - n1) / 2) / n**2)
    q = np.sum((x1 * (n2 - x2) + x2 * (n1 - x1)) / (2 * n))
    weight = np.sum(n1 * n2 / n)
    for end in (found.low, found.high):
        assert (end - found.value) ** 2 * weight**2 == pytest.approx(1.959964**2 * (end * p + q), rel=1e-5)


def test_adjusted_rates_are_rates_weighted_by_the_other_group():
    first, second = adjusted_rates(*BERKELEY)
    assert first / second == pytest.approx(risk_ratio(*BERKELEY, 0.95).value)
    assert first - second == pytest.approx(risk_difference(*BERKELEY, 0.95).value)


def test_a_stratum_without_either_group_tells_nothing():
    more = [[*each, extra] for each, extra in zip(BERKELEY, (5, 9, 0, 0), strict=True)]
    for function in (risk_ratio, risk_difference):
        np.testing.assert_allclose(function(*more, 0.95), function(*BERKELEY, 0.95))


@pytest.mark.parametrize(
    ("table", "ratio", "difference"),
    [
        (([0, 0], [5, 5], [0, 0], [5, 5]), None, 0.0),
        (([0, 0], [5, 5], [3, 2], [5, 5]), 0.0, -0.5),
        (([5, 5], [5, 5], [5, 5], [5, 5]), 1.0, 0.0),
        (([1], [3], [0], [0]), None, None),
    ],
)
def test_tables_at_the_edge(table, ratio, difference):
    for function, expected in ((risk_ratio, ratio), (risk_difference, difference)):
        value, low, high = function(*table, 0.95)
        if expected is None:
            assert np.isnan([value, low, high]).all()
        else:
            assert value == expected
            assert low <= value <= high
            # Where chance had its say no interval is a point.
            assert low < high


@pytest.mark.parametrize("level", [0.3, 0.5, 1.0])
def test_a_level_must_be_one(level):
    with pytest.raises(ValueError, match="level"):
        risk_ratio([1], [3], [2], [4], level)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 12)] * 4), min_size=1, max_size=8))
def test_the_groups_can_be_swapped(strata):
    a, b, c, d = (np.array(each) for each in zip(*strata, strict=True))
    one, other = (a, a + b, c, c + d), (c, c + d, a, a + b)
    forth, back = risk_difference(*one, 0.95), risk_difference(*other, 0.95)
    np.testing.assert_allclose([forth.low, forth.high], [-back.high, -back.low], atol=1e-12)
    ratio, inverse = risk_ratio(*one, 0.95), risk_ratio(*other, 0.95)
    if ratio.value > 0 and inverse.value > 0:
        assert ratio.value == pytest.approx(1 / inverse.value)
        assert ratio.low <= ratio.value <= ratio.high < np.inf


def worst(kind, effects, draws):
    rng = np.random.default_rng(7)
    found = {
        (design, rates, effect): strata_sim.covered(kind, design, rates, effect, draws, rng)
        for design in strata_sim.DESIGNS
        for rates in strata_sim.RATES
        for effect in effects
        if kind == "ratio" or float(rates.split()[0]) + effect >= 0
    }
    return min(found.items(), key=lambda item: item[1])


@pytest.mark.parametrize(("kind", "effects"), [("ratio", (1.0, 0.6)), ("difference", (0.0, -0.02))])
def test_intervals_hold_what_they_say(kind, effects):
    cell, least = worst(kind, effects, 1000)
    assert least >= 0.91, cell


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("kind", "effects"), [("ratio", (1.0, 0.6)), ("difference", (0.0, -0.02))])
def test_intervals_hold_what_they_say_to_the_digit(kind, effects):
    cell, least = worst(kind, effects, 40_000)
    assert least >= 0.93, cell
