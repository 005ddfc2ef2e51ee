"""Directions that the owner declared, against models whose falls are counted by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from aiaudit.checks.explainability.monotonicity import monotonicity
from aiaudit.explaining.dependence import PEOPLE
from aiaudit.explaining.grids import grid
from aiaudit.facts import Measured, Skipped
from aiaudit.labels import Task
from aiaudit.loading.models import LocalModel
from aiaudit.measuring.rates import LEVEL
from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.testing import outcome_of, subject_of, toy_subject


class Scoring:
    """A classifier whose probability of "1" is any function of the table."""

    classes_ = np.array(["0", "1"])

    def __init__(self, function):
        self._function = function

    def predict_proba(self, table):
        p = np.asarray(self._function(table), float)
        return np.column_stack([1 - p, p])

    def predict(self, table):
        return np.where(self.predict_proba(table)[:, 1] > 0.5, "1", "0")


def applicants(model, directions, n=PEOPLE, **columns):
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"income": rng.normal(size=n), "debts": rng.normal(size=n), **columns})
    model = LocalModel(Scoring(model) if callable(model) else model)
    decided = list(model.predict(table))
    return subject_of({}, decided, features=table, model=model, directions=directions)


def found(subject):
    outcome = outcome_of(monotonicity, subject)
    assert isinstance(outcome, Measured), outcome
    return {(m.metric, m.scope["column"]): m for m in outcome.measurements}


def logistic(x):
    return 1 / (1 + np.exp(-x))


def test_a_model_that_keeps_to_its_directions_has_no_violation():
    measured = found(
        applicants(lambda t: logistic(t["income"] - t["debts"]), {"income": "up", "debts": "down"})
    )
    for m in measured.values():
        assert m.value == 0
        assert m.n == PEOPLE
    low, high = rate_interval(0, PEOPLE, LEVEL)
    interval = measured["monotonicity_violations", "income"].interval
    assert (interval.low, interval.high) == (low, high)


def test_people_for_whom_more_harms_are_counted_by_hand():
    """Income helps those with low debts and harms the others."""
    subject = applicants(lambda t: logistic(t["income"] * -np.sign(t["debts"])), {"income": "up"})
    measured = found(subject)
    harmed = int((subject.features["debts"] > 0).sum())
    for metric in ("monotonicity_violations", "wrong_way_decisions"):
        assert (measured[metric, "income"].numerator, measured[metric, "income"].denominator) == (
            harmed,
            PEOPLE,
        )
    largest = measured["largest_violation", "income"]
    lowest, *_, highest = grid(subject.features, 0).places
    assert largest.value == pytest.approx(logistic(highest) - logistic(lowest))
    assert "no_interval" in largest.params


def test_a_fall_that_turns_no_decision_is_a_violation_alone():
    """A dip of 0.1 for incomes around the mean, far above the cut-off at 0.5."""
    measured = found(applicants(lambda t: 0.9 - 0.1 * (t["income"].abs() < 0.5), {"income": "up"}))
    assert measured["monotonicity_violations", "income"].value == 1
    assert measured["wrong_way_decisions", "income"].value == 0
    assert measured["largest_violation", "income"].value == pytest.approx(0.1)


def test_down_is_up_in_a_mirror():
    function = lambda t: logistic(t["income"] * t["debts"])
    turned = applicants(lambda t: function(t.assign(income=-t["income"])), {"income": "down"})
    turned.features["income"] = -turned.features["income"]
    # The quantile of a mirrored column may be the neighbour of the mirrored quantile; who falls is the same.
    one = found(applicants(function, {"income": "up"}))
    other = found(turned)
    metric = "monotonicity_violations", "income"
    assert one[metric].numerator == other[metric].numerator


def test_constrained_boosting_has_none_where_free_boosting_has():
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"income": rng.normal(size=600), "debts": rng.normal(size=600)})
    hired = np.where(rng.random(600) < logistic(table["income"]), "1", "0")
    shares = []
    for constraints in (None, [1, 0]):
        model = HistGradientBoostingClassifier(max_iter=20, min_samples_leaf=5, monotonic_cst=constraints)
        subject = applicants(model.fit(table, hired), {"income": "up"})
        shares.append(found(subject)["monotonicity_violations", "income"].value)
    assert shares[0] > 0.9
    assert shares[1] == 0


def test_numbers_have_no_decisions_to_lose():
    subject = applicants(lambda t: logistic(t["income"]), {"income": "down"})
    subject = replace(subject, task=Task.REGRESSION)
    subject.model.predict = lambda table: table["income"].to_numpy()
    measured = found(subject)
    assert set(measured) == {("monotonicity_violations", "income"), ("largest_violation", "income")}
    assert measured["monotonicity_violations", "income"].value == 1


def test_a_column_that_does_not_vary_is_undefined_not_clean():
    measured = found(applicants(lambda t: logistic(t["income"]), {"flat": "up"}, flat=1.0))
    assert all(m.value is None and m.n == 0 and m.params["points"] == 0 for m in measured.values())


def test_people_without_a_number_are_left_out_and_counted():
    subject = applicants(lambda t: np.where(t["debts"] > 1, np.nan, logistic(t["income"])), {"income": "up"})
    m = found(subject)["monotonicity_violations", "income"]
    assert m.excluded == {"output is not finite": int((subject.features["debts"] > 1).sum())}
    assert m.denominator == PEOPLE - m.excluded["output is not finite"]


def test_without_a_direction_it_is_not_assessed():
    outcome = outcome_of(monotonicity, replace(toy_subject(), directions={}))
    assert isinstance(outcome, Skipped)
    assert outcome.applicable
    assert "data.directions" in outcome.reason
