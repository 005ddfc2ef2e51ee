"""Conditional rates: Berkeley 1973, statsmodels, and what must not change the numbers."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.contingency_tables import StratifiedTable

from aiaudit.facts import RESERVED_SCOPES, Skipped
from aiaudit.groups import Sensitive, attribute
from aiaudit.measuring.reference import DeclaredReference
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of, toy_subject
from tests.checks.reading import found, measured

SELECTION, ERRORS = "bias.conditional-selection-rate", "bias.conditional-error-rates"
#: Applied and admitted, men then women, by department (Bickel, Hammel and O'Connell 1975).
BERKELEY = {
    "A": ((825, 512), (108, 89)),
    "B": ((560, 353), (25, 17)),
    "C": ((325, 120), (593, 202)),
    "D": ((417, 138), (375, 131)),
    "E": ((191, 53), (393, 94)),
    "F": ((373, 22), (341, 24)),
}


def controlled(groups, predicted, actual=None, /, **controls):
    """Return a subject with control columns, one element a row each."""
    subject = subject_of(groups, predicted, actual)
    return replace(
        subject,
        controls=tuple(
            attribute(
                Sensitive(column=name),
                pd.Series([None if v is None else str(v) for v in values], dtype=object),
            )
            for name, values in controls.items()
        ),
    )


@pytest.fixture(scope="module")
def berkeley():
    rows = [
        (sex, department, decision)
        for department, cells in BERKELEY.items()
        for sex, (applied, admitted) in zip(("man", "woman"), cells, strict=True)
        for decision in "1" * admitted + "0" * (applied - admitted)
    ]
    sex, department, decision = zip(*rows, strict=True)
    return controlled({"sex": sex}, decision, department=department)


def stratified(rows):
    """Return statsmodels' view of (group, stratum, selected) rows, group "b" first."""
    return StratifiedTable(
        [
            np.array(
                [[np.sum(mine & (sel == 1)), np.sum(mine & (sel == 0))] for mine in (g == "b", g == "a")]
            )
            for g, sel in rows
        ]
    )


def test_berkeley_shows_simpsons_paradox(berkeley):
    crude = found("bias.selection-rate", berkeley, "impact_ratio", "sex")["woman"]
    assert crude.value == pytest.approx(0.6818, abs=5e-5)
    assert crude.p_value < 1e-20
    # Within departments women are the most favoured group, so that men are set against them.
    (pooled,) = found(SELECTION, berkeley, "conditional_impact_ratio", "sex", "control").values()
    assert pooled.scope == {"sex": "man", "control": "department"}
    assert pooled.reference.scope == {"sex": "woman"}
    assert 1 / pooled.value == pytest.approx(1.0583074, abs=1e-7)
    assert (1 / pooled.interval.high, 1 / pooled.interval.low) == pytest.approx((0.9704, 1.1541), abs=1e-4)
    assert pooled.p_value == pytest.approx(0.2169237, abs=1e-7)
    assert pooled.tests["homogeneity"] == pytest.approx(0.0020714, abs=1e-7)
    assert 1 / pooled.params["crude"] == pytest.approx(crude.value)
    assert (pooled.denominator, pooled.reference.denominator, pooled.params["strata"]) == (2691, 1835, 6)
    adjusted = pooled.params["adjusted_rate"], pooled.reference.value
    assert pooled.value == pytest.approx(adjusted[0] / adjusted[1])


def test_every_department_is_shown_with_its_own_reference(berkeley):
    rates = found(SELECTION, berkeley, "stratum_selection_rate", "sex", "department")
    assert {key: (m.denominator, m.numerator) for key, m in rates.items()} == {
        (sex, department): cell
        for department, cells in BERKELEY.items()
        for sex, cell in zip(("man", "woman"), cells, strict=True)
    }
    ratios = found(SELECTION, berkeley, "stratum_impact_ratio", "sex", "department")
    # 25 women at department B are too few to serve as its reference.
    assert set(ratios) == {("man", d) for d in "ADF"} | {("woman", d) for d in "BCE"}
    assert ratios["man", "A"].value == pytest.approx(512 / 825 / (89 / 108))
    assert ratios["man", "A"].reference.scope == {"sex": "woman", "department": "A"}


