"""Shares of columns acting together: against the analysis of variance, scikit-learn, closed forms, new tables."""

from itertools import combinations, product

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.inspection import partial_dependence

from aiaudit.explaining import interactions
from aiaudit.explaining.interactions import exchanges, log_odds, mixed_differences, share


def everybody_with_everybody(table):
    """Every row beside every row, so that means over pairs of people are expectations."""
    rows = [row for pair in product(range(len(table)), repeat=2) for row in pair]
    return table.iloc[rows].reset_index(drop=True)


@pytest.fixture
def exactly(monkeypatch):
    """Shares without sampling, of every column and of every two."""

    def shares(function, table):
        monkeypatch.setattr(interactions, "DRAWS", len(table) ** 2)
        columns = range(table.shape[1])
        found = mixed_differences(exchanges(function, everybody_with_everybody(table), columns), len(columns))
        pairs = dict(zip(combinations(columns, 2), found.pairs.T, strict=True))
        return [
            {key: share(squares, found.spread, 0.95).value for key, squares in part.items()}
            for part in (dict(enumerate(found.alone.T)), pairs)
        ]

    return shares


def factorial(*sizes):
    return pd.DataFrame(list(product(*map(range, sizes))), columns=list("abcd")[: len(sizes)])


def components(values):
    """Variances of all terms of the functional analysis of variance of an array, one axis a column."""
    axes = range(values.ndim)
    terms = {}
    for size in range(values.ndim + 1):
        for chosen in combinations(axes, size):
            mean = values.mean(axis=tuple(a for a in axes if a not in chosen), keepdims=True)
            terms[chosen] = mean - sum(terms[other] for other in terms if set(other) < set(chosen))
    return {chosen: float((term**2).mean()) for chosen, term in terms.items() if chosen}


def test_shares_are_those_of_the_analysis_of_variance(exactly):
    sizes = (2, 3, 2)
    values = np.random.default_rng(0).normal(size=sizes)
    alone, pairs = exactly(lambda t: values[t["a"], t["b"], t["c"]], factorial(*sizes))
    variances = components(values)
    assert sum(variances.values()) == pytest.approx(values.var())
    for found, wanted in ((alone, 2), (pairs, 0)):
        for key, value in found.items():
            columns = {key} if isinstance(key, int) else set(key)
            terms = [v for u, v in variances.items() if columns <= set(u) and len(u) >= wanted]
            assert value == pytest.approx(sum(terms) / values.var(), abs=1e-8)


def test_of_two_columns_it_is_what_friedman_and_popescu_look_at(exactly):
    """Their numerator, from scikit-learn's partial dependence, over the variance."""
    table = factorial(3, 4).astype(float)

    class Model(RegressorMixin, BaseEstimator):
        def fit(self, x, y):
            self.fitted_ = True
            return self

        def predict(self, x):
            x = np.asarray(x, float)
            return np.sin(x[:, 0] * x[:, 1]) + x[:, 0]

    model = Model().fit(table, None)

    def centred(*columns):
        found = partial_dependence(model, table, list(columns), method="brute", kind="average")["average"][0]
        return found - found.mean()

    together = centred(0, 1) - centred(0)[:, None] - centred(1)[None, :]
    _, pairs = exactly(model.predict, table)
    assert pairs[0, 1] == pytest.approx((together**2).mean() / model.predict(table).var(), abs=1e-8)


def test_exclusive_or_is_all_interaction(exactly):
    """By hand: a xor b varies by 1/4, all of it from the pair; c adds as much by itself."""
    alone, pairs = exactly(lambda t: (1.0 * (t["a"] != t["b"]) + t["c"]).to_numpy(), factorial(2, 2, 2))
    assert pairs == {(0, 1): 0.5, (0, 2): 0.0, (1, 2): 0.0}
    assert alone == {0: 0.5, 1: 0.5, 2: 0.0}


def draws(table, function, columns=None):
    columns = list(range(table.shape[1])) if columns is None else columns
    return mixed_differences(exchanges(function, table, columns), len(columns))


def normal(n, seed):
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(n, 3)), columns=list("abc"))


def test_a_product_of_normals_beside_three_slopes():
    found = draws(normal(2000, 0), lambda t: (t["a"] * t["b"] + t["a"] + t["b"] + t["c"]).to_numpy())
    told = share(found.pairs[:, 0], found.spread, 0.95)
    assert told.low < 0.25 < told.high
    for other in (1, 2):
        assert share(found.pairs[:, other], found.spread, 0.95).value == 0


def test_where_nothing_was_seen_there_may_still_be_something():
    """500 pairs without: with confidence 97.5 % the interaction shows in fewer than 0.74 % of pairs."""
    found = draws(normal(1000, 0), lambda t: t.sum(axis=1).to_numpy())
    value, low, high = share(found.pairs[:, 0], found.spread, 0.95)
    assert (value, low) == (0, 0)
    assert (1 - high) ** 500 == pytest.approx(0.025)


def test_an_output_that_does_not_vary_has_no_share():
    found = draws(normal(100, 0), lambda t: np.ones(len(t)))
    assert share(found.pairs[:, 0], found.spread, 0.95) is None


def test_large_tables_are_asked_in_several_calls(monkeypatch):
    sizes = []

    def counting(t):
        sizes.append(len(t))
        return t["a"].to_numpy() * t["b"].to_numpy()

    whole = draws(normal(100, 0), counting)
    monkeypatch.setattr(interactions, "CALL_CELLS", 1000)
    parts = draws(normal(100, 0), counting)
    assert (sizes[0], sum(sizes[1:]), len(sizes[1:])) == (11 * 50, 11 * 50, 2)
    assert np.array_equal(whole.pairs, parts.pairs)


def test_log_odds_of_what_is_not_certain():
    odds = log_odds(np.array([0.5, 0.75, 0.0, 1.0, 1e-12, np.nan]))
    assert odds[:2] == pytest.approx([0, np.log(3)])
    assert np.isnan(odds[2:]).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "true"),
    [
        (lambda t: (t["a"] * t["b"] + t["a"] + t["b"] + t["c"]).to_numpy(), 1 / 4),
        (
            lambda t: ((t["a"] > 0) != (t["b"] > 0)).to_numpy(float) + 0.5 * (t["c"] > 0).to_numpy(),
            0.25 / 0.3125,
        ),
    ],
    ids=["product", "exclusive or"],
)
def test_intervals_hold_the_share(function, true):
    held = []
    for seed in range(150):
        found = draws(normal(1000, seed), function, [0, 1])
        _, low, high = share(found.pairs[:, 0], found.spread, 0.95)
        held.append(low <= true <= high)
    assert np.mean(held) > 0.89
