"""Power: the answers, fed back into the exact power of the test that decides."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import power_proportions_2indep

from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.power import detection_power, rows_needed, smallest_detectable_difference


def exact_power(p1, n1, p2, n2, alpha):
    """Return the chance that the test rejects, summed over every table."""
    x1, x2 = (np.flatnonzero(stats.binom.pmf(np.arange(n + 1), n, p) > 1e-9) for n, p in ((n1, p1), (n2, p2)))
    mass = stats.binom.pmf(x1, n1, p1)[:, np.newaxis] * stats.binom.pmf(x2, n2, p2)
    return mass[two_proportions(x1[:, np.newaxis], n1, x2, n2).p_value <= alpha].sum()


@pytest.mark.parametrize("alpha", [0.05, 0.001])
@pytest.mark.parametrize(
    "table",
    [(2, 8, 50, 100), (7, 17, 215, 412), (1, 20, 300, 3000), (8, 10, 900, 1000), (30, 300, 160, 1000)],
)
def test_the_rows_asked_for_settle_the_question(table, alpha):
    x1, n1, x2, n2 = table
    more = int(rows_needed(*table, alpha))
    assert more > 0
    assert exact_power(x1 / n1, n1, x2 / n2, n2, alpha) < 0.8
    assert 0.75 <= exact_power(x1 / n1, n1 + more, x2 / n2, n2, alpha) <= 0.9


@pytest.mark.parametrize("alpha", [0.05, 0.001])
@pytest.mark.parametrize(
    ("n1", "p2", "n2"), [(60, 0.5, 300), (200, 0.3, 200), (300, 0.1, 2000), (40, 0.9, 900)]
)
def test_the_gap_said_to_be_detectable_is_detected(n1, p2, n2, alpha):
    gap = smallest_detectable_difference(n1, p2, n2, alpha)
    assert 0.75 <= exact_power(p2 - gap, n1, p2, n2, alpha) <= 0.9


def test_power_matches_statsmodels_in_large_samples():
    for p1, n1, p2, n2 in [(0.4, 20_000, 0.41, 40_000), (0.02, 90_000, 0.022, 50_000)]:
        expected = power_proportions_2indep(p1 - p2, p2, n1, ratio=n2 / n1, alpha=0.05).power
        assert detection_power(p1, n1, p2, n2, 0.05) == pytest.approx(expected, abs=0.01)


def test_enough_rows_already():
    assert rows_needed(400, 1000, 500, 1000, 0.05) == 0


def test_no_number_of_rows_helps_against_a_tiny_reference():
    assert rows_needed(2, 8, 5, 10, 0.05) == np.inf


def test_equal_or_undefined_rates_need_no_rows():
    found = rows_needed([1, 0, 1, 0], [2, 0, 2, 5], [2, 1, 0, 0], [4, 2, 0, 7], 0.05)
    assert np.isnan(found).all()


def test_nothing_is_detectable_in_a_handful():
    found = smallest_detectable_difference([4, 0, 4], [0.5, 0.5, 0.0], [4, 50, 50], 0.05)
    assert np.isnan(found).all()


@settings(deadline=None)
@given(st.integers(30, 5000), st.floats(0.05, 0.95), st.integers(30, 5000))
def test_more_rows_or_a_milder_level_show_smaller_gaps(n1, p2, n2):
    base, larger, milder = (
        np.nan_to_num(smallest_detectable_difference(n, p2, n2, alpha), nan=np.inf)
        for n, alpha in ((n1, 0.01), (2 * n1, 0.01), (n1, 0.05))
    )
    assert base > 0
    assert milder <= base
    # Pooling lets a group that outgrows its reference weigh down the null's variance, so not beyond it.
    assert larger <= base + 1e-9 or 2 * n1 > n2


def test_arrays_and_levels_broadcast():
    found = rows_needed([[2], [7]], [[8], [17]], [50, 215], [100, 412], [0.05, 0.001])
    assert found.shape == (2, 2)
    assert found[1, 1] == rows_needed(7, 17, 215, 412, 0.001)


def test_rates_and_powers_must_be_shares():
    with pytest.raises(ValueError, match="power"):
        rows_needed(1, 10, 5, 10, 0.05, power=80)
    with pytest.raises(ValueError, match="rates"):
        smallest_detectable_difference(10, 1.5, 10, 0.05)
