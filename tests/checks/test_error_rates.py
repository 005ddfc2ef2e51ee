"""Error rates against fairlearn and scikit-learn, each over its own denominator."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    equal_opportunity_difference,
    equalized_odds_difference,
    false_negative_rate,
    false_positive_rate,
    true_negative_rate,
    true_positive_rate,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, confusion_matrix, precision_score

from aiaudit.facts import Measured, Skipped
from aiaudit.labels import Task
from aiaudit.registry import get
from aiaudit.subject import Rows, Subject
from aiaudit.testing import outcome_of, subject_of

CHECK = get("bias.error-rates")
RATES = {
    "accuracy": accuracy_score,
    "true_positive_rate": true_positive_rate,
    "false_positive_rate": false_positive_rate,
    "false_negative_rate": false_negative_rate,
    "positive_predictive_value": precision_score,
    "true_negative_rate": true_negative_rate,
    "negative_predictive_value": lambda y, p: precision_score(1 - y, 1 - p),
    "false_discovery_rate": lambda y, p: 1 - precision_score(y, p),
    "false_omission_rate": lambda y, p: 1 - precision_score(1 - y, 1 - p),
}


@cache
def measured(subject):
    outcome = outcome_of(CHECK, subject)
    assert isinstance(outcome, Measured)
    return outcome.measurements


def measurements(subject, metric, *attributes):
    """Return the measurements of one metric over these attributes, by the values of their scope."""
    found = [m for m in measured(subject) if m.metric == metric and tuple(m.scope) == attributes]
    return {tuple(m.scope.values()): m for m in found}


@pytest.fixture(scope="module")
def people():
    """Labels and groups of 800 people, and the subject they make."""
    rng = np.random.default_rng(1)
    columns = {"sex": rng.choice(["f", "m"], 800), "race": rng.choice(["a", "b", "c"], 800)}
    actual = rng.integers(0, 2, 800)
    predicted = np.where(rng.random(800) < 0.7, actual, 1 - actual)
    subject = subject_of(
        {name: list(values) for name, values in columns.items()}, [*map(str, predicted)], [*map(str, actual)]
    )
    return columns, actual, predicted, subject


@pytest.fixture(scope="module", params=[("sex",), ("race",), ("sex", "race")])
def theirs(people, request):
    """Attributes, and fairlearn's rates, gaps and ratios by them."""
    columns, actual, predicted, _ = people
    sensitive = np.column_stack([columns[name] for name in request.param])
    frame = MetricFrame(metrics=RATES, y_true=actual, y_pred=predicted, sensitive_features=sensitive)
    return request.param, frame.by_group, frame.difference(), frame.ratio()


@pytest.mark.parametrize("metric", RATES)
def test_rates_are_those_of_fairlearn(people, theirs, metric):
    _, actual, predicted, subject = people
    names, by_group, difference, ratio = theirs
    groups = by_group[metric].rename(index=lambda key: (key,)) if len(names) == 1 else by_group[metric]
    mine = measurements(subject, metric, *names)
    assert {s: m.value for s, m in mine.items()} == pytest.approx(groups.to_dict())
    gaps = [m.value for m in measurements(subject, f"{metric}_difference", *names).values()]
    assert max(map(abs, gaps)) == pytest.approx(difference[metric])
    assert all(gap >= 0 if metric.startswith("false") else gap <= 0 for gap in gaps)
    ratios = [m.value for m in measurements(subject, f"{metric}_ratio", *names).values()]
    assert min(min(each, 1 / each) for each in ratios) == pytest.approx(ratio[metric])
    whole = measurements(subject, metric)[()]
    assert whole.value == pytest.approx(RATES[metric](actual, predicted))


def test_the_worst_gaps_are_equalized_odds_and_equal_opportunity(people):
    columns, actual, predicted, subject = people
    worst = {
        metric: max(abs(m.value) for m in measurements(subject, f"{metric}_difference", "race").values())
        for metric in ("true_positive_rate", "false_positive_rate")
    }
    said = {"y_true": actual, "y_pred": predicted, "sensitive_features": columns["race"]}
    assert max(worst.values()) == pytest.approx(equalized_odds_difference(**said))
    assert worst["true_positive_rate"] == pytest.approx(equal_opportunity_difference(**said))


