"""The check of curves: which columns, which points, and what is said of those left out."""

from dataclasses import replace

import pytest

from aiaudit.checks.explainability import dependence as module
from aiaudit.checks.explainability.dependence import dependence
from aiaudit.explaining.shared import leading
from aiaudit.facts import Measured
from aiaudit.testing import LinearModel, outcome_of, toy_aged, toy_subject


@pytest.fixture(scope="module")
def found():
    subject = toy_subject()
    subject.features["debt"] = 3.0
    subject.features["flat"] = 1
    outcome = outcome_of(dependence, subject)
    assert isinstance(outcome, Measured), outcome
    return outcome.measurements


def test_points_are_told_column_by_column_in_their_order(found):
    columns = [m.scope["column"] for m in found if m.metric == "partial_dependence"]
    assert columns == ["income"] * 12 + ["years"] * 12
    for metric in ("partial_dependence", "accumulated_effect"):
        curve = [m for m in found if m.metric == metric and m.scope["column"] == "income"]
        places = [m.params["position"] for m in curve]
        assert places == sorted(places)
        assert [float(m.scope["at"]) for m in curve] == places
        values = [m.value for m in curve]
        assert values == sorted(values)
        assert all(m.params["output"] == "probability of 1" for m in curve)
        assert sum(m.params["share"] for m in curve) == pytest.approx(1)


def test_columns_without_a_curve_are_named(found):
    (examined,) = [m for m in found if m.metric == "columns_examined"]
    assert (examined.numerator, examined.denominator) == (2, 4)
    assert examined.params["without_two_points"] == "'debt', 'flat'"
    assert "less_important" not in examined.params


def test_of_many_columns_the_most_important_have_curves(monkeypatch):
    monkeypatch.setattr(module, "COLUMNS", 1)
    subject = toy_subject()
    subject = replace(subject, directions={})
    subject.model.weights = LinearModel({"income": 0.1, "debt": 3.0, "years": 0.0}).weights
    measured = outcome_of(dependence, subject).measurements
    assert {m.scope["column"] for m in measured[:-1]} == {"debt"}
    assert measured[-1].params["less_important"] == "'income', 'years'"


def test_protected_columns_and_those_with_a_direction_go_before_the_most_important():
    subject = replace(toy_aged(), directions={"income": "up"})
    names = {"income", "age"}
    assert {str(subject.features.columns[j]) for j in leading(subject, 2)} == names
    more = {f"other {k}": subject.features["income"] + k for k in range(3)}
    subject = replace(subject, features=subject.features.assign(**more))
    subject.model.weights = {"income": 0.0, "age": 0.0, **{name: 1.0 + k for k, name in enumerate(more)}}
    chosen = [str(subject.features.columns[j]) for j in leading(subject, 3)]
    assert chosen[0] == "other 2"
    assert set(chosen[1:]) == names
