from itertools import product

import numpy as np
import pandas as pd
import pytest

from aiaudit.explaining import importance
from aiaudit.explaining.importance import explain
from aiaudit.explaining.intervals import Order, importances, share
from tests.explaining.brute import shapley


def all_of(p):
    """Every combination of p yes/no columns once."""
    return pd.DataFrame(list(product([0, 1], repeat=p)), columns=list("abcdefgh"[:p]))


def added(*weights):
    return lambda frame: frame.to_numpy(float) @ np.array(weights)


def both(frame):
    return (frame["a"] & frame["b"]).to_numpy(float)


def either(frame):
    return (frame["a"] | frame["b"]).to_numpy(float)


def one_only(frame):
    return (frame["a"] ^ frame["b"]).to_numpy(float)


def in_order(found):
    """Values of the rows in the order of the table."""
    values = np.full((max(found.rows) + 1, len(found.columns)), np.nan)
    values[found.rows] = found.values
    return values


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        # Rows 00, 01, 10, 11; against all four. AND of (1, 1): 1 - 1/4, shared evenly; of (1, 0): a adds
        # (1/2 + 0) / 2 - ... = 1/8, b takes 3/8.
        (both, [[-1 / 8, -1 / 8], [-3 / 8, 1 / 8], [1 / 8, -3 / 8], [3 / 8, 3 / 8]]),
        (either, [[-3 / 8, -3 / 8], [-1 / 8, 3 / 8], [3 / 8, -1 / 8], [1 / 8, 1 / 8]]),
        # One column alone never moves the mean of XOR; the two together do, and share.
        (one_only, [[-1 / 4, -1 / 4], [1 / 4, 1 / 4], [1 / 4, 1 / 4], [-1 / 4, -1 / 4]]),
        (added(3, -2), [[-1.5, 1], [-1.5, -1], [1.5, 1], [1.5, -1]]),
    ],
    ids=["and", "or", "xor", "sum"],
)
def test_small_games_by_hand(output, expected):
    found = explain(output, all_of(2), 0)
    assert found.exact
    np.testing.assert_allclose(in_order(found), expected, atol=1e-12)
    np.testing.assert_allclose(found.errors, 0, atol=1e-12)
    sizes = np.abs(expected).mean(axis=0)
    np.testing.assert_allclose([e.value for e in importances(found.sizes, 0.95)], sizes, atol=1e-12)


def test_a_small_table_is_computed_exactly():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(14, 4)), columns=list("abcd"))
    frame["e"] = rng.choice(["u", "v"], 14)

    def output(table):
        x = table[list("abcd")].to_numpy(float)
        return np.exp(x[:, 0]) * x[:, 1] + np.where(table["e"] == "u", x[:, 2] * x[:, 3], 1.0)

    found = explain(output, frame, 3)
    assert found.exact
    np.testing.assert_allclose(in_order(found), shapley(output, frame), atol=1e-9)
    assert found.additivity == pytest.approx(0, abs=1e-12)


def uneven(frame):
    x = frame.to_numpy(float)
    return (x[:, 0] > x[:, 1]) * 2.0 + x[:, 2] * x[:, 3] * x[:, 4] - x[:, 5] + x[:, 0] * x[:, 5]


#: One process makes the table below for all.
SHARED = pytest.mark.xdist_group("known")