def test_a_reference_may_be_named(berkeley):
    named = replace(berkeley, references=(DeclaredReference(groups={"sex": "man"}),))
    (pooled,) = found(SELECTION, named, "conditional_impact_ratio", "sex", "control").values()
    assert pooled.value == pytest.approx(1.0583074, abs=1e-7)
    ratios = found(SELECTION, named, "stratum_impact_ratio", "sex", "department")
    assert {m.reference.scope["department"] for m in ratios.values()} == set(BERKELEY)
    assert {m.reference.scope["sex"] for m in ratios.values()} == {"man"}


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(4)
    group, job, town = rng.choice(["a", "b"], 900), rng.integers(0, 4, 900), rng.integers(0, 12, 900)
    deserved = rng.random(900) < 0.3 + 0.1 * job
    selected = rng.random(900) < 0.2 + 0.3 * deserved + 0.1 * job - 0.05 * (group == "b")
    subject = controlled(
        {"g": list(group)},
        [*map(str, selected * 1)],
        [*map(str, deserved * 1)],
        job=job,
        town=[f"t{t}" for t in town],
    )
    return group, job, town, deserved, selected, subject


def test_rest_is_everyone_else_and_crossing_makes_strata_of_both(people):
    group, job, town, _, selected, subject = people
    subject = replace(subject, references=("rest",))
    both = job * 12 + town
    expected = {
        "job": stratified([(group[job == s], selected[job == s]) for s in range(4)]),
        "town": stratified([(group[town == s], selected[town == s]) for s in range(12)]),
        "job × town": stratified([(group[both == s], selected[both == s]) for s in np.unique(both)]),
    }
    mine = found(SELECTION, subject, "conditional_impact_ratio", "g", "control")
    assert set(mine) == {(g, control) for g in "ab" for control in expected}
    for control, theirs in expected.items():
        assert mine["b", control].value == pytest.approx(theirs.riskratio_pooled)
        assert mine["a", control].value == pytest.approx(1 / theirs.riskratio_pooled)
        p = theirs.test_null_odds(correction=False).pvalue
        assert mine["b", control].tests["cmh"] == pytest.approx(p)
        assert mine["b", control].reference.rule == "rest"


def test_error_rates_are_compared_among_those_they_are_rates_of(people):
    group, job, _, deserved, selected, subject = people
    for metric, among in (("true_positive_rate", deserved), ("false_positive_rate", ~deserved)):
        theirs = stratified([(group[(job == s) & among], selected[(job == s) & among]) for s in range(4)])
        ratio = found(ERRORS, subject, f"conditional_{metric}_ratio", "g", "control")
        (key,) = [key for key in ratio if key[1] == "job"]
        m = ratio[key]
        assert m.value == pytest.approx(
            theirs.riskratio_pooled if key[0] == "b" else 1 / theirs.riskratio_pooled
        )
        worse = m.value > 1 if metric == "false_positive_rate" else m.value < 1
        assert worse
        assert m.denominator == np.sum((group == key[0]) & among)
        difference = found(ERRORS, subject, f"conditional_{metric}_difference", "g", "control")[key]
        assert difference.p_value == m.p_value
        assert difference.interval.low < difference.value < difference.interval.high


def test_rows_whose_stratum_holds_nobody_to_compare_with_are_counted_as_left_out():
    subject = controlled(
        {"g": ["a"] * 60 + ["b"] * 60}, ["1", "0"] * 60, job=["x"] * 50 + ["y"] * 10 + ["x"] * 50 + ["z"] * 10
    )
    (m,) = found(SELECTION, subject, "conditional_impact_ratio", "g", "control").values()
    assert (m.n, m.denominator, m.reference.denominator) == (60, 50, 50)
    assert list(m.excluded.values()) == [10]
    assert m.params["strata"] == 1
    apart = controlled({"g": ["a"] * 60 + ["b"] * 60}, ["1", "0"] * 60, job=["x"] * 60 + ["y"] * 60)
    (m,) = found(SELECTION, apart, "conditional_impact_ratio", "g", "control").values()
    assert (m.value, m.p_value, m.interval, m.denominator) == (None, None, None, 0)
    assert m.params["no_interval"] == "undefined"


