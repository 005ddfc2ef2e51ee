"""Predicted numbers by group against SciPy, scikit-learn, statsmodels and sums by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind
from sklearn.metrics import mean_absolute_error, root_mean_squared_error
from statsmodels.regression.linear_model import WLS

from aiaudit.groups import Sensitive, attribute
from aiaudit.labels import Task
from aiaudit.subject import Rows, Subject
from tests.checks.reading import found


def numbers(actual, predicted, **groups):
    coded = (
        attribute(Sensitive(column=name), pd.Series(list(v), dtype=object)) for name, v in groups.items()
    )
    return Subject(
        task=Task.REGRESSION,
        actual_values=None if actual is None else np.asarray(actual, float),
        predicted_values=np.asarray(predicted, float),
        attributes=tuple(coded),
        rows=Rows(read=len(predicted), assessed=len(predicted)),
    )


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(4)
    race = rng.choice(list("abc"), 600, p=[0.5, 0.3, 0.2])
    actual = rng.gamma(3, 10, 600)
    predicted = 0.7 * actual + rng.normal(8, 4, 600) + 3 * (race == "b")
    return actual, predicted, race, numbers(actual, predicted, race=race)


def test_means_and_errors(people):
    actual, predicted, race, subject = people
    for group in "abc":
        mine = race == group
        expected = {
            "mean_prediction": predicted[mine].mean(),
            "mean_residual": (predicted - actual)[mine].mean(),
            "mean_absolute_error": mean_absolute_error(actual[mine], predicted[mine]),
            "root_mean_squared_error": root_mean_squared_error(actual[mine], predicted[mine]),
        }
        for name, value in expected.items():
            assert found("bias.regression", subject, name, "race")[group].value == pytest.approx(
                value, abs=1e-12
            )


@pytest.mark.parametrize("rule", ["most_favoured", "largest", "rest"])
def test_gaps_are_tested_as_welch_does(people, rule):
    actual, predicted, race, subject = people
    subject = replace(subject, references=(rule,))
    values = {
        "mean_prediction": predicted,
        "mean_residual": predicted - actual,
        "mean_absolute_error": np.abs(predicted - actual),
    }
    for name, each in values.items():
        for group, m in found("bias.regression", subject, f"{name}_difference", "race").items():
            others = race != group if rule == "rest" else race == next(iter(m.reference.scope.values()))
            theirs = ttest_ind(each[race == group], each[others], equal_var=False)
            assert m.p_value == pytest.approx(theirs.pvalue, abs=1e-12)
            span = theirs.confidence_interval()
            assert (m.interval.low, m.interval.high) == pytest.approx((span.low, span.high), abs=1e-9)


def test_ratios_of_errors(people):
    actual, predicted, race, subject = people
    found_ratios = found("bias.regression", subject, "root_mean_squared_error_ratio", "race")
    for group, m in found_ratios.items():
        (other,) = m.reference.scope.values()
        one, two = (root_mean_squared_error(actual[race == g], predicted[race == g]) for g in (group, other))
        assert m.value == pytest.approx(one / two, abs=1e-12)
        assert m.reference.value == pytest.approx(two, abs=1e-12)
        assert m.interval.low < m.value < m.interval.high
        assert (m.p_value < 0.05) == (not m.interval.low <= 1 <= m.interval.high)


def test_a_weighted_mean_has_the_robust_error_of_statsmodels(people):
    actual, predicted, race, subject = people
    weights = np.random.default_rng(0).gamma(2, 1, 600)
    weighted = replace(subject, weights=weights)
    for group, m in found("bias.regression", weighted, "mean_residual", "race").items():
        mine = race == group
        fit = WLS((predicted - actual)[mine], np.ones(mine.sum()), weights[mine]).fit(cov_type="HC1")
        assert m.value == pytest.approx(fit.params[0], abs=1e-9)
        kish = weights[mine].sum() ** 2 / (weights[mine] ** 2).sum()
        assert m.effective_n == pytest.approx(kish, abs=1e-9)
        from scipy.special import stdtrit

        half = (m.interval.high - m.interval.low) / 2
        assert half == pytest.approx(stdtrit(kish - 1, 0.975) * fit.bse[0], rel=1e-9)


def test_the_share_above_quantiles_of_everybody(people):
    _, predicted, race, subject = people
    rates = found("bias.regression-quantiles", subject, "quantile_rate", "race", "top")
    limit = np.quantile(predicted, 0.9)
    for group in "abc":
        m = rates[group, "the highest tenth"]
        mine = predicted[race == group]
        assert (m.numerator, m.denominator) == ((mine > limit).sum(), len(mine))


def within(values, classes, one, two):
    """Difference of means within deciles, Cochran's weights, one stratum after another."""
    edges = np.quantile(classes, np.arange(1, 10) / 10)
    bins = np.searchsorted(edges, classes, side="right")
    total = weight = 0.0
    for b in range(10):
        x, y = values[one & (bins == b)], values[two & (bins == b)]
        if len(x) and len(y):
            w = len(x) * len(y) / (len(x) + len(y))
            total, weight = total + w * (x.mean() - y.mean()), weight + w
    return total / weight


@pytest.mark.parametrize("rule", ["most_favoured", "rest"])
def test_like_is_compared_with_like(people, rule):
    actual, predicted, race, subject = people
    subject = replace(subject, references=(rule,))
    for name, values, classes in (
        ("separation_gap", predicted, actual),
        ("sufficiency_gap", actual, predicted),
    ):
        gaps = found("bias.regression-separation", subject, name, "race")
        assert gaps
        for group, m in gaps.items():
            others = race != group if rule == "rest" else race == next(iter(m.reference.scope.values()))
            assert m.value == pytest.approx(within(values, classes, race == group, others), abs=1e-9)
            assert m.interval.low < m.value < m.interval.high


def test_a_gap_in_the_model_is_found_and_one_in_the_data_is_not():
    rng = np.random.default_rng(1)
    race = np.repeat(["a", "b"], 2000)
    actual = rng.integers(0, 10, 4000) * 10.0 + 5 * (race == "a")
    predicted = actual // 10 * 10 + rng.normal(0, 1, 4000)
    (gap,) = found(
        "bias.regression-separation", numbers(actual, predicted, race=race), "separation_gap", "race"
    ).values()
    assert gap.p_value > 0.001
    (gap,) = found(
        "bias.regression-separation",
        numbers(actual, predicted + 2 * (race == "a"), race=race),
        "separation_gap",
        "race",
    ).values()
    assert gap.p_value < 1e-6
    assert abs(gap.value) == pytest.approx(2, abs=0.2)


def test_without_outcomes_only_predictions_are_compared(people):
    _, predicted, race, _ = people
    subject = numbers(None, predicted, race=race)
    assert found("bias.regression", subject, "mean_prediction", "race")
    assert found("bias.regression", subject, "mean_residual", "race") == {}
