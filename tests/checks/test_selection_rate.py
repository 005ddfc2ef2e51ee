"""Selection rates against fairlearn, against published tables, and against counts made by hand."""

from dataclasses import replace

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    count,
    demographic_parity_difference,
    demographic_parity_ratio,
    selection_rate,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.facts import Measured, Skipped
from aiaudit.labels import Task
from aiaudit.measuring.reference import DeclaredReference
from aiaudit.registry import get
from aiaudit.subject import Rows, Subject
from aiaudit.testing import outcome_of, subject_of

CHECK = get("bias.selection-rate")


def measurements(subject, metric, *attributes):
    """Return the measurements of one metric over these attributes, by the values of their scope."""
    outcome = outcome_of(CHECK, subject)
    assert isinstance(outcome, Measured)
    found = [m for m in outcome.measurements if m.metric == metric and tuple(m.scope) == attributes]
    return {tuple(m.scope.values()): m for m in found}


def people(groups, **others):
    """Make a subject of one attribute from group -> (people, selected)."""
    names, predicted = [], []
    for name, (n, x) in groups.items():
        names += [name] * n
        predicted += ["1"] * x + ["0"] * (n - x)
    return subject_of({"g": names}, predicted, **others)


@pytest.fixture(scope="module")
def random_people():
    """Columns and decisions of 500 people, and the subject they make."""
    rng = np.random.default_rng(0)
    columns = {
        "sex": rng.choice(["f", "m"], 500),
        "race": rng.choice(["a", "b", "c"], 500, p=[0.5, 0.3, 0.2]),
    }
    predicted = rng.integers(0, 2, 500)
    subject = subject_of({name: list(v) for name, v in columns.items()}, [str(p) for p in predicted])
    return columns, predicted, subject


@pytest.mark.parametrize("names", [("sex",), ("race",), ("sex", "race")])
def test_numbers_are_those_of_fairlearn(random_people, names):
    columns, predicted, subject = random_people
    said = {
        "y_true": predicted,
        "y_pred": predicted,
        "sensitive_features": np.column_stack([columns[name] for name in names]),
    }
    theirs = MetricFrame(metrics={"rate": selection_rate, "n": count}, **said)
    rates = measurements(subject, "selection_rate", *names)
    groups = theirs.by_group.rename(index=lambda key: (key,)) if len(names) == 1 else theirs.by_group
    assert {s: m.value for s, m in rates.items()} == pytest.approx(groups["rate"].to_dict())
    assert {s: m.n for s, m in rates.items()} == groups["n"].to_dict()
    ratios = measurements(subject, "impact_ratio", *names).values()
    assert min(m.value for m in ratios) == pytest.approx(demographic_parity_ratio(**said))
    assert {m.reference.numerator / m.reference.denominator for m in ratios} == {theirs.group_max()["rate"]}
    gaps = measurements(subject, "selection_rate_difference", *names).values()
    assert min(m.value for m in gaps) == pytest.approx(-demographic_parity_difference(**said))


def test_the_whole_table_is_measured_too(random_people):
    _, predicted, subject = random_people
    whole = measurements(subject, "selection_rate")[()]
    assert (whole.value, whole.n) == (pytest.approx(predicted.mean()), 500)


#: New York City, 6 RCNY 5-301: people and selected by race and sex, and the impact ratio as printed.
CELLS = {
    ("Hispanic", "M"): (205, 90, 0.841), ("Hispanic", "F"): (190, 82, 0.827),
    ("White", "M"): (412, 215, 1.000), ("White", "F"): (385, 197, 0.981),
    ("Black", "M"): (226, 95, 0.806), ("Black", "F"): (164, 75, 0.876),
    ("NHPI", "M"): (87, 37, 0.815), ("NHPI", "F"): (32, 15, 0.898),
    ("Asian", "M"): (321, 167, 0.997), ("Asian", "F"): (295, 135, 0.877),
    ("AIAN", "M"): (24, 11, 0.878), ("AIAN", "F"): (17, 7, 0.789),
    ("Two", "M"): (115, 52, 0.866), ("Two", "F"): (98, 44, 0.860),
}  # fmt: skip


@pytest.fixture(scope="module")
def new_york():
    """The 2,571 people of the rule's example whose race and sex are known."""
    race, sex, predicted = [], [], []
    for (r, s), (n, x, _) in CELLS.items():
        race += [r] * n
        sex += [s] * n
        predicted += ["1"] * x + ["0"] * (n - x)
    return subject_of({"race": race, "sex": sex}, predicted)


def test_the_cells_of_the_new_york_rule(new_york):
    ratios = measurements(new_york, "impact_ratio", "race", "sex")
    assert ("White", "M") not in ratios
    for cell, (n, x, printed) in CELLS.items():
        if cell == ("White", "M"):
            continue
        assert ratios[cell].value == pytest.approx(printed, abs=5e-4)
        assert (ratios[cell].numerator, ratios[cell].denominator) == (x, n)
        assert ratios[cell].reference.scope == {"race": "White", "sex": "M"}