@pytest.fixture(scope="module")
def known():
    """A table too large to be computed exactly, and its values by the definition."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(rng.normal(size=(90, 6)).round(1), columns=list("abcdef"))
    return frame, shapley(uneven, frame)


@SHARED
@pytest.mark.slow
def test_sampled_values_are_within_their_errors(known):
    frame, truth = known
    found = explain(uneven, frame, 0)
    assert not found.exact
    off = np.abs(in_order(found) - truth)
    errors = np.empty_like(truth)
    errors[found.rows] = found.errors
    assert errors.min() > 0
    assert (off <= 2 * errors).mean() > 0.93
    assert (off <= 3 * errors).mean() > 0.985
    assert (off <= 6 * errors).all()


@SHARED
@pytest.mark.slow
def test_importances_are_within_their_intervals(known):
    """The interval is for tables like this one; that of the drawing alone is narrower by far."""
    frame, truth = known
    for seed in range(5):
        found = explain(uneven, frame, seed)
        drawn = np.sqrt(np.diag(found.sizes.middle.drawing))
        size = np.abs(truth).mean(axis=0)
        for estimate, value in zip(importances(found.sizes, 0.95), size, strict=True):
            assert estimate.ends[0] <= value <= estimate.ends[1]
        assert (np.abs(found.sizes.middle.mean - size) < 4 * drawn + 0.02 * size).all()


def test_columns_that_add_up_are_exact_however_few_pairs():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame(rng.normal(size=(200, 12)))
    output = added(*range(12))
    found = explain(output, frame, 0)
    assert not found.exact
    expected = (frame - frame.mean()).to_numpy() * np.arange(12)
    np.testing.assert_allclose(in_order(found), expected, atol=1e-9)
    np.testing.assert_allclose(found.errors, 0, atol=1e-9)


def test_a_column_that_does_nothing_gets_nothing_but_may_have_gone_unseen():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(300, 8)), columns=list("abcdefgh"))
    found = explain(lambda t: np.tanh(t["a"] * t["b"] + t["c"]).to_numpy(), frame, 0)
    estimates = importances(found.sizes, 0.95)
    for j in range(3, 8):
        assert not found.values[:, j].any()
        assert estimates[j].value == 0
        # None of 300 rows: less than 1.22 % of rows (Clopper-Pearson), each by no more than the whole range.
        assert estimates[j].ends == (0, pytest.approx(0.01222 * np.ptp(found.outputs), rel=1e-3))
        part = share(found.sizes, np.arange(8) == j, 0.95)
        assert part.value == part.ends[0] == 0
        assert part.ends[1] == pytest.approx(estimates[j].ends[1] / found.sizes.middle.mean.sum())
    rest = share(found.sizes, np.arange(8) < 3, 0.95)
    assert rest.value == rest.ends[1] == 1
    assert 1 - rest.ends[0] == pytest.approx(5 * part.ends[1])
    assert list(found.ranked[3:]) == [3, 4, 5, 6, 7]


def test_a_constant_output_has_no_shares():
    frame = pd.DataFrame(np.random.default_rng(4).normal(size=(50, 6)))
    found = explain(lambda t: np.full(len(t), 0.25), frame, 0)
    assert not found.values.any()
    assert found.sizes.middle.mean.sum() == 0
    assert share(found.sizes, np.arange(6) < 3, 0.95) is None
    assert found.additivity == 0
    assert set(found.order) == {Order.TIED}


@SHARED
def test_shares_add_up_to_one(known):
    frame, _ = known
    found = explain(uneven, frame, 0)
    shares = [share(found.sizes, np.arange(6) == j, 0.95) for j in range(6)]
    assert sum(s.value for s in shares) == pytest.approx(1)
    half = share(found.sizes, np.arange(6) < 3, 0.95)
    assert half.value == pytest.approx(sum(s.value for s in shares[:3]))
    assert half.ends[0] < half.value < half.ends[1]
    rest = share(found.sizes, np.arange(6) >= 3, 0.95)
    assert half.ends[0] == pytest.approx(1 - rest.ends[1])
    everything = share(found.sizes, np.ones(6, bool), 0.95)
    assert everything.value == pytest.approx(1)
    assert everything.ends == pytest.approx((1, 1))


@SHARED
def test_shuffled_rows_give_the_same_values(known):
    frame, _ = known
    shuffled = frame.sample(frac=1, random_state=5)
    one, other = explain(uneven, frame, 0), explain(uneven, shuffled, 0)
    np.testing.assert_array_equal(one.values, other.values)
    pd.testing.assert_frame_equal(
        frame.take(one.rows).reset_index(drop=True), shuffled.take(other.rows).reset_index(drop=True)
    )
    assert not np.array_equal(one.values, explain(uneven, frame, 1).values)


@SHARED
def test_the_table_is_not_changed(known):
    frame, _ = known
    before = frame.copy(deep=True)

    def scribble(table):
        answer = uneven(table)
        table.iloc[:, :] = 0.0
        return answer

    explain(scribble, frame, 0)
    pd.testing.assert_frame_equal(frame, before)


def test_rows_without_an_answer_are_counted():
    rng = np.random.default_rng(6)
    frame = pd.DataFrame(rng.normal(size=(120, 7)), columns=list("abcdefg"))
    frame.loc[:9, "a"] = np.nan
    found = explain(lambda t: (t["a"] * t["b"]).to_numpy() + t["c"].to_numpy(), frame, 0)
    assert found.sampled == 120
    assert len(found.rows) == 110
    assert not np.isin(found.rows, np.arange(10)).any()
    assert np.isfinite(found.values).all()


def test_rows_of_which_some_combination_has_no_answer_are_not_explained():
    frame = pd.DataFrame(np.random.default_rng(7).normal(size=(120, 7)), columns=list("abcdefg"))
    frame["a"] = np.arange(120)
    frame["b"] = np.arange(120)

    def output(table):
        """Has no answer for the last row's a with anybody else's b."""
        alone = (table["a"] == 119) & (table["b"] != 119)
        return np.where(alone, np.nan, table.sum(axis=1))

    found = explain(output, frame, 0)
    assert 119 not in found.rows
    assert 0 < len(found.rows) < 119
    assert np.isfinite(found.values).all()
    assert found.additivity < 1e-9


def test_a_model_without_any_answer_explains_nothing():
    frame = pd.DataFrame(np.zeros((20, 3)))
    found = explain(lambda t: np.full(len(t), np.nan), frame, 0)
    assert found.sampled == 20
    assert found.rows.size == 0
    assert found.ranked is None
    assert found.order == ()
    assert found.additivity is None


def test_a_model_that_answers_differently_when_asked_again_does_not_add_up():
    calls = iter(range(1000))
    frame = pd.DataFrame(np.random.default_rng(8).normal(size=(60, 6)))
    found = explain(lambda t: t.sum(axis=1).to_numpy() + next(calls), frame, 0)
    assert found.additivity > 0.1


def test_a_clear_order_is_settled_early():
    rng = np.random.default_rng(9)
    frame = pd.DataFrame(rng.normal(size=(5000, 8)))
    found = explain(added(64, 32, 16, 8, 4, 2, 1, 0), frame, 0)
    assert len(found.rows) == importance.FIRST_LOOK
    assert found.stopped == "the order of the largest columns is settled"
    assert set(found.order) == {Order.LARGER}
    assert list(found.ranked) == list(range(8))


def test_equal_columns_are_tied():
    rng = np.random.default_rng(10)
    frame = pd.DataFrame(rng.normal(size=(5000, 6)))
    found = explain(added(1, 1, 1, 1, 1, 1), frame, 0)
    assert set(found.order) == {Order.TIED}


def test_limits_are_kept_and_said():
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(rng.normal(size=(3000, 6)))

    def tangled(table):
        x = table.to_numpy()
        return np.sin(3 * x.prod(axis=1)) + x[:, 0] * 0.3

    found = explain(tangled, frame, 0, max_rows=600)
    assert (len(found.rows), found.stopped) == (600, "limit of rows")
    assert Order.UNDECIDED in found.order


def test_a_wide_table_is_limited_by_the_rows_shown_to_the_model():
    frame = pd.DataFrame(np.random.default_rng(11).normal(size=(3000, 50)))
    shown = []

    def counting(table):
        shown.append(len(table))
        return np.sin(table.to_numpy().sum(axis=1))

    found = explain(counting, frame, 0, max_model_rows=100_000)
    assert found.stopped == "limit of rows shown to the model"
    assert sum(shown) == found.model_rows <= 100_000
    assert 100 < len(found.rows) < 200


def test_the_cost_grows_with_rows_explained_not_with_the_table():
    shown = []

    def output(table):
        shown.append(len(table))
        return table.to_numpy() @ np.arange(8.0)

    costs = []
    for n in (2_000, 20_000):
        shown.clear()
        explain(output, pd.DataFrame(np.random.default_rng(12).normal(size=(n, 8))), 0, max_rows=500)
        costs.append(sum(shown))
    assert costs[0] == costs[1]
