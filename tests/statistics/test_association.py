"""Cramér's V against SciPy and Bergsma's formulas; coverage and false alarms by simulation."""

import numpy as np
import pytest
from scipy.stats import chi2_contingency, chisquare, fisher_exact, random_table

from aiaudit.statistics.association import cramers_v, moments, random_tables, strength
from tests.statistics.tables import associated, true_v


def table_of(n, shares, seed):
    rng = np.random.default_rng(seed)
    return rng.multinomial(n, shares.ravel()).reshape(shares.shape)


@pytest.mark.parametrize(("n", "r", "c", "v"), [(300, 2, 2, 0.3), (2000, 5, 4, 0.1), (500, 10, 2, 0.6)])
def test_it_is_bergsmas_on_scipys_statistic(n, r, c, v):
    table = table_of(n, associated(np.ones(r) / r, np.ones(c) / c, v), 3)
    found = cramers_v(table, 0.95, 99, 0)
    theirs = chi2_contingency(table, correction=False)
    assert (found.chi2, found.p_value) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-9)
    phi = max(theirs.statistic / n - (r - 1) * (c - 1) / (n - 1), 0)
    smaller = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1))
    assert found.value == pytest.approx(np.sqrt(phi / (smaller - 1)), rel=1e-12)
    assert found.test == "chi2"
    assert strength(table) == found.value


def test_a_copy_is_perfect_and_a_constant_says_nothing():
    found = cramers_v(np.diag([40, 30, 30]), 0.95, 99, 0)
    assert found.value == pytest.approx(1.0)
    assert found.low > 0.9
    assert found.high == pytest.approx(1.0)
    constant = cramers_v([[5, 0], [7, 0]], 0.95, 99, 0)
    assert np.isnan([constant.value, constant.low, constant.high]).all()
    assert (constant.p_value, constant.test) == (1.0, "none")


def test_permutations_of_a_sparse_table_agree_with_fishers_test():
    # For two by two, tables no likelier than the observed and those no less extreme by chi-squared may differ;
    # with equal margins they are the same tables.
    table = [[1, 7], [6, 2]]
    found = cramers_v(table, 0.95, 99_999, 1)
    assert found.test == "permutation"
    assert found.p_value == pytest.approx(fisher_exact(table).pvalue, abs=0.005)


def test_tables_are_drawn_as_often_as_scipy_says():
    rows, columns = [3, 4, 2], [2, 5, 2]
    drawn = random_tables(rows, columns, 20_000, np.random.default_rng(0))
    assert (drawn.sum(axis=2) == rows).all()
    assert (drawn.sum(axis=1) == columns).all()
    tables, seen = np.unique(drawn, axis=0, return_counts=True)
    expected = np.array([random_table(rows, columns).pmf(table) for table in tables]) * len(drawn)
    assert expected.sum() == pytest.approx(len(drawn), rel=1e-3)
    usual = expected >= 5
    assert chisquare(seen[usual], expected[usual] * seen[usual].sum() / expected[usual].sum()).pvalue > 0.01


def test_mean_and_variance_of_the_statistic_are_those_of_drawn_tables():
    rows, columns = np.array([3.0, 4.0, 8.0]), np.array([2.0, 5.0, 4.0, 4.0])
    expected = np.outer(rows, columns) / rows.sum()
    drawn = random_tables(rows, columns, 50_000, np.random.default_rng(1))
    statistics = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    assert moments(rows, columns) == pytest.approx((statistics.mean(), statistics.var()), rel=0.02)


def test_what_no_drawing_could_show_is_bounded():
    table = np.diag([3, 4, 60, 90]) + np.eye(4, dtype=int)[::-1]
    bounded, drawn = (cramers_v(table, 0.95, permutations, 0) for permutations in (999, 99_999))
    assert (bounded.test, drawn.test) == ("Cantelli", "permutation")
    assert drawn.p_value < bounded.p_value < 1 / 1000


def test_what_values_are_called_decides_nothing():
    rng = np.random.default_rng(2)
    table = rng.multinomial(60, rng.dirichlet(np.ones(24))).reshape(6, 4)
    first = cramers_v(table, 0.95, 199, 5)
    second = cramers_v(table[rng.permutation(6)][:, rng.permutation(4)], 0.95, 199, 5)
    assert first.test == "permutation"
    assert first.p_value == second.p_value
    assert (first.value, first.low, first.high) == pytest.approx((second.value, second.low, second.high))


@pytest.mark.parametrize(
    ("n", "r", "c", "v"),
    [(100, 2, 2, 0.3), (500, 10, 2, 0.0), (500, 10, 2, 0.3), (500, 5, 5, 0.3), (2000, 5, 5, 0.6)],
)
def test_intervals_hold_the_truth(n, r, c, v):
    shares = associated(np.ones(r) / r, np.ones(c) / c, v)
    truth = true_v(shares)
    assert truth == pytest.approx(v, abs=1e-6)
    runs = [cramers_v(table_of(n, shares, seed), 0.95, 0, 0) for seed in range(400)]
    held = np.mean([run.low - 1e-9 <= truth <= run.high + 1e-9 for run in runs])
    assert held > 0.93


@pytest.mark.parametrize(("n", "r", "c"), [(400, 10, 2), (60, 8, 3)])
def test_independent_columns_rarely_look_associated(n, r, c):
    shares = associated(1 / np.arange(1, r + 1), np.ones(c) / c, 0.0)
    p = [cramers_v(table_of(n, shares, seed), 0.95, 99, seed).p_value for seed in range(400)]
    assert np.mean(np.array(p) <= 0.05) < 0.08
