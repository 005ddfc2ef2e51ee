"""Holm's correction against statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.multiplicity import holm, simultaneous_level

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@pytest.mark.parametrize("number", [1, 2, 5, 30])
def test_holm_matches_statsmodels(number):
    p = np.round(np.random.default_rng(number).uniform(0, 0.2, number), 2)
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], atol=1e-12)


def test_holm_by_hand():
    np.testing.assert_allclose(holm([0.04, 0.01, 0.02]), [0.04, 0.03, 0.04])
    np.testing.assert_allclose(holm([0.04, 0.01, 0.02], family=5), [0.12, 0.05, 0.08])
    np.testing.assert_allclose(holm([0.01, 0.01], family=2.2), [0.03, 0.03])
    np.testing.assert_allclose(holm([0.5, 0.9]), [1, 1])


def test_holm_keeps_nan_and_does_not_count_it():
    np.testing.assert_allclose(holm([np.nan, 0.01, 0.02]), [np.nan, 0.02, 0.02])
    assert holm([]).shape == (0,)
    np.testing.assert_array_equal(holm([np.nan]), [np.nan])


def test_thirds_that_add_up_to_one_count_as_one():
    assert holm([0.01], family=0.1 + 0.2 + 0.7)[0] == 0.01


@settings(deadline=None)
@given(p_values, st.integers(0, 20))
def test_holm_keeps_the_order_and_grows_with_the_family(p, more):
    adjusted, larger = holm(p), holm(p, family=len(p) + more)
    assert np.all(np.diff(adjusted[np.argsort(p)]) >= 0)
    assert np.all((larger >= adjusted) & (adjusted >= p) & (larger <= 1))


def test_holm_refuses_what_is_no_p_value():
    for p, family in [([1.1], None), ([-0.1], None), ([0.1, 0.2], 1), ([[0.1]], None)]:
        with pytest.raises(ValueError, match="p-values"):
            holm(p, family)


def test_simultaneous_level():
    np.testing.assert_allclose(simultaneous_level(0.05, [1, 10]), [0.95, 0.995])
    for alpha, looks in [(0, 1), (1, 1), (0.05, 0.5)]:
        with pytest.raises(ValueError, match="alpha"):
            simultaneous_level(alpha, looks)


def test_holm_holds_the_chance_of_any_false_alarm():
    # Twelve groups of 60 to 900 against one shared reference, all at one rate; 2,000 seeded runs.
    rng = np.random.default_rng(11)
    sizes, rate = np.repeat([60, 150, 300, 900], 3), 0.25
    x1, x2 = rng.binomial(sizes, rate, (2000, 12)), rng.binomial(2000, rate, (2000, 1))
    p = two_proportions(x1, sizes, x2, 2000).p_value
    alarms = np.mean([holm(run).min() <= 0.05 for run in p])
    assert 0.01 <= alarms <= 0.05 + 3 * (0.05 * 0.95 / 2000) ** 0.5
    assert np.mean(p.min(axis=1) <= 0.05) > 0.2
