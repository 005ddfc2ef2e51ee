"""Scores by group against scikit-learn, SciPy, fairlearn, statsmodels, and tables counted by hand."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstwobign, ttest_ind, wasserstein_distance
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss, roc_auc_score

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.scores import Scores
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found, measured


def scored(scores, groups, actual=None, predicted=None, probability=True, **others):
    """Return a subject of scores; decisions follow them at one half unless given."""
    scores = np.asarray(scores, float)
    predicted = (scores >= 0.5) if predicted is None else np.asarray(predicted)
    subject = subject_of(
        groups,
        [str(int(p)) for p in predicted],
        None if actual is None else [str(int(a)) for a in actual],
        **others,
    )
    return replace(subject, given_scores=Scores(values=scores, probability=probability, source="a test"))


@pytest.fixture(scope="module")
def people():
    """Scores, outcomes and groups of 900 people, with ties, and the subject they make."""
    rng = np.random.default_rng(5)
    race, sex = rng.choice(list("abc"), 900), rng.choice(["f", "m"], 900)
    scores = np.clip(rng.beta(2, 2, 900) + 0.1 * (race == "a"), 0, 1).round(2)
    actual = rng.random(900) < scores**1.3
    return scores, actual, race, scored(scores, {"race": list(race), "sex": list(sex)}, actual)


def test_calibration_in_the_large_and_brier_score(people):
    scores, actual, race, subject = people
    large = found("bias.calibration", subject, "calibration_in_the_large", "race")
    brier = found("bias.calibration", subject, "brier_score", "race")
    for group in "abc":
        mine = race == group
        miss = scores[mine] - actual[mine]
        assert large[group].value == pytest.approx(miss.mean(), abs=1e-12)
        assert brier[group].value == pytest.approx(brier_score_loss(actual[mine], scores[mine]), abs=1e-12)
        error = miss.std(ddof=1) / np.sqrt(mine.sum())
        half = (large[group].interval.high - large[group].interval.low) / 2
        assert half / error == pytest.approx(1.967, abs=0.005)


@pytest.mark.parametrize(("metric", "power"), [("calibration_in_the_large", 1), ("brier_score", 2)])
def test_gaps_are_tested_as_welch_does(people, metric, power):
    scores, actual, race, subject = people
    values = (scores - actual) ** power
    for group, m in found("bias.calibration", subject, f"{metric}_difference", "race").items():
        (other,) = m.reference.scope.values()
        theirs = ttest_ind(values[race == group], values[race == other], equal_var=False)
        assert m.value == pytest.approx(
            values[race == group].mean() - values[race == other].mean(), abs=1e-12
        )
        assert m.p_value == pytest.approx(theirs.pvalue, abs=1e-12)
        span = theirs.confidence_interval()
        assert (m.interval.low, m.interval.high) == pytest.approx((span.low, span.high), abs=1e-9)


def test_everyone_else_is_a_reference_for_means(people):
    scores, actual, race, subject = people
    values = scores - actual
    rest = replace(subject, references=("rest",))
    for group, m in found("bias.calibration", rest, "calibration_in_the_large_difference", "race").items():
        theirs = ttest_ind(values[race == group], values[race != group], equal_var=False)
        assert m.p_value == pytest.approx(theirs.pvalue, abs=1e-12)
        assert (m.reference.scope, m.reference.rule) == ({}, "rest")
        assert m.reference.denominator == (race != group).sum()


def test_the_calibration_curve_is_scikit_learns(people):
    scores, actual, _, subject = people
    # Their bins are closed on the right, ours on the left; moved off the edges both agree.
    moved = np.clip(scores + 0.001, 0, 1)
    subject = replace(subject, given_scores=Scores(values=moved, probability=True, source="a test"))
    share, mean = calibration_curve(actual, moved, n_bins=10)
    curve = [m for m in measured("bias.calibration-error", subject) if m.metric == "calibration_curve"]
    whole = sorted((m for m in curve if not m.scope), key=lambda m: m.params["from"])
    assert [m.value for m in whole] == pytest.approx(share)
    sizes = np.array([m.denominator for m in whole])
    assert sizes.sum() == len(scores)
    error = found("bias.calibration-error", subject, "expected_calibration_error")[()]
    assert error.value == pytest.approx(np.sum(sizes * np.abs(share - mean)) / len(scores), abs=1e-12)
    assert error.interval.low <= error.value <= error.interval.high


def test_scores_that_are_no_probabilities_have_no_calibration():
    subject = scored([1, 2, 3, 4], {"g": list("abab")}, [0, 1, 0, 1], [0, 0, 1, 1], probability=False)
    for check in ("bias.calibration", "bias.calibration-error"):
        outcome = outcome_of(get(check), subject)
        assert outcome == Skipped(
            check=check, reason="these scores are no probabilities: a test", applicable=False
        )


def delong(scores, actual):
    """Return AUC and DeLong's variance by comparing every pair."""
    up, down = scores[actual], scores[~actual]
    wins = (up[:, None] > down) + 0.5 * (up[:, None] == down)
    return wins.mean(), wins.mean(1).var(ddof=1) / len(up) + wins.mean(0).var(ddof=1) / len(down)


