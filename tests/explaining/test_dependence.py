"""Curves against scikit-learn, against closed forms, and their intervals against new tables."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t as student
from sklearn.ensemble import RandomForestClassifier
from sklearn.inspection import partial_dependence

from aiaudit.explaining.dependence import PEOPLE, STEP_ROWS, accumulated, partial, responses
from aiaudit.explaining.grids import POINT_ROWS, POINTS, TAIL, grid
from aiaudit.measuring.coding import numbers


def normal(n=600, seed=0, **columns):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), **columns})


def test_partial_dependence_is_that_of_scikit_learn():
    table = normal(PEOPLE)
    forest = RandomForestClassifier(20, random_state=0).fit(table, table["a"] * table["b"] > 0.1)
    points = grid(table, 0)
    ours = partial(responses(lambda t: forest.predict_proba(t)[:, 1], table, points), 0.95)
    # They take the points from the column, whose own values are all replaced.
    theirs = partial_dependence(
        forest, table.assign(a=np.resize(points.places, PEOPLE)), [0], grid_resolution=100, method="brute"
    )
    assert theirs["grid_values"][0] == pytest.approx(points.places)
    assert ours.values == pytest.approx(theirs["average"][0], abs=1e-9)


def test_the_local_effects_of_a_line_are_its_slope():
    """Also where columns go together, and where only few rows of each step are moved."""
    table = normal(2000)
    table["b"] += table["a"]
    points = grid(table, 0)
    curve = accumulated(lambda t: (3 * t["a"] - 7 * t["b"]).to_numpy(), table, points, 0.95)
    within = table["a"][table["a"].between(points.places[0], points.places[-1])]
    assert curve.values == pytest.approx(3 * (points.places - within.mean()), abs=1e-9)
    assert curve.rows == STEP_ROWS * (POINTS - 1)


def test_the_local_effects_of_a_product_follow_the_other_column():
    """b is a: the effect of a on a * b at a is a, which adds up to half the square; the mean product hides it."""
    table = pd.DataFrame({"a": np.random.default_rng(0).uniform(-1, 1, 5000)})
    table["b"] = table["a"]
    points = grid(table, 0)
    curve = accumulated(lambda t: (t["a"] * t["b"]).to_numpy(), table, points, 0.95)
    half = points.places**2 / 2
    within = table["a"][table["a"].between(points.places[0], points.places[-1])]
    half -= np.interp(within, points.places, half).mean()
    assert curve.values == pytest.approx(half, abs=0.02)
    assert ((curve.low <= half) & (half <= curve.high)).all()


def test_local_effects_by_hand():
    """Of 20 rows at 0 and 20 at 1, half of either gain 2 by the step."""
    table = pd.DataFrame({"a": np.repeat([0, 1], 20), "b": np.tile([0, 1], 20)})
    curve = accumulated(lambda t: (2.0 * t["a"] * t["b"]).to_numpy(), table, grid(table, 0), 0.95)
    assert curve.values == pytest.approx([-0.5, 0.5])
    # Forty effects, half of them 2, count by half; forty rows lie half at either end of a curve of length 1. Two equal
    # parts of 39 degrees of freedom each make 78.
    error = np.sqrt(2 * 0.25 * (40 / 39) / 40)
    assert curve.high[1] - curve.values[1] == pytest.approx(student.ppf(0.975, 78) * error)


def test_means_of_probabilities_stay_probabilities():
    found = partial(np.array([[0.0, 0.9]] * 9 + [[0.1, 1.0]]), 0.95, (0.0, 1.0))
    free = partial(np.array([[0.0, 0.9]] * 9 + [[0.1, 1.0]]), 0.95)
    assert free.low[0] < 0 == found.low[0]
    assert found.high.tolist() == free.high.tolist()


@pytest.mark.parametrize("curve", ["partial", "accumulated"])
def test_rows_without_a_number_are_left_out_and_counted(curve):
    table = normal(1500)

    def gaps(t):
        return np.where(t["b"] > 1.5, np.nan, t["a"])

    points = grid(table, 0)
    if curve == "partial":
        found = partial(responses(gaps, table, points), 0.95)
        assert found.lost == np.sum(table["b"][:PEOPLE] > 1.5)
    else:
        found = accumulated(gaps, table, points, 0.95)
        assert 0 < found.lost == STEP_ROWS * (POINTS - 1) - found.rows
    assert np.isfinite(found.values).all()


def test_without_any_number_there_is_no_curve():
    table = normal(100)

    def never(t):
        return np.full(len(t), np.inf)

    for found in (
        partial(responses(never, table, grid(table, 0)), 0.95),
        accumulated(never, table, grid(table, 0), 0.95),
    ):
        assert np.isnan(found.values).all()
        assert np.isnan(found.low).all()


def covered(function, n, tables):
    """Return how often the intervals of both curves hold what a table of 200,000 rows says."""
    whole = normal(200_000, seed=10**6)
    hits = {"partial": [], "accumulated": []}
    for seed in range(tables):
        table = normal(n, seed=seed)
        points = grid(table, 0)
        ours = partial(responses(function, table, points), 0.95)
        truth = np.array([function(whole.assign(a=place)).mean() for place in points.places])
        hits["partial"].append(np.mean((ours.low <= truth) & (truth <= ours.high)))
        ours = accumulated(function, table, points, 0.95)
        inside = whole[whole["a"].between(points.places[0], points.places[-1])]
        step = np.maximum(np.searchsorted(points.places, inside["a"]), 1)
        ends = [function(inside.assign(a=points.places[step - back])) for back in (1, 0)]
        effects = np.bincount(step, ends[1] - ends[0]) / np.maximum(np.bincount(step), 1)
        truth = np.cumsum(effects)
        truth -= np.interp(inside["a"], points.places, truth).mean()
        hits["accumulated"].append(np.mean((ours.low <= truth) & (truth <= ours.high)))
    return {name: np.mean(found) for name, found in hits.items()}


@pytest.mark.slow
@pytest.mark.parametrize(
    "function",
    [
        lambda t: 1 / (1 + np.exp(-t["a"].to_numpy() - t["b"].to_numpy())),
        lambda t: (t["a"] * t["b"]).to_numpy(),
        lambda t: ((t["a"] > 0.3) & (t["b"] > 0)).to_numpy(float),
    ],
    ids=["logistic", "product", "steps"],
)
def test_intervals_hold_what_more_rows_would_tell(function):
    for share in covered(function, 400, 25).values():
        assert share > 0.88


def test_points_stand_for_ten_rows_and_tell_nobodys_own_value():
    table = normal(5000)
    points = grid(table, 1)
    assert len(points.places) == POINTS
    assert not np.isin(points.places, table["b"]).any()
    assert (np.diff(points.places) > 0).all()
    wanted = np.quantile(table["b"], np.linspace(TAIL, 1 - TAIL, POINTS))
    assert np.abs(points.places - wanted).max() < np.diff(wanted).min() / 2
    assert [float(label) for label in points.labels] == points.places.tolist()
    assert all(len(label) <= 5 for label in points.labels)
    assert points.share.sum() == pytest.approx(1)
    assert (points.share * 5000 >= POINT_ROWS).all()


def test_a_number_that_most_rows_share_leaves_points_for_the_others():
    gains = np.where(np.arange(2000) % 10 == 0, np.arange(2000), 0)
    points = grid(pd.DataFrame({"gain": gains}), 0)
    assert points.places[0] == 0
    assert len(points.places) > 6
    assert points.share[0] > 0.9


def test_rare_numbers_are_no_points():
    values = np.array([0] * 600 + [1] * 200 + [2] * 9 + [3] * 10 + [7])
    found = grid(pd.DataFrame({"children": values}), 0)
    assert found.places.tolist() == [0, 1, 3]
    assert found.share.tolist() == pytest.approx(np.array([600, 209, 11]) / 820)


def test_the_most_frequent_names_are_points_and_rare_ones_are_not():
    names = np.repeat([f"town {k:02}" for k in range(20)], np.arange(5, 25))
    points = grid(pd.DataFrame({"town": names}), 0)
    assert points.labels == tuple(f"town {k:02}" for k in range(20 - POINTS, 20))
    assert len(points.places) == 0
    assert points.share[-1] == pytest.approx(24 / len(names))


def test_to_miss_the_value_is_a_point_where_enough_rows_do():
    for values in (["x", "y", None], [1.0, 2.0, None]):
        found = grid(pd.DataFrame({"c": values * 20}), 0)
        assert found.labels[-1] == "(missing)"
        assert found.share.tolist() == pytest.approx([1 / 3] * 3)
    assert grid(pd.DataFrame({"c": [1.0, 2.0] * 20 + [None] * 9}), 0).labels == ("1", "2")
    assert grid(pd.DataFrame({"c": ["(missing)", None] * 20}), 0).labels == ("(missing)", "((missing))")


@pytest.mark.parametrize(
    "values", [[5] * 100, ["x"] * 100, [None] * 100, [1, 2, 3], [np.inf] * 100, ["x"] * 95 + ["y"] * 5]
)
def test_a_column_without_two_points_has_no_grid(values):
    assert grid(pd.DataFrame({"c": values}), 0) is None


@pytest.mark.parametrize(
    "dtype", ["int64", "Int64", "uint16", "float32", "datetime64[ns]", "datetime64[s]", "datetime64[ns, UTC]"]
)
def test_points_have_the_type_of_their_column(dtype):
    values = pd.Series(np.arange(400) * 97).astype("int64" if "date" in dtype else dtype).astype(dtype)
    points = grid(pd.DataFrame({"c": values}), 0)
    assert points.values.dtype == values.dtype
    assert len(points.labels) == len(points.places) == POINTS
    assert numbers(points.values).tolist() == points.places.tolist()
    assert not set(points.places) & set(numbers(values))


def test_a_missing_number_among_whole_ones():
    values = pd.Series([*range(400), *[None] * 20], dtype="Int64")
    points = grid(pd.DataFrame({"c": values}), 0)
    assert points.values.dtype == "Int64"
    assert points.values.isna().tolist() == [False] * POINTS + [True]
