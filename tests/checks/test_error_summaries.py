"""Errors in one number against scikit-learn, fairlearn and formulas by hand; labels with an order against statsmodels."""

from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import MetricFrame
from scipy.stats import ttest_ind
from sklearn.metrics import balanced_accuracy_score, cohen_kappa_score, f1_score, matthews_corrcoef
from statsmodels.stats.inter_rater import cohens_kappa

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found, measured

CHECK = "bias.error-summaries"


def rates(actual, predicted):
    tp, fn = (actual & predicted).sum(), (actual & ~predicted).sum()
    fp, tn = (~actual & predicted).sum(), (~actual & ~predicted).sum()
    return {
        "average_odds": (tp / (tp + fn) + fp / (fp + tn)) / 2,
        "conditional_use_accuracy": (tp / (tp + fp) + tn / (tn + fn)) / 2,
        "treatment_ratio": fp / fn,
        "balanced_accuracy": balanced_accuracy_score(actual, predicted),
        "f1_score": f1_score(actual, predicted),
        "matthews_correlation": matthews_corrcoef(actual, predicted),
    }


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(2)
    race, sex = rng.choice(list("abc"), 700), rng.choice(["f", "m"], 700)
    actual = rng.random(700) < 0.4
    predicted = np.where(rng.random(700) < 0.75, actual, ~actual)
    columns = {"race": list(race), "sex": list(sex)}
    subject = subject_of(columns, [*map(str, predicted * 1)], [*map(str, actual * 1)])
    return actual, predicted, race, sex, subject


NAMES = list(rates(np.array([True, False]), np.array([False, True])))


@pytest.mark.parametrize("name", NAMES)
def test_numbers_of_every_group_and_crossing(people, name):
    actual, predicted, race, sex, subject = people
    for group, m in found(CHECK, subject, name, "race").items():
        assert m.value == pytest.approx(
            rates(actual[race == group], predicted[race == group])[name], abs=1e-12
        )
        assert m.interval.low < m.value < m.interval.high
    for (group, other), m in found(CHECK, subject, name, "race", "sex").items():
        mine = (race == group) & (sex == other)
        assert m.value == pytest.approx(rates(actual[mine], predicted[mine])[name], abs=1e-12)


@pytest.mark.parametrize("name", ["balanced_accuracy", "f1_score", "matthews_correlation"])
def test_gaps_are_those_of_fairlearn(people, name):
    actual, predicted, race, _, subject = people
    metric = {
        "balanced_accuracy": balanced_accuracy_score,
        "f1_score": f1_score,
        "matthews_correlation": matthews_corrcoef,
    }
    theirs = MetricFrame(metrics=metric[name], y_true=actual, y_pred=predicted, sensitive_features=race)
    gaps = found(CHECK, subject, f"{name}_difference", "race")
    assert max(-m.value for m in gaps.values()) == pytest.approx(theirs.difference(), abs=1e-12)


def test_the_error_of_balanced_accuracy_is_that_of_two_rates(people):
    actual, predicted, race, _, subject = people
    gaps = found(CHECK, subject, "balanced_accuracy_difference", "race")
    assert len(gaps) == 2

    def variance(group):
        mine = race == group
        found = [predicted[mine & side].mean() for side in (actual, ~actual)]
        sizes = [(mine & side).sum() for side in (actual, ~actual)]
        return sum(p * (1 - p) / n for p, n in zip(found, sizes, strict=True)) / 4

    for group, m in gaps.items():
        (other,) = m.reference.scope.values()
        half = (m.interval.high - m.interval.low) / 2
        assert half == pytest.approx(1.959964 * np.sqrt(variance(group) + variance(other)), rel=1e-6)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("name", ["f1_score", "matthews_correlation", "conditional_use_accuracy"])
def test_errors_agree_with_resampled_rows(people, name):
    actual, predicted, race, _, subject = people
    rng, mine = np.random.default_rng(0), np.flatnonzero(race == "a")
    drawn = [rates(actual[rows], predicted[rows])[name] for rows in rng.choice(mine, (800, len(mine)))]
    m = found(CHECK, subject, name, "race")["a"]
    assert (m.interval.high - m.interval.low) / (2 * 1.96) == pytest.approx(np.std(drawn), rel=0.1)


def test_treatment_is_judged_by_the_share_of_false_positives(people):
    actual, predicted, race, _, subject = people
    shares = found(CHECK, subject, "false_positive_share", "race")
    ratios = found(CHECK, subject, "treatment_ratio", "race")
    for group, m in shares.items():
        mine = race == group
        wrong = mine & (actual != predicted)
        assert (m.numerator, m.denominator) == ((wrong & predicted).sum(), wrong.sum())
        odds = m.interval.low / (1 - m.interval.low), m.interval.high / (1 - m.interval.high)
        assert (ratios[group].interval.low, ratios[group].interval.high) == pytest.approx(odds)
    for m in found(CHECK, subject, "false_positive_share_difference", "race").values():
        assert m.tests["fisher"] <= 1