def test_auc_is_scikit_learns_with_delongs_error(people):
    scores, actual, race, subject = people
    aucs = found("bias.score-auc", subject, "auc", "race")
    for group, m in aucs.items():
        mine = race == group
        value, _ = delong(scores[mine], actual[mine])
        assert m.value == pytest.approx(roc_auc_score(actual[mine], scores[mine]), abs=1e-12)
        assert m.value == pytest.approx(value, abs=1e-12)
        assert m.denominator == min(actual[mine].sum(), (~actual[mine]).sum())
    whole = found("bias.score-auc", subject, "auc")[()]
    assert whole.value == pytest.approx(roc_auc_score(actual, scores), abs=1e-12)


@pytest.mark.parametrize("rule", ["most_favoured", "largest", "rest"])
def test_auc_gaps_use_both_errors(people, rule):
    scores, actual, race, subject = people
    gaps = found("bias.score-auc", replace(subject, references=(rule,)), "auc_difference", "race")
    assert len(gaps) == (3 if rule == "rest" else 2)
    for group, m in gaps.items():
        others = race != group if rule == "rest" else race == next(iter(m.reference.scope.values()))
        one, one_variance = delong(scores[race == group], actual[race == group])
        other, other_variance = delong(scores[others], actual[others])
        assert m.value == pytest.approx(one - other, abs=1e-12)
        half = (m.interval.high - m.interval.low) / 2
        assert half == pytest.approx(1.959964 * np.sqrt(one_variance + other_variance), rel=1e-6)


def test_perfect_separation_is_no_certainty():
    subject = scored([0.9, 0.8, 0.1, 0.2] * 2, {"g": ["a"] * 4 + ["b"] * 4}, [1, 1, 0, 0] * 2)
    m = found("bias.score-auc", subject, "auc", "g")["a"]
    assert (m.value, m.interval) == (1.0, None)
    assert m.params["no_interval"]


def test_auc_without_one_outcome_is_undefined():
    subject = scored([0.9, 0.8, 0.1, 0.2], {"g": list("aabb")}, [1, 1, 0, 1])
    assert found("bias.score-auc", subject, "auc", "g")["a"].value is None
    assert found("bias.score-auc", subject, "auc_difference", "g") == {}


@pytest.mark.parametrize("rule", ["most_favoured", "rest"])
def test_distances_are_scipys(people, rule):
    scores, _, race, subject = people
    subject = replace(subject, references=(rule,))
    apart = found("bias.score-distribution", subject, "kolmogorov_smirnov", "race")
    moved = found("bias.score-distribution", subject, "wasserstein_distance", "race")
    means = found("bias.score-distribution", subject, "mean_score_difference", "race")
    assert set(apart) == set(moved) == set(means)
    for group, m in apart.items():
        mine = scores[race == group]
        others = (
            scores[race != group]
            if rule == "rest"
            else scores[race == next(iter(m.reference.scope.values()))]
        )
        assert m.value == pytest.approx(ks_2samp(mine, others).statistic, abs=1e-12)
        size = np.sqrt(len(mine) * len(others) / (len(mine) + len(others)))
        assert m.p_value == pytest.approx(kstwobign.sf(size * m.value), rel=1e-9)
        assert moved[group].value == pytest.approx(wasserstein_distance(mine, others), abs=1e-12)
        assert means[group].p_value == pytest.approx(
            ttest_ind(mine, others, equal_var=False).pvalue, abs=1e-12
        )


def test_distances_of_tiny_samples_with_ties_are_scipys():
    from aiaudit.measuring.distances import distances

    rng = np.random.default_rng(0)
    for _ in range(300):
        one, other = (np.sort(rng.integers(0, 5, rng.integers(1, 9)) / 2) for _ in range(2))
        mine = distances(one, other)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert mine.largest == pytest.approx(ks_2samp(one, other).statistic, abs=1e-12)
        assert mine.area == pytest.approx(wasserstein_distance(one, other), abs=1e-12)


#: 6 RCNY 5-301(c), sex table: people, those above the median.
SEX = {"Male": (92, 50), "Female": (76, 34)}
RACE = {
    "Hispanic": (28, 18),
    "White": (40, 15),
    "Black": (32, 16),
    "NHPI": (8, 5),
    "Asian": (24, 10),
    "AIAN": (16, 10),
    "Two": (20, 10),
}


