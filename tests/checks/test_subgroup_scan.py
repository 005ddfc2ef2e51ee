"""Subgroups found and confirmed: planted ones, none in fair data, numbers from the half held out alone."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_ind

from aiaudit.facts import Skipped
from aiaudit.labels import Task
from aiaudit.measuring import subgroups
from aiaudit.measuring.order import random_order
from aiaudit.registry import get
from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.testing import outcome_of, subject_of, toy_regression
from tests.checks.reading import found, measured
from tests.simulation.subgroups import WORLDS, World, simulate, subject

CHECK = "bias.subgroup-scan"
PLANTED = {"c0": "0", "c1": "0"}


@pytest.fixture(scope="module")
def people():
    return subject(World(n=5_000, planted=2, gap=0.3), 1)


def test_a_planted_subgroup_is_confirmed(people):
    gaps = [m for m in measured(CHECK, people) if m.metric == "selection_rate_difference"]
    first = gaps[0]
    assert first.scope == PLANTED
    assert first.params["confirmed"]
    assert first.interval.low < -0.3 < first.interval.high
    assert found(CHECK, people, "subgroups_confirmed")[()].value >= 1
    assert found(CHECK, people, "slices_looked_at")[()].value > 1_000


def test_numbers_are_those_of_the_half_held_out(people):
    m = next(m for m in measured(CHECK, people) if m.metric == "selection_rate_difference")
    held = np.array_split(random_order(people), 2)[1]
    inside = np.logical_and(*(people.features[c].to_numpy()[held] == "0" for c in PLANTED))
    selected = people.selected[held]
    counts = selected[inside].sum(), inside.sum(), selected[~inside].sum(), (~inside).sum()
    assert (m.numerator, m.denominator, m.reference.numerator, m.reference.denominator) == counts
    assert m.n == inside.sum()
    assert m.p_value == two_proportions(*counts).p_value
    assert m.reference.rule == "rest"
    parents = []
    for column in PLANTED:
        beside = (people.features[column].to_numpy()[held] == "0") & ~inside
        parents.append(two_proportions(*counts[:2], selected[beside].sum(), beside.sum()).p_value)
    assert m.tests["versus_parents"] == pytest.approx(max(parents))
    assert m.tests["holm"] >= max(parents)
    first = np.array_split(random_order(people), 2)[0]
    searched = np.logical_and(*(people.features[c].to_numpy()[first] == "0" for c in PLANTED))
    assert m.params["searched_n"] == searched.sum()
    assert m.params["searched_value"] == pytest.approx(people.selected[first][searched].mean())


def test_a_large_table_is_sampled(people, monkeypatch):
    monkeypatch.setattr(subgroups, "MAX_ROWS", 1_001)
    looked = found(CHECK, people, "slices_looked_at")[()]
    assert (looked.params["searched_rows"], looked.params["held_out_rows"]) == (501, 500)


def test_protected_groups_and_features_cross(people):
    scopes = [set(m.scope) for m in measured(CHECK, people) if m.scope]
    assert {"c0", "c1"} in scopes
    bare = replace(people, features=None, model=None)
    assert all(set(m.scope) <= {"c0"} for m in measured(CHECK, bare))


def test_numbers_predicted_are_compared_by_welchs_test():
    toy = toy_regression(1_000)
    shape = toy.attributes[1]
    moved = toy.predicted_values - 9.0 * (shape.codes == 0)
    people = replace(toy, predicted_values=moved)
    m = found(CHECK, people, "mean_residual_difference", "shape")[shape.levels[0]]
    held = np.array_split(random_order(people), 2)[1]
    miss, inside = (moved - toy.actual_values)[held], (shape.codes == 0)[held]
    theirs = ttest_ind(miss[inside], miss[~inside], equal_var=False)
    span = theirs.confidence_interval()
    assert m.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
    assert (m.interval.low, m.interval.high) == pytest.approx((span.low, span.high))
    assert m.params["confirmed"]
    alone = replace(people, actual_values=None)
    assert {m.metric for m in measured(CHECK, alone) if m.scope} == {"mean_prediction_difference"}


def test_few_rows_or_nothing_to_find():
    small = subject(World(n=100), 0)
    outcome = outcome_of(get(CHECK), small)
    assert isinstance(outcome, Skipped)
    assert "too few" in outcome.reason
    alike = subject_of({"g": ["a", "b"] * 100}, ["1"] * 200)
    assert {m.metric: m.value for m in measured(CHECK, alike)} == {
        "slices_looked_at": 0,
        "subgroups_confirmed": 0,
    }


def test_the_frequent_groups_of_an_attribute_of_many_are_searched():
    rng = np.random.default_rng(0)
    town = np.array([f"t{i}" for i in np.where(rng.random(3_000) < 0.2, 7, rng.integers(0, 40, 3_000))])
    chosen = rng.random(3_000) < np.where(town == "t7", 0.3, 0.6)
    people = subject_of({"town": list(town)}, list(chosen.astype(int)))
    gaps = [m for m in measured(CHECK, people) if m.scope]
    assert dict(gaps[0].scope) == {"town": "t7"}
    assert gaps[0].params["confirmed"]


def test_labels_without_a_favourable_one_have_errors_only():
    rng = np.random.default_rng(0)
    people = subject_of(
        {"g": list(rng.choice(["a", "b"], 600))},
        list(rng.choice(["x", "y", "z"], 600)),
        list(rng.choice(["x", "y"], 600)),
    )
    bare = replace(people, favorable=(), task=Task.MULTICLASS)
    assert {m.metric for m in measured(CHECK, bare) if m.scope} <= {"error_rate_difference"}


@pytest.mark.slow
def test_fair_data_confirm_hardly_anything():
    assert simulate(WORLDS[0], 60).alarmed <= 0.15
    assert simulate(WORLDS[1], 40).alarmed <= 0.15


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
def test_false_alarms_and_discoveries_of_the_page():
    for world in WORLDS:
        seen = simulate(world, 60)
        assert seen.alarmed <= 0.1, world
        assert seen.false <= 0.1, world
    assert simulate(World(n=5_000, planted=2, gap=0.25), 60).exact > 0.85
