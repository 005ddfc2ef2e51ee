"""AUC against scikit-learn, DeLong's variance against its definition by pairs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from aiaudit.statistics.auc import auc


def by_pairs(scores, positive):
    """Return AUC and variance from every pair of a positive and a negative."""
    gap = scores[positive][:, np.newaxis] - scores[~positive]
    wins = (gap > 0) + (gap == 0) / 2
    parts = wins.mean(axis=1), wins.mean(axis=0)
    return wins.mean(), sum(p.var(ddof=1) / p.size for p in parts)


@given(st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=4, max_size=60))
def test_ties_and_all_it_is_the_definition(rows):
    scores, positive = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows])
    found = auc(scores, positive)
    assert (found.positives, found.negatives) == (positive.sum(), (~positive).sum())
    if 0 < found.positives < len(rows):
        assert found.value == pytest.approx(roc_auc_score(positive, scores))
    else:
        assert np.isnan(found.value)
    if min(found.positives, found.negatives) > 1:
        assert (found.value, found.variance) == pytest.approx(by_pairs(scores, positive), abs=1e-12)
    else:
        assert np.isnan(found.variance)


def test_a_hundred_thousand_rows():
    rng = np.random.default_rng(0)
    positive = rng.random(100_000) < 0.3
    scores = np.round(rng.normal(positive * 0.8), 2)
    found = auc(scores, positive)
    assert found.value == pytest.approx(roc_auc_score(positive, scores), abs=1e-12)
    low, high = found.interval(0.95)
    assert low < stats.norm.cdf(0.8 / 2**0.5) < high


def test_the_interval_covers():
    rng = np.random.default_rng(1)
    truth, held = stats.norm.cdf(1.5 / 2**0.5), []
    for _ in range(600):
        positive = np.arange(80) < 30
        low, high = auc(rng.normal(positive * 1.5), positive).interval(0.95)
        held.append(low <= truth <= high)
    assert 0.92 <= np.mean(held) <= 0.98


def test_the_interval_stays_in_range_and_widens_with_the_level():
    found = auc([1, 2, 3, 4, 5, 6], [False, False, True, False, True, True])
    (low, high), (wide_low, wide_high) = found.interval(0.9), found.interval(0.999)
    assert 0 < wide_low < low < found.value < high < wide_high < 1


def test_perfect_separation_is_no_certainty():
    found = auc([1, 2, 3, 4], [False, False, True, True])
    assert (found.value, found.variance) == (1.0, 0.0)
    assert np.all(np.isnan(found.interval(0.95)))


def test_nan_scores_are_refused():
    with pytest.raises(ValueError, match="NaN"):
        auc([0.1, np.nan], [True, False])
