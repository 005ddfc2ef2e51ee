"""Users' functions by group against fairlearn over rows, SciPy's t tests, and coverage by simulation."""

from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame
from scipy.stats import ttest_ind

from aiaudit.facts import Errored, Measured, Skipped
from aiaudit.own_metrics import ID, runnable
from aiaudit.policy.own_metrics import OwnMetric
from aiaudit.testing import CONFORMITY, outcome_of, subject_of, toy_ordinal, toy_regression, toy_subject

HERE = "tests.measuring.functions"


def check(**own):
    own = {"name": "own", "better": "higher", **own}
    return runnable({}, [OwnMetric(**own)], [own["function"]])[ID]


def found(check, subject, metric="own"):
    outcome = outcome_of(check, subject)
    assert isinstance(outcome, Measured), outcome
    return [m for m in outcome.measurements if m.metric == metric]


@pytest.mark.parametrize("rule", CONFORMITY, ids=lambda rule: rule.__name__)
def test_conformity(rule):
    rule(check(function=f"{HERE}:recall", unit="share", counts="favorable"))


@pytest.mark.parametrize(
    ("function", "inputs"),
    [(f"{HERE}:recall", "decisions"), (f"{HERE}:cost", "decisions"), (f"{HERE}:separation", "scores")],
)
def test_values_are_those_of_fairlearn_over_rows(function, inputs):
    from tests.measuring import functions

    subject = toy_subject()
    truth = subject.deserved.astype(int)
    given = subject.scores.values if inputs == "scores" else subject.selected.astype(int)
    for attribute in subject.attributes:
        theirs = MetricFrame(
            metrics=getattr(functions, function.partition(":")[2]),
            y_true=truth,
            y_pred=given,
            sensitive_features=np.array(attribute.levels)[attribute.codes],
        ).by_group
        mine = {
            m.scope[attribute.name]: m.value
            for m in found(check(function=function, inputs=inputs), subject)
            if set(m.scope) == {attribute.name}
        }
        assert mine == pytest.approx(theirs.to_dict(), abs=1e-12)


def test_the_standard_error_of_a_mean_is_the_textbooks():
    subject = toy_regression()
    errors = np.abs(subject.actual_values - subject.predicted_values)
    (shape,) = (a for a in subject.attributes if a.name == "shape")
    for m in found(check(function=f"{HERE}:absolute"), subject, "own_difference"):
        if set(m.scope) == {"shape"}:
            one, two = (
                errors[shape.codes == shape.levels.index(s["shape"])] for s in (m.scope, m.reference.scope)
            )
            span = ttest_ind(one, two, equal_var=False).confidence_interval()
            assert m.value == pytest.approx(one.mean() - two.mean())
            assert m.interval.high - m.interval.low == pytest.approx(span.high - span.low, rel=0.35)


def test_labels_are_given_as_they_are_written():
    values = [
        m.value for m in found(check(function=f"{HERE}:top", inputs="labels"), toy_ordinal()) if not m.scope
    ]
    subject = toy_ordinal()
    assert values == [np.mean(subject.predicted == subject.classes.index("top"))]


def test_large_groups_are_drawn_from_and_the_error_scaled(monkeypatch):
    subject = toy_regression(2000)
    whole = found(check(function=f"{HERE}:absolute"), subject)[0]
    monkeypatch.setattr("aiaudit.measuring.own.DRAWN", 200)
    drawn = found(check(function=f"{HERE}:absolute"), subject)[0]
    assert drawn.value == whole.value
    widths = [m.interval.high - m.interval.low for m in (drawn, whole)]
    assert widths[0] == pytest.approx(widths[1], rel=0.3)


def test_everyone_else_as_the_reference():
    subject = replace(toy_regression(), references=("rest",))
    errors = np.abs(subject.actual_values - subject.predicted_values)
    (shape,) = (a for a in subject.attributes if a.name == "shape")
    gaps = [
        m
        for m in found(check(function=f"{HERE}:absolute"), subject, "own_difference")
        if set(m.scope) == {"shape"}
    ]
    assert len(gaps) == 3
    for m in gaps:
        mine = shape.codes == shape.levels.index(m.scope["shape"])
        assert m.value == pytest.approx(errors[mine].mean() - errors[~mine].mean())


def test_what_a_number_rests_on():
    subject = toy_subject()
    (whole,) = [
        m for m in found(check(function=f"{HERE}:recall", counts="favorable"), subject) if not m.scope
    ]
    assert whole.denominator == subject.deserved.sum() < whole.n
    (whole,) = [
        m for m in found(check(function=f"{HERE}:recall", counts="unfavorable"), subject) if not m.scope
    ]
    assert whole.denominator == (~subject.deserved).sum()


@pytest.mark.parametrize("function", ["crash", "nan", "infinite", "text", "truth", "array", "leave"])
def test_a_function_that_gives_no_number_is_an_error_and_no_pass(function):
    outcome = outcome_of(check(function=f"{HERE}:{function}"), toy_subject())
    assert isinstance(outcome, Errored)
    assert outcome.plugin == "aiaudit.checks.bias.own_metrics"


def test_what_scikit_learn_calls_undefined_is_undefined():
    subject = subject_of({"g": ["a"] * 40 + ["b"] * 40}, ["1", "0"] * 40, ["1", "0"] * 20 + ["0"] * 40)
    own = runnable({}, [OwnMetric(name="own", function="sklearn.metrics:recall_score", better="higher")])[ID]
    values = {m.scope.get("g"): m for m in found(own, subject)}
    assert values["a"].value == 1
    assert values["b"].value is None
    assert values["b"].params["no_interval"]


def test_scores_are_wanted_where_a_metric_takes_them():
    outcome = outcome_of(
        check(function=f"{HERE}:separation", inputs="scores"),
        subject_of({"g": ["a", "b"]}, ["1", "0"], ["0", "1"]),
    )
    assert isinstance(outcome, Skipped)
    assert outcome.applicable


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize(("function", "unit", "true"), [("recall", "share", 0.8), ("cost", "value", 0.6)])
@pytest.mark.parametrize("sizes", [(60, 200), (400, 100)])
def test_coverage_and_false_alarms(function, unit, true, sizes):
    rng, n = np.random.default_rng(1), sum(sizes)
    own, held, asked, accused = check(function=f"{HERE}:{function}", unit=unit), 0, 0, 0
    for seed in range(80):
        actual = rng.random(n) < 0.5
        given = rng.random(n) < np.where(actual, 0.8, 0.2)
        subject = subject_of(
            {"g": np.repeat(["a", "b"], sizes)},
            list(given * 1),
            list(actual * 1),
            seed=seed,
            references=("largest",),
        )
        held += sum(m.interval.low <= true <= m.interval.high for m in found(own, subject) if m.interval)
        asked += sum(m.interval is not None for m in found(own, subject))
        accused += sum((m.p_value or 1) < 0.05 for m in found(own, subject, "own_difference"))
    assert held / asked >= 0.9
    assert accused / 80 <= 0.125
