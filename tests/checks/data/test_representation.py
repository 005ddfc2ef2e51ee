"""Composition of the data against SciPy's tests and counts by hand."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom, binomtest, chisquare

from aiaudit.facts import Skipped
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found, measured

ID = "data.representation"


def people(counts, shares, **others):
    names = [name for name, n in counts.items() for _ in range(n)]
    return subject_of({"g": names}, ["1", "0"] * (len(names) // 2), population={"g": shares}, **others)


def test_shares_over_and_minus_those_of_the_population():
    subject = people({"a": 70, "b": 20, "c": 10}, {"a": 0.5, "b": 0.3, "c": 0.2})
    ratios, gaps = (
        found(ID, subject, "representation_ratio", "g"),
        found(ID, subject, "representation_gap", "g"),
    )
    for group, x, share in (("a", 70, 0.5), ("b", 20, 0.3), ("c", 10, 0.2)):
        exact = binomtest(x, 100, share)
        assert ratios[group].value == pytest.approx(x / 100 / share, abs=1e-12)
        assert gaps[group].value == pytest.approx(x / 100 - share, abs=1e-12)
        assert ratios[group].p_value == gaps[group].p_value == exact.pvalue
        wilson = exact.proportion_ci(method="wilson")
        assert gaps[group].interval.low + share == pytest.approx(wilson.low, abs=0.01)
        assert ratios[group].interval.high * share == pytest.approx(wilson.high, abs=0.01)
    (whole,) = [m for m in measured(ID, subject) if m.metric == "composition_distance"]
    assert whole.value == pytest.approx(0.2)
    assert whole.p_value == pytest.approx(chisquare([70, 20, 10], [50, 30, 20]).pvalue, abs=1e-12)


def test_a_group_that_does_not_occur_has_a_share_of_nothing():
    subject = people({"a": 60, "b": 40}, {"a": 0.5, "b": 0.3, "c": 0.2})
    missing = found(ID, subject, "representation_ratio", "g")["c"]
    assert (missing.value, missing.n, missing.denominator) == (0.0, 0, 100)
    assert missing.interval.low == 0
    assert missing.p_value == binomtest(0, 100, 0.2).pvalue


def test_groups_that_were_not_declared_count_together():
    subject = people({"a": 60, "b": 25, "c": 15}, {"a": 0.5})
    assert list(found(ID, subject, "group_share", "g")) == ["a"]
    (whole,) = [m for m in measured(ID, subject) if m.metric == "composition_distance"]
    assert whole.value == pytest.approx(0.1)
    assert whole.p_value == pytest.approx(chisquare([60, 40], [50, 50]).pvalue, abs=1e-12)


def test_people_of_unknown_group_are_no_part_of_the_shares():
    subject = subject_of(
        {"g": ["a"] * 6 + ["b"] * 2 + [None] * 2}, ["1", "0"] * 5, population={"g": {"a": 0.5, "b": 0.5}}
    )
    share = found(ID, subject, "group_share", "g")["a"]
    assert (share.numerator, share.denominator) == (6, 8)


def test_few_expected_rows_are_tested_by_draws():
    subject = people({"a": 11, "b": 1}, {"a": 0.7, "b": 0.3})
    (whole,) = [m for m in measured(ID, subject) if m.metric == "composition_distance"]
    assert "draws" in whole.method
    # The likelihoods of all 13 tables, those no nearer to the expectation than this one.
    tables = np.arange(13)
    beyond = (tables - 8.4) ** 2 >= (11 - 8.4) ** 2 - 1e-9
    assert whole.p_value == pytest.approx(binom.pmf(tables, 12, 0.7)[beyond].sum(), abs=0.015)


def test_a_group_that_the_population_does_not_have():
    subject = people({"a": 6, "b": 4}, {"a": 1.0, "b": 0.0})
    ratio = found(ID, subject, "representation_ratio", "g")["b"]
    assert (ratio.value, ratio.params["no_interval"]) == (None, "undefined")
    (whole,) = [m for m in measured(ID, subject) if m.metric == "composition_distance"]
    assert whole.p_value == 0


def test_weights_mend_a_composition():
    subject = people({"a": 80, "b": 20}, {"a": 0.5, "b": 0.5})
    weights = np.repeat([0.5, 2.0], [80, 20])
    ratios = found(ID, replace(subject, weights=weights), "representation_ratio", "g")
    assert ratios["a"].value == pytest.approx(1.0)
    assert ratios["a"].p_value == pytest.approx(1.0)
    assert ratios["a"].effective_n < 100


def test_without_a_population_there_is_nothing_to_hold_the_data_against():
    outcome = outcome_of(get(ID), subject_of({"g": ["a", "b"]}, ["1", "0"]))
    assert isinstance(outcome, Skipped)
    assert outcome.applicable
    assert "data.population" in outcome.reason


@pytest.mark.parametrize("n", [40, 400])
@pytest.mark.slow
def test_a_fair_sample_is_seldom_accused(n):
    shares = {"a": 0.6, "b": 0.3, "c": 0.1}
    rng = np.random.default_rng(5)
    low = covered = 0
    for _ in range(200):
        counts = dict(zip(shares, rng.multinomial(n, list(shares.values())).tolist(), strict=True))
        ms = found(ID, people(counts, shares), "representation_gap", "g").values()
        low += min(m.p_value for m in ms) < 0.05 / 3
        covered += np.mean([m.interval.low <= 0 <= m.interval.high for m in ms])
    assert low / 200 <= 0.08
    assert covered / 200 >= 0.93
