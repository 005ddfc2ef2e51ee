"""Checks that read one survey of attributions: concentration, proxies, gaps between groups."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import ttest_ind

from aiaudit.checks.explainability.attribution_gap import attribution_gap
from aiaudit.checks.explainability.concentration import concentration
from aiaudit.checks.explainability.global_importance import global_importance
from aiaudit.checks.explainability.proxy_reliance import proxy_reliance
from aiaudit.explaining.shared import explained
from aiaudit.facts import Measured, Skipped
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.testing import LinearModel, outcome_of, subject_of, toy_subject


class Line:
    """A regression whose attributions are known by hand."""

    def __init__(self, **weights):
        self.weights = weights

    def predict(self, table):
        return sum(w * table[c].to_numpy(float) for c, w in self.weights.items())


def people(n=600, seed=0, lift=1.0, **weights):
    """Women have more income by *lift*; years are alike; the code tells the sex."""
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], n)
    table = pd.DataFrame(
        {
            "income": rng.normal(size=n) + lift * (sex == "f"),
            "years": rng.normal(size=n),
            "code": (sex == "f").astype(float),
        }
    )
    subject = subject_of({"sex": list(sex)}, ["1"] * n, features=table)
    model = LocalModel(Line(**(weights or {"income": 2.0, "years": 1.0})))
    return replace(subject, task=Task.REGRESSION, model=model)


def measured(check, subject):
    outcome = outcome_of(check, subject)
    assert isinstance(outcome, Measured), outcome
    return outcome.measurements


def named(measurements, metric, **scope):
    (found,) = [m for m in measurements if m.metric == metric and dict(m.scope) == scope]
    return found


def test_the_subject_is_surveyed_once():
    subject = people()
    asked = []
    model = Line(income=1.0)
    predict = model.predict
    model.predict = lambda table: asked.append(len(table)) or predict(table)
    subject = replace(subject, model=LocalModel(model))
    measured(global_importance, subject)
    calls = len(asked)
    for check in (concentration, proxy_reliance, attribution_gap):
        measured(check, subject)
    assert len(asked) == calls > 0
    assert explained(replace(subject, seed=1))[1] is not explained(subject)[1]


def test_concentration_by_hand():
    found = measured(concentration, people(income=3.0, years=1.0, lift=0.0))
    largest = named(found, "largest_importance_share")
    assert largest.params["column"] == "income"
    # Mean absolute deviations of 3 x and x, of one distribution.
    assert largest.value == pytest.approx(0.75, abs=0.03)
    assert largest.interval.low < 0.75 < largest.interval.high
    assert named(found, "columns_for_most").value == 2
    assert named(found, "idle_columns").value == 1


def test_a_constant_model_concentrates_on_nothing():
    subject = replace(toy_subject(), model=LinearModel({"income": 0.0, "debt": 0.0, "years": 0.0}))
    found = measured(concentration, subject)
    assert named(found, "largest_importance_share").value is None
    assert named(found, "columns_for_most").value is None
    assert named(found, "idle_columns").value == 3


def test_reliance_counts_stand_ins():
    alone = named(measured(proxy_reliance, people(code=1.0)), "proxy_reliance", attribute="sex")
    assert alone.value > 0.98
    assert alone.params["columns"] == "code"
    none = named(measured(proxy_reliance, people(years=1.0)), "proxy_reliance", attribute="sex")
    assert none.value < 0.1
    some = named(measured(proxy_reliance, people(code=4.0, years=1.0)), "proxy_reliance", attribute="sex")
    # |code - mean| is 1/2 everywhere, so 4 code weighs 2; a normal's mean deviation is sqrt(2 / pi).
    assert some.value == pytest.approx(2 / (2 + np.sqrt(2 / np.pi)), abs=0.03)
    assert some.interval.low < some.value < some.interval.high


def test_the_protected_column_counts_in_full():
    subject = people(income=1.0, years=1.0)
    years = replace(subject.attributes[0], name="years")
    found = named(
        measured(proxy_reliance, replace(subject, attributes=(years,))), "proxy_reliance", attribute="years"
    )
    assert found.value > 0.45


def test_the_gap_is_carried_by_the_column_that_differs():
    found = measured(attribution_gap, people(seed=1))
    income = named(found, "attribution_gap", sex="f", column="income")
    assert income.interval.low < 2.0 < income.interval.high
    assert income.p_value < 1e-6
    assert income.reference.rule == "rest"
    assert named(found, "attribution_gap", sex="f", column="code").value == 0
    whole = named(found, "output_gap", sex="f")
    parts = [named(found, "attribution_gap", sex="f", column=c).value for c in ("income", "years", "code")]
    assert sum(parts) == pytest.approx(whole.value)


def test_gaps_against_scipy():
    subject = people()
    _, survey = explained(subject)
    female = (subject.attributes[0].codes == 0)[survey.rows]
    found = named(measured(attribution_gap, subject), "attribution_gap", sex="f", column="income")
    theirs = ttest_ind(survey.values[female, 0], survey.values[~female, 0], equal_var=False)
    ends = theirs.confidence_interval(0.95)
    assert found.value == pytest.approx(survey.values[female, 0].mean() - survey.values[~female, 0].mean())
    assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)
    assert (found.interval.low, found.interval.high) == pytest.approx((ends.low, ends.high))


def test_nobody_explained_is_no_gap():
    subject = people()
    model = Line(income=1.0)
    model.predict = lambda table: np.full(len(table), np.nan)
    assert isinstance(outcome_of(attribution_gap, replace(subject, model=LocalModel(model))), Skipped)


class Bent:
    """Interactions, so that attributions are noisy."""

    def predict(self, table):
        x = table.to_numpy(float)
        return np.abs(x[:, 0] - x[:, 1]) * x[:, 2] + x[:, 3] * x[:, 4] - np.maximum(x[:, 5], x[:, 0])


def no_gap(seed, n=300):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(n, 6)), columns=list("abcdef"))
    sex = list(rng.choice(["f", "m"], n, p=[0.3, 0.7]))
    subject = subject_of({"sex": sex}, ["1"] * n, features=table, seed=seed)
    return replace(subject, task=Task.REGRESSION, model=LocalModel(Bent()))


@pytest.mark.slow
@pytest.mark.long
def test_equal_groups_seldom_differ():
    p_values = [
        m.p_value
        for seed in range(200)
        for m in measured(attribution_gap, no_gap(seed))
        if m.scope["sex"] == "f"
    ]
    # 1,400 tests, correlated within a run: 5 % of them, give or take.
    assert 0.03 < np.mean(np.array(p_values) < 0.05) < 0.07
