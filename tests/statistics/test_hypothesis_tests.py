"""Fisher and pooled Z against scipy, statsmodels and the law's examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportions_ztest

from aiaudit.statistics.hypothesis_tests import fisher, two_proportions


def scipy_fisher(x1, n1, x2, n2):
    return stats.fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue


def random_tables(number, most, seed=0):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, most, (2, number))
    x = rng.integers(0, n + 1)
    return np.stack([x[0], n[0], x[1], n[1]])


@pytest.mark.parametrize(
    ("table", "z", "p", "exact"),
    [
        ((12, 40, 48, 80), -3.098, 0.00195, 0.00341),  # 1979 Questions and Answers, 12
        ((3, 20, 16, 80), -0.510, None, 0.757),  # 21
        ((2, 8, 5, 10), -1.0811, 0.2796, 0.3665),
        ((400, 1000, 500, 1000), -4.4947, 7.0e-06, None),
        ((7, 17, 215, 412), -0.890, None, 0.4605),  # the example of 6 RCNY 5-301
        ((170, 390, 412, 797), -2.623, 0.0087, 0.0094),
        ((95, 226, 215, 412), -2.453, 0.0142, 0.0163),
        ((82, 190, 215, 412), -2.059, 0.0395, 0.0438),
        ((555, 1181, 667, 1390), -0.502, None, 0.634),
    ],
)
def test_published_examples(table, z, p, exact):
    result = two_proportions(*table)
    assert result.z == pytest.approx(z, abs=6e-4)
    if p is not None:
        assert result.pooled_z == pytest.approx(p, rel=6e-3)
    if exact is not None:
        assert result.fisher == pytest.approx(exact, rel=6e-3)


@pytest.mark.parametrize("most", [12, 60, 900])
def test_fisher_matches_scipy(most):
    tables = random_tables(300, most)
    expected = [scipy_fisher(*t) for t in tables.T.tolist()]
    np.testing.assert_allclose(fisher(*tables), expected, rtol=1e-7)


def test_fisher_matches_scipy_at_a_million_rows():
    rng = np.random.default_rng(3)
    n = rng.integers(100_000, 1_000_000, (2, 40))
    x = rng.binomial(n, rng.uniform(0.0001, 0.9999, 40))
    expected = [scipy_fisher(*t) for t in np.stack([x[0], n[0], x[1], n[1]]).T.tolist()]
    np.testing.assert_allclose(fisher(x[0], n[0], x[1], n[1]), expected, atol=1e-7)


@settings(deadline=None)
@given(st.integers(1, 50), st.integers(1, 50), st.data())
def test_fisher_is_the_sum_of_probabilities_not_above_the_observed(n1, n2, data):
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    mass = stats.hypergeom.pmf(np.arange(n1 + 1), n1 + n2, x1 + x2, n1)
    expected = mass[mass <= mass[x1] * (1 + 1e-7)].sum()
    assert fisher(x1, n1, x2, n2) == pytest.approx(expected, rel=1e-9)


def test_fisher_far_in_the_tail():
    assert fisher(0, 500, 500, 500) == pytest.approx(scipy_fisher(0, 500, 500, 500), rel=1e-7)
    assert fisher(0, 1_000_000, 500_000, 1_000_000) == 0
    assert fisher(0, 1_000_000, 3, 3) == pytest.approx(scipy_fisher(0, 1_000_000, 3, 3), rel=1e-7)


def test_pooled_z_matches_statsmodels():
    for x1, n1, x2, n2 in random_tables(200, 300, seed=4).T.tolist():
        if 0 < x1 + x2 < n1 + n2:
            result = two_proportions(x1, n1, x2, n2)
            expected = proportions_ztest([x1, x2], [n1, n2])
            np.testing.assert_allclose((result.z, result.pooled_z), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("table", [(0, 5, 0, 7), (5, 5, 7, 7), (0, 0, 3, 7), (3, 7, 0, 0), (0, 0, 0, 0)])
def test_an_empty_margin_tests_nothing(table):
    result = two_proportions(*table)
    assert result.fisher == result.p_value == 1
    assert np.isnan(result.z)
    assert np.isnan(result.pooled_z)
    assert result.chosen == "fisher"


def test_fisher_decides_below_thirty_expected():
    # Expected selections of the first group: 29.5, 30 and 30.5.
    result = two_proportions([29, 30, 30], 100, [30, 30, 31], 100)
    assert result.chosen.tolist() == ["fisher", "pooled_z", "pooled_z"]
    np.testing.assert_array_equal(result.p_value, [result.fisher[0], *result.pooled_z[1:]])


def test_swapping_groups_or_outcomes_changes_no_p_value():
    x1, n1, x2, n2 = random_tables(500, 80, seed=5)
    result = two_proportions(x1, n1, x2, n2)
    for other in (two_proportions(x2, n2, x1, n1), two_proportions(n1 - x1, n1, n2 - x2, n2)):
        np.testing.assert_allclose(other.p_value, result.p_value, rtol=1e-9)
        np.testing.assert_allclose(other.z, -result.z, rtol=1e-9, atol=1e-12)
        np.testing.assert_array_equal(other.chosen, result.chosen)


def test_shapes_broadcast():
    result = two_proportions([[1], [2]], 10, [3, 4, 5], [10, 11, 12])
    assert result.p_value.shape == result.fisher.shape == result.chosen.shape == (2, 3)
    assert result.fisher[1, 2] == fisher(2, 10, 5, 12)
    assert two_proportions([], [], [], []).p_value.shape == (0,)
