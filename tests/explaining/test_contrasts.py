import numpy as np
import pandas as pd
import pytest

from aiaudit.explaining.contrasts import Rows, contrasts, equal_codes
from tests.explaining.brute import shapley_of_row


def rows_of(frame, output):
    return Rows(frame=frame, outputs=output(frame), output=output)


def mixed_frame(n, rng, p=6):
    frame = pd.DataFrame({f"x{j}": rng.normal(size=n).round(1) for j in range(p - 2)})
    frame["city"] = rng.choice(["Ulm", "Jena", "Bonn"], n)
    frame["grade"] = pd.Categorical(rng.choice(["a", "b"], n))
    return frame


def curved(frame):
    numbers = frame.filter(like="x").to_numpy(float)
    text = (frame["city"] == "Ulm").to_numpy(float) + 2.0 * (frame["grade"] == "b").to_numpy(float)
    return np.tanh(numbers.sum(axis=1)) * (1 + text) + numbers[:, 0] * numbers[:, 1]


def test_all_combinations_give_the_definition():
    rng = np.random.default_rng(0)
    frame = mixed_frame(8, rng)
    left, right = np.array([0, 1, 2, 3]), np.array([4, 5, 6, 7])
    values, _ = contrasts(rows_of(frame, curved), left, right, rng, enumerate_up_to=6)
    expected = [
        shapley_of_row(curved, frame.loc[a], frame.iloc[[b]].reset_index(drop=True))
        for a, b in zip(left, right, strict=True)
    ]
    np.testing.assert_allclose(values, expected, atol=1e-12)


@pytest.mark.parametrize("enumerate_up_to", [0, 6])
def test_each_pair_adds_up(enumerate_up_to):
    rng = np.random.default_rng(1)
    frame = mixed_frame(40, rng)
    left, right = rng.integers(0, 40, 60), rng.integers(0, 40, 60)
    values, _ = contrasts(rows_of(frame, curved), left, right, rng, enumerate_up_to=enumerate_up_to)
    outputs = curved(frame)
    np.testing.assert_allclose(values.sum(axis=1), outputs[left] - outputs[right], atol=1e-12)


def test_random_orders_are_unbiased():
    rng = np.random.default_rng(2)
    frame = mixed_frame(2, rng)
    repeats = 4000
    left, right = np.zeros(repeats, int), np.ones(repeats, int)
    rows = rows_of(frame, curved)
    drawn, _ = contrasts(rows, left, right, rng, enumerate_up_to=0)
    exact, _ = contrasts(rows, left[:1], right[:1], rng, enumerate_up_to=6)
    errors = drawn.std(axis=0, ddof=1) / np.sqrt(repeats)
    assert errors.max() > 0
    assert (np.abs(drawn.mean(axis=0) - exact[0]) <= 4 * errors + 1e-12).all()


