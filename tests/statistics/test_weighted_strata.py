"""Weighted rows within strata: weighted least squares by statsmodels, and what intervals and test hold."""

import numpy as np
import pytest
import statsmodels.api as sm

from aiaudit.statistics.mantel_haenszel import adjusted_rates
from aiaudit.statistics.stratified_tests import cochran_mantel_haenszel
from aiaudit.statistics.weighted_strata import Side, WeightedStrata
from tests.statistics.test_mantel_haenszel import BERKELEY


def side(weights, selected, present):
    """Sum rows of shape (..., strata, rows) into one group's strata."""
    w = weights * present
    return Side(
        n=present.sum(axis=-1).astype(float),
        weights=w.sum(axis=-1),
        squares=(w**2).sum(axis=-1),
        successes=(w * selected).sum(axis=-1),
        square_successes=(w**2 * selected).sum(axis=-1),
    )


def counted(x, n, weight=1.0):
    x, n = np.array(x, float), np.array(n, float)
    return Side(
        n=n, weights=weight * n, squares=weight**2 * n, successes=weight * x, square_successes=weight**2 * x
    )


@pytest.mark.parametrize("weight", [1.0, 2.5])
def test_equal_weights_are_counts(weight):
    x1, n1, x2, n2 = BERKELEY
    found = WeightedStrata(first=counted(x1, n1, weight), second=counted(x2, n2, weight))
    assert found.adjusted == pytest.approx(adjusted_rates(*BERKELEY))
    assert found.p_value == pytest.approx(cochran_mantel_haenszel(*BERKELEY).p_value, abs=0.01)
    assert found.ratio(0.95).low == pytest.approx(0.9704, abs=0.003)
    assert found.difference(0.95).high == pytest.approx(0.0474, abs=0.001)


def test_the_difference_is_that_of_weighted_least_squares():
    rng = np.random.default_rng(2)
    stratum, group = rng.integers(0, 5, 600), rng.integers(0, 2, 600)
    weight = rng.gamma(2, 1, 600)
    selected = rng.random(600) < 0.2 + 0.1 * stratum
    present = (stratum == np.arange(5)[:, None])[None] & (group == np.array([1, 0])[:, None, None])
    first, second = (side(weight, selected, each) for each in present)
    found = WeightedStrata(first=first, second=second)
    design = np.column_stack([group, stratum[:, None] == np.arange(5)]).astype(float)
    fit = sm.WLS(selected.astype(float), design, weights=weight).fit(cov_type="HC1")
    interval = found.difference(0.95)
    assert interval.value == pytest.approx(fit.params[0], rel=1e-9)
    assert (interval.high - interval.low) / 2 == pytest.approx(1.96 * fit.bse[0], rel=0.01)
    assert found.p_value == pytest.approx(fit.pvalues[0], abs=0.03)


def test_a_side_without_rows_or_without_spread_has_no_interval():
    none, some, all_of = counted([0, 0], [4, 5]), counted([1, 2], [4, 5]), counted([4, 5], [4, 5])
    empty = counted([0, 0], [0, 0])
    assert np.isnan(WeightedStrata(first=some, second=empty).difference(0.95)).all()
    assert np.isnan(WeightedStrata(first=some, second=none).ratio(0.95)).all()
    alike = WeightedStrata(first=all_of, second=all_of)
    assert alike.ratio(0.95).value == 1
    assert np.isnan(alike.ratio(0.95).low)
    assert np.isnan(alike.p_value)


def drawn(rows, strata, draws, ratio, seed, informative=False):
    rng = np.random.default_rng(seed)
    shape = (draws, strata, rows)
    rates = np.linspace(0.15, 0.6, strata)[:, None]
    sides = []
    for rate, size in ((rates * ratio, rows // 3), (rates, rows)):
        selected = rng.random(shape) < rate
        weights = rng.gamma(2, 1, shape) * (1 + informative * selected)
        sides.append(side(weights, selected, np.broadcast_to(np.arange(rows) < size, shape)))
    return WeightedStrata(first=sides[0], second=sides[1]), rates


@pytest.mark.parametrize(("rows", "strata"), [(90, 4), (9, 40)])
@pytest.mark.parametrize("informative", [False, True])
def test_level_coverage_and_power(rows, strata, informative):
    found, _ = drawn(rows, strata, 3000, 1.0, 5, informative)
    assert np.mean(found.p_value <= 0.05) == pytest.approx(0.05, abs=0.016)
    for interval, truth in ((found.ratio(0.95), 1.0), (found.difference(0.95), 0.0)):
        assert np.mean((interval.low <= truth) & (truth <= interval.high)) >= 0.925
    found, _ = drawn(rows, strata, 2000, 0.6, 6)
    interval = found.ratio(0.95)
    assert np.mean((interval.low <= 0.6) & (interval.high >= 0.6)) >= 0.925
    assert np.mean(found.p_value <= 0.05) > 0.7
