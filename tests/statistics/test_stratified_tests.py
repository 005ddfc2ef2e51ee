"""Tests within strata against statsmodels, SciPy and plain enumeration; their false alarms and power."""

from itertools import product

import numpy as np
import pytest
from scipy.stats import fisher_exact, hypergeom

from aiaudit.statistics.stratified_tests import cochran_mantel_haenszel, homogeneity
from tests.statistics import strata_sim
from tests.statistics.test_mantel_haenszel import BERKELEY, theirs


def test_berkeley_as_statsmodels_has_it():
    found = cochran_mantel_haenszel(*BERKELEY)
    expected = theirs(*BERKELEY).test_null_odds(correction=False)
    assert found.z**2 == pytest.approx(expected.statistic)
    assert found.p_value == found.normal == pytest.approx(expected.pvalue)
    assert np.isnan(found.exact)
    same = theirs(*BERKELEY).test_equal_odds(adjust=True)
    assert homogeneity(*BERKELEY) == pytest.approx(same.pvalue)


def test_one_stratum_is_fishers_test():
    rng = np.random.default_rng(0)
    n = rng.integers(1, 40, (200, 2))
    x = rng.integers(0, n + 1)
    found = cochran_mantel_haenszel(x[:, :1], n[:, :1], x[:, 1:], n[:, 1:])
    for i, (a, b) in enumerate(zip(x.tolist(), n.tolist(), strict=True)):
        p = fisher_exact([[a[0], b[0] - a[0]], [a[1], b[1] - a[1]]]).pvalue
        assert found.p_value[i] == pytest.approx(p, rel=1e-7)


def by_hand(x1, n1, x2, n2):
    """Return the exact p-value by going through every combination of strata."""
    laws = [hypergeom(a + b, c + d, a) for a, b, c, d in zip(n1, n2, x1, x2, strict=True)]
    chance: dict[int, float] = {}
    for counts in product(*(range(n + 1) for n in n1)):
        total = sum(counts)
        chance[total] = chance.get(total, 0) + np.prod(
            [law.pmf(k) for law, k in zip(laws, counts, strict=True)]
        )
    observed = chance[sum(x1)]
    return sum(p for p in chance.values() if p <= observed * (1 + 1e-7))


@pytest.mark.parametrize(
    "table",
    [
        ([1, 2, 0], [3, 4, 2], [4, 1, 5], [6, 6, 5]),
        ([3, 4], [3, 4], [1, 0], [6, 6]),
        ([0, 0, 1, 1], [1, 1, 1, 1], [1, 1, 0, 1], [1, 1, 1, 1]),
        ([5, 0], [5, 3], [9, 0], [9, 4]),
    ],
)
def test_small_strata_by_hand(table):
    assert cochran_mantel_haenszel(*table).p_value == pytest.approx(by_hand(*table), rel=1e-9)


def test_pairs_are_mcnemars_test():
    # 9 pairs favour the reference, 2 the group, 20 nobody.
    x1 = [0] * 9 + [1] * 2 + [1] * 10 + [0] * 10
    x2 = [1] * 9 + [0] * 2 + [1] * 10 + [0] * 10
    one = [1] * 31
    assert cochran_mantel_haenszel(x1, one, x2, one).p_value == pytest.approx(0.06543, abs=1e-5)


def test_far_tails_keep_their_digits():
    table = ([20] * 4, [2000] * 4, [60] * 4, [200_000] * 4)
    p = cochran_mantel_haenszel(*table).exact
    assert 0 < p < 1e-60


def test_nothing_is_tested_where_nothing_varies():
    found = cochran_mantel_haenszel([3, 0], [3, 2], [4, 0], [4, 9])
    assert found.p_value == 1
    assert np.isnan(found.z)
    assert np.isnan(homogeneity([3, 0], [3, 2], [4, 0], [4, 9]))


def test_homogeneity_is_left_untested_among_few():
    assert np.isnan(homogeneity([1, 9], [10, 20], [30, 9], [60, 20]))
    assert homogeneity([12, 9], [40, 20], [30, 9], [60, 20]) > 0


def test_homogeneity_keeps_its_level_and_sees_a_reversal():
    rng = np.random.default_rng(1)
    n1, n2 = np.full((4000, 5), 60), np.full((4000, 5), 90)
    rates = np.linspace(0.2, 0.6, 5)
    odds = 0.5 * rates / (1 - rates)
    same = homogeneity(rng.binomial(n1, odds / (1 + odds)), n1, rng.binomial(n2, rates), n2)
    assert np.mean(same[np.isfinite(same)] <= 0.05) == pytest.approx(0.05, abs=0.012)
    turned = homogeneity(rng.binomial(n1, rates[::-1]), n1, rng.binomial(n2, rates), n2)
    assert np.mean(turned <= 0.05) > 0.99


def test_false_alarms_and_power():
    rng = np.random.default_rng(3)
    for design in strata_sim.DESIGNS:
        p = strata_sim.alarms(design, "0.3", 800, rng)
        assert np.mean(p <= 0.05) <= 0.075, design
    assert np.mean(strata_sim.alarms("3 of 100 + 100", "0.3", 400, rng, ratio=0.6) <= 0.05) > 0.85
    assert np.mean(strata_sim.alarms("100 of 2 + 3", "0.5", 400, rng, ratio=0.6) <= 0.05) > 0.9


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("design", strata_sim.DESIGNS)
def test_false_alarms_far_in_the_tail(design):
    rng = np.random.default_rng(4)
    draws = min(100_000, 400_000 // len(strata_sim.DESIGNS[design][0]))
    for rates in strata_sim.RATES:
        p = strata_sim.alarms(design, rates, draws, rng)
        for level in (0.05, 0.001):
            assert np.mean(p <= level) <= level + 4 * np.sqrt(level / draws), (rates, level)
