"""Weighted rates and their contrasts: statsmodels' robust errors, and rows repeated."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp, norm, wasserstein_distance
from sklearn.metrics import roc_auc_score
from statsmodels.regression.linear_model import WLS

from aiaudit.measuring.distances import weighted_distances
from aiaudit.measuring.partitions import partitions_of
from aiaudit.measuring.ranked import Ranked, auc
from aiaudit.measuring.strata import stratified
from aiaudit.measuring.weighting import WeightedContrasts
from aiaudit.scores import Scores
from aiaudit.statistics.auc import auc as one_auc
from aiaudit.statistics.weighted import weighted_rate
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found, measured


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(6)
    race = rng.choice(list("abc"), 600)
    predicted = rng.random(600) < 0.3 + 0.2 * (race == "a")
    weights = rng.gamma(2, 1, 600).round(3)
    subject = subject_of({"race": list(race)}, [*map(str, predicted * 1)])
    return race, predicted, weights, subject


def kish(weights):
    return weights.sum() ** 2 / (weights**2).sum()


def robust(values, weights):
    """Return a weighted mean and its linearized error (HC1)."""
    fit = WLS(values.astype(float), np.ones(len(values)), weights).fit(cov_type="HC1")
    return fit.params[0], fit.bse[0]


@pytest.mark.parametrize("rule", ["most_favoured", "rest"])
def test_weighted_rates_and_their_gaps(people, rule):
    race, predicted, weights, subject = people
    subject = replace(subject, weights=weights, references=(rule,))
    for group, m in found("bias.selection-rate", subject, "selection_rate", "race").items():
        mine = race == group
        assert m.value == pytest.approx(robust(predicted[mine], weights[mine])[0], abs=1e-9)
        assert (m.numerator, m.denominator) == (predicted[mine].sum(), mine.sum())
        assert m.effective_n < m.n
        assert m.interval.low < m.value < m.interval.high
    ratios = found("bias.selection-rate", subject, "impact_ratio", "race")
    for group, m in found("bias.selection-rate", subject, "selection_rate_difference", "race").items():
        others = race != group if rule == "rest" else race == next(iter(m.reference.scope.values()))
        one, error = robust(predicted[race == group], weights[race == group])
        two, other = robust(predicted[others], weights[others])
        assert m.value == pytest.approx(one - two, abs=1e-9)
        assert m.reference.value == pytest.approx(two, abs=1e-9)
        worth = [np.floor(kish(weights[race == group])), np.floor(kish(weights[others]))]
        assert m.p_value == pytest.approx(2 * norm.sf(abs(one - two) / np.hypot(error, other)), abs=0.05)
        assert m.effective_n <= min(worth) + 1
        assert ratios[group].value == pytest.approx(one / two, abs=1e-9)
        assert ratios[group].p_value == m.p_value
        assert not m.counted


def test_a_whole_weight_is_worth_so_many_rows(people):
    race, predicted, _, subject = people
    times = np.random.default_rng(1).integers(0, 4, 600)
    weighted = replace(subject, weights=times.astype(float))
    repeated = subject_of(
        {"race": list(np.repeat(race, times))}, [*map(str, np.repeat(predicted, times) * 1)]
    )
    for metric in ("selection_rate", "impact_ratio", "selection_rate_difference", "rejection_ratio"):
        one, two = (found("bias.selection-rate", s, metric, "race") for s in (weighted, repeated))
        assert {g: m.value for g, m in one.items()} == pytest.approx({g: m.value for g, m in two.items()})


def test_a_check_that_leaves_weights_out_says_so(people):
    from aiaudit.checks.bias.selection_rate import selection_rate
    from aiaudit.run import UNWEIGHTED

    _, _, weights, subject = people
    subject = replace(subject, weights=weights)
    assert outcome_of(selection_rate, subject).notes == ()
    assert outcome_of(replace(selection_rate, weighted=False), subject).notes == (UNWEIGHTED,)


@pytest.fixture(scope="module")
def scored():
    """Scores, outcomes, decisions over three labels, and weights of 900 people of three groups."""
    rng = np.random.default_rng(11)
    n = 900
    race = rng.choice(list("abc"), n, p=[0.5, 0.3, 0.2])
    score = np.clip(rng.beta(2, 2, n) + 0.1 * (race == "a"), 0, 1).round(2)
    actual = rng.random(n) < score
    return race, score, actual, score > 0.55, rng.integers(1, 4, n).astype(float)


def subjects(scored):
    """Return the weighted people, and the same with each repeated as often as it weighs."""
    race, score, actual, decided, weights = scored
    both = []
    for times in (np.ones(len(race), int), weights.astype(int)):
        r, s, a, d = (np.repeat(column, times) for column in (race, score, actual, decided))
        made = subject_of({"race": list(r)}, [*map(str, d * 1)], [*map(str, a * 1)])
        both.append(replace(made, given_scores=Scores(values=s, probability=True, source="a test")))
    return replace(both[0], weights=weights), both[1]


@pytest.mark.parametrize(
    ("check", "metrics"),
    [
        ("bias.score-auc", ["auc", "auc_difference"]),
        ("bias.score-distribution", ["mean_score", "kolmogorov_smirnov", "wasserstein_distance"]),
        ("bias.threshold-sweep", ["selection_rate_at_cutoff", "impact_ratio_at_cutoff"]),
        ("bias.calibration-error", ["expected_calibration_error", "calibration_curve"]),
        ("bias.calibration", ["calibration_in_the_large", "brier_score"]),
        ("bias.error-summaries", ["f1_score", "false_positive_share"]),
    ],
)
def test_weighted_people_are_as_many(scored, check, metrics):
    weighted, repeated = (measured(check, subject) for subject in subjects(scored))
    for metric in metrics:
        one, two = (
            {
                (
                    *m.scope.items(),
                    *((m.reference.scope.items()) if m.reference else ()),
                    m.params.get("from"),
                ): m
                for m in outcome
                if m.metric == metric and m.params.get("in_use", True)
            }
            for outcome in (weighted, repeated)
        )
        assert one.keys() == two.keys()
        assert {k: m.value for k, m in one.items()} == pytest.approx({k: m.value for k, m in two.items()})
        # Weighted rows are worth less than so many people: their intervals are no narrower.
        for key, m in one.items():
            if m.interval is not None and two[key].interval is not None:
                wide, narrow = (x.interval.high - x.interval.low for x in (m, two[key]))
                assert wide > narrow


def test_several_labels_and_numbers_are_weighted_too(scored):
    race, score, _, _, weights = scored
    labels = np.array(["low", "mid", "top"])[np.digitize(score, [0.4, 0.6])]
    made = replace(subject_of({"race": list(race)}, list(labels), favorable="top"), weights=weights)
    for (group, label), m in found("bias.multiclass", made, "label_rate", "race", "label").items():
        mine = race == group
        value, _ = robust((labels == label)[mine], weights[mine])
        assert m.value == pytest.approx(value)


def test_gaps_within_strata_are_weighted(scored):
    race, score, _, _, weights = scored
    rng = np.random.default_rng(3)
    groups = partitions_of(*_groups(race))
    bins = rng.integers(0, 3, len(race))
    own, _ = stratified(groups, score, bins, 3, weights)
    a, b = (groups.scopes.index({"race": g}) for g in "ab")
    value, error, _ = own.difference(own, np.array([a]), np.array([b]))
    worth = lambda w: w.sum() ** 2 / (w**2).sum()
    expected, share = [], []
    for k in range(3):
        one, two = ((race == g) & (bins == k) for g in "ab")
        expected.append(
            np.average(score[one], weights=weights[one]) - np.average(score[two], weights=weights[two])
        )
        share.append(1 / (1 / worth(weights[one]) + 1 / worth(weights[two])))
    assert value[0] == pytest.approx(np.average(expected, weights=share))
    assert 0 < error[0] < 0.1


def _groups(race):
    subject = subject_of({"race": list(race)}, ["1"] * len(race))
    return subject.attributes, subject.partitions(), subject.n


def test_weighted_aucs_and_distances_are_as_sure_as_they_say():
    # Weights that favour high scores; the truth is that of the weighted population, found from very many.
    def drawn(rng, n):
        positive = rng.random(n) < 0.4
        score = rng.normal(positive * 1.0, 1.0)
        return score, positive, np.exp(0.5 * score * positive + 0.3 * rng.normal(size=n))

    def ranks(score):
        order = np.argsort(score)
        return Ranked(rows=order, group=np.zeros(len(score), np.intp), score=score[order], size=1)

    rng = np.random.default_rng(0)
    score, positive, weights = drawn(rng, 400_000)
    truth = roc_auc_score(positive, score, sample_weight=weights)
    held, alarms = [], []
    for _ in range(400):
        score, positive, weights = drawn(rng, 200)
        mine = auc(ranks(score), positive, weights)
        assert mine.value[0] == pytest.approx(roc_auc_score(positive, score, sample_weight=weights))
        held.append(abs(mine.value[0] - truth) < 1.96 * mine.error[0])
        same, chance = rng.normal(size=200), rng.gamma(2, 1, 200)
        alarms.append(weighted_distances(same[:120], same[120:], chance[:120], chance[120:]).p_value < 0.05)
    assert 0.91 <= np.mean(held) <= 0.98
    assert np.mean(alarms) <= 0.06


def test_the_weighted_earth_movers_distance_is_scipys():
    rng = np.random.default_rng(4)
    one, other, own, others = rng.normal(size=50), rng.normal(1, 2, 70), rng.random(50), rng.random(70)
    mine = weighted_distances(one, other, own, others)
    assert mine.area == pytest.approx(wasserstein_distance(one, other, own, others))
    equal = weighted_distances(one, other, np.ones(50), np.ones(70))
    plain = ks_2samp(one, other, method="asymp")
    assert equal.largest == pytest.approx(plain.statistic)
    assert np.isnan(weighted_distances(one, other, own * 0, others).largest)


def test_equal_weights_test_as_none(people):
    _, _, _, subject = people
    same = replace(subject, weights=np.full(subject.n, 0.7))
    for metric in ("impact_ratio", "selection_rate_difference", "rejection_ratio"):
        one, two = (found("bias.selection-rate", s, metric, "race") for s in (subject, same))
        assert {g: m.p_value for g, m in one.items()} == {g: m.p_value for g, m in two.items()}


@pytest.mark.slow
@pytest.mark.parametrize("informative", [False, True])
def test_chance_among_few_weighted_rows_is_no_gap(informative):
    # 40 and 400 people of whom nearly everybody is selected; weights may go with being selected.
    rng = np.random.default_rng(5)
    small = np.zeros(8_000)
    for i in range(len(small)):
        sums = []
        for n in (40, 400):
            selected = rng.random(n) < (0.95 if not informative else 0.9)
            w = rng.gamma(2, 1, n) * (np.where(selected, 1.0, 0.7) if informative else 1.0)
            sums.append((n, w.sum(), (w**2).sum(), w[selected].sum(), (w[selected] ** 2).sum()))
        first, second = (weighted_rate(*s, 0.95) for s in sums)
        small[i] = WeightedContrasts(first=first, second=second).test.p_value
    assert np.mean(small <= 0.05) <= 0.055
    assert np.mean(small <= 0.001) <= 0.0025


def test_one_area_and_the_areas_of_groups_are_computed_alike():
    rng = np.random.default_rng(8)
    group, score, positive = rng.integers(0, 3, 300), rng.normal(size=300).round(1), rng.random(300) < 0.4
    order = np.lexsort((score, group))
    found = auc(Ranked(rows=order, group=group[order], score=score[order], size=3), positive)
    for g in range(3):
        alone = one_auc(score[group == g], positive[group == g])
        assert (found.value[g], found.error[g] ** 2) == pytest.approx((alone.value, alone.variance))
