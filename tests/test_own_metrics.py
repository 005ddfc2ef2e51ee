"""Whose code may run for a policy, and what a policy may say of it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, fbeta_score, roc_auc_score

from aiaudit.errors import UsageError
from aiaudit.own_metrics import ID, declared, runnable
from aiaudit.policy import load_policies
from aiaudit.policy.describe import describe, to_yaml
from aiaudit.policy.document import FileErrors
from aiaudit.policy.own_metrics import OwnMetric
from aiaudit.testing import outcome_of, toy_subject

POLICY = """\
version: 1
id: shop
edition: "1"
title: Shop
metrics:
  - name: cost
    function: {function}
    better: lower
    arguments: {{refusal: 40, default: 300}}
requirements:
  - id: cost-gap
    title: Whether errors about some groups cost more
    check: bias.own-metrics
    metric: cost_difference
    scope: {{over: groups}}
    op: within
    threshold: 5
    basis: house
    source: these tests
    rationale: Errors should cost everybody alike.
"""


def own(function, **more):
    return OwnMetric(name="own", function=function, better="higher", **more)


@pytest.mark.parametrize(
    "function", ["os:system", "sklearn.metricsx:f", "sklearn:show_versions", "fairlearn:metrics"]
)
def test_code_that_nobody_vouched_for_does_not_run(function):
    with pytest.raises(UsageError, match="nobody vouched for") as error:
        runnable({}, [own(function)], ["os:popen"])
    assert f"--trust-metric {function}" in error.value.hint


@pytest.mark.parametrize(
    ("function", "what"),
    [
        ("sklearn.metrics:recal_score", "AttributeError"),
        ("sklearn.metrics.missing:f", "ModuleNotFoundError"),
        ("tests.measuring.functions:NOT_A_FUNCTION", "is no function"),
    ],
)
def test_names_that_lead_nowhere(function, what):
    with pytest.raises(UsageError, match=what) as error:
        runnable({}, [own(function)], [function])
    assert error.value.hint


def test_declaring_imports_nothing():
    check = declared({}, [own("no.such.module:f")])[ID]
    assert [m.name for m in check.metrics] == ["own", "own_difference", "own_ratio"]
    assert declared({}, []) == {}


def test_a_policy_with_metrics_is_read_again_as_it_was(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY.format(function="sklearn.metrics:recall_score"))
    first = load_policies([str(file)]).policy
    file.write_text(to_yaml(first))
    assert load_policies([str(file)]).policy == first


def test_a_policy_tells_whose_code_it_runs(tmp_path):
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY.format(function="shop.metrics:cost"))
    loaded = load_policies([str(file)])
    told = describe(loaded.policy, loaded.sources, date(2026, 11, 1))
    assert "metric: cost, lower is better: runs shop.metrics:cost" in told


def extended(tmp_path, text):
    (tmp_path / "base.yaml").write_text(POLICY.format(function="sklearn.metrics:recall_score"))
    (tmp_path / "own.yaml").write_text('version: 1\nid: own\nedition: "1"\ntitle: Own\n' + text)
    return tmp_path / "own.yaml"


def test_metrics_of_an_extended_policy_stay(tmp_path):
    text = "extends: [./base.yaml]\nmetrics:\n  - {name: more, function: 'a.b:c', better: lower}\n"
    policy = load_policies([str(extended(tmp_path, text))]).policy
    assert [m.name for m in policy.metrics] == ["cost", "more"]


@pytest.mark.parametrize("name", ["cost", "cost_difference"])
def test_a_name_that_the_extended_policy_has_is_taken(tmp_path, name):
    text = f"extends: [./base.yaml]\nmetrics:\n  - {{name: {name}, function: 'a.b:c', better: lower}}\n"
    with pytest.raises(FileErrors) as error:
        load_policies([str(extended(tmp_path, text))])
    assert [f.line for f in error.value.faults] == [7]
    assert "give yours another name" in error.value.faults[0].what


def test_policies_side_by_side_cannot_mean_different_things_by_one_name(tmp_path):
    text = "metrics:\n  - {name: cost, function: 'a.b:c', better: lower}\n"
    other = extended(tmp_path, text + "requirements: []\nfail_on: high\n")
    with pytest.raises(FileErrors, match="defined differently in two policies"):
        load_policies([str(tmp_path / "base.yaml"), str(other)])


def measured_by(function, **more):
    check = runnable({}, [own(function, **more)])[ID]
    outcome = outcome_of(check, replace(toy_subject(), attributes=()))
    return {tuple(m.scope.values()): m.value for m in outcome.measurements if m.metric == "own"}[()]


def test_scorers_of_scikit_learn_by_name():
    subject = toy_subject()
    truth, given = subject.deserved.astype(int), subject.selected.astype(int)
    assert measured_by("sklearn.metrics:balanced_accuracy") == balanced_accuracy_score(truth, given)
    assert measured_by("sklearn.metrics:neg_mean_squared_error") == -np.mean(truth != given)
    found = measured_by("sklearn.metrics:roc_auc", inputs="scores")
    assert found == roc_auc_score(truth, subject.scores.values)
    assert measured_by("sklearn.metrics:fbeta_score", arguments={"beta": 2}) == fbeta_score(
        truth, given, beta=2
    )


def test_a_scorer_of_ones_own():
    function = "tests.measuring.functions:SCORER"
    check = runnable({}, [own(function)], [function])[ID]
    subject = replace(toy_subject(), attributes=())
    (whole,) = outcome_of(check, subject).measurements
    assert whole.value == -fbeta_score(subject.deserved, subject.selected, beta=3)
