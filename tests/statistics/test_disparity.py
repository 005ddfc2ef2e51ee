"""Demographic disparity by hand, and the coverage of its interval."""

import numpy as np
import pytest

from aiaudit.statistics.disparity import demographic_disparity, weighted_disparity
from aiaudit.statistics.intervals import newcombe
from tests.statistics.test_weighted_strata import side

#: Women and everybody at Berkeley in 1973: accepted and applied, by department.
WOMEN, APPLIED = [89, 17, 202, 131, 94, 24], [108, 25, 593, 375, 393, 341]
ALL_IN, ALL = [601, 370, 322, 269, 147, 46], [933, 585, 918, 792, 584, 714]


def test_berkeley():
    # 1835 women of 4526; 557 of 1755 accepted, 1278 of 2771 rejected.
    whole = demographic_disparity([557], [1835], [1755], [4526], 0.95)
    assert whole.value == pytest.approx(1278 / 2771 - 557 / 1755)
    assert whole.low == pytest.approx(newcombe(1278, 2771, 557, 1755, 0.95)[0], abs=2e-4)
    # The disparity of men is the negative of that of women.
    conditional = demographic_disparity(WOMEN, APPLIED, ALL_IN, ALL, 0.95)
    shares = [(d - b) / (n - a) - b / a for b, d, a, n in zip(WOMEN, APPLIED, ALL_IN, ALL, strict=True)]
    assert conditional.value == pytest.approx(np.average(shares, weights=ALL))
    men = demographic_disparity(np.subtract(ALL_IN, WOMEN), np.subtract(ALL, APPLIED), ALL_IN, ALL, 0.95)
    assert men.value == pytest.approx(-conditional.value)
    assert (men.low, men.high) == pytest.approx((-conditional.high, -conditional.low))
    assert conditional.low < 0 < conditional.high < whole.low


def test_strata_without_a_decision_to_compare_are_left_out():
    found = demographic_disparity([3, 5, 0], [10, 5, 4], [20, 50, 0], [40, 50, 30], 0.95)
    assert found.value == pytest.approx(7 / 20 - 3 / 20)
    assert np.isnan(demographic_disparity([5, 0], [5, 4], [50, 0], [50, 30], 0.95)).all()


def test_a_group_is_part_of_everybody():
    with pytest.raises(ValueError, match="more people"):
        demographic_disparity([3], [10], [2], [40], 0.95)


DESIGNS = {
    "40": [40],
    "3 of 100": [100] * 3,
    "5 of 20": [20] * 5,
    "20 of 10": [10] * 20,
    "50 of 4": [4] * 50,
    "mixed": [5, 20, 100, 400],
}


def covered(sizes, share, rate, ratio, draws, rng):
    sizes = np.broadcast_to(sizes, (draws, len(sizes)))
    group = rng.binomial(sizes, share)
    accepted = rng.binomial(group, rate * ratio)
    out = accepted + rng.binomial(sizes - group, rate)
    mine, theirs = share * rate * ratio, (1 - share) * rate
    truth = (share - mine) / (1 - mine - theirs) - mine / (mine + theirs)
    low, high = demographic_disparity(accepted, group, out, sizes, 0.95)[1:]
    return np.mean(np.isnan(low) | ((low <= truth) & (truth <= high)))


def worst(draws):
    rng = np.random.default_rng(2)
    found = {
        (name, share, rate, ratio): covered(sizes, share, rate, ratio, draws, rng)
        for name, sizes in DESIGNS.items()
        for share in (0.05, 0.2, 0.5)
        for rate in (0.05, 0.3, 0.6)
        for ratio in (1.0, 0.6)
    }
    return min(found.items(), key=lambda item: item[1])


def test_the_interval_holds_what_it_says():
    cell, least = worst(600)
    assert least >= 0.91, cell


@pytest.mark.slow
@pytest.mark.long
def test_the_interval_holds_what_it_says_to_the_digit():
    cell, least = worst(30_000)
    assert least >= 0.93, cell


@pytest.mark.parametrize(("strata", "rows"), [(1, 200), (4, 80), (20, 20), (60, 6)])
def test_weighted_intervals_hold_too(strata, rows):
    rng = np.random.default_rng(strata)
    shape = (1500, strata, rows)
    mine = rng.random(shape) < 0.3
    accepted = rng.random(shape) < np.where(mine, 0.2, 0.4)
    weights = rng.gamma(2, 1, shape)
    found = weighted_disparity(
        side(weights, accepted, mine), side(weights, accepted, np.ones(shape, bool)), 0.95
    )
    truth = 0.3 * 0.8 / 0.66 - 0.3 * 0.2 / 0.34
    assert np.mean((found.low <= truth) & (truth <= found.high)) >= 0.92


def test_equal_weights_are_counts():
    shape = (1, 3, 60)
    rng = np.random.default_rng(8)
    mine, accepted = rng.random(shape) < 0.4, rng.random(shape) < 0.3
    everybody = np.ones(shape, bool)
    found = weighted_disparity(side(2.0, accepted, mine), side(2.0, accepted, everybody), 0.95)
    counted = demographic_disparity(
        (accepted & mine).sum(axis=2), mine.sum(axis=2), accepted.sum(axis=2), [[60] * 3], 0.95
    )
    assert found.value == pytest.approx(counted.value)
    assert found.low == pytest.approx(counted.low, abs=0.01)
