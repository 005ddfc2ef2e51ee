"""Where fairlearn answers with a number, and no number is the answer."""

import numpy as np
import pytest
from fairlearn.metrics import demographic_parity_difference, equalized_odds_difference

from aiaudit.facts import Measured
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of


def measured(check, subject, metric):
    """Return a metric's measurements by group."""
    outcome = outcome_of(get(check), subject)
    assert isinstance(outcome, Measured)
    return {m.scope.get("g"): m for m in outcome.measurements if m.metric == metric}


def test_a_group_without_positives_makes_no_gap():
    # Everybody in group a is decided rightly; nobody in group b deserved anything.
    groups = ["a"] * 20 + ["b"] * 20
    actual = np.array([1, 0] * 10 + [0] * 20)
    predicted = np.array([1, 0] * 10 + [0] * 20)
    assert equalized_odds_difference(actual, predicted, sensitive_features=groups) == 1.0
    subject = subject_of({"g": groups}, [*map(str, predicted)], [*map(str, actual)])
    rate = measured("bias.error-rates", subject, "true_positive_rate")["b"]
    assert (rate.value, rate.denominator) == (None, 0)
    gaps = measured("bias.error-rates", subject, "true_positive_rate_difference")
    assert all(gap.value is None for gap in gaps.values())


def test_labels_in_words_have_a_gap_too():
    groups = ["a"] * 20 + ["b"] * 20
    decisions = ["yes"] * 15 + ["no"] * 5 + ["yes"] * 5 + ["no"] * 15
    assert demographic_parity_difference(decisions, decisions, sensitive_features=groups) == 0.0
    subject = subject_of({"g": groups}, decisions, favorable="yes")
    gap = measured("bias.selection-rate", subject, "selection_rate_difference")["b"]
    assert gap.value == pytest.approx(-0.5)
