"""The model's own response to age, against differences by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_1samp

from aiaudit.checks.explainability.age_effect import age_effect
from aiaudit.explaining.given import outputs_given, student
from aiaudit.facts import Measured, Skipped
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.testing import outcome_of, subject_of, toy_subject


class Of:
    """A regression that computes any function of the table."""

    def __init__(self, function):
        self.predict = function


def aged(function, n=900, seed=0, **columns):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"age": rng.integers(18, 90, n), "income": rng.normal(size=n), **columns})
    subject = subject_of({"age": list(table["age"])}, ["1"] * n, features=table, seed=seed)
    return replace(subject, task=Task.REGRESSION, model=LocalModel(Of(function)))


def measured(subject):
    outcome = outcome_of(age_effect, subject)
    assert isinstance(outcome, Measured), outcome
    levels = {m.scope["age"]: m for m in outcome.measurements if m.metric == "output_at_age"}
    effects = [m for m in outcome.measurements if m.metric == "age_effect"]
    return levels, effects


def test_a_step_at_62_is_found_to_the_last_digit():
    levels, (effect,) = measured(aged(lambda t: t["income"] - 2.0 * (t["age"] >= 62) - 1.0 * (t["age"] < 40)))
    assert effect.value == pytest.approx(-2.0)
    assert effect.reference.scope == {"age": "40 to under 62"}
    assert effect.reference.looks == 2
    assert effect.scope == {"age": "62 or over"}
    assert effect.value == pytest.approx(levels["62 or over"].value - levels["40 to under 62"].value)


def test_what_goes_together_with_age_is_kept():
    """Old people earn less here; the model looks at income alone, so age itself does nothing."""
    rng = np.random.default_rng(1)
    subject = aged(lambda t: t["pay"].to_numpy(float), pay=rng.normal(size=900))
    subject.features["pay"] -= subject.features["age"]
    _, (effect,) = measured(subject)
    assert effect.value == pytest.approx(0, abs=1e-9)


def test_an_effect_that_differs_between_people_has_an_interval():
    """The slope on age is the person's income, 0 on average: the interval holds 0 in most tables."""
    held = [
        effect.interval.low <= 0 <= effect.interval.high
        for seed in range(60)
        for _, (effect,) in [measured(aged(lambda t: t["income"] * (t["age"] >= 62), seed=seed))]
    ]
    assert np.mean(held) > 0.85


def test_people_given_another_number():
    subject = aged(lambda t: t["age"].to_numpy(float))
    name, outputs = outputs_given(subject, 0, (40.0, 62.0))
    assert name == "predicted value"
    assert outputs.shape == (500, 3)
    assert (outputs[:, 0] < 40).all()
    assert ((outputs[:, 1] >= 40) & (outputs[:, 1] < 62)).all()
    assert (outputs[:, 2] >= 62).all()


def test_student_against_scipy():
    values = np.random.default_rng(0).normal(0.2, 1, 30)
    theirs = ttest_1samp(values, 0)
    ends = theirs.confidence_interval(0.95)
    assert student(values, 0.95) == pytest.approx((values.mean(), ends.low, ends.high, theirs.pvalue))


def test_without_age_there_is_no_effect():
    assert isinstance(outcome_of(age_effect, toy_subject()), Skipped)
