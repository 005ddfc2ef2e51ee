"""Weighted rates against statsmodels, the delta method by jackknife, and simulated designs."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportion_confint

from aiaudit.statistics.weighted import kish_effective_n, weighted_rate


def sums(weights, success):
    return (
        len(weights),
        weights.sum(),
        (weights**2).sum(),
        weights[success].sum(),
        (weights[success] ** 2).sum(),
    )


@pytest.mark.parametrize(("x", "n"), [(0, 8), (3, 8), (8, 8), (40, 90)])
@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_equal_weights_give_the_exact_interval(x, n, weight):
    found = weighted_rate(*sums(np.full(n, weight), np.arange(n) < x), 0.95)
    assert found.value == x / n
    assert found.effective_n == pytest.approx(n)
    assert (found.low, found.high) == pytest.approx(proportion_confint(x, n, 0.05, "beta"), abs=1e-9)


def test_the_standard_error_is_the_jackknifes():
    rng = np.random.default_rng(0)
    weights, success = rng.uniform(0.5, 3, 400), rng.random(400) < 0.3
    found = weighted_rate(*sums(weights, success), 0.95)
    left_out = (weights[success].sum() - weights * success) / (weights.sum() - weights)
    jackknife = (399 / 400 * np.sum((left_out - left_out.mean()) ** 2)) ** 0.5
    assert found.standard_error == pytest.approx(jackknife, rel=0.01)


def test_kish_counts_equal_rows_whole_and_unequal_ones_less():
    assert kish_effective_n(10, 10) == 10
    # 1, 1 and 2: 16 / 6.
    assert kish_effective_n(4, 6) == pytest.approx(8 / 3)
    assert np.isnan(kish_effective_n(0, 0))


def test_all_or_none_fall_back_on_kish():
    weights = np.array([1.0, 1.0, 2.0])
    found = weighted_rate(*sums(weights, np.array([True] * 3)), 0.95)
    assert (found.value, found.high) == (1, 1)
    assert found.effective_n == pytest.approx(8 / 3)
    assert found.low == pytest.approx(0.025 ** (3 / 8))


def test_the_interval_covers_under_unequal_weights():
    # Those who succeed more weigh less, as where they were sampled more often.
    rng = np.random.default_rng(4)
    weight, rate = np.array([1.0, 4.0]), np.array([0.6, 0.2])
    truth, held = 0.5 * (0.6 + 0.2), []
    for _ in range(1500):
        kind = (rng.random(150) < 0.2).astype(int)
        found = weighted_rate(*sums(weight[kind], rng.random(150) < rate[kind]), 0.95)
        held.append(found.low <= truth <= found.high)
    assert 0.93 <= np.mean(held) <= 0.985


def test_nobody_is_nan_and_one_has_no_standard_error():
    nobody = weighted_rate(0, 0, 0, 0, 0, 0.95)
    assert np.all(np.isnan([nobody.value, nobody.effective_n, nobody.low, nobody.high]))
    one = weighted_rate(1, 2.0, 4.0, 2.0, 4.0, 0.95)
    assert np.isnan(one.standard_error)
    assert (one.low, one.high) == pytest.approx((0.025, 1))


def test_sums_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="sums of weights"):
        weighted_rate(3, 3, 3, 4, 3, 0.95)
    with pytest.raises(ValueError, match="level"):
        weighted_rate(3, 3, 3, 1, 1, 95)
