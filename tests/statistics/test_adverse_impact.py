"""The four-fifths arithmetic against the law's own examples and against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from aiaudit.statistics.adverse_impact import (
    four_fifths,
    impact_ratio_below,
    one_person_flip,
    selections_to_reach,
    shortfall,
)


@pytest.mark.parametrize(
    ("group", "reference", "breached"),
    [
        ((12, 40), (48, 80), 1),  # 1979 Questions and Answers, 11 and 12: 0.50
        ((45, 100), (60, 100), 1),  # 0.75
        ((48, 100), (60, 100), 0),  # exactly four-fifths is not less than four-fifths
        ((51, 100), (60, 100), 0),  # 0.85
        ((3, 20), (16, 80), 1),  # question 21: 0.75
        ((7, 17), (215, 412), 1),  # 6 RCNY 5-301, the only cell below 0.8
        ((95, 226), (215, 412), 0),  # the next lowest, 0.806
        ((3, 5), (6, 8), 0),  # floats say 0.7999999999999999
        ((400, 1000), (500, 1000), 0),
        ((0, 5), (1, 5), 1),
        ((5, 5), (1, 5), 0),
    ],
)
def test_four_fifths_of_published_examples(group, reference, breached):
    assert four_fifths(*group, *reference) == breached


def test_every_table_that_floating_point_misjudges():
    traps = [
        (x1, n1, x2, n2)
        for n1 in range(5, 60)
        for n2 in range(5, 60)
        for x2 in range(1, n2 + 1)
        if (4 * x2 * n1) % (5 * n2) == 0
        for x1 in [4 * x2 * n1 // (5 * n2)]
        if (x1 / n1) / (x2 / n2) < 0.8
    ]
    assert len(traps) == 1029
    assert not np.any(four_fifths(*np.transpose(traps)))


def test_agreement_with_fractions_and_no_overflow():
    rng = np.random.default_rng(1)
    n = rng.integers(1, 3_000_000_000, (2, 300))
    x = rng.integers(1, n + 1)
    threshold = Fraction(799_999_999, 1_000_000_000)
    expected = [
        Fraction(int(a), int(b)) / Fraction(int(c), int(d)) < threshold
        for a, b, c, d in zip(x[0], n[0], x[1], n[1], strict=True)
    ]
    assert 0 < sum(expected) < 300
    np.testing.assert_array_equal(impact_ratio_below(x[0], n[0], x[1], n[1], threshold), expected)


@pytest.mark.parametrize("table", [(0, 0, 1, 5), (0, 5, 0, 5), (1, 5, 0, 0)])
def test_an_undefined_ratio_is_neither_below_nor_above(table):
    assert np.isnan(four_fifths(*table))
    assert np.isnan(selections_to_reach(*table))


@pytest.mark.parametrize(
    ("table", "flips"),
    [
        ((3, 20, 16, 80), 1),  # question 21: 4/20 is ahead of 15/80
        ((12, 40, 48, 80), 0),
        ((1, 10, 3, 10), 0),  # 2/10 against 2/10: nobody is ahead
        ((5, 10, 5, 10), 0),  # nobody behind to begin with
        ((6, 10, 5, 10), 0),
        ((0, 0, 5, 10), np.nan),
    ],
)
def test_one_person_flip(table, flips):
    np.testing.assert_equal(float(one_person_flip(*table)), float(flips))


def test_shortfall_is_expected_minus_actual():
    np.testing.assert_allclose(
        shortfall([12, 3, 7, 0], [40, 20, 10, 0], [48, 16, 5, 1], [80, 80, 10, 2]), [12, 1, -2, np.nan]
    )


def test_selections_to_reach_is_the_least_number_that_does():
    rng = np.random.default_rng(2)
    n1, n2 = rng.integers(1, 80, (2, 400))
    x1, x2 = rng.integers(0, n1 + 1), rng.integers(1, n2 + 1)
    more = selections_to_reach(x1, n1, x2, n2)
    assert selections_to_reach(2, 8, 5, 10) == 2
    assert not np.any(four_fifths(x1 + more, n1, x2, n2))
    needed = more > 0
    assert np.all(four_fifths(x1[needed] + more[needed] - 1, n1[needed], x2[needed], n2[needed]))


def test_a_target_beyond_the_whole_group_cannot_be_reached():
    assert np.isnan(selections_to_reach(1, 4, 8, 10, Fraction(3, 2)))


def test_counts_must_be_counts():
    for bad in [(6, 5, 1, 5), (-1, 5, 1, 5), (1.5, 5, 1, 5), (1, np.nan, 1, 5), (1, np.inf, 1, 5)]:
        with pytest.raises(ValueError, match="whole numbers"):
            four_fifths(*bad)
