"""What the intervals promise, held against exact sums of binomial probabilities."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy import stats

from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.statistics.intervals import wilson
from tests.statistics import coverage

LOWEST, HIGHEST = 0.93, 0.985
#: Cells where a rate's interval is more cautious than asked.
CONSERVATIVE = {(5, 0.2): 0.9933, (5, 0.9): 0.9914, (10, 0.01): 0.9957, (10, 0.05): 0.9885, (10, 0.9): 0.9872}


def test_every_rate_is_covered_in_the_band_or_known_to_be_cautious():
    cells = [(n, p) for n in coverage.SIZES for p in coverage.RATES]
    found = {cell: coverage.rate_coverage(rate_interval, *cell) for cell in cells}
    assert min(found.values()) >= LOWEST
    cautious = {cell: round(c, 4) for cell, c in found.items() if c > HIGHEST}
    assert cautious == CONSERVATIVE


@pytest.mark.parametrize("level", [0.8, 0.95, 0.99, 0.9999])
@pytest.mark.parametrize("n", [1, 4, 11, 60])
def test_no_rate_is_missed_more_than_twice_as_often_as_promised(n, level):
    # Each end alone is missed at most at the nominal rate: that is what the exact limit means.
    for p in np.linspace(0.001, 0.999, 333):
        assert 1 - coverage.rate_coverage(rate_interval, n, p, level) <= 2 * (1 - level) + 1e-9


def documented(form):
    """Return the cases that the documentation lists as cautious."""
    text = coverage.DOCS.read_text(encoding="utf-8")
    section = text.split(f"<!-- begin {form} -->")[1].split(f"<!-- end {form} -->")[0]
    return set(re.findall(r"\d[\d.]* \((\d+ at [\d.]+ against \d+ at [\d.]+)\)", section))


def in_band(form, cases):
    assert min(c.covered for c in cases) >= LOWEST
    cautious = {str(c) for c in cases if c.covered > HIGHEST}
    assert cautious
    assert cautious <= documented(form)
    return cautious


@pytest.mark.parametrize("form", ["difference", "ratio"])
def test_every_small_pair_is_covered_in_the_band_or_documented_as_cautious(form):
    in_band(form, coverage.grid(form, "modified", (5, 10, 30)))


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("form", ["difference", "ratio"])
def test_every_pair_is_covered_in_the_band_or_documented_as_cautious(form):
    cases = coverage.grid(form, "modified")
    assert len(cases) == 625
    assert in_band(form, cases) == documented(form)
    assert all(c.covered <= HIGHEST for c in cases if c.smallest_expected >= 5)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("form", ["difference", "ratio"])
def test_coverage_holds_between_the_points_of_the_grid(form):
    assert min(c.covered for c in coverage.scattered(form, "modified")) >= LOWEST
    assert min(c.covered for c in coverage.scattered(form, "plain")) < LOWEST


@pytest.mark.slow
@pytest.mark.long
def test_where_the_counts_suffice_the_intervals_are_hardly_wider():
    for form, most in (("difference", 1.01), ("ratio", 1.03)):
        pairs = zip(coverage.grid(form, "modified"), coverage.grid(form, "plain"), strict=True)
        wider = [new.width / old.width for new, old in pairs if new.smallest_expected >= 5]
        assert 1 <= np.mean(wider) < most


@pytest.mark.parametrize(("cell", "x"), [((10, 0.01), 1), ((5, 0.9), 3), ((100, 0.01), 3)])
def test_one_count_explains_where_wilson_alone_falls_short(cell, x):
    n, p = cell
    beyond = stats.binom.sf(x - 1, n, p) if x / n > p else stats.binom.cdf(x, n, p)
    assert coverage.rate_coverage(wilson, n, p) == pytest.approx(1 - beyond, abs=5e-5)
    assert 1 - beyond < LOWEST


@pytest.mark.slow
@pytest.mark.long
def test_the_tables_in_the_documentation_are_up_to_date():
    text = coverage.DOCS.read_text(encoding="utf-8")
    assert coverage.with_tables(text) == text, "run: python tests/statistics/coverage.py --update"