def test_an_order_and_its_reverse_are_exact_without_interactions_of_three():
    """In a game of pairs each column gains half of every pair it is in: once from either end."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.normal(size=(20, 7)), columns=list("abcdefg"))

    def pairs_only(table):
        x = table.to_numpy()
        return x[:, 0] * x[:, 1] - 2 * x[:, 2] * x[:, 3] + x[:, 4] * x[:, 0] + x[:, 6]

    rows = rows_of(frame, pairs_only)
    left, right = np.arange(10), np.arange(10, 20)
    drawn, _ = contrasts(rows, left, right, rng, enumerate_up_to=0)
    exact, _ = contrasts(rows, left, right, rng, enumerate_up_to=7)
    np.testing.assert_allclose(drawn, exact, atol=1e-12)


@pytest.mark.parametrize("enumerate_up_to", [0, 6])
def test_a_column_with_equal_values_gets_exactly_nothing_and_costs_nothing(enumerate_up_to):
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 3.0], "c": [np.nan, np.nan], "d": ["x", "y"]})
    shown = []

    def output(table):
        shown.append(len(table))
        return table["a"].to_numpy() * np.where(table["d"] == "x", 2.0, 5.0) + table["b"].to_numpy()

    rows = rows_of(frame, output)
    shown.clear()
    left, right = np.array([0]), np.array([1])
    values, evaluated = contrasts(rows, left, right, np.random.default_rng(0), enumerate_up_to)
    # Two columns differ: beside the two rows themselves there are two combinations.
    assert evaluated == sum(shown) == 2
    assert values[0, 1] == values[0, 2] == 0.0
    # 2 - 10 = -8: by a, (2 - 4 + 5 - 10) / 2; by d, (4 - 10 + 2 - 5) / 2.
    np.testing.assert_allclose(values[0, [0, 3]], [-3.5, -4.5])


def test_identical_rows_differ_in_nothing():
    frame = pd.DataFrame({c: [1, 1] for c in "abcdef"})
    rows = rows_of(frame, lambda table: table["a"].to_numpy(float))
    values, evaluated = contrasts(rows, np.array([0]), np.array([1]), np.random.default_rng(0))
    assert evaluated == 0
    assert not values.any()


def test_mixed_rows_keep_names_and_types():
    frame = pd.DataFrame(
        {
            "whole": np.array([1, 2, 3], np.int8),
            "real": np.array([0.5, np.nan, 2.5], np.float32),
            "text": ["a", "b", None],
            "object": pd.Series(["a", 1, None], dtype=object),
            "category": pd.Categorical(["u", None, "v"], categories=["v", "u", "unused"], ordered=True),
            "nullable": pd.array([1, None, 3], dtype="Int64"),
            "flag": [True, False, True],
            "day": pd.to_datetime(["2026-01-01", None, "2026-01-03"]),
            7: [0, 1, 2],
        }
    )
    before = frame.copy(deep=True)
    rows = Rows(frame=frame, outputs=np.zeros(3), output=lambda table: np.zeros(len(table)))
    from_left = np.zeros((2, 9), bool)
    from_left[0, ::2] = True
    mixed = rows.mixed(np.array([0, 1]), np.array([2, 2]), from_left)
    pd.testing.assert_series_equal(mixed.dtypes, frame.dtypes)
    for j in range(9):
        source = 0 if j % 2 == 0 else 2
        pd.testing.assert_series_equal(
            mixed.iloc[[0], j], frame.iloc[[source], j].reset_index(drop=True), check_names=True
        )
    mixed.iloc[:, 0] = 9
    pd.testing.assert_frame_equal(frame, before)


def test_calls_are_few_and_large():
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(100, 12)))
    sizes = []

    def output(table):
        sizes.append(len(table))
        return table.to_numpy().sum(axis=1)

    rows = rows_of(frame, output)
    sizes.clear()
    left, right = rng.integers(0, 100, 3000), rng.integers(0, 100, 3000)
    _, evaluated = contrasts(rows, left, right, rng)
    assert sum(sizes) == evaluated
    assert min(sizes) > 10_000
    assert max(sizes) < 40_000


def test_an_answer_that_is_no_number_spoils_its_pair_alone():
    frame = pd.DataFrame({c: [0.0, 1.0, 2.0, 3.0] for c in "abcdef"})

    def output(table):
        with np.errstate(divide="ignore"):
            return np.where(table["a"] + table["b"] == 5, np.inf, table.sum(axis=1))

    rows = rows_of(frame, output)
    values, _ = contrasts(rows, np.array([0, 2]), np.array([1, 3]), np.random.default_rng(0), 6)
    assert np.isfinite(values[0]).all()
    assert not np.isfinite(values[1]).all()


def test_equal_codes_tell_apart_what_a_model_may_tell_apart():
    mixed = pd.Series([1, True, 1.0, "1", None, np.nan, 1], dtype=object)
    codes = equal_codes(mixed)
    assert codes[0] == codes[6]
    assert len(set(codes)) == 6
    assert len(set(equal_codes(pd.Series([1.0, np.nan, np.nan, 1.0])))) == 2
