"""The expected calibration error, by hand and against simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from aiaudit.statistics.calibration import expected_calibration_error

EDGES = np.linspace(0, 1, 11)[1:-1]


def people(seed=0, n=200, bend=1.0):
    rng = np.random.default_rng(seed)
    probability = rng.beta(2, 3, n)
    return probability, (rng.random(n) < probability**bend).astype(float)


def bins(probability, outcome):
    place = np.digitize(probability, EDGES)
    return tuple(np.bincount(place, weight, 10) for weight in (np.ones(len(place)), probability, outcome))


def test_nobody_leaves_no_error():
    assert np.all(np.isnan(expected_calibration_error([0, 0], [0, 0], [0, 0], 0.95)))


def test_the_expected_error_counted_by_hand():
    # Two of four at 0.25 (off by a quarter), three of four at 0.75 (right): half of a quarter.
    value, low, high = expected_calibration_error([4, 4], [1.0, 3.0], [2, 3], 0.95)
    assert value == pytest.approx(0.125)
    assert low == 0
    assert high > 0.3


def test_one_bin_has_the_normal_reach():
    # One half-normal: 1.96 standard errors of Agresti and Coull's share, a little more by the gamma.
    n, outcome = 996, 246
    share = 248 / 1000
    value, low, _ = expected_calibration_error([n], [0.5 * n], [outcome], 0.95)
    reach = 1.96 * (share * (1 - share) / n) ** 0.5
    assert value - low == pytest.approx(reach, rel=0.03)


@pytest.mark.parametrize(("n", "bend"), [(60, 1.0), (400, 1.0), (400, 1.6), (2000, 3.0)])
def test_the_interval_of_the_expected_error_holds_the_truth(n, bend):
    held = []
    for seed in range(300):
        probability, outcome = people(seed, n, bend)
        counted, promised, _ = bins(probability, outcome)
        # The error these very people have, were outcomes not left to chance.
        truth = expected_calibration_error(counted, promised, bins(probability, probability**bend)[2], 0.95)[
            0
        ]
        _, low, high = expected_calibration_error(*bins(probability, outcome), 0.95)
        held.append(low <= truth <= high)
    assert np.mean(held) >= 0.95


def test_groups_are_a_leading_axis_and_a_higher_level_is_wider():
    tables = [bins(*people(seed)) for seed in range(3)]
    stacked = [np.stack(part) for part in zip(*tables, strict=True)]
    value, low, high = expected_calibration_error(*stacked, 0.95)
    assert value.shape == (3,)
    assert (value[1], low[1], high[1]) == expected_calibration_error(*tables[1], 0.95)
    assert np.all(expected_calibration_error(*stacked, 0.999)[2] > high)
