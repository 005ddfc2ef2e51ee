"""McNemar's test and Bonett and Price's interval against statsmodels, and what the interval holds."""

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import mcnemar as theirs

from aiaudit.statistics.paired import mcnemar, paired_difference


@pytest.mark.parametrize("pair", [(0, 0), (1, 0), (9, 2), (3, 3), (40, 71), (500, 380)])
def test_mcnemar_as_statsmodels_has_it(pair):
    expected = theirs([[0, pair[0]], [pair[1], 0]], exact=True).pvalue
    assert mcnemar(*pair) == pytest.approx(expected if sum(pair) else 1.0)


def test_a_published_example():
    # Bonett and Price's formula by hand: 25 of 100 only first, 10 only second.
    found = paired_difference(25, 10, 100, 0.95)
    one, two = 26 / 102, 11 / 102
    half = 1.959964 * np.sqrt((one + two - (one - two) ** 2) / 102)
    assert found == pytest.approx((0.15, one - two - half, one - two + half), abs=1e-6)


def test_no_pairs_have_no_difference():
    assert np.isnan(paired_difference(0, 0, 0, 0.95)).all()
    none, low, high = paired_difference(0, 0, 50, 0.95)
    assert none == 0
    assert low < 0 < high


@pytest.mark.parametrize("n", [10, 30, 200])
def test_coverage_and_level(n):
    rng = np.random.default_rng(n)
    for one, two in ((0.02, 0.02), (0.1, 0.1), (0.2, 0.05), (0.3, 0.3)):
        drawn = rng.multinomial(n, [one, two, 1 - one - two], 20_000)
        found = paired_difference(drawn[:, 0], drawn[:, 1], n, 0.95)
        assert np.mean((found.low <= one - two) & (one - two <= found.high)) >= 0.93
        if one == two:
            p = mcnemar(drawn[:, 0], drawn[:, 1])
            assert np.mean(p <= 0.05) <= 0.053
            assert np.mean(p <= 0.001) <= 0.002
