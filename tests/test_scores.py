"""Scores run so that higher is better for the person, and are called probabilities only where they are."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from aiaudit.errors import IncompleteError
from aiaudit.loading.models import LocalModel
from aiaudit.scores import column_scores, model_scores

FRAME = pd.DataFrame({"a": [-2.0, -0.5, 0.5, 2.0], "b": [0.0, 1.0, 0.0, 1.0]})


def answering(scores, classes):
    """Return a model that answers these scores."""
    return SimpleNamespace(
        classes=classes, scores=lambda frame: None if scores is None else np.asarray(scores)
    )


@pytest.mark.parametrize("good", ["no", "yes"])
def test_the_probability_of_the_favourable_label(good):
    model = LogisticRegression().fit(FRAME, ["no", "no", "yes", "yes"])
    found = model_scores(LocalModel(model), FRAME, [good])
    assert found.probability
    assert found.values.tolist() == model.predict_proba(FRAME)[:, ["no", "yes"].index(good)].tolist()


def test_a_decision_function_is_turned_where_the_other_label_helps():
    model = LinearSVC().fit(FRAME, [0, 0, 1, 1])
    for good, sign in (("1", 1), ("0", -1)):
        found = model_scores(LocalModel(model), FRAME, [good])
        assert not found.probability
        assert found.values.tolist() == (sign * model.decision_function(FRAME)).tolist()


def test_probabilities_of_several_favourable_labels_add_up():
    found = model_scores(
        answering([[0.1, 0.2, 0.7], [0.5, 0.25, 0.25]], ("a", "b", "c")), FRAME[:2], ["a", "c"]
    )
    assert found.values == pytest.approx([0.8, 0.75])
    assert found.probability


def test_margins_of_several_labels_are_best_against_best():
    found = model_scores(answering([[3.0, -1.0, 2.0]], (1, 2, 3)), FRAME[:1], ["1", "2"])
    assert found.values.tolist() == [1.0]
    assert not found.probability


def test_positive_scores_that_do_not_sum_to_one_are_no_probabilities():
    found = model_scores(answering([[0.9, 0.9], [0.5, 0.4]], ("0", "1")), FRAME[:2], ["1"])
    assert not found.probability


@pytest.mark.parametrize(
    ("answer", "classes"), [(None, ("0", "1")), ([[1.0, 2.0, 3.0]], ("0", "1")), ([[1.0, 2.0]], None)]
)
def test_no_score_for_each_class_is_no_score(answer, classes):
    assert model_scores(answering(answer, classes), FRAME[:1], ["1"]) is None


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(IncompleteError, match=r"hold 1 value\(s\) that are no finite number"):
        model_scores(answering([0.1, np.nan], ("0", "1")), FRAME[:2], ["1"])


def test_a_column_keeps_its_direction_or_is_turned_with_a_word():
    chances, chosen = np.array([0.9, 0.8, 0.1]), np.array([True, True, False])
    assert column_scores("p", chances, chosen).values.tolist() == [0.9, 0.8, 0.1]
    turned = column_scores("p", chances, ~chosen)
    assert turned.values == pytest.approx([0.1, 0.2, 0.9])
    assert turned.probability
    assert "subtracted from 1" in turned.source
    points = column_scores("risk", np.array([700.0, 400, 650]), np.array([False, True, False]))
    assert points.values.tolist() == [-700, -400, -650]
    assert not points.probability


def test_a_column_that_says_nothing_of_its_direction_is_refused():
    with pytest.raises(IncompleteError, match="'s' are no higher for one decision"):
        column_scores("s", np.array([1.0, 1.0]), np.array([True, False]))
