"""Telling classes apart by ridge regression: scores against scikit-learn, errors and levels by simulation."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import roc_auc_score

from aiaudit.statistics.auc import auc
from aiaudit.statistics.discriminant import FOLDS, _folds, separations
from tests.simulation.proxies import CASES, cover


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(1)
    labels = rng.choice(3, 400, p=[0.6, 0.3, 0.1])
    return rng.normal(size=(400, 6)) + 0.8 * np.eye(6)[labels], labels


def found(x, labels, size, permutations=19, seed=0):
    return separations(x, labels, size, level=0.95, permutations=permutations, seed=seed)


def test_the_area_is_that_of_scikit_learns_ridge_on_rows_left_out(people):
    x, labels = people
    fold = _folds(labels, 3)
    for g, mine in enumerate(found(x, labels, 3)):
        areas, variances, shrunk = [], [], []
        for k in range(FOLDS):
            new = fold == k
            scores = Ridge(alpha=6.0).fit(x[~new], labels[~new] == g).predict(x)
            areas.append(roc_auc_score(labels[new] == g, scores[new]))
            variances.append(auc(scores[new], labels[new] == g).variance)
            shrunk.append(roc_auc_score(labels[~new] == g, scores[~new]))
        assert mine.auc == pytest.approx(np.mean(areas), abs=1e-9)
        assert (mine.members, mine.others) == ((labels == g).sum(), (labels != g).sum())
        assert mine.low < mine.auc < mine.high
        # Never narrower than DeLong's own, never more than by the root of two wider.
        plain = 2 * 1.96 * np.sqrt(sum(variances)) / FOLDS
        assert 0.98 <= (mine.high - mine.low) / plain <= 1.42


def test_every_fold_holds_its_share_of_every_class(people):
    _, labels = people
    fold = _folds(labels, 3)
    counts = np.array([np.bincount(labels[fold == k], minlength=3) for k in range(FOLDS)])
    assert (np.ptp(counts, axis=0) <= 1).all()
    assert np.ptp(counts.sum(axis=1)) <= 1


def test_two_classes_are_told_apart_alike(people):
    x, labels = people
    one, other = found(x, (labels == 0).astype(int), 2)
    assert one.auc == pytest.approx(other.auc, abs=1e-9)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=1e-9)
    assert one.p_value == other.p_value == 1 / 20


def test_a_copy_is_certain_as_far_as_its_size_allows():
    labels = np.arange(100) % 2
    found_ = found(labels[:, np.newaxis] - 0.5, labels, 2)[1]
    assert (found_.auc, found_.high) == (1.0, 1.0)
    assert 0.9 < found_.low < 0.95


def test_members_added_because_they_are_rare_are_nobodys_others(people):
    x, labels = people
    drawn = np.ones(400, bool)
    drawn[np.flatnonzero(labels == 2)[5:]] = False
    whole = found(x, labels, 3)
    part = separations(x, labels, 3, level=0.95, permutations=19, seed=0, drawn=drawn)
    assert (part[2].members, part[2].others) == (whole[2].members, whole[2].others)
    assert (part[2].auc, part[2].low) == (whole[2].auc, whole[2].low)
    assert part[0].others == whole[0].others - (~drawn).sum()
    assert part[0].auc != whole[0].auc


def test_too_few_members_are_not_measured(people):
    x, _ = people
    labels = (np.arange(400) < 9).astype(int)
    for one in found(x, labels, 2):
        assert np.isnan([one.auc, one.low, one.high, one.p_value]).all()
    measured = found(x, (np.arange(400) < 10).astype(int), 2)[1]
    assert np.isfinite(measured.auc)


def test_a_table_that_says_nothing_ties_everybody():
    one = found(np.zeros((60, 0)), np.arange(60) % 2, 2)[0]
    assert one.auc == 0.5
    assert one.p_value == 1.0


def test_shuffled_labels_are_rarely_told_apart():
    rng = np.random.default_rng(4)
    p = [
        found(rng.normal(size=(80, 5)), rng.integers(0, 2, 80), 2, 39, seed)[1].p_value for seed in range(200)
    ]
    assert np.mean(np.array(p) <= 0.05) < 0.08
    assert np.mean(np.array(p) <= 0.5) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("auc_of_best_rule", [0.5, 0.7])
@pytest.mark.slow
def test_intervals_hold_what_they_promise(auc_of_best_rule):
    case = CASES[0].but(best=auc_of_best_rule)
    assert cover(case, 100).covered > 0.88


@pytest.mark.slow
@pytest.mark.long
def test_every_case_of_the_page_is_covered():
    for case in CASES:
        assert cover(case, 300).covered > 0.88, case
