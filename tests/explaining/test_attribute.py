from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from aiaudit.errors import IncompleteError
from aiaudit.explaining.attribute import attribute
from aiaudit.explaining.output import explained_output
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.testing import subject_of, toy_subject
from tests.explaining.brute import shapley_of_row
from tests.explaining.test_models import FRAME, TARGET, one_hot

pytestmark = pytest.mark.filterwarnings("ignore")


def subject_with(estimator, favorable="yes"):
    model = LocalModel(estimator.fit(FRAME, TARGET))
    return subject_of({}, list(model.predict(FRAME)), favorable=favorable, features=FRAME, model=model)


def brute(subject, rows, background):
    _, output = explained_output(subject)
    return [shapley_of_row(output, rows.loc[i], background) for i in rows.index]


def test_trees_are_looked_into():
    subject = subject_with(make_pipeline(one_hot(), RandomForestClassifier(9, random_state=0)))
    rows, background = FRAME.iloc[:2], FRAME.iloc[50:56].reset_index(drop=True)
    found = attribute(subject, rows, background, 0)
    assert found.exact
    assert not found.errors.any()
    assert (found.output, found.engine) == ("probability of yes", "exact, from the model's trees")
    assert (found.not_looked_into, found.background, found.columns) == ("", 6, tuple(FRAME.columns))
    assert found.additivity < 1e-12
    np.testing.assert_allclose(found.values, brute(subject, rows, background), atol=1e-9)


def test_log_odds_are_named_and_favour_the_person():
    estimator = make_pipeline(one_hot(), LogisticRegression())
    rows = FRAME.iloc[:5]
    yes, no = (attribute(subject_with(estimator, label), rows, FRAME, 0) for label in ("yes", "no"))
    assert (yes.output, no.output) == ("log-odds of yes", "log-odds of no")
    np.testing.assert_allclose(yes.values, -no.values, atol=1e-12)
    assert max(yes.additivity, no.additivity) < 1e-12


def test_few_columns_are_tried_in_every_combination():
    subject = subject_with(make_pipeline(one_hot(), MLPClassifier((4,), max_iter=200, random_state=0)))
    rows, background = FRAME.iloc[:2], FRAME.iloc[50:56].reset_index(drop=True)
    found = attribute(subject, rows, background, 0)
    assert found.exact
    assert found.engine == "exact, from every combination of columns"
    assert found.not_looked_into == "a MLPClassifier is neither made of trees nor a line"
    assert found.additivity < 1e-9
    np.testing.assert_allclose(found.values, brute(subject, rows, background), atol=1e-9)


class Twelve:
    """Twelve columns, interactions, and no way to look inside."""

    classes_ = np.array(["0", "1"])

    def predict(self, table):
        return np.where(self.predict_proba(table)[:, 1] > 0.5, "1", "0")

    def predict_proba(self, table):
        x = np.asarray(table, float)
        margin = x[:, 0] * x[:, 1] * x[:, 2] + np.abs(x[:, 3] - x[:, 4]) - x[:, 5] + x[:, 6] * x[:, 7]
        sure = 1 / (1 + np.exp(-margin))
        return np.column_stack([1 - sure, sure])


def twelve(n=60):
    table = pd.DataFrame(np.random.default_rng(3).normal(size=(n, 12)), columns=list("abcdefghijkl"))
    model = LocalModel(Twelve())
    return subject_of({}, list(model.predict(table)), features=table, model=model)


