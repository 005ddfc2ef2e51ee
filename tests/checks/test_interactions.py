"""The check of interactions: on which scale, of which columns, and who is left out."""

import numpy as np
import pandas as pd
import pytest

from aiaudit.checks.explainability.interactions import interactions
from aiaudit.facts import Measured, Skipped
from aiaudit.testing import outcome_of, toy_subject


def found(change=None, **others):
    """The toy's three columns decided by the probability that *change* makes of the table."""
    subject = toy_subject(**others)
    if change is not None:
        subject.model.scores = lambda table: np.column_stack([1 - change(table), change(table)])
    outcome = outcome_of(interactions, subject)
    assert isinstance(outcome, Measured), outcome
    return {(m.metric, *m.scope.values()): m for m in outcome.measurements}


def logistic(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def test_a_logistic_regression_has_none():
    measured = found()
    assert len(measured) == 3 + 3
    for m in measured.values():
        assert m.value == m.interval.low == 0
        assert m.params["output"] == "log-odds of 1"
        assert m.n == 200


def test_the_pair_that_acts_together_comes_first():
    measured = found(lambda t: logistic(t["income"] * t["years"] + t["debt"]))
    pairs = [key[1:] for key in measured if key[0] == "pair_interaction"]
    assert set(pairs[0]) == {"income", "years"}
    assert measured["pair_interaction", *pairs[0]].interval.low > 0.2
    assert [measured["pair_interaction", *pair].value for pair in pairs[1:]] == [0, 0]
    assert measured["column_interaction", "debt"].value == 0
    assert measured["column_interaction", "income"].value == measured["column_interaction", "years"].value


def test_people_of_whom_the_model_is_certain_are_left_out():
    """About one in fifty is certain, so that one mixture in many is."""
    measured = found(lambda t: np.where(t["income"] > 2.2, 1.0, logistic(t["debt"])))
    m = measured["column_interaction", "income"]
    assert m.params["output"] == "log-odds of 1"
    assert m.n + m.excluded["output is certain, or not finite"] == 200
    assert m.value == 0


def test_where_many_are_certain_probabilities_serve():
    measured = found(lambda t: ((t["income"] > 0) & (t["debt"] > 0)).to_numpy(float))
    assert {m.params["output"] for m in measured.values()} == {"probability of 1"}
    assert {m.n for m in measured.values()} == {200}
    # A corner of a quarter of the square varies by 3/16, of which 1/16 is of the pair.
    pair = next(m for key, m in measured.items() if set(key[1:]) == {"income", "debt"})
    assert pair.interval.low < 1 / 3 < pair.interval.high


@pytest.mark.parametrize(
    ("answer", "reason"), [(0.3, "outputs do not vary"), (np.nan, "too few people have an output")]
)
def test_without_outputs_that_vary_nothing_is_said(answer, reason):
    measured = found(lambda t: pd.Series(answer, t.index))
    for m in measured.values():
        assert m.value is None
        assert m.params["no_interval"] == reason


def test_few_people_are_too_few():
    assert isinstance(outcome_of(interactions, toy_subject(n=30)), Skipped)
