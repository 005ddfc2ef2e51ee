from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import IsolationForest
from sklearn.linear_model import LinearRegression, LogisticRegression, Perceptron
from sklearn.neighbors import NearestCentroid
from sklearn.svm import SVC, LinearSVC, OneClassSVM

from aiaudit.explaining.output import explained_output
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.testing import subject_of

RNG = np.random.default_rng(0)
FRAME = pd.DataFrame(RNG.normal(size=(80, 3)), columns=["a", "b", "c"])
TWO = np.where(FRAME["a"] > 0, "yes", "no")
THREE = np.select([FRAME["a"] > 0.5, FRAME["a"] < -0.5], ["high", "low"], "middle")


def subject_with(estimator, favorable, target=TWO, **others):
    model = LocalModel(estimator.fit(FRAME, target))
    predicted = [str(label) for label in model.predict(FRAME)]
    return subject_of({}, predicted, favorable=favorable, features=FRAME, model=model, **others)


@pytest.mark.parametrize(("favorable", "position"), [("yes", 1), ("no", 0)])
def test_a_probability_is_that_of_the_favourable_label(favorable, position):
    estimator = LogisticRegression()
    name, output = explained_output(subject_with(estimator, favorable))
    assert name == f"probability of {favorable}"
    np.testing.assert_array_equal(output(FRAME), estimator.predict_proba(FRAME)[:, position])


def test_several_favourable_labels_add_up():
    estimator = LogisticRegression()
    subject = replace(subject_with(estimator, "high", THREE), favorable=("high", "middle"))
    name, output = explained_output(subject)
    assert name == "probability of high or middle"
    # classes are high, low, middle
    np.testing.assert_allclose(output(FRAME), estimator.predict_proba(FRAME)[:, [0, 2]].sum(axis=1))


def test_labels_are_compared_as_text():
    estimator = LogisticRegression()
    subject = subject_with(estimator, "1", (FRAME["a"] > 0).astype(float))
    assert subject.model.classes == (0.0, 1.0)
    _, output = explained_output(subject)
    np.testing.assert_array_equal(output(FRAME), estimator.predict_proba(FRAME)[:, 1])


@pytest.mark.parametrize(("favorable", "sign"), [("yes", 1), ("no", -1)])
def test_a_decision_function_is_turned_to_favour(favorable, sign):
    estimator = LinearSVC()
    name, output = explained_output(subject_with(estimator, favorable))
    assert name == f"decision function, higher for {favorable}"
    np.testing.assert_array_equal(output(FRAME), sign * estimator.decision_function(FRAME))


def test_of_several_decision_values_the_margin_is_explained():
    estimator = SVC()
    name, output = explained_output(subject_with(estimator, "low", THREE))
    assert name == "decision margin for low"
    values = estimator.decision_function(FRAME)
    np.testing.assert_array_equal(output(FRAME), values[:, 1] - np.maximum(values[:, 0], values[:, 2]))
    assert ((output(FRAME) > 0) == (estimator.predict(FRAME) == "low")).all()


def test_one_against_one_values_are_no_values_of_classes():
    four = np.select([FRAME["a"] > 0.6, FRAME["a"] > 0, FRAME["a"] > -0.6], ["w", "x", "y"], "z")
    estimator = SVC(decision_function_shape="ovo")
    name, output = explained_output(subject_with(estimator, "x", four))
    assert name == "decision for x (1) or not (0)"
    np.testing.assert_array_equal(output(FRAME), estimator.predict(FRAME) == "x")


@pytest.mark.parametrize("estimator", [NearestCentroid(), Perceptron()])
def test_without_scores_the_decision_itself_is_explained(estimator):
    subject = subject_with(estimator, "yes")
    model = subject.model
    model.scores = lambda frame: None
    name, output = explained_output(subject)
    assert name == "decision for yes (1) or not (0)"
    np.testing.assert_array_equal(output(FRAME), estimator.predict(FRAME) == "yes")


def test_calibrated_support_vectors_have_probabilities():
    name, _ = explained_output(subject_with(CalibratedClassifierCV(LinearSVC(), cv=3), "yes"))
    assert name == "probability of yes"


def test_a_regression_explains_its_value():
    estimator = LinearRegression().fit(FRAME, FRAME["a"] * 3)
    subject = subject_of({}, ["0"] * 80, features=FRAME, model=LocalModel(estimator))
    subject = replace(subject, task=Task.REGRESSION, favorable=(), classes=())
    name, output = explained_output(subject)
    assert name == "predicted value"
    np.testing.assert_array_equal(output(FRAME), estimator.predict(FRAME))


@pytest.mark.parametrize(("favorable", "sign"), [("1", 1), ("-1", -1)])
@pytest.mark.parametrize("estimator", [IsolationForest(n_estimators=20, random_state=0), OneClassSVM()])
def test_an_outlier_detector_explains_how_ordinary_a_row_is(estimator, favorable, sign):
    estimator.fit(FRAME)
    subject = subject_of(
        {}, ["1", "-1"] * 40, favorable=favorable, features=FRAME, model=LocalModel(estimator)
    )
    _, output = explained_output(replace(subject, task=Task.OUTLIER))
    np.testing.assert_array_equal(output(FRAME), sign * estimator.decision_function(FRAME))


def test_a_missing_decision_is_no_number():
    subject = subject_with(NearestCentroid(), "yes")
    subject.model.scores = lambda frame: None
    subject.model.predict = lambda frame: np.array(["yes", "no", None] * (len(frame) // 3), dtype=object)
    _, output = explained_output(subject)
    np.testing.assert_array_equal(output(FRAME[:6]), [1, 0, np.nan, 1, 0, np.nan])


def test_an_answer_of_the_wrong_length_is_an_error():
    subject = subject_with(LogisticRegression(), "yes")
    scores = subject.model.scores
    subject.model.scores = lambda frame: scores(frame)[1:]
    _, output = explained_output(subject)
    with pytest.raises(ValueError, match="answered 80 rows with an array of shape"):
        output(FRAME)


def test_a_model_that_writes_on_its_input_does_not_reach_the_subject():
    subject = subject_with(LogisticRegression(), "yes")
    before, scores = FRAME.copy(), subject.model.scores

    def scribble(frame):
        answer = scores(frame)
        frame.loc[:, :] = 0.0
        return answer

    subject.model.scores = scribble
    explained_output(subject)
    pd.testing.assert_frame_equal(FRAME, before)
