"""Bootstrap on counts against scipy's bootstrap of the rows behind them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from aiaudit.statistics.bootstrap import bootstrap_interval, resample


def share(tables):
    with np.errstate(invalid="ignore"):
        return tables[:, 1] / tables.sum(axis=1)


def gap(tables):
    """Return the difference of two groups' rates in tables of shape (b, 2, 2)."""
    with np.errstate(invalid="ignore"):
        rates = tables[:, :, 1] / tables.sum(axis=2)
    return rates[:, 0] - rates[:, 1]


def test_replicates_are_multinomial():
    counts = np.array([[30, 70], [5, 15]])
    drawn = resample(counts, 20_000, seed=1)
    assert drawn.shape == (20_000, 2, 2)
    assert np.all(drawn.sum(axis=(1, 2)) == 120)
    np.testing.assert_allclose(drawn.mean(axis=0), counts, rtol=0.01)
    expected = stats.multinomial(120, counts.ravel() / 120).cov()
    np.testing.assert_allclose(np.cov(drawn.reshape(-1, 4).T), expected, atol=0.6)


def test_strata_keep_their_totals_and_seeds_their_tables():
    counts = np.array([[30, 70], [5, 15], [0, 0]])
    drawn = resample(counts, 50, seed=1, strata=1)
    assert np.all(drawn.sum(axis=2) == [100, 20, 0])
    np.testing.assert_array_equal(drawn, resample(counts, 50, seed=1, strata=1))
    assert not np.array_equal(drawn, resample(counts, 50, seed=2, strata=1))


def test_one_sample_agrees_with_scipys_bca():
    rows = np.repeat([0, 1], [60, 20])
    expected = stats.bootstrap(
        (rows,), np.mean, n_resamples=20_000, method="BCa", rng=np.random.default_rng(0)
    ).confidence_interval
    found = bootstrap_interval(share, [60, 20], 0.95, replicates=20_000, seed=0)
    assert found.value == 0.25
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.013)


def test_two_samples_agree_with_scipys_bca():
    counts = np.array([[70, 30], [12, 28]])
    rows = [np.repeat([0, 1], pair) for pair in counts]
    expected = stats.bootstrap(
        rows,
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        n_resamples=20_000,
        vectorized=True,
        method="BCa",
        rng=np.random.default_rng(0),
    ).confidence_interval
    found = bootstrap_interval(gap, counts, 0.95, replicates=20_000, seed=0, strata=1)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.01)


def test_a_skewed_statistic_is_accelerated():
    rows = np.repeat([0.0, 1.0, 10.0], [50, 30, 8])

    def mean(tables):
        return tables @ [0.0, 1.0, 10.0] / tables.sum(axis=1)

    expected = stats.bootstrap(
        (rows,), np.mean, n_resamples=30_000, method="BCa", rng=np.random.default_rng(3)
    ).confidence_interval
    found = bootstrap_interval(mean, [50, 30, 8], 0.95, replicates=30_000, seed=3)
    assert (found.low, found.high) == pytest.approx(tuple(expected), abs=0.04)
    assert found.high - found.value > found.value - found.low


def test_it_covers():
    rng = np.random.default_rng(5)
    held = []
    for _ in range(250):
        first, second = rng.binomial(80, 0.3), rng.binomial(120, 0.5)
        counts = [[80 - first, first], [120 - second, second]]
        found = bootstrap_interval(gap, counts, 0.95, replicates=500, seed=0, strata=1)
        held.append(found.low <= -0.2 <= found.high)
    assert 0.91 <= np.mean(held) <= 0.985


def test_what_cannot_be_told_has_no_interval():
    alike = bootstrap_interval(share, [10, 0], 0.95, seed=0)
    assert alike.value == 0
    assert np.isnan(alike.low)
    sparse = bootstrap_interval(gap, [[1, 1], [50, 50]], 0.95, seed=0)
    assert sparse.undefined == pytest.approx((1 - 2 / 102) ** 102, abs=0.03)
    assert np.isnan(sparse.high)
    assert np.isnan(bootstrap_interval(share, [0, 0], 0.95, seed=0).value)


@pytest.mark.parametrize(
    ("counts", "strata", "level", "words"),
    [
        ([-1, 2], 0, 0.9, "counts"),
        ([1.5, 2], 0, 0.9, "counts"),
        ([1, 2], 1, 0.9, "axes"),
        ([1, 2], 0, 9, "level"),
    ],
)
def test_what_makes_no_sense_is_refused(counts, strata, level, words):
    with pytest.raises(ValueError, match=words):
        bootstrap_interval(share, counts, level, seed=0, strata=strata)
