"""Intervals against published tables, other libraries and their own definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.intervals import at_level, newcombe, normal_mean, ratio_score, wilson

LEVEL = 0.95


@st.composite
def tables(draw, most=400):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


levels = st.floats(0.5, 0.9999)


# Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_matches_the_published_table(x, n, low, high):
    np.testing.assert_allclose(wilson(x, n, LEVEL), (low, high), atol=5e-5)


# Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
@pytest.mark.parametrize(
    ("table", "low", "high"),
    [
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((0, 10, 0, 10), -0.2775, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0),
        ((10, 10, 0, 10), 0.6075, 1.0),
    ],
)
def test_newcombe_matches_the_published_table(table, low, high):
    np.testing.assert_allclose(newcombe(*table, LEVEL), (low, high), atol=5e-5)


def test_wilson_matches_statsmodels():
    n = np.repeat(np.arange(1, 40), 40)
    x = np.minimum(np.tile(np.arange(40), 39), n)
    for level in (0.8, 0.95, 0.999):
        expected = proportion_confint(x, n, alpha=1 - level, method="wilson")
        np.testing.assert_allclose(wilson(x, n, level), expected, atol=1e-12)


@settings(deadline=None)
@given(tables(), levels)
def test_newcombe_matches_statsmodels(table, level):
    expected = confint_proportions_2indep(*table, method="newcomb", compare="diff", alpha=1 - level)
    np.testing.assert_allclose(newcombe(*table, level), expected, atol=1e-9)


def likelihood_score(ratio, x1, n1, x2, n2):
    """Signed root of the score chi-square, the constrained maximum found by a numerical optimiser."""

    def loss(p2):
        return -stats.binom.logpmf(x1, n1, ratio * p2) - stats.binom.logpmf(x2, n2, p2)

    top = min(1, 1 / ratio)
    fit = optimize.minimize_scalar(loss, bounds=(0, top), method="bounded", options={"xatol": 1e-13})
    p1, p2 = ratio * fit.x, fit.x
    variance = p1 * (1 - p1) / n1 + ratio**2 * p2 * (1 - p2) / n2
    return (x1 / n1 - ratio * x2 / n2) / variance**0.5


@pytest.mark.parametrize(
    "table", [(36, 40, 16, 80), (2, 10, 3, 10), (7, 17, 215, 412), (1, 5, 4, 5), (60, 1000, 2, 30)]
)
def test_ratio_score_solves_the_score_equation(table):
    x1, n1, x2, n2 = table
    z = stats.norm.ppf(0.975)
    middle = (x1 / n1) / (x2 / n2)
    low = optimize.brentq(lambda r: likelihood_score(r, *table) - z, middle / 100, middle, xtol=1e-12)
    high = optimize.brentq(lambda r: likelihood_score(r, *table) + z, middle, middle * 100, xtol=1e-12)
    np.testing.assert_allclose(ratio_score(*table, LEVEL), (low, high), rtol=1e-5)


@pytest.mark.parametrize("table", [(36, 40, 16, 80), (2, 10, 3, 10), (7, 17, 215, 412), (20, 200, 30, 100)])
def test_ratio_score_matches_statsmodels(table):
    expected = confint_proportions_2indep(*table, method="score", compare="ratio", correction=False)
    np.testing.assert_allclose(ratio_score(*table, LEVEL), expected, rtol=1e-8)


def test_ratio_score_matches_koopmans_example():
    # Koopman 1984: 36 of 40 against 16 of 80.
    np.testing.assert_allclose(ratio_score(36, 40, 16, 80, LEVEL), (2.94, 7.15), atol=5e-3)


@settings(deadline=None)
@given(tables(100_000), levels)
def test_ratio_score_is_finite_and_holds_the_estimate(table, level):
    x1, n1, x2, n2 = table
    low, high = ratio_score(*table, level)
    if x2 == 0:
        assert np.isnan(low)
        assert np.isnan(high)
        return
    assert 0 <= low <= (x1 / n1) / (x2 / n2) * (1 + 1e-9)
    assert (x1 / n1) / (x2 / n2) * (1 - 1e-9) <= high < np.inf
    assert (low == 0) == (x1 == 0)


@settings(deadline=None)
@given(tables(100_000), levels)
def test_wilson_and_newcombe_stay_in_range_and_hold_the_estimate(table, level):
    x1, n1, x2, n2 = table
    low, high = wilson(x1, n1, level)
    assert 0 <= low <= x1 / n1 <= high <= 1
    low, high = newcombe(*table, level)
    assert -1 <= low <= x1 / n1 - x2 / n2 <= high <= 1


@settings(deadline=None)
@given(tables(), levels)
def test_swapping_the_groups_inverts_a_ratio_and_negates_a_difference(table, level):
    x1, n1, x2, n2 = table
    low, high = newcombe(*table, level)
    np.testing.assert_allclose(newcombe(x2, n2, x1, n1, level), (-high, -low), atol=1e-12)
    if x1 and x2:
        low, high = ratio_score(*table, level)
        np.testing.assert_allclose(ratio_score(x2, n2, x1, n1, level), (1 / high, 1 / low), rtol=1e-9)


@settings(deadline=None)
@given(tables(), levels)
def test_a_higher_level_never_narrows(table, level):
    for interval in (lambda t, c: wilson(*t[:2], c), lambda t, c: newcombe(*t, c)):
        (low, high), (wide_low, wide_high) = interval(table, level), interval(table, (1 + level) / 2)
        assert wide_low <= low + 1e-12
        assert wide_high >= high - 1e-12
    if table[2]:
        (low, high), (wide_low, wide_high) = (ratio_score(*table, c) for c in (level, (1 + level) / 2))
        assert wide_low <= low * (1 + 1e-9)
        assert wide_high >= high * (1 - 1e-9)


@settings(deadline=None)
@given(tables())
def test_the_ratio_excludes_one_exactly_where_the_pooled_z_test_rejects(table):
    low, high = ratio_score(*table, LEVEL)
    test = two_proportions(*table)
    if np.isnan(low) or np.isnan(test.z) or abs(test.pooled_z - 0.05) < 1e-9:
        return
    assert (not low <= 1 <= high) == (test.pooled_z < 0.05)


def test_perfect_scores_on_both_sides():
    # Constrained fit p2 = 1, p1 = ratio: n1 (1 - r) / r = z², solved by hand.
    z2 = stats.norm.ppf(0.975) ** 2
    np.testing.assert_allclose(ratio_score(5, 5, 3, 3, LEVEL), (5 / (5 + z2), (3 + z2) / 3), rtol=1e-12)


def test_nobody_is_nan_and_never_zero():
    assert np.all(np.isnan(wilson(0, 0, LEVEL)))
    assert np.all(np.isnan(newcombe(0, 0, 3, 5, LEVEL)))
    assert np.all(np.isnan(newcombe(3, 5, 0, 0, LEVEL)))
    for table in [(0, 0, 3, 5), (3, 5, 0, 0), (3, 5, 0, 5), (0, 5, 0, 5)]:
        assert np.all(np.isnan(ratio_score(*table, LEVEL)))


def test_arrays_broadcast_and_levels_may_differ():
    low, high = ratio_score([[1], [2]], 10, [3, 4, 5], 12, 0.9)
    assert low.shape == high.shape == (2, 3)
    assert low[1, 2] == ratio_score(2, 10, 5, 12, 0.9)[0]
    assert wilson(3, 10, [0.5, 0.9])[1][1] == wilson(3, 10, 0.9)[1]
    assert isinstance(wilson(3, 10, 0.9)[0], float)


def test_millions_of_rows():
    low, high = ratio_score(250_000, 1_000_000, 500_000, 2_000_000, LEVEL)
    delta = 1.959964 * (0.75 / 250_000 + 0.75 / 500_000) ** 0.5
    np.testing.assert_allclose((np.log(low), np.log(high)), (-delta, delta), rtol=1e-3)


def test_normal_mean_and_t():
    np.testing.assert_allclose(normal_mean(2, 0.5, 0.95), stats.norm.interval(0.95, 2, 0.5))
    np.testing.assert_allclose(normal_mean(2, 0.5, 0.9, df=4), stats.t.interval(0.9, 4, 2, 0.5))
    assert np.all(np.isnan(normal_mean(2, 0.5, 0.9, df=0)))
    with pytest.raises(ValueError, match="standard error"):
        normal_mean(2, -0.5, 0.9)


def test_at_level_restates_a_normal_interval():
    np.testing.assert_allclose(at_level(*normal_mean(2, 0.5, 0.9), 2, 0.9, 0.99), normal_mean(2, 0.5, 0.99))
    np.testing.assert_allclose(at_level(1, 4, 2, 0.9, 0.9), (1, 4))


def test_a_level_is_a_level():
    for level in (0, 1, 95, -0.1, np.nan):
        with pytest.raises(ValueError, match="level"):
            wilson(1, 2, level)
