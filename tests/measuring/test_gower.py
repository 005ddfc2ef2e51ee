"""Gower's distance by hand, neighbours and matched pairs by brute force."""

import numpy as np
import pandas as pd
import pytest

from aiaudit.measuring.gower import Gower, matched

FRAME = pd.DataFrame(
    {
        "pay": [10.0, 20.0, 30.0, 1_000_000.0, None],
        "job": ["a", "b", "a", None, None],
        "ok": [0, 1, 1, 0, 0],
    }
)


def distances(frame, rows=None, others=None):
    every = np.arange(len(frame))
    rows, others = (every if each is None else each for each in (rows, others))
    return np.concatenate([found for _, found in Gower.of(frame).blocks(rows, others)])


def test_by_hand():
    # Numbers by rank over three steps; a missing one is a whole step from every number and none from another.
    expected = np.array(
        [
            [0, 1 / 3 + 1 + 1, 2 / 3 + 0 + 1, 1 + 1 + 0, 1 + 1 + 0],
            [0, 0, 1 / 3 + 1 + 0, 2 / 3 + 1 + 1, 1 + 1 + 1],
            [0, 0, 0, 1 / 3 + 1 + 1, 1 + 1 + 1],
            [0, 0, 0, 0, 1 + 0 + 0],
            [0, 0, 0, 0, 0],
        ]
    )
    np.testing.assert_allclose(distances(FRAME), (expected + expected.T) / 3, atol=1e-6)


def test_one_extreme_number_leaves_the_others_apart():
    tame = FRAME.assign(pay=[10.0, 20.0, 30.0, 40.0, None])
    np.testing.assert_array_equal(distances(FRAME), distances(tame))


def test_a_constant_column_tells_nobody_apart():
    frame = pd.DataFrame({"a": [3.0] * 4, "b": [1.0, 2.0, 3.0, None]})
    assert distances(frame)[0, 2] == pytest.approx(0.5)
    assert not distances(pd.DataFrame({"a": [None] * 3}, dtype=float)).any()


def test_blocks_make_no_difference(monkeypatch):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=50), "b": rng.choice(list("xyz"), 50)})
    whole = distances(frame, np.arange(0, 50, 3), np.arange(20, 50))
    monkeypatch.setattr("aiaudit.measuring.gower.BLOCK", 70)
    np.testing.assert_array_equal(distances(frame, np.arange(0, 50, 3), np.arange(20, 50)), whole)


def test_pairs_are_the_nearest_still_free_and_within_the_caliper():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"a": rng.normal(size=80), "b": rng.normal(size=80)})
    apart = distances(frame)
    rows, others = np.arange(30), np.arange(30, 80)
    pairs = matched(Gower.of(frame), rows, others, 0.1)
    assert 5 < len(pairs) < 30
    assert len(set(pairs[:, 0])) == len(set(pairs[:, 1])) == len(pairs)
    free = set(others.tolist())
    chosen = dict(pairs.tolist())
    for row in rows.tolist():
        nearest = min(free, key=lambda j: apart[row, j])
        assert (row in chosen) == (apart[row, nearest] <= 0.1)
        if row in chosen:
            assert apart[row, chosen[row]] == apart[row, nearest]
            free.remove(chosen[row])


def test_nobody_to_pair_with():
    frame = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    assert matched(Gower.of(frame), np.arange(3), np.arange(0), 0.5).shape == (0, 2)
