"""False alarms of the tests of equal rates, held against exact sums of binomial probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from aiaudit.statistics.hypothesis_tests import FISHER_BELOW
from tests.statistics.alarms import alarms


@pytest.mark.parametrize(
    "case", [(20, 1000, 0.3), (6, 500, 0.3), (200, 10000, 0.03), (30, 30, 0.5), (100, 100, 0.5)]
)
def test_false_alarms_hold_far_in_the_tail(case):
    found = alarms(*case)
    assert max(found["Fisher"].ratios) <= 1
    assert np.all(np.array(found["Fisher below 30"].ratios) <= (1.15, 1.1, 1.1, 1.35))


def test_the_customary_rule_fails_in_the_tail():
    assert alarms(200, 10000, 0.03)["Fisher below 5"].ratios[2:] == pytest.approx((2.03, 4.45), abs=0.01)


@pytest.mark.parametrize(("expected", "excess"), [(5, (3.2, 8.9)), (FISHER_BELOW, (1.5, 2.4))])
def test_the_pooled_z_test_against_an_endless_reference(expected, excess):
    # Rates so low, and a reference so large, that the group's count is Poisson around a known mean.
    mean = np.arange(expected, 4 * expected + 20, 0.13)
    for alpha, limit in zip((1e-3, 1e-4), excess, strict=True):
        reach = stats.norm.isf(alpha / 2) * np.sqrt(mean)
        low, high = np.floor(mean - reach), np.ceil(mean + reach)
        actual = stats.poisson.cdf(low, mean) + stats.poisson.sf(high - 1, mean)
        assert actual.max() / alpha == pytest.approx(limit, abs=0.06)
