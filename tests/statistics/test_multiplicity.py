"""Holm's correction against statsmodels and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from aiaudit.statistics.multiplicity import holm, simultaneous_level

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(p_values)
def test_holm_matches_statsmodels(p):
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