def test_the_sexes_of_the_new_york_rule(new_york):
    rates = measurements(new_york, "selection_rate", "sex")
    assert (rates["M",].denominator, rates["M",].numerator) == (1390, 667)
    assert (rates["F",].denominator, rates["F",].numerator) == (1181, 555)
    women = measurements(new_york, "impact_ratio", "sex")["F",]
    assert women.value == pytest.approx(0.979, abs=5e-4)
    assert women.tests["z"] == pytest.approx(-0.502, abs=5e-4)
    assert women.tests["fisher"] == pytest.approx(0.634, abs=5e-4)


def test_rows_of_the_new_york_rules_table_by_race():
    table = {"Hispanic": (408, 204), "White": (797, 412), "Black": (390, 170), "NHPI": (119, 52), "Asian": (616, 302), "AIAN": (41, 18), "Two": (213, 96)}  # fmt: skip
    printed = {"Hispanic": 0.97, "Black": 0.84, "NHPI": 0.85, "Asian": 0.95, "AIAN": 0.85, "Two": 0.87}
    ratios = measurements(people(table), "impact_ratio", "g")
    assert {g: m.value for (g,), m in ratios.items()} == pytest.approx(printed, abs=5e-3)
    black = ratios["Black",]
    assert (black.tests["z"], black.tests["fisher"]) == (
        pytest.approx(-2.623, abs=5e-4),
        pytest.approx(0.0094, abs=5e-5),
    )


def test_questions_and_answers_20_and_21():
    ninety = people({"Hispanic": (100, 90), "White": (100, 96)})
    assert measurements(ninety, "impact_ratio", "g")["Hispanic",].value == pytest.approx(0.9375)
    assert measurements(ninety, "rejection_ratio", "g")["Hispanic",].value == pytest.approx(2.5)
    few = people({"Black": (20, 3), "White": (80, 16)})
    assert measurements(few, "one_person_flip", "g")["Black",].value == 1.0
    assert measurements(few, "shortfall", "g")["Black",].value == pytest.approx(1.0)


@pytest.mark.parametrize(
    "name", ["None", "NA", "(missing)", "<script>alert(1)</script>", "100 %", "a\nb", "%s {0}"]
)
def test_a_group_may_have_any_name(name):
    found = measurements(subject_of({"g": [name] * 40 + ["b"] * 40 + [None] * 40}, ["1"] * 20 + ["0"] * 60 + ["1"] * 40), "selection_rate", "g")  # fmt: skip
    missing = "((missing))" if name == "(missing)" else "(missing)"
    assert {s: m.value for s, m in found.items()} == {(name,): 0.5, ("b",): 0.0, (missing,): 1.0}


def test_two_of_three_labels_are_favourable():
    subject = subject_of({"g": ["a", "a", "b", "b"]}, ["x", "y", "z", "y"], favorable="x")
    subject = replace(subject, favorable=("x", "z"))
    assert {s: m.value for s, m in measurements(subject, "selection_rate", "g").items()} == {
        ("a",): 0.5,
        ("b",): 0.5,
    }


def test_a_regression_selects_nobody():
    subject = Subject(task=Task.REGRESSION, predicted_values=np.arange(4.0), rows=Rows(read=4, assessed=4))
    outcome = outcome_of(CHECK, subject)
    assert outcome == Skipped(
        check=CHECK.id, reason="a regression makes no yes-or-no decisions", applicable=False
    )


def test_nobody_selected_is_undefined_and_not_zero():
    ratio = measurements(people({"a": (40, 0), "b": (50, 0)}), "impact_ratio", "g")["a",]
    assert ratio.value is None
    assert (ratio.numerator, ratio.reference.numerator) == (0, 0)


@pytest.mark.parametrize("rule", ["most_favoured", "largest", "rest"])
def test_references_that_a_policy_asks_for(rule):
    found = outcome_of(CHECK, people({"a": (40, 10), "b": (60, 12), "c": (30, 3)}, references=(rule,)))
    rules = {m.reference.rule for m in found.measurements if m.reference is not None}
    assert rules == {rule}


def test_the_group_that_was_named_is_the_reference_however_small():
    crowd = people(
        {"a": (40, 10), "b": (60, 12), "c": (5, 1)}, references=(DeclaredReference(groups={"g": "c"}),)
    )
    ratios = measurements(crowd, "impact_ratio", "g")
    assert {group: m.value for group, m in ratios.items()} == {("a",): 0.25 / 0.2, ("b",): 1.0}
    assert all((m.reference.scope, m.reference.looks) == ({"g": "c"}, 1) for m in ratios.values())
    elsewhere = replace(crowd, references=(DeclaredReference(groups={"h": "c"}),))
    assert not measurements(elsewhere, "impact_ratio", "g")


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 40)), min_size=2, max_size=5), st.integers(2, 5))
def test_more_of_the_same_people_change_no_rate_and_no_ratio(groups, times):
    groups = {f"g{i}": (n, min(x, n)) for i, (n, x) in enumerate(groups)}
    grown = {name: (n * times, x * times) for name, (n, x) in groups.items()}
    one, other = (outcome_of(CHECK, people(g)).measurements for g in (groups, grown))
    rates = [m.value for m in one if m.metric == "selection_rate"]
    assert rates == [m.value for m in other if m.metric == "selection_rate"]
    assert [m.numerator * times for m in one if m.metric == "selection_rate"] == [
        m.numerator for m in other if m.metric == "selection_rate"
    ]