@pytest.mark.parametrize(
    ("table", "ratios"),
    [
        (SEX, {"Male": 1.00, "Female": 0.82}),
        (
            RACE,
            {
                "Hispanic": 1.00,
                "White": 0.58,
                "Black": 0.78,
                "NHPI": 0.97,
                "Asian": 0.65,
                "AIAN": 0.97,
                "Two": 0.78,
            },
        ),
    ],
)
def test_the_example_of_local_law_144(table, ratios):
    groups = [name for name, (n, _) in table.items() for _ in range(n)]
    scores = [score for n, above in table.values() for score in [90.0] * above + [10.0] * (n - above)]
    # Half of the 168 people are above the median, which then lies between the two scores.
    subject = scored(scores, {"g": groups}, predicted=np.array(scores) > 50, probability=False)
    rates = found("bias.scoring-rate", subject, "scoring_rate", "g")
    assert {g: (m.denominator, m.numerator) for g, m in rates.items()} == table
    assert found("bias.scoring-rate", subject, "score_median")[()].value == 50
    best = max(table, key=lambda g: table[g][1] / table[g][0])
    for group, printed in ratios.items():
        exact = (table[group][1] / table[group][0]) / (table[best][1] / table[best][0])
        assert exact == pytest.approx(printed, abs=0.0051)
    found_ratios = found("bias.scoring-rate", replace(subject, references=("largest",)), "scoring_ratio", "g")
    largest = max(table, key=lambda g: table[g])
    for group, m in found_ratios.items():
        n, above = table[group]
        assert m.value == pytest.approx((above / n) / (table[largest][1] / table[largest][0]), abs=1e-12)


def test_a_score_at_the_median_is_not_above_it():
    subject = scored([1, 2, 2, 3], {"g": list("abab")}, predicted=[0, 0, 1, 1], probability=False)
    assert found("bias.scoring-rate", subject, "scoring_rate")[()].numerator == 1
    assert found("bias.scoring-rate", subject, "score_ties")[()].value == 2


def test_the_sweep_selects_from_each_cutoff_upward(people):
    scores, _, race, subject = people
    outcome = measured("bias.threshold-sweep", subject)
    cut = next(m for m in outcome if m.metric == "decision_cutoff")
    assert (cut.value, cut.params["agreement"]) == (0.5, 1.0)
    swept = [m for m in outcome if m.metric == "selection_rate_at_cutoff" and "race" in m.scope]
    assert len({m.params["cutoff"] for m in swept}) >= 19
    for m in swept:
        mine = scores[race == m.scope["race"]]
        assert (m.numerator, m.denominator) == ((mine >= m.params["cutoff"]).sum(), len(mine))
    chosen = {
        m.scope["race"]: m
        for m in outcome
        if m.metric == "impact_ratio_at_cutoff" and m.params["in_use"] and "race" in m.scope
    }
    ratios = found("bias.selection-rate", subject, "impact_ratio", "race")
    assert {g: m.value for g, m in chosen.items()} == {g: m.value for g, m in ratios.items()}
    assert all(m.p_value is None for m in chosen.values())


def test_decisions_that_follow_no_score_agree_with_no_cutoff():
    subject = scored([0.1, 0.2, 0.3, 0.4], {"g": list("abab")}, predicted=[1, 0, 0, 1])
    cut = found("bias.threshold-sweep", subject, "decision_cutoff")[()]
    assert (cut.value, cut.params["agreement"]) == (0.4, 0.75)


def test_the_top_of_a_list_and_its_exposure():
    subject = scored(
        [5, 4, 4, 3, 2, 1, 0, 0, 0, 0],
        {"g": list("ababababab")},
        predicted=[1] * 5 + [0] * 5,
        probability=False,
    )
    top = found("bias.ranking", subject, "top_rate", "g", "top")
    assert (top["a", "the first 10 %"].numerator, top["b", "the first 10 %"].numerator) == (1, 0)
    # The second place is shared by two people, who are both in.
    assert (top["a", "the first 20 %"].numerator, top["b", "the first 20 %"].numerator) == (2, 1)
    seen = 1 / np.log2(1 + np.arange(1, 11))
    places = (
        np.array([seen[0], seen[1:3].mean(), seen[1:3].mean(), *seen[3:6], *[seen[6:].mean()] * 4])
        / seen.mean()
    )
    exposure = found("bias.ranking", subject, "exposure", "g")
    assert exposure["a"].value == pytest.approx(places[::2].mean(), abs=1e-12)
    assert exposure["b"].value == pytest.approx(places[1::2].mean(), abs=1e-12)
    ratio = found("bias.ranking", subject, "exposure_ratio", "g")["b"]
    assert ratio.value == pytest.approx(places[1::2].mean() / places[::2].mean(), abs=1e-12)
