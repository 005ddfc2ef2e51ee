"""Recourse: whatever is suggested was tried, is allowed, and is small."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from aiaudit.explaining.dictionary import Column, Dictionary
from aiaudit.explaining.recourse import recourse
from aiaudit.loading.models import LocalModel
from aiaudit.testing import LinearModel, subject_of
from tests.explaining.test_models import FRAME, TARGET, one_hot

pytestmark = pytest.mark.filterwarnings("ignore")
NONE = Dictionary()


def line(weights, n=300, seed=0):
    table = pd.DataFrame(
        np.random.default_rng(seed).normal(size=(n, len(weights))).round(3), columns=list(weights)
    )
    model = LinearModel(weights)
    return subject_of({}, list(model.predict(table)), features=table, model=model)


def apply(subject, row, option):
    table = subject.features.iloc[[row]].copy()
    for change in option.changes:
        table[change.column] = pd.Series([change.new], index=table.index, dtype=table[change.column].dtype)
    return table


def check(subject, row, options, rules, frozen=()):
    for option in options:
        assert 1 <= len(option.changes) <= 3
        [label] = subject.model.predict(apply(subject, row, option))
        assert str(label) in subject.favorable
        assert option.decision == str(label)
        for change in option.changes:
            rule = rules.of(change.column)
            assert change.column not in frozen
            assert not rule.immutable
            if rule.direction == "up":
                assert change.new > change.old
            if rule.direction == "down":
                assert change.new < change.old
            if rule.range:
                assert rule.range[0] <= change.new <= rule.range[1]
            if rule.choices:
                assert change.new in rule.choices


@pytest.mark.parametrize(
    "estimator",
    [LogisticRegression(), RandomForestClassifier(20, random_state=0)],
    ids=["line", "forest"],
)
def test_every_change_turns_the_decision(estimator):
    model = LocalModel(make_pipeline(one_hot(), estimator).fit(FRAME, TARGET))
    subject = subject_of({}, list(model.predict(FRAME)), favorable="yes", features=FRAME, model=model)
    rules = Dictionary(
        columns={
            "age": Column(immutable=True),
            "income": Column(direction="up", range=(0, 40)),
            "debt": Column(direction="down"),
            "job": Column(choices=("part", "full")),
        }
    )
    refused = np.flatnonzero(~subject.selected)[:12]
    helped = 0
    for row, options in zip(refused, recourse(subject, refused, rules, {"city"}), strict=True):
        check(subject, row, options, rules, {"city"})
        helped += bool(options)
    assert helped > len(refused) / 2


def test_the_smallest_change_of_one_number():
    """Of the values that occur, the nearest that turns the decision."""
    subject = line({"a": 1.0, "b": 0.0})
    row = int(np.flatnonzero(~subject.selected)[0])
    [(option,)] = recourse(subject, [row], NONE, ())
    values = subject.features["a"]
    assert [c.column for c in option.changes] == ["a"]
    assert option.changes[0].new == values[values > 0].min()


def test_two_changes_where_one_is_not_enough():
    subject = line({"a": 1.0, "b": 1.0})
    row = int((subject.features["a"] + subject.features["b"]).idxmin())
    rules = Dictionary(columns={name: Column(range=(-5, 1.0)) for name in ("a", "b")})
    [options] = recourse(subject, [row], rules, ())
    assert [len(option.changes) for option in options] == [2]
    check(subject, row, options, rules)


def test_what_may_not_change_does_not():
    subject = line({"a": 1.0, "b": 1.0})
    row = int(np.flatnonzero(~subject.selected)[0])
    frozen = Dictionary(columns={"a": Column(immutable=True)})
    assert recourse(subject, [row], frozen, {"b"}) == [()]
    down = Dictionary(columns={"a": Column(direction="down"), "b": Column(direction="down")})
    assert recourse(subject, [row], down, ()) == [()]


def test_what_a_person_is_told_does_not_depend_on_the_company(monkeypatch):
    subject = line({"a": 1.0, "b": 1.0, "c": -0.5})
    rules = Dictionary(columns={name: Column(range=(-1, 1)) for name in "abc"})
    margin = subject.features @ [1.0, 1.0, -0.5]
    refused = np.argsort(margin)[np.linspace(0, (~subject.selected).sum() - 1, 9).astype(int)]
    together = recourse(subject, refused, rules, ())
    assert {len(option.changes) for options in together for option in options} >= {1, 2}
    monkeypatch.setattr("aiaudit.explaining.recourse.TOGETHER", 2)
    assert recourse(subject, refused, rules, ()) == together
    assert recourse(subject, refused[-1:], rules, ()) == together[-1:]


def test_many_people_cost_few_calls():
    subject = line({"a": 1.0, "b": 1.0})
    asked = []
    decide = subject.model.predict
    subject.model.predict = lambda table: asked.append(len(table)) or decide(table)
    recourse(subject, np.flatnonzero(~subject.selected)[:40], NONE, ())
    assert len(asked) <= 3


def test_missing_cells_are_left_alone():
    model = LocalModel(make_pipeline(one_hot(), LogisticRegression()).fit(FRAME, TARGET))
    subject = subject_of({}, list(model.predict(FRAME)), favorable="yes", features=FRAME, model=model)
    rows = np.flatnonzero(~subject.selected & FRAME["debt"].isna().to_numpy())[:3]
    assert len(rows)
    for options in recourse(subject, rows, NONE, ()):
        assert "debt" not in [c.column for option in options for c in option.changes]


@given(st.lists(st.floats(-3, 3), min_size=4, max_size=4), st.integers(0, 20))
def test_whatever_the_line(weights, seed):
    subject = line(dict(zip("abcd", weights, strict=True)), n=60, seed=seed)
    refused = np.flatnonzero(~subject.selected)
    rules = Dictionary(columns={"a": Column(direction="up"), "b": Column(range=(-1, 1))})
    for row, options in zip(refused[:2], recourse(subject, refused[:2], rules, {"d"}), strict=True):
        check(subject, row, options, rules, {"d"})