def test_a_missing_control_is_a_stratum_and_a_missing_group_no_reference():
    names = [None] * 40 + ["a"] * 50 + ["b"] * 50
    subject = controlled({"g": names}, ["1"] * 40 + ["0", "1"] * 50, job=[None, "x"] * 70)
    rates = found(SELECTION, subject, "stratum_selection_rate", "g", "job")
    assert {key[1] for key in rates} == {"x", "(missing)"}
    pooled = found(SELECTION, subject, "conditional_impact_ratio", "g", "control")
    assert {m.reference.scope["g"] for m in pooled.values()} <= {"a", "b"}
    assert pooled["(missing)", "job"].params["unknown_group"] is True
    assert "unknown_group" not in rates["a", "(missing)"].params


def test_weights_are_heeded(people):
    *_, subject = people
    rng = np.random.default_rng(9)
    weights = rng.integers(1, 4, subject.n)
    repeated = np.repeat(np.arange(subject.n), weights)
    rows = {
        name: replace(getattr(subject, name)[0], codes=getattr(subject, name)[0].codes[repeated])
        for name in ("attributes", "controls")
    }
    more = replace(
        subject,
        predicted=subject.predicted[repeated],
        actual=None,
        attributes=(rows["attributes"],),
        controls=(rows["controls"],),
        rows=replace(subject.rows, read=len(repeated), assessed=len(repeated)),
    )
    weighted = replace(subject, weights=weights.astype(float), controls=subject.controls[:1])
    for metric in ("conditional_impact_ratio", "conditional_selection_rate_difference"):
        (m,), (n,) = (found(SELECTION, s, metric, "g", "control").values() for s in (weighted, more))
        assert m.value == pytest.approx(n.value)
        assert m.effective_n < m.denominator
        assert m.interval.high - m.interval.low > n.interval.high - n.interval.low
        assert m.p_value is not None


def test_what_is_needed_and_what_is_reserved():
    bare = replace(toy_subject(), controls=())
    assert "no control column" in outcome_of(get(SELECTION), bare).reason
    assert "control" in RESERVED_SCOPES
    for check in (SELECTION, ERRORS):
        outcome = outcome_of(get(check), replace(toy_subject(), favorable=()))
        assert isinstance(outcome, Skipped)
        assert not outcome.applicable


def test_pairs_of_attributes_are_pooled_and_not_listed():
    scopes = {tuple(m.scope) for m in measured(SELECTION, toy_subject())}
    assert ("colour", "shape", "control") in scopes
    assert ("colour", "shape", "season") not in scopes


def test_a_model_blind_to_the_group_raises_few_alarms_and_a_gap_is_seen():
    rng = np.random.default_rng(11)
    alarms = {1.0: [], 0.6: []}
    for ratio, found_p in alarms.items():
        for _ in range(40):
            job, group = rng.integers(0, 4, 400), rng.choice(["a", "b"], 400)
            # The group is met where fewer are selected: crude rates differ, conditional ones need not.
            moved = np.where((group == "b") & (rng.random(400) < 0.5), 0, job)
            rate = 0.15 + 0.2 * moved
            selected = rng.random(400) < np.where(group == "b", ratio * rate, rate)
            subject = controlled({"g": list(group)}, [*map(str, selected * 1)], job=moved)
            subject = replace(subject, references=(DeclaredReference(groups={"g": "a"}),))
            (m,) = found(SELECTION, subject, "conditional_impact_ratio", "g", "control").values()
            found_p.append(m.p_value)
    assert np.mean(np.array(alarms[1.0]) <= 0.05) <= 0.125
    assert np.mean(np.array(alarms[0.6]) <= 0.05) >= 0.7
