import numpy as np
import pandas as pd
import pytest
from scipy import stats

from aiaudit.explaining.blocks import explain_block
from aiaudit.explaining.sampling import canonical_order


def table(n=500, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "number": rng.normal(size=n).round(2),
            "gap": np.where(rng.random(n) < 0.2, np.nan, 1.0),
            "text": rng.choice(["Ulm", "Jena", None], n),
            "category": pd.Categorical(rng.choice(["a", "b"], n)),
        }
    )


@pytest.mark.parametrize("seed", [0, 1, -5, 2**70])
def test_shuffled_rows_come_in_the_same_order(seed):
    frame = table()
    shuffled = frame.sample(frac=1, random_state=3)
    one = frame.take(canonical_order(frame, seed)).reset_index(drop=True)
    other = shuffled.take(canonical_order(shuffled, seed)).reset_index(drop=True)
    pd.testing.assert_frame_equal(one, other)


def test_every_row_comes_once_and_another_seed_is_another_order():
    frame = table()
    first, second = canonical_order(frame, 0), canonical_order(frame, 1)
    assert sorted(first) == sorted(second) == list(range(500))
    assert (first != second).mean() > 0.9
    np.testing.assert_array_equal(first, canonical_order(frame, 0))


def test_repeated_rows_are_drawn_in_proportion():
    """A table of few distinct rows: the first k must be a simple random sample, not all copies of one row."""
    frame = pd.DataFrame({"x": np.repeat(["common", "rare"], [900, 100])})
    rare = [int((frame["x"].to_numpy()[canonical_order(frame, s)[:100]] == "rare").sum()) for s in range(400)]
    expected = stats.hypergeom(1000, 100, 100)
    assert np.mean(rare) == pytest.approx(expected.mean(), abs=4 * expected.std() / 20)
    assert np.std(rare) == pytest.approx(expected.std(), rel=0.15)


def test_samples_of_different_seeds_are_independent():
    frame = pd.DataFrame({"x": np.arange(1000)})
    overlap = [
        len(set(canonical_order(frame, 2 * s)[:100]) & set(canonical_order(frame, 2 * s + 1)[:100]))
        for s in range(200)
    ]
    assert np.mean(overlap) == pytest.approx(10, abs=1)


def test_an_empty_table_has_no_order():
    assert canonical_order(pd.DataFrame({"x": np.empty(0)}), 0).shape == (0,)


def test_a_model_of_one_column_gets_no_more_comparisons_than_a_call_holds():
    """Its comparisons need no combinations, so that nothing else bounds them: they once took all memory."""
    frame = pd.DataFrame({"x": np.arange(200.0)})
    block = explain_block(
        lambda rows: rows["x"].to_numpy(), frame, np.arange(200), np.random.default_rng(0), table_rows=200
    )
    np.testing.assert_allclose(block.values[:, 0], frame["x"] - frame["x"].mean(), atol=1e-9)
    assert block.evaluated == 200
