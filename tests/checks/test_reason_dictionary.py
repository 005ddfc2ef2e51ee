"""The check of the reason dictionary, counted by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from aiaudit.checks.explainability.reason_dictionary import reason_dictionary
from aiaudit.explaining.decision import explain_decisions
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.facts import Measured, Skipped
from aiaudit.testing import LinearModel, outcome_of, subject_of

WEIGHTS = {"income": 2.0, "debt": -1.0, "years": 1.0, "sex": 0.5}


@pytest.fixture(scope="module")
def subject():
    table = pd.DataFrame(
        np.random.default_rng(0).normal(size=(120, len(WEIGHTS))).round(2), columns=list(WEIGHTS)
    )
    model = LinearModel(WEIGHTS)
    groups = {"sex": list((table["sex"] > 0).astype(int))}
    return subject_of(groups, list(model.predict(table)), features=table, model=model)


def measured(subject, **reasons):
    words = Dictionary.model_validate({"columns": {c: {"reason": text} for c, text in reasons.items()}})
    outcome = outcome_of(reason_dictionary, replace(subject, reasons=words))
    assert isinstance(outcome, Measured), outcome
    return {m.metric: m for m in outcome.measurements}


GOOD = {"income": "Income insufficient for the amount", "debt": "Debts too high for the income"}


def test_every_word_in_its_place(subject):
    found = measured(subject, **GOOD, years="Short time in present employment")
    assert (found["reason_coverage"].numerator, found["reason_coverage"].denominator) == (3, 3)
    for metric in ("unspecific_reasons", "protected_reasons", "repeated_reasons"):
        assert found[metric].value == 0
    stated = found["stated_share"]
    assert stated.value == 1
    assert stated.n + sum(stated.excluded.values()) == 20
    assert stated.interval.low > 0.8


def test_who_cannot_be_told_is_counted_person_by_person(subject):
    """Second source: the reasons of every refused person, one by one."""
    found = measured(subject, **GOOD)
    assert found["reason_coverage"].value == pytest.approx(2 / 3)
    assert found["reason_coverage"].params["columns"] == "'years'"
    told = list(explain_decisions(subject, np.flatnonzero(~subject.selected)))
    lists = [{r.column for c in one.compared for r in c.reasons} for one in told]
    share = np.mean(["years" not in columns for columns in lists if columns])
    low, high = found["stated_share"].interval.low, found["stated_share"].interval.high
    assert low <= share <= high
    assert 0 < found["stated_share"].value < 1


def test_words_that_say_nothing_count_as_none(subject):
    found = measured(subject, income="Low credit score", debt="debt", years="years of AGE")
    assert found["reason_coverage"].value == 1
    assert found["unspecific_reasons"].value == 2
    assert found["unspecific_reasons"].params["columns"] == "'income', 'debt'"
    assert found["protected_reasons"].value == 1
    assert found["stated_share"].value == 0
    assert found["stated_share"].interval.high < 0.2


def test_two_columns_with_one_reason(subject):
    found = measured(subject, income="Income and debts", debt="income and debts", years="Time in employment")
    assert found["repeated_reasons"].value == 2
    assert found["stated_share"].value == 1


def test_without_a_dictionary_nothing_is_assessed(subject):
    outcome = outcome_of(reason_dictionary, subject)
    assert isinstance(outcome, Skipped)
    assert outcome.applicable
    assert "--reasons" in outcome.reason


def test_where_nobody_is_refused_the_columns_are_counted_all_the_same(subject):
    alike = replace(subject, predicted=np.full_like(subject.predicted, subject.classes.index("1")))
    assert set(measured(alike, **GOOD)) == {
        "reason_coverage",
        "unspecific_reasons",
        "protected_reasons",
        "repeated_reasons",
    }
