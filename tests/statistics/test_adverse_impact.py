"""Counts of people around the four-fifths rule, against examples of the law itself."""

from __future__ import annotations

import numpy as np
import pytest

from aiaudit.statistics.adverse_impact import (
    one_person_flip,
    shortfall,
    to_four_fifths,
)


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


def test_selections_up_to_four_fifths():
    # 2/8 against 5/10: 4/8 reach 0.4; 400/1000 is four fifths of 500/1000 exactly, and so is 3/5 of 6/8.
    np.testing.assert_equal(
        to_four_fifths([2, 400, 3, 2, 0], [8, 1000, 5, 5, 0], [5, 500, 6, 6, 1], [10, 1000, 8, 8, 2]),
        [2, 0, 0, 1, np.nan],
    )


def test_counts_must_be_counts():
    for bad in [(6, 5, 1, 5), (-1, 5, 1, 5), (1.5, 5, 1, 5), (1, np.nan, 1, 5), (1, np.inf, 1, 5)]:
        with pytest.raises(ValueError, match="whole numbers"):
            one_person_flip(*bad)
