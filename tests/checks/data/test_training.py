"""Overlap with the training data, drift and leaked outcomes against pandas, SciPy, scikit-learn and plants."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency, ks_2samp, spearmanr, wasserstein_distance
from sklearn.metrics import roc_auc_score

from aiaudit.facts import Errored, Measured
from aiaudit.measuring.determined import coded, determined, rank_auc
from aiaudit.measuring.drift import Counts, stability
from aiaudit.registry import get
from aiaudit.testing import outcome_of, toy_regression, toy_subject
from tests.checks.data.made import table
from tests.checks.reading import measured


def by_metric(check, subject, column=None):
    ms = measured(check, subject)
    return {m.metric: m for m in ms if column is None or m.scope == {"column": column}}


def test_rows_seen_in_training_are_those_that_a_join_finds():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"x": rng.integers(0, 40, 300), "z": rng.choice(["p", None], 300)})
    train = pd.DataFrame({"z": rng.choice(["p", None], 500), "x": rng.integers(0, 80, 500) * 1.0})
    actual, train["y"] = rng.integers(0, 2, 300), rng.integers(0, 2, 500)
    found = by_metric("data.train-overlap", table(frame, actual, train=train))
    keys = [set(zip(train.x, train.z.fillna("?"), strict=True))]
    keys.append(set(zip(train.x, train.z.fillna("?"), train.y, strict=True)))
    mine = list(zip(frame.x, frame.z.fillna("?"), actual, strict=True))
    assert found["seen_rate"].numerator == sum(row[:2] in keys[0] for row in mine)
    assert found["copy_rate"].numerator == sum(row in keys[1] for row in mine)
    alone = (~train.duplicated(keep=False)).sum()
    excess = found["copy_excess"]
    assert excess.reference.value == pytest.approx(1 - alone / 500)
    assert excess.value == pytest.approx(found["copy_rate"].value - excess.reference.value)


def test_the_training_file_given_as_the_data_is_all_copies():
    rng = np.random.default_rng(0)
    frame, actual = pd.DataFrame({"x": rng.normal(size=80)}), rng.integers(0, 2, 80)
    found = by_metric("data.train-overlap", table(frame, actual, train=frame.assign(y=actual)))
    assert found["copy_rate"].value == found["copy_excess"].value == 1
    assert found["copy_excess"].p_value < 1e-9


def test_a_training_file_without_the_columns_is_an_error():
    outcome = outcome_of(get("data.train-overlap"), table({"x": [1, 2]}, train={"other": [1, 2]}))
    assert isinstance(outcome, Errored)
    assert "'x'" in outcome.error


@pytest.mark.parametrize(("copies", "most", "least"), [(0, 0.08, 0), (40, 1, 0.8)])
def test_coincidence_is_no_copying(copies, most, least):
    rng = np.random.default_rng(4)
    accused = covered = 0
    for _ in range(150):
        train, test = rng.integers(0, 3000, 900), rng.integers(0, 3000, 300)
        test[:copies] = train[:copies]
        frame = pd.DataFrame({"x": test})
        excess = by_metric("data.train-overlap", table(frame, train={"x": train}))["copy_excess"]
        accused += excess.p_value < 0.05
        covered += excess.interval.low <= copies / 300 * (1 - 1 / 3000) ** 900 <= excess.interval.high
    assert least <= accused / 150 <= most
    assert covered / 150 >= 0.9


def test_drift_of_a_number():
    rng = np.random.default_rng(1)
    old, new = rng.normal(size=700), rng.normal(0.5, 1, 300)
    new[:20] = np.nan
    found = by_metric("data.drift", table({"x": new}, train={"x": old}), "x")
    assert found["training_distance"].value == pytest.approx(ks_2samp(old, new[20:]).statistic)
    assert found["training_distance"].params["area"] == pytest.approx(wasserstein_distance(old, new[20:]))
    edges = np.quantile(old, np.arange(1, 10) / 10)
    bins = [
        np.append(np.bincount(np.searchsorted(edges, v, "right"), minlength=10), gone)
        for v, gone in ((old, 0), (new[20:], 20))
    ]
    p, q = ((c + 0.5) / (c.sum() + 5.5) for c in bins)
    psi = found["population_stability_index"]
    assert psi.value == pytest.approx(np.sum((q - p) * np.log(q / p)))
    assert psi.p_value == pytest.approx(chi2_contingency(bins, correction=False).pvalue)
    assert psi.interval.low < psi.value < psi.interval.high
    beyond = np.sum((new < old.min()) | (new > old.max()))
    assert found["unseen_value_rate"].numerator == beyond + 20


def test_drift_of_names_and_of_the_outcome():
    subject = table(
        {"job": ["a"] * 60 + ["b"] * 30 + ["new"] * 10},
        [1] * 70 + [0] * 30,
        train={"job": ["b"] * 100 + ["a"] * 100, "y": ["1.0"] * 100 + ["0"] * 100, "g": ["a"] * 200},
    )
    job = by_metric("data.drift", subject, "job")
    assert job["unseen_value_rate"].numerator == 10
    outcome = by_metric("data.drift", subject, "y")["population_stability_index"]
    expected = chi2_contingency([[100, 100], [30, 70]], correction=False).pvalue
    assert outcome.p_value == pytest.approx(expected)
    assert by_metric("data.drift", subject, "g")["unseen_value_rate"].numerator == 50


def test_the_same_rows_do_not_drift_and_yet_nothing_is_certain():
    values = list(range(40)) * 5
    psi = by_metric("data.drift", table({"x": values}, train={"x": values}), "x")[
        "population_stability_index"
    ]
    assert psi.value == 0
    assert psi.p_value == 1
    assert psi.interval.low == 0 < psi.interval.high


def test_columns_that_the_training_data_lack_are_told():
    outcome = outcome_of(get("data.drift"), table({"x": [1, 2], "more": [1, 2]}, train={"x": [1, 2]}))
    assert isinstance(outcome, Measured)
    assert any("'more'" in note for note in outcome.notes)


@pytest.mark.parametrize("scale", [0.0, 0.3, 1.0])
def test_the_interval_of_the_stability_index_holds_it(scale):
    p = np.full(6, 1 / 6)
    q = p * np.exp(scale * np.linspace(-1, 1, 6))
    q /= q.sum()
    true, rng, held, accused = float(np.sum((q - p) * np.log(q / p))), np.random.default_rng(0), 0, 0
    for _ in range(300):
        counts = Counts(old=rng.multinomial(800, p), new=rng.multinomial(300, q), unseen=0)
        found = stability(counts)
        held += found.low <= true + 1e-12 and true <= found.high
        accused += found.p_value < 0.05
    assert held / 300 >= 0.93
    assert scale > 0 or accused / 300 <= 0.08


def test_what_single_columns_tell():
    subject = toy_subject()
    truth = subject.deserved
    for column, values in subject.features.items():
        found = by_metric("data.leaked-target", subject, column)
        auc = roc_auc_score(truth, values)
        assert found["single_column_auc"].value == pytest.approx(max(auc, 1 - auc))
        assert found["named_after_target"].value == 0


def test_a_leak_of_names_of_numbers_and_of_empty_cells_is_found():
    rng = np.random.default_rng(6)
    actual = rng.integers(0, 2, 400)
    columns = {
        "copy": np.where(actual, "yes", "no"),
        "paid": actual * 100.0 + rng.normal(size=400),
        "closed": np.where(actual == 1, rng.normal(size=400), np.nan),
        "applicant": [f"id{i}" for i in range(400)],
        "noise": rng.choice(list("abcd"), 400),
        "y_code": rng.normal(size=400),
        "same": 1,
    }
    subject = table(columns, actual)
    told = {column: by_metric("data.leaked-target", subject, column) for column in columns}
    assert told["copy"]["determined_share"].value == 1
    assert told["paid"]["single_column_auc"].value == 1
    assert 0.97 < told["paid"]["single_column_auc"].interval.low < 1
    assert told["closed"]["single_column_auc"].value is None
    assert told["closed"]["determined_share"].value == 1
    for harmless in ("applicant", "noise", "same"):
        assert told[harmless]["determined_share"].value < 0.15
    renamed = table({"default_flag": [1, 2, 3, 4]}, [0, 1, 0, 1])
    flagged = by_metric("data.leaked-target", replace(renamed, target="Default"))
    assert flagged["named_after_target"].value == 1


def test_rows_left_out_by_hand():
    rng = np.random.default_rng(3)
    codes, outcome = rng.integers(0, 6, 60), rng.integers(0, 3, 60)
    right = 0.0
    commonest = np.bincount(outcome).argmax()
    for i in range(60):
        others = np.delete(outcome, i)[np.delete(codes, i) == codes[i]]
        counts = np.bincount(others, minlength=3)
        best = np.flatnonzero(counts == counts.max()) if len(others) else [commonest]
        right += (outcome[i] in best) / len(best)
    base = np.bincount(outcome).max() / 60
    assert determined(codes, outcome).value == pytest.approx(max((right / 60 - base) / (1 - base), 0))


def test_a_column_of_noise_is_not_accused():
    rng = np.random.default_rng(8)
    worst = held = 0.0
    for _ in range(100):
        actual = rng.integers(0, 2, 150)
        worst = max(worst, determined(coded(pd.Series(rng.normal(size=150))), actual).value)
        values = rng.normal(size=150) + 0.8 * actual
        found = rank_auc(values, actual == 1)
        held += found.low <= 0.7142 <= found.high
    assert worst < 0.4
    assert held >= 90


def test_numbers_as_outcomes():
    subject = toy_regression()
    rng = np.random.default_rng(0)
    noisy = subject.actual_values + rng.normal(0, 10, 400)
    frame = pd.DataFrame({"log": np.log(subject.actual_values + 1), "noisy": noisy})
    subject = replace(subject, table=frame)
    assert by_metric("data.leaked-target", subject, "log")["rank_correlation"].value == 1
    theirs = by_metric("data.leaked-target", subject, "noisy")["rank_correlation"]
    assert theirs.value == pytest.approx(spearmanr(noisy, subject.actual_values).statistic)
    assert theirs.interval.low < theirs.value < theirs.interval.high
