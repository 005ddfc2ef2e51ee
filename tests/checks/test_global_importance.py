from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

from aiaudit.check import Need
from aiaudit.checks.explainability.global_importance import global_importance
from aiaudit.facts import Errored, Measured, Skipped
from aiaudit.loading.models import LocalModel
from aiaudit.testing import LinearModel, outcome_of, subject_of, toy_subject


def hiring(n=300):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "sex": rng.choice(["female", "male"], n),
            "years": rng.integers(0, 20, n),
            "shoe": rng.integers(36, 46, n),
            "school": rng.choice(["a", "b", "c"], n),
        }
    )
    hired = np.where(frame["years"] / 10 + (frame["sex"] == "male") > 1.2, "hired", "rejected")
    text = ["sex", "school"]
    encode = ColumnTransformer([("text", OneHotEncoder(), text)], remainder="passthrough")
    model = LocalModel(make_pipeline(encode, LogisticRegression(max_iter=1000)).fit(frame, hired))
    return subject_of(
        {"sex": list(frame["sex"])}, list(hired), favorable="hired", features=frame, model=model
    )


def found(subject):
    outcome = outcome_of(global_importance, subject)
    assert isinstance(outcome, Measured), outcome
    return outcome


def one(outcome, metric, column=None):
    scope = {} if column is None else {"column": column}
    (measurement,) = [m for m in outcome.measurements if m.metric == metric and dict(m.scope) == scope]
    return measurement


@pytest.fixture(scope="module")
def outcome():
    return found(hiring())


def test_it_needs_a_model_and_nothing_else():
    assert global_importance.needs == {Need.MODEL}
    subject = replace(toy_subject(), actual=None, attributes=())
    assert isinstance(outcome_of(global_importance, subject), Measured)
    assert isinstance(outcome_of(global_importance, replace(subject, model=None)), Skipped)


def test_columns_are_those_of_the_table_largest_first(outcome):
    columns = [m.scope["column"] for m in outcome.measurements if m.metric == "importance"]
    assert columns[:2] == ["years", "sex"]
    assert set(columns) == {"sex", "years", "shoe", "school"}
    values = [m.value for m in outcome.measurements if m.metric == "importance"]
    assert values == sorted(values, reverse=True)
    top = one(outcome, "importance", "years")
    assert top.params["output"] == "probability of hired"
    assert (top.params["rank"], top.params["than_next"]) == (1, "larger")
    assert top.params["background"] == "rows of the table"


def test_shares_add_up_and_hold_their_values(outcome):
    shares = [m for m in outcome.measurements if m.metric == "importance_share"]
    assert sum(m.value for m in shares) == pytest.approx(1)
    for m in shares:
        assert m.interval.low <= m.value <= m.interval.high <= 1
    total = sum(m.value for m in outcome.measurements if m.metric == "importance")
    assert one(outcome, "importance_share", "sex").value == pytest.approx(
        one(outcome, "importance", "sex").value / total
    )


def test_the_weight_of_protected_attributes_is_told(outcome):
    protected = one(outcome, "protected_importance_share")
    share = one(outcome, "importance_share", "sex")
    assert protected.value == share.value > 0.1
    assert (protected.interval.low, protected.interval.high) == (share.interval.low, share.interval.high)
    assert protected.params["protected"] == "sex"


def test_several_protected_columns_are_added():
    subject = hiring()
    more = subject_of({"years": list(subject.features["years"])}, ["1"] * subject.n).attributes
    both = found(replace(subject, attributes=subject.attributes + more))
    alone = found(subject)
    parts = [one(alone, "importance_share", column).value for column in ("sex", "years")]
    protected = one(both, "protected_importance_share")
    assert protected.value == pytest.approx(sum(parts))
    assert protected.params["protected"] == "sex, years"


def test_a_protected_attribute_that_is_no_column_has_no_share():
    protected = one(found(toy_subject()), "protected_importance_share")
    assert (protected.value, protected.interval.low, protected.interval.high) == (0.0, 0.0, 0.0)
    assert protected.method == "the model is given none of the protected columns"


def test_a_protected_column_that_the_model_does_not_use_has_no_share_that_was_seen():
    subject = hiring()
    model = LinearModel({"years": 1.0, "shoe": 0.5})
    protected = one(found(replace(subject, model=model, favorable=("1",))), "protected_importance_share")
    assert protected.value == protected.interval.low == 0.0
    assert 0 < protected.interval.high < 0.5


def test_everything_is_explained_and_adds_up(outcome):
    explained = one(outcome, "explained_share")
    assert (explained.value, explained.numerator, explained.denominator) == (1.0, 300, 300)
    assert one(outcome, "additivity_error").value < 1e-9


def test_a_model_that_always_says_the_same_has_no_shares():
    subject = replace(toy_subject(), model=LinearModel({"income": 0.0, "debt": 0.0, "years": 0.0}))
    outcome = found(subject)
    for column in ("income", "debt", "years"):
        assert one(outcome, "importance", column).value == 0
        share = one(outcome, "importance_share", column)
        assert share.value is None
        assert share.params["no_interval"] == "no column changed the output"
    assert one(outcome, "additivity_error").value == 0


def test_rows_without_a_number_are_counted_as_not_explained():
    subject = toy_subject()
    scores = subject.model.scores

    def gaps(frame):
        answer = scores(frame)
        answer[frame["income"].to_numpy() > 1.5] = np.nan
        return answer

    subject.model.scores = gaps
    outcome = found(subject)
    explained = one(outcome, "explained_share")
    assert 0 < explained.value < 1
    lost = explained.denominator - explained.numerator
    assert lost >= (subject.features["income"] > 1.5).sum()
    importance = one(outcome, "importance", "debt")
    assert importance.excluded == {"output is not finite": lost}
    assert importance.n == explained.numerator


def test_without_any_number_nothing_is_explained_and_nothing_claimed():
    subject = toy_subject()
    subject.model.scores = lambda frame: np.full((len(frame), 2), np.nan)
    outcome = found(subject)
    assert one(outcome, "explained_share").value == 0
    for m in outcome.measurements:
        assert m.value is None or m.metric in ("explained_share", "protected_importance_share")
    reason = one(outcome, "importance", "income").params["no_interval"]
    assert reason == "fewer than two rows could be explained"


def test_a_model_that_refuses_made_up_rows_is_an_error_not_a_pass():
    subject = toy_subject()
    known = set(subject.features.itertuples(index=False, name=None))
    scores = subject.model.scores

    def picky(frame):
        if not set(frame.itertuples(index=False, name=None)) <= known:
            raise ValueError("no such person")
        return scores(frame)

    subject.model.scores = picky
    outcome = outcome_of(global_importance, subject)
    assert isinstance(outcome, Errored)
    assert "no such person" in outcome.error


@pytest.mark.parametrize("rows", [0, 1])
def test_fewer_than_two_rows_are_not_applicable(rows):
    subject = replace(toy_subject(), features=toy_subject().features.iloc[:rows])
    outcome = outcome_of(global_importance, subject)
    assert isinstance(outcome, Skipped)
    assert not outcome.applicable


def test_another_seed_draws_other_rows_and_tells_much_the_same():
    one_seed, other = (found(replace(hiring(), seed=seed)) for seed in (0, 1))
    first, second = (one(o, "importance", "years") for o in (one_seed, other))
    assert first.value != second.value
    assert first.interval.low < second.value < first.interval.high
