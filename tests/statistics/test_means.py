"""Welch's difference of means against scipy and statsmodels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from aiaudit.statistics.means import mean_difference


def summary(values):
    return values.mean(), values.var(ddof=1), values.size


@pytest.mark.parametrize(("n1", "n2", "scale"), [(2, 3, 1.0), (8, 40, 5.0), (300, 20, 0.2)])
def test_it_is_scipys_and_statsmodels_welch(n1, n2, scale):
    rng = np.random.default_rng(n1)
    first, second = rng.normal(1, scale, n1), rng.normal(0, 1, n2)
    found = mean_difference(*summary(first), *summary(second), 0.9)
    expected = stats.ttest_ind(first, second, equal_var=False)
    ends = CompareMeans(DescrStatsW(first), DescrStatsW(second)).tconfint_diff(alpha=0.1, usevar="unequal")
    assert found.value == pytest.approx(first.mean() - second.mean())
    assert found.p_value == pytest.approx(expected.pvalue)
    assert found.df == pytest.approx(expected.df)
    assert (found.low, found.high) == pytest.approx(ends)
    assert found.standard_error == pytest.approx(found.value / expected.statistic)


def test_too_few_or_no_spread_is_no_certainty():
    single = mean_difference(1.0, 0.0, 1, 0.5, 2.0, 50, 0.95)
    assert single.value == 0.5
    assert np.all(np.isnan([single.standard_error, single.df, single.low, single.high, single.p_value]))
    constant = mean_difference(1.0, 0.0, 9, 0.5, 0.0, 50, 0.95)
    assert np.all(np.isnan([constant.df, constant.low, constant.high, constant.p_value]))


def test_one_constant_group_leaves_the_other_ones_freedom():
    assert mean_difference(1.0, 0.0, 9, 0.5, 2.0, 50, 0.95).df == pytest.approx(49)


def test_arrays_broadcast():
    found = mean_difference([1.0, 2.0], 1.0, [10, 20], 0.0, 2.0, 30, 0.95)
    assert found.low.shape == (2,)
    assert found.low[1] == mean_difference(2.0, 1.0, 20, 0.0, 2.0, 30, 0.95).low


def test_a_negative_variance_is_refused():
    with pytest.raises(ValueError, match="variance"):
        mean_difference(1.0, -0.1, 9, 0.5, 2.0, 50, 0.95)
