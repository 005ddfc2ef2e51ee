"""What the intervals and tests promise, held against exact sums of binomial probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from aiaudit.statistics.hypothesis_tests import FISHER_BELOW
from aiaudit.statistics.intervals import ratio_score
from tests.statistics import coverage

#: Every cell of Wilson's table outside 93 to 98.5 %, with the count that the truth's interval just misses.
DIPS = {
    (10, 0.01): (0.9044, 1),
    (10, 0.05): (0.9139, 2),
    (5, 0.9): (0.9185, 3),
    (100, 0.01): (0.9206, 3),
    (10, 0.9): (0.9298, 7),
}


def test_wilson_covers_but_for_the_documented_cells():
    found = {(n, p): coverage.wilson_coverage(n, p) for n in coverage.SIZES for p in coverage.RATES}
    outside = {cell: round(c, 4) for cell, c in found.items() if not 0.93 <= c <= 0.985}
    assert outside == {cell: dip for cell, (dip, _) in DIPS.items()}


@pytest.mark.parametrize(("cell", "dip"), DIPS.items())
def test_one_count_explains_each_dip(cell, dip):
    (n, p), (covered, x) = cell, dip
    beyond = stats.binom.sf(x - 1, n, p) if x / n > p else stats.binom.cdf(x, n, p)
    assert 1 - beyond == pytest.approx(covered, abs=5e-5)


def checked(cases):
    """Hold cases with five expected of everything to the promise, and the others to the documented floor."""
    ample = [c.covered for c in cases if c.smallest_expected >= 5]
    assert all(0.93 <= covered <= 0.985 for covered in ample)
    return len(ample), min(c.covered for c in cases)


@pytest.mark.parametrize(("name", "floor"), [("newcombe", 0.8871), ("ratio_score", 0.8990)])
def test_small_samples_cover_as_documented(name, floor):
    ample, lowest = checked(coverage.grid(name, (5, 10, 30)))
    assert ample > 0
    assert lowest == pytest.approx(floor, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "floor"), [("newcombe", 0.8871), ("ratio_score", 0.8990)])
def test_all_sizes_cover_as_documented(name, floor):
    ample, lowest = checked(coverage.grid(name))
    assert ample == 144
    assert lowest == pytest.approx(floor, abs=1e-4)


@pytest.mark.slow
def test_the_factor_of_miettinen_and_nurminen_hardly_matters():
    def with_factor(x1, n1, x2, n2, level):
        z = stats.norm.isf((1 - level) / 2) * ((n1 + n2) / (n1 + n2 - 1)) ** 0.5
        return ratio_score(x1, n1, x2, n2, 1 - 2 * stats.norm.sf(z))

    plain = coverage.grid("ratio_score")
    scaled = [coverage.pair_coverage(with_factor, c.rates[0] / c.rates[1], c.sizes, c.rates) for c in plain]
    assert [sum(c.covered < 0.93 for c in cases) for cases in (plain, scaled)] == [63, 55]


@pytest.mark.parametrize(
    "case", [(20, 1000, 0.3), (6, 500, 0.3), (200, 10000, 0.03), (30, 30, 0.5), (100, 100, 0.5)]
)
def test_false_alarms_hold_far_in_the_tail(case):
    found = coverage.alarms(*case)
    assert max(found["Fisher"].ratios) <= 1
    assert np.all(np.array(found["Fisher below 30"].ratios) <= (1.15, 1.1, 1.1, 1.35))


def test_the_customary_rule_fails_in_the_tail():
    assert coverage.alarms(200, 10000, 0.03)["Fisher below 5"].ratios[2:] == pytest.approx(
        (2.03, 4.45), abs=0.01
    )


@pytest.mark.parametrize(("expected", "excess"), [(5, (3.2, 8.9)), (FISHER_BELOW, (1.5, 2.4))])
def test_the_pooled_z_test_against_an_endless_reference(expected, excess):
    # Rates so low, and a reference so large, that the group's count is Poisson around a known mean.
    mean = np.arange(expected, 4 * expected + 20, 0.13)
    for alpha, limit in zip((1e-3, 1e-4), excess, strict=True):
        reach = stats.norm.isf(alpha / 2) * np.sqrt(mean)
        low, high = np.floor(mean - reach), np.ceil(mean + reach)
        actual = stats.poisson.cdf(low, mean) + stats.poisson.sf(high - 1, mean)
        assert actual.max() / alpha == pytest.approx(limit, abs=0.06)


@pytest.mark.slow
def test_the_tables_in_the_documentation_are_up_to_date():
    text = coverage.DOCS.read_text(encoding="utf-8")
    assert coverage.with_tables(text) == text, "run: python tests/statistics/coverage.py --update"
