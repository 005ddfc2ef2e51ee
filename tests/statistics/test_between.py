"""The part of inequality between groups: by hand, its false alarms, and what its interval holds."""

import numpy as np
import pytest

from aiaudit.statistics.between import between_groups

BENEFIT = np.array([0.0, 1.0, 2.0])


def of(counts):
    """Return what the function makes of rows by group and benefit."""
    n = counts.sum(axis=1)
    mean = counts @ BENEFIT / np.maximum(n, 1)
    return between_groups(n.astype(float), mean, counts @ BENEFIT**2 / np.maximum(n, 1) - mean**2, 0.95)


def test_by_hand():
    found = of(np.array([[1, 8, 1], [0, 15, 5], [0, 0, 0]]))
    means, sizes = np.array([1.0, 1.25]), np.array([10, 20])
    whole = np.average(means, weights=sizes)
    assert found.value == pytest.approx(np.average((means / whole) ** 2 - 1, weights=sizes) / 2)
    assert found.low <= found.value <= found.high


def test_at_the_edge():
    assert np.isnan(of(np.array([[1, 8, 1]]))).all()
    assert np.isnan(of(np.array([[5, 0, 0], [5, 0, 0]]))).all()
    right = of(np.array([[0, 8, 0], [0, 9, 0]]))
    assert right.value == 0
    assert np.isnan(right.low)
    same = of(np.array([[2, 8, 2], [2, 8, 2]]))
    assert same.value == same.low == 0
    assert same.high > 0


@pytest.mark.parametrize("sizes", [(30, 30), (20, 300), (40, 80, 60, 25, 200)])
@pytest.mark.parametrize("shares", [(0.05, 0.9, 0.05), (0.15, 0.65, 0.2)])
@pytest.mark.slow
def test_level_and_coverage(sizes, shares):
    rng = np.random.default_rng(5)

    def runs(moved):
        each = [np.add(shares, [-moved * i, 0, moved * i]) for i in range(len(sizes))]
        drawn = (
            np.array([rng.multinomial(n, s) for n, s in zip(sizes, each, strict=True)]) for _ in range(3000)
        )
        means, weights = np.array([s @ BENEFIT for s in each]), np.array(sizes)
        whole = np.average(means, weights=weights)
        return [of(d) for d in drawn], np.average((means / whole) ** 2 - 1, weights=weights) / 2

    fair, truth = runs(0.0)
    assert truth == pytest.approx(0)
    p = np.array([f.p_value for f in fair])
    assert np.mean(p <= 0.05) <= 0.065
    assert np.mean(p <= 0.001) <= 0.004
    assert np.mean([f.low <= 1e-12 for f in fair]) >= 0.93
    apart, truth = runs(0.04 / len(sizes))
    assert np.mean([f.low <= truth <= f.high for f in apart]) >= 0.92
