"""Decisions and outcomes become codes of one set of labels, or a sentence that says why not."""

import numpy as np
import pytest

from aiaudit.declared import Declared
from aiaudit.errors import IncompleteError, UsageError
from aiaudit.labels import Task, label_text
from aiaudit.model import ModelFacts
from aiaudit.outcomes import task_of, with_outcomes
from aiaudit.subject import Rows, Subject
from aiaudit.testing import LinearModel


class Decider(LinearModel):
    """A model of any kind, of which only what it knows is asked."""

    def __init__(self, kind, classes=None):
        super().__init__({})
        self.facts = ModelFacts(name="m", digest="", format="memory", kind="Decider", estimator_type=kind)
        self.classes = classes


def array(values):
    return np.array(values, dtype=object)


def made(decisions, actual=None, *, model=None, **declared):
    """Return the subject of these decisions and outcomes."""
    said = Declared(target=None if actual is None else "y", predictions=None if model else "p", **declared)
    decisions = array(decisions) if isinstance(decisions, list) else decisions
    actual = None if actual is None else array(actual)
    task = task_of(model, said, decisions, actual)
    n = len(decisions)
    return with_outcomes(
        Subject(task=task, model=model, rows=Rows(read=n, assessed=n)), said, decisions, actual
    )


def labels(subject, codes):
    return [subject.classes[code] for code in codes]


@pytest.mark.parametrize(
    ("decisions", "actual", "favorable", "classes"),
    [
        (["0", "1", "1"], ["1", "0", "1"], "0", ("0", "1")),
        (["1", "2", "1"], ["2.0", "1.0", "1"], "2", ("1", "2")),
        (["-1", "1", "1"], ["1", "-1", "1"], "1", ("-1", "1")),
        (["True", "False", "true"], ["true", "false", "TRUE"], "true", ("False", "True")),
        (["yes", "no", "no"], ["no", "yes", "no"], "yes", ("no", "yes")),
        (["<=50K", ">50K", " >50K"], [">50K", "<=50K", ">50K"], ">50K", ("<=50K", ">50K")),
    ],
)
def test_binary_labels_of_any_kind(decisions, actual, favorable, classes):
    subject = made(decisions, actual, favorable=(favorable,))
    assert subject.task is Task.BINARY
    assert subject.classes == classes
    assert subject.favorable == (label_text(favorable),)
    assert labels(subject, subject.predicted) == [label_text(v) for v in decisions]
    assert labels(subject, subject.actual) == [label_text(v) for v in actual]
    assert subject.predicted.dtype == subject.actual.dtype == np.uint16


@pytest.mark.parametrize(
    ("known", "predicted", "written"),
    [
        ((0, 1), np.array([0, 1, 1]), ["0", "1.0", "1"]),
        ((0.0, 1.0), np.array([0.0, 1.0, 1.0]), ["0", "1", "1"]),
        ((False, True), np.array([False, True, True]), ["False", "true", "True"]),
        (("no", "yes"), np.array(["no", "yes", "yes"]), ["no", "yes", "yes"]),
        ((1, 2), np.array([1, 2, 2], np.uint8), ["1", "2", "2"]),
    ],
)
def test_a_models_labels_meet_those_of_a_file(known, predicted, written):
    model = Decider("classifier", known)
    subject = made(predicted, written, model=model, favorable=(written[2],))
    assert subject.predicted.tolist() == subject.actual.tolist() == [0, 1, 1]


def test_two_of_three_labels_may_be_favourable():
    subject = made(["a", "b", "c"], ["b", "b", "a"], favorable=("a", "c"))
    assert subject.task is Task.MULTICLASS
    assert subject.favorable_codes.tolist() == [0, 2]


def test_a_class_that_is_never_decided_is_known_all_the_same():
    subject = made(np.array([0, 0]), ["2", "0"], model=Decider("classifier", (0, 1, 2)), favorable=("2",))
    assert subject.classes == ("0", "1", "2")
    assert subject.actual.tolist() == [2, 0]


def test_an_outlier_detector_needs_no_naming():
    subject = made(np.array([1, 1, -1]), ["1", "-1", "-1"], model=Decider("outlier_detector"))
    assert subject.task is Task.OUTLIER
    assert subject.classes == ("-1", "1")
    assert subject.favorable == ("1",)
    assert subject.predicted.tolist() == [1, 1, 0]


def test_a_regression_keeps_its_numbers():
    subject = made(np.array([1.5, 2.0]), ["1.25", "2"], model=Decider("regressor"))
    assert subject.task is Task.REGRESSION
    assert subject.predicted is None
    assert subject.classes == subject.favorable == ()
    assert subject.predicted_values.tolist() == [1.5, 2.0]
    assert subject.actual_values.tolist() == [1.25, 2.0]


def test_labels_of_the_outcome_count_where_the_model_does_not_know_its_own():
    model = Decider("")
    assert made(np.array(["a", "b"]), ["a", "c"], model=model, favorable=("a",)).task is Task.MULTICLASS


@pytest.mark.parametrize("nothing", [np.array([1.0, np.nan]), array(["1", None])])
def test_a_row_without_a_decision_is_never_coded_as_one(nothing):
    with pytest.raises(IncompleteError, match=r"decided nothing \(NaN or None\) in 1 of 2 rows"):
        made(nothing, model=Decider("classifier", (0, 1)), favorable=("1",))


@pytest.mark.parametrize("values", [np.array([1.0, np.nan]), np.array([1.0, np.inf])])
def test_a_number_that_is_none_is_refused(values):
    with pytest.raises(IncompleteError, match="the decisions should hold numbers but holds"):
        made(values, model=Decider("regressor"))


def test_a_target_of_words_is_refused_for_a_regression():
    with pytest.raises(IncompleteError, match="the target column 'y' should hold numbers but holds 'high'"):
        made(np.array([1.0, 2.0]), ["1", "high"], model=Decider("regressor"))


def test_one_outcome_for_everybody_is_refused():
    with pytest.raises(IncompleteError, match="the target column 'y' holds one label only, '1'"):
        made(["0", "1"], ["1", "1"], favorable=("1",))


@pytest.mark.parametrize(
    ("model", "decisions", "actual"),
    [
        (None, ["yes", "no"], ["1", "0"]),
        (Decider("classifier", (0, 1)), np.array([0, 1]), ["True", "False"]),
        (Decider("classifier", (0, 1)), np.array([0, 1]), ["0", "2"]),
        (Decider("outlier_detector"), np.array([1, -1]), ["0", "1"]),
    ],
)
def test_outcomes_written_otherwise_than_decisions_are_refused(model, decisions, actual):
    with pytest.raises(UsageError, match="which is never decided"):
        made(decisions, actual, model=model, favorable=("1",))


def test_a_vendors_decisions_may_lack_a_label_that_occurs():
    subject = made(["0", "0"], ["0", "1"], favorable=("1",))
    assert subject.classes == ("0", "1")


def test_a_task_declared_binary_has_two_labels():
    with pytest.raises(UsageError, match="a binary task has two labels, but there are 3: 'a', 'b', 'c'"):
        made(["a", "b", "c"], favorable=("a",), task=Task.BINARY)


@pytest.mark.parametrize("said", [{"favorable": ("1",)}, {"order": ("0", "1")}])
def test_labels_are_not_spoken_of_where_numbers_are_predicted(said):
    with pytest.raises(UsageError, match="numbers are predicted here") as caught:
        made(np.array([1.5, 2.5, 3.5]), task=Task.REGRESSION, **said)
    assert f"--{next(iter(said))}" in str(caught.value)
