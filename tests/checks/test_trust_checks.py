"""Checks of whether explanations deserve trust, and whether a simpler model would do."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeRegressor

from aiaudit.checks.explainability.faithfulness import faithfulness
from aiaudit.checks.explainability.reasons import reasons
from aiaudit.checks.explainability.simple_first import simple_first
from aiaudit.checks.explainability.stability import stability
from aiaudit.checks.explainability.surrogate_fidelity import surrogate_fidelity
from aiaudit.explaining import simple
from aiaudit.explaining.dictionary import Column, Dictionary
from aiaudit.explaining.shared import explained
from aiaudit.facts import Measured, Skipped
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.testing import LinearModel, outcome_of, subject_of, toy_subject


def measured(check, subject):
    outcome = outcome_of(check, subject)
    assert isinstance(outcome, Measured), outcome
    return {m.metric: m for m in outcome.measurements}


class Output:
    """A regression that computes any function of the table."""

    def __init__(self, function):
        self.predict = function


def subject_with(function, n=400, p=6, seed=0):
    table = pd.DataFrame(np.random.default_rng(seed).normal(size=(n, p)), columns=list("abcdefgh")[:p])
    subject = subject_of({}, ["1"] * n, features=table, seed=seed)
    return replace(subject, task=Task.REGRESSION, model=LocalModel(Output(function)))


def uneven(table):
    return table.to_numpy(float) @ np.array([8.0, 4.0, 2.0, 1.0, 0.5, 0.25])


def test_the_order_of_attributions_leads():
    found = measured(faithfulness, subject_with(uneven))
    for metric in ("deletion_lead", "insertion_lead"):
        assert found[metric].interval.low > 0.2


def test_attributions_of_other_rows_do_not_lead():
    subject = subject_with(uneven)
    name, survey = explained(subject)
    shuffled = np.random.default_rng(1).random(survey.values.shape)
    vars(subject)["explained"] = name, replace(survey, values=shuffled)
    found = measured(faithfulness, subject)
    assert found["deletion_lead"].interval.low < 0.05
    assert abs(found["deletion_lead"].value) < 0.15


def test_the_deletion_lead_by_hand():
    """One column decides: in its order the output moves at once, in random order halfway on average."""
    found = measured(faithfulness, subject_with(lambda table: table["a"].to_numpy(), p=3))
    # Of the two steps, a random order has replaced the column after the first in 1/3 of rows, after both in 2/3.
    assert found["deletion_lead"].interval.low < 1.0 < found["deletion_lead"].interval.high


def test_a_model_that_nothing_moves_has_no_lead():
    found = measured(faithfulness, subject_with(lambda table: np.zeros(len(table))))
    assert found["deletion_lead"].value is None
    assert found["deletion_lead"].params["no_interval"] == "no replacement moved the output"


@pytest.mark.slow
@pytest.mark.long
def test_the_interval_of_the_lead_covers():
    leads = [measured(faithfulness, subject_with(uneven, seed=seed))["deletion_lead"] for seed in range(150)]
    mean = np.mean([m.value for m in leads])
    covered = np.mean([m.interval.low <= mean <= m.interval.high for m in leads])
    assert covered > 0.9


def line_subject(n=400):
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(n, 4)), columns=list("abcd"))
    target = np.where(table["a"] * 2 + table["b"] > 0, "1", "0")
    model = LocalModel(LogisticRegression().fit(table, target))
    return subject_of({}, list(model.predict(table)), features=table, model=model)


def test_a_line_tells_everybody_the_same():
    found = measured(stability, line_subject(3000))
    assert found["top_reasons_overlap"].value > 0.9
    assert found["first_reason_kept"].value > 0.9
    assert found["first_reason_kept"].params["engine"] == "exact, from the model's coefficients"
    assert found["first_reason_kept"].denominator == 50


def test_what_cannot_be_looked_into_is_sampled():
    found = measured(stability, toy_subject())
    assert found["first_reason_kept"].denominator == 5
    assert found["first_reason_kept"].params["background_rows"] == 30
    assert 0 <= found["top_reasons_overlap"].value <= 1


def test_small_tables_have_no_stability():
    assert isinstance(outcome_of(stability, toy_subject(n=7)), Skipped)


def labelled(function, n=2000, seed=0, **columns):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"x": rng.normal(size=n), "z": rng.normal(size=n), **columns})
    truth = function(table)
    return table, truth


def test_a_line_needs_no_other_model():
    table, truth = labelled(lambda t: t["x"] + t["z"] > 0)
    model = LinearModel({"x": 1.0, "z": 1.0})
    subject = subject_of(
        {}, list(model.predict(table)), [str(int(v)) for v in truth], features=table, model=model
    )
    found = measured(simple_first, subject)
    assert abs(found["lead_over_line"].value) < 0.03
    assert found["lead_over_tree"].interval.low > 0
    assert found["lead_over_tree"].params["right"] == 1.0
    fidelity = measured(surrogate_fidelity, subject)
    assert fidelity["line_fidelity"].value > 0.97
    assert fidelity["tree_fidelity"].value < fidelity["line_fidelity"].value
    assert fidelity["line_fidelity"].params["more_frequent"] < 0.6


@pytest.mark.parametrize(
    ("kind", "skipped"),
    [
        ("LogisticRegression", True),
        ("Pipeline(ColumnTransformer, LogisticRegression)", True),
        ("Pipeline(LinearSVC, RandomForestClassifier)", False),
        ("", False),
    ],
)
def test_a_line_is_not_asked_whether_a_line_would_do(kind, skipped):
    subject = toy_subject()
    facts = replace(subject.model.facts, kind=kind)
    model = copy.copy(subject.model)
    model.facts = facts
    assert isinstance(outcome_of(simple_first, replace(subject, model=model)), Skipped) is skipped


def test_a_model_that_only_a_tree_can_follow():
    table, truth = labelled(lambda t: (t["x"] > 0) & (t["z"] > 0.3))
    subject = subject_of(
        {}, ["1" if v else "0" for v in truth], features=table, model=LinearModel({"x": 1.0})
    )
    fidelity = measured(surrogate_fidelity, subject)
    assert fidelity["tree_fidelity"].value > 0.97


def test_names_are_split_by_what_they_mean():
    rng = np.random.default_rng(0)
    names = rng.choice(list("pqrstu"), 2000)
    table, truth = labelled(lambda t: t["name"].isin(["q", "t"]), name=names)
    subject = subject_of(
        {}, ["1" if v else "0" for v in truth], features=table, model=LinearModel({"x": 1.0})
    )
    assert measured(surrogate_fidelity, subject)["tree_fidelity"].value == 1.0


def test_the_lead_is_that_of_the_pairs():
    table, truth = labelled(lambda t: t["x"] > 0)
    wrong = np.random.default_rng(1).random(len(table)) < 0.2
    decided = ["1" if v else "0" for v in truth ^ wrong]
    subject = subject_of(
        {}, decided, ["1" if v else "0" for v in truth], features=table, model=LinearModel({"x": 1.0})
    )
    found = measured(simple_first, subject)["lead_over_line"]
    assert found.value == pytest.approx(found.params["right"] - found.params["simple_right"])
    assert found.interval.high < 0
    assert found.p_value < 1e-6


def test_too_few_of_a_kind_is_not_applicable():
    subject = toy_subject()
    alike = replace(subject, predicted=np.zeros_like(subject.predicted))
    assert isinstance(outcome_of(surrogate_fidelity, alike), Skipped)


def test_splits_against_scikit_learn():
    rng = np.random.default_rng(0)
    column, y = rng.integers(0, 12, 400), rng.normal(size=400)
    gain, goes = simple._split(column, y, 12, True)
    tree = DecisionTreeRegressor(max_depth=1, min_samples_leaf=simple.LEAF_ROWS).fit(column[:, None], y)
    np.testing.assert_array_equal(goes, np.arange(12) <= tree.tree_.threshold[0])
    impurity = tree.tree_.impurity * tree.tree_.n_node_samples
    assert gain == pytest.approx(impurity[0] - impurity[1] - impurity[2])


def test_the_line_against_scikit_learn():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4))
    y = x @ [1.0, -2.0, 0.5, 0.0] + rng.logistic(size=300) > 0
    theirs = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10, max_iter=1000).fit(x, y).coef_[0]
    np.testing.assert_allclose(simple._line(x, y), theirs, atol=1e-4)


def refusing(n=600, **sensitive):
    """Those with a low sum are refused; everybody can be helped by one number."""
    table = pd.DataFrame(np.random.default_rng(0).normal(size=(n, 3)), columns=list("abc"))
    target = np.where(table["a"] * 2 + table["b"] > 1, "1", "0")
    model = LocalModel(LogisticRegression().fit(table, target))
    groups = {name: list((table[name] > 0).astype(int)) for name in sensitive}
    return subject_of(groups, list(model.predict(table)), features=table, model=model)


def test_refused_people_are_told_reasons_and_what_helps():
    found = measured(reasons, refusing())
    assert found["recourse_share"].value == 1.0
    assert found["recourse_share"].denominator == 50
    assert found["without_reason"].value == 0.0
    assert 0.5 < found["baseline_agreement"].value <= 1.0
    assert found["baseline_agreement"].params["engine"] == "exact, from the model's coefficients"


def test_what_is_protected_helps_nobody():
    found = measured(reasons, refusing(a=None, b=None, c=None))
    assert found["recourse_share"].value == 0.0
    assert found["without_reason"].value == 1.0


def test_what_the_dictionary_freezes_helps_nobody():
    words = Dictionary(columns={name: Column(immutable=True) for name in "abc"})
    found = measured(reasons, replace(refusing(), reasons=words))
    assert found["recourse_share"].value == 0.0
    assert found["without_reason"].value == 0.0


def test_where_nobody_is_refused_there_is_nothing_to_tell():
    subject = refusing()
    alike = replace(subject, predicted=np.full_like(subject.predicted, subject.classes.index("1")))
    assert isinstance(outcome_of(reasons, alike), Skipped)
