"""Base rates, empty cells, copies, conflicts and small cells against pandas and counts by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, selection_rate
from scipy.stats import fisher_exact

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.testing import outcome_of, toy_regression, toy_subject
from tests.checks.data.made import table
from tests.checks.reading import found, measured


def test_base_rates_are_those_of_fairlearn():
    subject = toy_subject()
    (shape,) = (a for a in subject.attributes if a.name == "shape")
    truth = subject.deserved.astype(int)
    theirs = MetricFrame(
        metrics=selection_rate,
        y_true=truth,
        y_pred=truth,
        sensitive_features=np.array(shape.levels)[shape.codes],
    ).by_group
    mine = found("data.base-rates", subject, "base_rate", "shape")
    assert {group: m.value for group, m in mine.items()} == pytest.approx(theirs.to_dict(), abs=1e-12)
    for group, m in found("data.base-rates", subject, "base_rate_difference", "shape").items():
        assert m.value == pytest.approx(mine[group].value - theirs.max(), abs=1e-12)


def test_outcomes_that_are_numbers_have_means():
    subject = toy_regression()
    mine = found("data.base-rates", subject, "mean_outcome", "shape")
    (shape,) = (a for a in subject.attributes if a.name == "shape")
    for group, m in mine.items():
        chosen = np.array(shape.levels)[shape.codes] == group
        assert m.value == pytest.approx(subject.actual_values[chosen].mean(), abs=1e-9)
    assert found("data.base-rates", subject, "mean_outcome_difference", "shape")


@pytest.fixture(scope="module")
def gaps():
    rng = np.random.default_rng(3)
    g = rng.choice(["a", "b", "c"], 300)
    income = np.where(rng.random(300) < np.where(g == "b", 0.3, 0.1), np.nan, rng.normal(size=300))
    job = pd.Series(np.where(rng.random(300) < 0.2, None, "clerk"), dtype=object)
    return g, table({"income": income, "job": job, "full": 1}, groups={"g": list(g)})


def test_missing_rates_are_those_of_pandas(gaps):
    g, subject = gaps
    empty = subject.table.isna()
    by_column = found("data.missing-values", subject, "missing_rate", "g", "column")
    for column in ("income", "job"):
        theirs = empty[column].groupby(g).mean()
        for group in "abc":
            assert by_column[group, column].value == pytest.approx(theirs[group], abs=1e-12)
    assert "full" not in {m.scope.get("column") for m in measured("data.missing-values", subject)}
    rows = found("data.missing-values", subject, "incomplete_rate", "g")
    assert {k: m.value for k, m in rows.items()} == pytest.approx(
        empty.any(axis=1).groupby(g).mean().to_dict()
    )


def test_missing_gaps_are_set_against_the_group_that_misses_least(gaps):
    g, subject = gaps
    empty = subject.table["income"].isna()
    counts = pd.DataFrame({"x": empty.groupby(g).sum(), "n": empty.groupby(g).size()})
    best = (counts.x / counts.n).idxmin()
    for key, m in found("data.missing-values", subject, "missing_rate_difference", "g", "column").items():
        if key[1] == "income":
            one, two = counts.loc[key[0]], counts.loc[best]
            assert m.reference.scope["g"] == best
            assert m.value == pytest.approx(one.x / one.n - two.x / two.n)
            exact = fisher_exact([[one.x, one.n - one.x], [two.x, two.n - two.x]]).pvalue
            assert m.tests["fisher"] == pytest.approx(exact)


def test_a_protected_column_is_not_divided_by_its_own_groups():
    subject = table(
        {"g": pd.Series(["a", None, "b", "a"], dtype=object), "x": 1.0},
        groups={"g": ["a", None, "b", "a"], "h": list("ssrr")},
    )
    scopes = [m.scope for m in measured("data.missing-values", subject) if m.scope.get("column") == "g"]
    assert {"column": "g"} in scopes
    assert {"h": "s", "column": "g"} in scopes
    assert not [s for s in scopes if "g" in s]


def test_copies_are_counted_as_pandas_counts_them():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"x": rng.integers(0, 5, 200), "y": rng.choice(list("abc"), 200)})
    g, actual = rng.choice(["a", "b"], 200), rng.integers(0, 2, 200)
    subject = table(frame, actual, {"g": list(g)})
    whole = frame.assign(actual=actual, g=g)
    (surplus,) = [m for m in measured("data.duplicates", subject) if m.metric == "surplus_rate"]
    assert (surplus.numerator, surplus.denominator) == (whole.duplicated().sum(), 200)
    assert surplus.params["most_times"] == whole.value_counts().max()
    repeated = found("data.duplicates", subject, "repeated_rate", "g")
    theirs = whole.duplicated(keep=False).groupby(g).sum()
    assert {k: m.numerator for k, m in repeated.items()} == theirs.to_dict()


def test_people_of_different_groups_are_no_copies():
    subject = table({"x": [1, 1, 1, 1]}, [1, 1, 0, 0], {"g": ["a", "b", "a", "a"]})
    (surplus,) = [m for m in measured("data.duplicates", subject) if m.metric == "surplus_rate"]
    assert surplus.numerator == 1


def test_conflicts_and_errors_that_no_model_avoids():
    x = ["p", "p", "p", "q", "q", "r", "s"]
    subject = table({"x": x}, [1, 1, 0, 1, 1, 0, 1], {"g": list("aabbbab")})
    rates = found("data.label-conflicts", subject, "label_conflict_rate", "g")
    assert {k: (m.numerator, m.denominator) for k, m in rates.items()} == {"a": (2, 3), "b": (1, 4)}
    (least,) = [m for m in measured("data.label-conflicts", subject) if m.metric == "unavoidable_error_rate"]
    assert (least.numerator, least.denominator, least.params["distinct_rows"]) == (1, 7, 4)


def test_numbers_are_not_in_conflict():
    subject = replace(toy_regression(), table=pd.DataFrame({"x": np.zeros(400)}))
    outcome = outcome_of(get("data.label-conflicts"), subject)
    assert isinstance(outcome, Skipped)
    assert not outcome.applicable


def test_small_cells_are_those_of_a_cross_table():
    subject = toy_subject()
    frame = pd.DataFrame({a.name: a.codes for a in (*subject.attributes, *subject.controls)})
    sizes = frame.value_counts()
    values = {m.metric: m for m in measured("data.small-cells", subject)}
    assert values["smallest_cell"].value == sizes.min()
    assert values["smallest_cell"].params["cells"] == len(sizes)
    for limit in (5, 10, 30):
        assert values[f"rows_in_cells_below_{limit}"].numerator == sizes[sizes < limit].sum()