def test_what_cannot_be_divided_is_undefined():
    subject = subject_of({"g": list("aabb")}, list("1001"), list("1010"))
    assert found(CHECK, subject, "treatment_ratio", "g")["a"].value is None
    assert found(CHECK, subject, "balanced_accuracy", "g")["a"].value == 1.0
    assert found(CHECK, subject, "balanced_accuracy", "g")["a"].interval is None
    assert found(CHECK, subject, "balanced_accuracy", "g")["b"].value == 0.0


ORDER = ("low", "middle", "top")


@pytest.fixture(scope="module")
def graded():
    rng = np.random.default_rng(3)
    race = rng.choice(list("ab"), 500)
    actual = rng.integers(0, 3, 500)
    given = np.clip(actual + rng.choice([-1, 0, 1, 2], 500, p=[0.2, 0.6, 0.15, 0.05]), 0, 2)
    labels = np.array(ORDER)
    subject = subject_of(
        {"race": list(race)}, list(labels[given]), list(labels[actual]), favorable="top", order=ORDER
    )
    return actual, given, race, subject


def test_places_and_steps_of_ordered_labels(graded):
    actual, given, race, subject = graded
    for group in "ab":
        mine = race == group
        steps = given[mine] - actual[mine]
        expected = {
            "mean_place": given[mine].mean(),
            "ordinal_error": np.abs(steps).mean(),
            "ordinal_lean": steps.mean(),
            "weighted_kappa": cohen_kappa_score(actual[mine], given[mine], weights="quadratic"),
        }
        for name, value in expected.items():
            assert found("bias.ordinal", subject, name, "race")[group].value == pytest.approx(
                value, abs=1e-12
            )
    for name, values in {"mean_place": given, "ordinal_lean": given - actual}.items():
        for group, m in found("bias.ordinal", subject, f"{name}_difference", "race").items():
            other = "b" if group == "a" else "a"
            theirs = ttest_ind(values[race == group], values[race == other], equal_var=False)
            assert m.p_value == pytest.approx(theirs.pvalue, abs=1e-12)


def test_kappas_error_is_fleisss(graded):
    actual, given, race, subject = graded
    table = np.zeros((3, 3))
    np.add.at(table, (actual[race == "a"], given[race == "a"]), 1)
    theirs = cohens_kappa(table, wt="fc")
    m = found("bias.ordinal", subject, "weighted_kappa", "race")["a"]
    assert m.value == pytest.approx(theirs.kappa, abs=1e-12)
    gap = found("bias.ordinal", subject, "weighted_kappa_difference", "race")
    (only,) = gap.values()
    other = np.zeros((3, 3))
    np.add.at(other, (actual[race == "b"], given[race == "b"]), 1)
    half = (only.interval.high - only.interval.low) / 2
    both = theirs.var_kappa + cohens_kappa(other, wt="fc").var_kappa
    assert half == pytest.approx(1.959964 * np.sqrt(both), rel=1e-6)


def test_reaching_a_label_or_better(graded):
    _, given, race, subject = graded
    reached = found("bias.ordinal", subject, "at_least_rate", "race", "label")
    for (group, label), m in reached.items():
        mine = given[race == group]
        assert (m.numerator, m.denominator) == ((mine >= ORDER.index(label)).sum(), len(mine))
    assert {label for _, label in reached} == {"middle", "top"}


def test_labels_without_an_order_are_not_placed(graded):
    *_, subject = graded
    outcome = outcome_of(get("bias.ordinal"), replace(subject, order=()))
    assert outcome == Skipped(
        check="bias.ordinal", reason="no order of the labels was declared (--order)", applicable=False
    )


def test_each_label_against_the_rest(graded):
    actual, given, race, subject = graded
    for (group, label), m in found("bias.multiclass", subject, "label_recall", "race", "label").items():
        true, mine = actual == ORDER.index(label), race == group
        assert (m.numerator, m.denominator) == ((true & mine & (given == actual)).sum(), (true & mine).sum())
    for (group, label), m in found(
        "bias.multiclass", subject, "label_false_positive_rate", "race", "label"
    ).items():
        other, mine = actual != ORDER.index(label), race == group
        hits = (other & mine & (given == ORDER.index(label))).sum()
        assert (m.numerator, m.denominator) == (hits, (other & mine).sum())
    for (group, label), m in found("bias.multiclass", subject, "label_precision", "race", "label").items():
        mine = (race == group) & (given == ORDER.index(label))
        assert (m.numerator, m.denominator) == ((actual[mine] == given[mine]).sum(), mine.sum())
    for m in measured("bias.multiclass", subject):
        if m.reference is not None:
            assert m.reference.scope["label"] == m.scope["label"]


def test_labels_are_counted_without_outcomes_too(graded):
    *_, subject = graded
    names = {m.metric for m in measured("bias.multiclass", replace(subject, actual=None))}
    assert names == {"label_rate", "label_rate_difference", "label_rate_ratio"}
