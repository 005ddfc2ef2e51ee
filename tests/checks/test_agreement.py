"""Agreement of attributions with another method: against NumPy's correlation, and by hand."""

import numpy as np
import pytest

from aiaudit.checks.explainability.agreement import agreement
from aiaudit.explaining import replacing
from aiaudit.explaining.replacing import TOGETHER, alike, changes
from aiaudit.explaining.shared import explained
from aiaudit.facts import Measured, Skipped
from aiaudit.testing import outcome_of
from tests.checks.test_trust_checks import measured, subject_with, uneven

RNG = np.random.default_rng(3)


def product(table):
    x = table.to_numpy(float)
    return 3 * x[:, 0] + 2 * x[:, 1] * x[:, 2] + x[:, 3] + 0.5 * x[:, 4]


def test_the_changes_of_a_line_are_its_weights_times_the_differences():
    subject = subject_with(uneven, n=60)
    found = explained(subject)[1]
    rows = subject.features.iloc[found.rows[:40]].to_numpy(float)
    expected = np.abs(np.roll(rows, -1, axis=0) - rows) * [8.0, 4.0, 2.0, 1.0, 0.5, 0.25]
    assert changes(subject, found, 40, np.arange(6)) == pytest.approx(expected)
    assert changes(subject, found, 40, np.array([4, 1])) == pytest.approx(expected[:, [4, 1]])


def test_wide_tables_are_asked_in_parts(monkeypatch):
    subject = subject_with(uneven, n=60)
    found = explained(subject)[1]
    whole = changes(subject, found, 40, np.arange(6))
    monkeypatch.setattr(replacing, "CALL_CELLS", 40 * 6 * 4)
    assert (changes(subject, found, 40, np.arange(6)) == whole).all()


def test_the_correlation_is_numpys_and_its_error_that_of_blocks_left_out():
    one = RNG.exponential(size=(50, 6)) * np.arange(1, 7)
    other = one + RNG.exponential(size=(50, 6))
    r, low, high = alike(one, other, 0.95)
    assert r == pytest.approx(np.corrcoef(one.mean(axis=0), other.mean(axis=0))[0, 1])
    left = [np.delete(np.arange(50), slice(k, k + TOGETHER)) for k in range(0, 50, TOGETHER)]
    parts = np.arctanh([np.corrcoef(one[rows].mean(axis=0), other[rows].mean(axis=0))[0, 1] for rows in left])
    error = np.sqrt(9 / 10 * ((parts - parts.mean()) ** 2).sum())
    # 2.262 is Student's t for 9 degrees of freedom.
    assert [low, high] == pytest.approx(np.tanh(np.arctanh(r) + np.array([-2.262157, 2.262157]) * error))


def test_a_line_is_told_alike_by_both():
    found = measured(agreement, subject_with(uneven))
    assert found["importance_correlation"].value > 0.99
    assert found["leading_columns_shared"].value == 1
    assert found["leading_columns_shared"].params["largest"] == 4


def test_columns_that_act_together_count_for_more_when_replaced_alone():
    found = measured(agreement, subject_with(product))["importance_correlation"]
    assert (
        found.interval.high < 0.97 < measured(agreement, subject_with(uneven))["importance_correlation"].value
    )


def test_a_model_that_nothing_moves_has_no_correlation():
    found = measured(agreement, subject_with(lambda table: np.zeros(len(table))))
    assert found["importance_correlation"].value is None
    assert "no_interval" in found["importance_correlation"].params


def test_two_columns_are_too_few():
    assert isinstance(outcome_of(agreement, subject_with(lambda table: table["a"], p=2)), Skipped)
    assert isinstance(outcome_of(agreement, subject_with(lambda table: table["a"], n=19)), Skipped)
    assert isinstance(outcome_of(agreement, subject_with(lambda table: table["a"], n=20)), Measured)


@pytest.mark.slow
@pytest.mark.parametrize("function", [uneven, product])
def test_the_interval_covers(function):
    found = [
        measured(agreement, subject_with(function, seed=seed))["importance_correlation"] for seed in range(80)
    ]
    mean = np.tanh(np.mean([np.arctanh(m.value) for m in found]))
    assert np.mean([m.interval.low <= mean <= m.interval.high for m in found]) >= 0.9
