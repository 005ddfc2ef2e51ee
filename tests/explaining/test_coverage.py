"""By simulation: intervals hold what they claim to hold, and what is said of the order is true."""

import numpy as np
import pandas as pd
import pytest

from aiaudit.explaining.importance import explain
from aiaudit.explaining.intervals import TIE, Order, importances, share

COLUMNS = ["rare", "skew", "flag", "u", "v", "w"]
REPEATS = 80


def table(seed, n):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "rare": (rng.random(n) < 0.06) * rng.exponential(3, n),
            "skew": rng.exponential(1, n),
            "flag": rng.random(n) < 0.3,
            "u": rng.normal(size=n),
            "v": rng.normal(size=n),
            "w": rng.normal(size=n),
            "junk": rng.normal(size=n),
        }
    )


def output(t):
    return (t["rare"] + t["skew"] * (1 + t["flag"]) / 2 + t["u"] * t["v"] + 0.4 * t["w"]).to_numpy(float)


def truth():
    """Of independent columns the values are known: of a product xy, x gets (x - Ex)(y + Ey) / 2."""
    t = table(10**6, 1_000_000)
    skew, flag = t["skew"], t["flag"].astype(float)
    values = [
        t["rare"] - 0.18,
        (skew - 1) / 2 + (skew - 1) * (flag + 0.3) / 4,
        (flag - 0.3) * (skew + 1) / 4,
        t["u"] * t["v"] / 2,
        t["u"] * t["v"] / 2,
        0.4 * t["w"],
    ]
    return np.array([np.abs(v).mean() for v in values])


TRUTH = truth()


def covered(n, max_rows):
    """How often the intervals of importances and of shares held the truth of the population, by column."""
    hits = np.zeros((2, len(COLUMNS)))
    for seed in range(REPEATS):
        found = explain(output, table(seed, n), seed, max_rows=max_rows)
        sizes = importances(found.sizes, 0.95)[: len(COLUMNS)]
        shares = [share(found.sizes, np.arange(7) == j, 0.95) for j in range(len(COLUMNS))]
        for k, (estimates, true) in enumerate(((sizes, TRUTH), (shares, TRUTH / TRUTH.sum()))):
            hits[k] += [e.ends[0] <= t <= e.ends[1] for e, t in zip(estimates, true, strict=True)]
    return hits / REPEATS


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("n", "max_rows"), [(3000, 500), (400, 2000)])
def test_intervals_hold_the_truth(n, max_rows):
    """At 95 % and 80 repeats, fewer than 88 % happen once in 200 times."""
    assert covered(n, max_rows).min() > 0.88


@pytest.mark.slow
@pytest.mark.long
def test_of_few_rows_with_a_rare_value_the_interval_is_too_narrow():
    """A known limit: of 60 rows 4 hold the value that matters. Columns that are not so lopsided are covered."""
    hits = np.zeros(len(COLUMNS))
    for seed in range(REPEATS):
        found = explain(output, table(seed, 60), seed)
        sizes = importances(found.sizes, 0.95)[: len(COLUMNS)]
        hits += [
            e.ends is not None and e.ends[0] <= t <= e.ends[1] for e, t in zip(sizes, TRUTH, strict=True)
        ]
    assert hits[0] / REPEATS > 0.75
    assert (hits[1:] / REPEATS).min() > 0.88


@pytest.mark.slow
@pytest.mark.long
def test_what_is_said_of_the_order_is_true():
    """Most neighbours are near ties here, which is where a wrong word is most likely."""
    frame = table(0, 20_000)
    long_run = explain(output, frame, 999, max_rows=8_000, level=1 - 1e-15).sizes.middle.mean
    right, settled = 0, 0
    for seed in range(30):
        found = explain(output, frame, seed, max_rows=1500)
        gaps = long_run[found.ranked[:5]] - long_run[found.ranked[1:6]]
        wrong = {Order.LARGER: gaps <= 0, Order.TIED: gaps > TIE * long_run.sum()}
        said = [(i, word) for i, word in enumerate(found.order) if word is not Order.UNDECIDED]
        right += not any(wrong[word][i] for i, word in said)
        settled += len(said)
    assert right >= 28
    assert settled > 60