def exactly(subject, rows, background, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("aiaudit.explaining.mixtures.ENUMERATED", 12)
        patch.setattr("aiaudit.explaining.mixtures.ENUMERATED_ROWS", 10**9)
        return attribute(subject, rows, background, 0)


@pytest.mark.slow
def test_sampled_orders_state_their_error(monkeypatch):
    subject = twelve()
    rows, background = subject.features.iloc[:12], subject.features.iloc[20:40]
    truth = exactly(subject, rows, background, monkeypatch)
    assert truth.exact
    ratios = []
    for seed in range(6):
        found = attribute(subject, rows, background, seed)
        assert not found.exact
        assert found.engine == "sampled orders of columns"
        assert found.additivity < 1e-9
        used = found.errors > 0
        np.testing.assert_allclose(found.values[~used], truth.values[~used], atol=1e-12)
        ratios.append(((found.values - truth.values) / np.where(used, found.errors, 1))[used])
        size = np.abs(found.values).sum(axis=1, keepdims=True)
        assert (found.errors <= 0.0101 * size).all()
    ratios = np.concatenate(ratios)
    assert 0.85 < np.sqrt(np.mean(ratios**2)) < 1.15
    assert np.mean(np.abs(ratios) > 2) < 0.07
    assert np.abs(ratios).max() < 5


@pytest.mark.parametrize(
    ("game", "expected"),
    [
        (lambda a, b: a & b, {(1, 1): (0.375, 0.375), (1, 0): (0.125, -0.375)}),
        (lambda a, b: a | b, {(1, 1): (0.125, 0.125), (1, 0): (0.375, -0.125)}),
        (lambda a, b: a ^ b, {(1, 1): (-0.25, -0.25), (1, 0): (0.25, 0.25)}),
        (lambda a, b: 3 * a - b, {(1, 1): (1.5, -0.5), (1, 0): (1.5, 0.5)}),
    ],
    ids=["and", "or", "xor", "sum"],
)
def test_small_games_by_hand(game, expected):
    """Against the four rows of a table of yes and no."""
    table = pd.DataFrame([(0, 0), (0, 1), (1, 0), (1, 1)], columns=["a", "b"])
    model = type("Game", (), {"predict": lambda _, t: game(t["a"], t["b"]).to_numpy(float)})()
    subject = subject_of({}, ["1"] * 4, features=table, model=LocalModel(model))
    subject = replace(subject, task=Task.REGRESSION)
    found = attribute(subject, pd.DataFrame(list(expected), columns=["a", "b"]), table, 0)
    assert found.exact
    np.testing.assert_allclose(found.values, list(expected.values()), atol=1e-12)


def test_an_irrelevant_column_changes_no_sampled_value():
    """The last columns of the twelve are never looked at."""
    subject = twelve()
    rows = subject.features.iloc[[0, 0]].reset_index(drop=True)
    rows.loc[1, ["k", "l"]] = [7.0, -7.0]
    found = attribute(subject, rows, subject.features.iloc[20:40], 0)
    assert not found.exact
    np.testing.assert_array_equal(found.values[0], found.values[1])
    np.testing.assert_array_equal(found.errors[0], found.errors[1])
    assert not found.values[:, -4:].any()


def test_what_a_row_is_told_does_not_depend_on_its_company():
    subject = twelve()
    rows, background = subject.features.iloc[:3], subject.features.iloc[20:40]
    together = attribute(subject, rows, background, 0)
    alone = attribute(subject, rows.iloc[2:], background, 0)
    np.testing.assert_allclose(together.values[2], alone.values[0], atol=1e-12)


def test_a_regression_is_explained_in_its_own_unit():
    subject = toy_subject()
    model = type("M", (), {"predict": lambda self, t: 3 * t["income"].to_numpy() - t["debt"].to_numpy()})()
    subject = replace(subject, model=LocalModel(model), task=Task.REGRESSION)
    found = attribute(subject, subject.features.iloc[:2], subject.features, 0)
    assert found.output == "predicted value"
    expected = 3 * (subject.features["income"] - subject.features["income"].mean())
    np.testing.assert_allclose(found.values[:, 0], expected[:2], atol=1e-9)


def test_no_number_is_no_attribution():
    subject = toy_subject()
    scores = subject.model.scores
    subject.model.scores = lambda table: np.where(table[["income"]].to_numpy() > 1.5, np.nan, scores(table))
    with pytest.raises(IncompleteError, match="no finite number"):
        attribute(subject, subject.features.iloc[:2], subject.features, 0)


def test_another_process_is_not_taken_on_its_word():
    subject = subject_with(make_pipeline(one_hot(), LogisticRegression()))
    subject.model.attributions = lambda *_: {"values": np.zeros((1, 1)), "engine": "line", "outputs": [1]}
    with pytest.raises(IncompleteError, match="something else"):
        attribute(subject, FRAME.iloc[:2], FRAME, 0)
