"""Variance recovered from limits, against the equations that define it and the intervals it generalises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize, stats

from aiaudit.statistics.intervals import newcombe, wilson
from aiaudit.statistics.mover import Estimate, mover_difference, mover_ratio


def rate(x, n):
    return Estimate(x / n, *wilson(x, n, 0.95))


def test_with_wilson_limits_the_difference_is_newcombes():
    np.testing.assert_allclose(mover_difference(rate(9, 10), rate(3, 10)), newcombe(9, 10, 3, 10, 0.95))


@pytest.mark.parametrize(
    "table", [(7, 34, 1, 34), (36, 40, 16, 80), (1, 5, 4, 5), (5, 5, 3, 3), (0, 9, 2, 7)]
)
def test_a_ratio_ends_where_the_difference_reaches_zero(table):
    first, second = rate(*table[:2]), rate(*table[2:])

    def end(side):
        def gap(ratio):
            scaled = Estimate(*(ratio * part for part in second))
            return mover_difference(first, scaled)[side]

        middle = first.value / second.value
        return optimize.brentq(gap, *((1e-12, middle) if side == 0 else (middle, 1e4)), xtol=1e-13)

    low, high = mover_ratio(first, second)
    assert high == pytest.approx(end(1), rel=1e-9)
    assert low == (0 if table[0] == 0 else pytest.approx(end(0), rel=1e-9))


def test_symmetric_limits_give_fieller():
    # 10 ± 2 over 5 ± 1: roots of (10 - 5 r)² = 2² + r² 1².
    first, second = (Estimate(*(np.float64(v) for v in e)) for e in ((10, 8, 12), (5, 4, 6)))
    np.testing.assert_allclose(mover_ratio(first, second), np.sort(np.roots([24, -100, 96])))


@given(st.integers(1, 50), st.integers(50, 90), st.integers(1, 50), st.integers(50, 90))
def test_swapping_the_parts_inverts_the_ratio(x1, n1, x2, n2):
    low, high = mover_ratio(rate(x1, n1), rate(x2, n2))
    np.testing.assert_allclose(mover_ratio(rate(x2, n2), rate(x1, n1)), (1 / high, 1 / low), rtol=1e-9)


def test_a_ratio_to_what_may_be_zero_is_undefined():
    assert np.all(np.isnan(mover_ratio(rate(3, 9), rate(0, 9))))


def test_large_samples_agree_with_the_delta_method():
    low, high = mover_ratio(rate(250_000, 1_000_000), rate(500_000, 2_000_000))
    delta = stats.norm.ppf(0.975) * (0.75 / 250_000 + 0.75 / 500_000) ** 0.5
    np.testing.assert_allclose((np.log(low), np.log(high)), (-delta, delta), rtol=1e-3)