def test_counts_are_those_of_the_confusion_matrix(people):
    columns, actual, predicted, subject = people
    for group in ("f", "m"):
        mine = columns["sex"] == group
        tn, fp, fn, tp = confusion_matrix(actual[mine], predicted[mine]).ravel().tolist()
        counted = {
            "accuracy": (tp + tn, mine.sum()),
            "true_positive_rate": (tp, tp + fn),
            "false_positive_rate": (fp, fp + tn),
            "false_negative_rate": (fn, tp + fn),
            "positive_predictive_value": (tp, tp + fp),
            "true_negative_rate": (tn, fp + tn),
            "negative_predictive_value": (tn, tn + fn),
            "false_discovery_rate": (fp, tp + fp),
            "false_omission_rate": (fn, tn + fn),
        }
        assert set(counted) == set(RATES)
        for metric, counts in counted.items():
            m = measurements(subject, metric, "sex")[group,]
            assert (m.numerator, m.denominator) == counts
            assert m.n == mine.sum()


def test_a_favourable_zero_turns_the_rates_round(people):
    _, actual, predicted, subject = people
    turned = replace(subject, favorable=("0",))
    assert measurements(turned, "true_positive_rate")[()].value == pytest.approx(
        np.mean(predicted[actual == 0] == 0)
    )
    assert measurements(turned, "accuracy")[()].value == measurements(subject, "accuracy")[()].value


def test_two_of_three_labels_are_favourable():
    # The wrong favourable label is an error, though the person got a favourable decision.
    subject = subject_of(
        {"g": ["a", "b"] * 3}, ["x", "x", "z", "y", "y", "z"], ["x", "z", "z", "y", "x", "y"]
    )
    subject = replace(subject, favorable=("x", "z"))
    found = {metric: measurements(subject, metric)[()] for metric in list(RATES)[:5]}
    counts = {metric: (m.numerator, m.denominator) for metric, m in found.items()}
    assert counts == {
        "accuracy": (3, 6),
        "true_positive_rate": (3, 4),
        "false_positive_rate": (1, 2),
        "false_negative_rate": (1, 4),
        "positive_predictive_value": (3, 4),
    }


def test_a_group_without_anybody_qualified_is_undefined_and_shown():
    subject = subject_of({"g": ["a"] * 4 + ["b"] * 4}, ["1", "0"] * 4, ["0"] * 4 + ["1", "1", "0", "0"])
    rate = measurements(subject, "true_positive_rate", "g")["a",]
    assert (rate.value, rate.numerator, rate.denominator, rate.n) == (None, 0, 0, 4)
    assert rate.params["no_interval"] == "undefined: the denominator is 0"
    assert measurements(subject, "true_positive_rate_difference", "g") == {}
    assert measurements(subject, "false_positive_rate_difference", "g")["b",].value == 0.0


@pytest.mark.parametrize(("rule", "of"), [("largest", "b"), ("rest", None)])
def test_the_reference_asked_for(people, rule, of):
    columns, actual, predicted, subject = people
    found = measurements(replace(subject, references=(rule,)), "true_positive_rate_difference", "race")
    largest = max("abc", key=lambda race: sum((columns["race"] == race) & (actual == 1)))
    assert set(found) == {("a",), ("b",), ("c",)} - ({(largest,)} if of else set())
    for (race,), m in found.items():
        mine = columns["race"] == race
        others = columns["race"] == largest if of else ~mine
        theirs = true_positive_rate(actual[others], predicted[others])
        assert m.value == pytest.approx(true_positive_rate(actual[mine], predicted[mine]) - theirs, abs=1e-12)
        assert m.reference.rule == rule
        assert m.reference.looks == 1


@pytest.mark.parametrize(
    ("subject", "reason", "applicable"),
    [
        (subject_of({"g": ["a", "b"]}, ["0", "1"]), "no column of true outcomes was given (--target)", True),
        (subject_of({}, ["0", "1"], ["1", "0"]), "no protected column was named (--sensitive)", True),
        (
            subject_of({}, ["0", "1"]),
            "no protected column was named (--sensitive); no column of true outcomes was given (--target)",
            True,
        ),
        (
            Subject(task=Task.REGRESSION, predicted_values=np.zeros(2), rows=Rows(read=2, assessed=2)),
            "a regression makes no yes-or-no decisions",
            False,
        ),
    ],
)
def test_what_is_missing_is_said(subject, reason, applicable):
    assert outcome_of(CHECK, subject) == Skipped(check=CHECK.id, reason=reason, applicable=applicable)


@settings(max_examples=20)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from("01"), st.sampled_from("01")),
        min_size=1,
        max_size=30,
    )
)
def test_true_positives_and_false_negatives_are_everybody_qualified(rows):
    groups, predicted, actual = (list(column) for column in zip(*rows, strict=True))
    subject = subject_of({"g": groups}, predicted, actual)
    hits, misses = (measurements(subject, m, "g") for m in ("true_positive_rate", "false_negative_rate"))
    for group in hits:
        qualified = sum(g == group[0] and a == "1" for g, _, a in rows)
        assert hits[group].numerator + misses[group].numerator == qualified
        assert hits[group].denominator == misses[group].denominator == qualified
