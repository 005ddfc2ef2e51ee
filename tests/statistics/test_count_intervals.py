"""Modified intervals against exact limits from scipy, and the properties they must keep."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from aiaudit.statistics.count_intervals import difference_interval, rate_interval, ratio_interval
from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.intervals import newcombe, ratio_score, wilson

LEVEL = 0.95


@st.composite
def tables(draw, most=400):
    n1, n2 = draw(st.integers(1, most)), draw(st.integers(1, most))
    return draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2


levels = st.floats(0.01, 0.999999)


def exact(x, n, level):
    """Return Clopper and Pearson's one-sided limits from scipy, root by root."""
    below = stats.binomtest(x, n, alternative="greater").proportion_ci(level, "exact").low
    above = stats.binomtest(x, n, alternative="less").proportion_ci(level, "exact").high
    return below, above


@pytest.mark.parametrize("level", [0.8, 0.95, 0.999])
@pytest.mark.parametrize("n", [1, 2, 5, 10, 37, 200])
def test_a_rate_is_wilson_or_exact_whichever_is_further_out(n, level):
    for x in range(0, n + 1, max(n // 20, 1)):
        narrow = proportion_confint(x, n, alpha=1 - level, method="wilson")
        low, high = exact(x, n, level)
        expected = min(narrow[0], low), max(narrow[1], high)
        np.testing.assert_allclose(rate_interval(x, n, level), expected, atol=1e-9)


def test_few_events_get_the_poisson_limits_of_brown_cai_and_dasgupta():
    # Their modification: half the chi-square quantile over n, at the full one-sided level.
    n, x = 100_000, np.arange(1, 4)
    published = stats.chi2.ppf(1 - LEVEL, 2 * x) / 2 / n
    np.testing.assert_allclose(rate_interval(x, n, LEVEL)[0], published, rtol=1e-4)
    np.testing.assert_allclose(1 - rate_interval(n - x, n, LEVEL)[1], published, rtol=1e-4)


@pytest.mark.parametrize(("level", "last"), [(0.9, 5), (0.95, 10), (0.99, 35), (0.999, 118)])
def test_only_few_events_are_modified(level, last):
    x = np.arange(1, 1000)
    for n in (2 * x.size, 10_000, 1_000_000):
        changed = rate_interval(x, n, level)[0] < wilson(x, n, level)[0]
        assert last - 12 <= x[changed].max(initial=0) <= last


@given(tables(100_000), levels)
def test_they_hold_the_score_interval_and_stay_in_range(table, level):
    x1, n1, x2, n2 = table
    for wide, narrow in (
        (rate_interval(x1, n1, level), wilson(x1, n1, level)),
        (difference_interval(*table, level), newcombe(*table, level)),
        (ratio_interval(*table, level), ratio_score(*table, level)),
    ):
        assert np.isnan(wide[0]) == np.isnan(narrow[0])
        assert np.isnan(wide[0]) or (wide[0] <= narrow[0])
        assert np.isnan(wide[1]) or (wide[1] >= narrow[1])
    assert 0 <= rate_interval(x1, n1, level)[0] <= x1 / n1 <= rate_interval(x1, n1, level)[1] <= 1
    low, high = difference_interval(*table, level)
    assert -1 <= low <= x1 / n1 - x2 / n2 <= high <= 1
    if x2:
        low, high = ratio_interval(*table, level)
        assert (low == 0) == (x1 == 0)
        assert 0 <= low <= (x1 / n1) / (x2 / n2) * (1 + 1e-9)
        assert (x1 / n1) / (x2 / n2) * (1 - 1e-9) <= high < np.inf


@given(tables(), levels)
def test_swapping_groups_or_outcomes_swaps_the_ends(table, level):
    x1, n1, x2, n2 = table
    low, high = rate_interval(x1, n1, level)
    np.testing.assert_allclose(rate_interval(n1 - x1, n1, level), (1 - high, 1 - low), atol=1e-12)
    low, high = difference_interval(*table, level)
    np.testing.assert_allclose(difference_interval(x2, n2, x1, n1, level), (-high, -low), atol=1e-12)
    failures = (n1 - x1, n1, n2 - x2, n2)
    np.testing.assert_allclose(difference_interval(*failures, level), (-high, -low), atol=1e-12)
    if x1 and x2:
        low, high = ratio_interval(*table, level)
        np.testing.assert_allclose(ratio_interval(x2, n2, x1, n1, level), (1 / high, 1 / low), rtol=1e-9)


@given(tables(), st.floats(0.05, 0.9999), st.floats(0.01, 0.99))
@example((0, 200, 1, 200), 0.2, 0.7)
def test_a_higher_level_never_narrows(table, level, share):
    higher = level + (1 - level) * share
    (low, high), (wide_low, wide_high) = (rate_interval(*table[:2], c) for c in (level, higher))
    assert wide_low <= low + 1e-12
    assert wide_high >= high - 1e-12
    (low, high), (wide_low, wide_high) = (difference_interval(*table, c) for c in (level, higher))
    assert wide_low <= low + 1e-12
    assert wide_high >= high - 1e-12
    if table[2]:
        (low, high), (wide_low, wide_high) = (ratio_interval(*table, c) for c in (level, higher))
        assert wide_low <= low * (1 + 1e-9)
        assert wide_high >= high * (1 - 1e-9)


@st.composite
def ample(draw):
    """Tables with more than ten successes and failures in both groups."""
    x1, x2, y1, y2 = (draw(st.integers(11, 400)) for _ in range(4))
    return x1, x1 + y1, x2, x2 + y2


@given(ample())
def test_with_more_than_ten_of_each_they_are_the_score_intervals_and_agree_with_the_pooled_z_test(table):
    np.testing.assert_array_equal(rate_interval(*table[:2], LEVEL), wilson(*table[:2], LEVEL))
    np.testing.assert_array_equal(difference_interval(*table, LEVEL), newcombe(*table, LEVEL))
    low, high = ratio_interval(*table, LEVEL)
    np.testing.assert_array_equal((low, high), ratio_score(*table, LEVEL))
    p = two_proportions(*table).pooled_z
    assert abs(p - 0.05) < 1e-9 or (not low <= 1 <= high) == (p < 0.05)


def test_nobody_is_nan_and_never_zero():
    assert np.all(np.isnan(rate_interval(0, 0, LEVEL)))
    for table in [(0, 0, 3, 5), (3, 5, 0, 0)]:
        assert np.all(np.isnan(difference_interval(*table, LEVEL)))
    for table in [(0, 0, 3, 5), (3, 5, 0, 0), (3, 5, 0, 5), (0, 5, 0, 5)]:
        assert np.all(np.isnan(ratio_interval(*table, LEVEL)))


def test_arrays_broadcast_and_levels_may_differ():
    low, high = ratio_interval([[1], [2]], 10, [3, 4, 5], 12, 0.9)
    assert low.shape == high.shape == (2, 3)
    assert low[1, 2] == ratio_interval(2, 10, 5, 12, 0.9)[0]
    assert rate_interval(3, 10, [0.5, 0.9])[1][1] == rate_interval(3, 10, 0.9)[1]
    assert isinstance(rate_interval(3, 10, 0.9)[0], float)


def test_what_is_not_a_count_or_a_level_is_refused():
    for interval in (difference_interval, ratio_interval):
        with pytest.raises(ValueError, match="counts"):
            interval(3, 2, 1, 5, LEVEL)
        with pytest.raises(ValueError, match="level"):
            interval(1, 2, 1, 5, 95)


def test_thousands_of_contrasts_take_a_moment():
    rng = np.random.default_rng(0)
    n1, n2 = rng.integers(1, 60, (2, 5000))
    x1, x2 = rng.integers(0, n1 + 1), rng.integers(0, n2 + 1)
    start = time.process_time()
    difference_interval(x1, n1, x2, n2, LEVEL)
    ratio_interval(x1, n1, x2, n2, LEVEL)
    assert time.process_time() - start < 1
