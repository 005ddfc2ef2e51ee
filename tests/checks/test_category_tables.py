"""The sample tables that New York City printed in its rule, from row-level data."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from aiaudit.facts import Measured, Measurement, Skipped
from aiaudit.registry import get
from aiaudit.scores import Scores
from aiaudit.subject import Subject
from aiaudit.testing import outcome_of, subject_of

CHECK = get("bias.category-tables")
RACES = ("Hispanic", "White", "Black", "NHPI", "Asian", "AIAN", "Two")

# 6 RCNY 5-301, sample table for a tool that selects: people, selected, rate, ratio as printed.
SELECTION = {
    ("Hispanic", "M"): (205, 90, "43.9%", "0.841"),
    ("Hispanic", "F"): (190, 82, "43.2%", "0.827"),
    ("White", "M"): (412, 215, "52.2%", "1.000"),
    ("White", "F"): (385, 197, "51.2%", "0.981"),
    ("Black", "M"): (226, 95, "42.0%", "0.806"),
    ("Black", "F"): (164, 75, "45.7%", "0.876"),
    ("NHPI", "M"): (87, 37, "42.5%", "0.815"),
    ("NHPI", "F"): (32, 15, "46.9%", "0.898"),
    ("Asian", "M"): (321, 167, "52.0%", "0.997"),
    ("Asian", "F"): (295, 135, "45.8%", "0.877"),
    ("AIAN", "M"): (24, 11, "45.8%", "0.878"),
    ("AIAN", "F"): (17, 7, "41.2%", "0.789"),
    ("Two", "M"): (115, 52, "45.2%", "0.866"),
    ("Two", "F"): (98, 44, "44.9%", "0.860"),
}
SELECTION_SEX = {"M": (1390, 667, "48%", "1.00"), "F": (1181, 555, "47%", "0.979")}
#: Its Hispanic row is not the sum of the intersections that the rule prints; so it is a table of its own here.
SELECTION_RACE = {
    "Hispanic": (408, 204, "50%", "0.97"),
    "White": (797, 412, "52%", "1.00"),
    "Black": (390, 170, "44%", "0.84"),
    "NHPI": (119, 52, "44%", "0.85"),
    "Asian": (616, 302, "49%", "0.95"),
    "AIAN": (41, 18, "44%", "0.85"),
    "Two": (213, 96, "45%", "0.87"),
}
# The same for a tool that scores: people, those above the median.
SCORING = {
    ("Hispanic", "M"): (16, 12, "75%", "1.00"),
    ("White", "M"): (20, 7, "35%", "0.47"),
    ("Black", "M"): (20, 10, "50%", "0.67"),
    ("NHPI", "M"): (4, 3, "75%", "1.00"),
    ("Asian", "M"): (12, 7, "58.3%", "0.78"),
    ("AIAN", "M"): (8, 5, "62.5%", "0.83"),
    ("Two", "M"): (12, 6, "50%", "0.67"),
    ("Hispanic", "F"): (12, 6, "50%", "0.67"),
    ("White", "F"): (20, 8, "40%", "0.53"),
    ("Black", "F"): (12, 6, "50%", "0.67"),
    ("NHPI", "F"): (4, 2, "50%", "0.67"),
    ("Asian", "F"): (12, 3, "25%", "0.33"),
    ("AIAN", "F"): (8, 5, "62.5%", "0.83"),
    ("Two", "F"): (8, 4, "50%", "0.67"),
}
SCORING_SEX = {"M": (92, 50, "54.3%", "1.00"), "F": (76, 34, "44.7%", "0.82")}
SCORING_RACE = {
    # The rule cuts 64.286 off at 64.2.
    "Hispanic": (28, 18, "64.2%", "1.00"),
    "White": (40, 15, "37.5%", "0.58"),
    "Black": (32, 16, "50.0%", "0.78"),
    "NHPI": (8, 5, "62.5%", "0.97"),
    "Asian": (24, 10, "41.7%", "0.65"),
    "AIAN": (16, 10, "62.5%", "0.97"),
    "Two": (20, 10, "50.0%", "0.78"),
}

Cells = Mapping[tuple[str, str], tuple[int, int, str, str]]


def people(cells: Cells, unknown: int = 0) -> tuple[dict[str, list[str | None]], list[str]]:
    """Return one row for each person of a table, and as many more whose sex or race is unknown."""
    race: list[str | None] = []
    sex: list[str | None] = []
    chosen: list[str] = []
    for (r, s), (n, x, *_) in cells.items():
        race += [r] * n
        sex += [s] * n
        chosen += ["1"] * x + ["0"] * (n - x)
    for i in range(unknown):
        race.append(None if i % 2 else "White")
        sex.append("F" if i % 2 else None)
        chosen.append("1")
    return {"race": race, "sex": sex}, chosen


def measured(subject: Subject) -> tuple[Measurement, ...]:
    outcome = outcome_of(CHECK, subject)
    assert isinstance(outcome, Measured), outcome
    return outcome.measurements


def by_scope(found: tuple[Measurement, ...], metric: str) -> dict[tuple[str, ...], Measurement]:
    return {tuple(m.scope.values()): m for m in found if m.metric == metric}


def agrees(found: tuple[Measurement, ...], kind: str, scope: tuple[str, ...], printed: tuple) -> None:
    """Compare one row with what the rule prints, to the digits that it prints."""
    n, x, rate, ratio = printed
    counted = by_scope(found, f"category_{kind}_rate")[scope]
    compared = by_scope(found, "category_impact_ratio" if kind == "selection" else "category_scoring_ratio")[
        scope
    ]
    assert (counted.denominator, counted.numerator) == (n, x)
    percent, digits = float(rate.rstrip("%")), len(ratio.partition(".")[2])
    assert counted.value is not None
    assert compared.value is not None
    assert 100 * counted.value == pytest.approx(percent, abs=0.1 if "." in rate else 0.5)
    assert f"{compared.value:.{digits}f}" == ratio


@pytest.fixture(scope="module")
def selection() -> tuple[Measurement, ...]:
    groups, chosen = people(SELECTION, unknown=250)
    return measured(subject_of(groups, chosen))


@pytest.fixture(scope="module")
def scoring() -> tuple[Measurement, ...]:
    groups, above = people(SCORING, unknown=15)
    values = np.array([2.0 if label == "1" else 1.0 for label in above])
    # The unknown score highest of all: had they any say, the median of the others would move.
    values[168:] = 3.0
    scores = Scores(values=values, probability=False, source="a column")
    return measured(subject_of(groups, above, given_scores=scores))


@pytest.mark.parametrize(("scope", "printed"), SELECTION.items())
def test_the_table_of_intersections(selection, scope, printed):
    agrees(selection, "selection", scope, printed)


@pytest.mark.parametrize(("sex", "printed"), SELECTION_SEX.items())
def test_the_table_of_sexes(selection, sex, printed):
    agrees(selection, "selection", (sex,), printed)


@pytest.mark.parametrize("race", [race for race in RACES if race != "Hispanic"])
def test_the_table_of_races_where_the_rule_agrees_with_itself(selection, race):
    agrees(selection, "selection", (race,), SELECTION_RACE[race])


@pytest.mark.parametrize(("race", "printed"), SELECTION_RACE.items())
def test_the_table_of_races_by_itself(race, printed):
    groups, chosen = people({(r, "M"): row for r, row in SELECTION_RACE.items()})
    agrees(measured(subject_of({"race": groups["race"]}, chosen)), "selection", (race,), printed)


@pytest.mark.parametrize(
    ("scope", "printed"),
    [*SCORING.items(), *(((k,), v) for k, v in [*SCORING_SEX.items(), *SCORING_RACE.items()])],
)
def test_the_tables_of_scores(scoring, scope, printed):
    agrees(scoring, "scoring", scope, printed)


def test_the_highest_rate_serves_however_small_the_category(scoring):
    races = by_scope(scoring, "category_scoring_ratio")
    assert races["White",].reference.scope == {"race": "Hispanic"}
    assert races["White",].reference.denominator == 28
    # Of two categories with the same rate the larger one serves.
    assert races["White", "F"].reference.scope == {"race": "Hispanic", "sex": "M"}


def test_people_of_unknown_category_leave_every_table_and_are_counted(selection, scoring):
    for found, included, unknown in ((selection, 2571, 250), (scoring, 168, 15)):
        (left_out,) = by_scope(found, "category_unknown").values()
        assert left_out.value == unknown
        kinds = [m for m in found if m.metric == "category_tables"]
        assert {(m.value, m.n) for m in kinds} == {(3.0, included)}


def test_small_categories_are_marked_and_kept(selection):
    ratios = by_scope(selection, "category_impact_ratio")
    small = {scope: m.params["share"] for scope, m in ratios.items() if m.params["small"]}
    assert small == {
        ("AIAN", "M"): pytest.approx(0.00933, abs=5e-6),
        ("NHPI", "F"): pytest.approx(0.01245, abs=5e-6),
        ("AIAN", "F"): pytest.approx(0.00661, abs=5e-6),
        ("AIAN",): pytest.approx(41 / 2571),
    }


def test_exactly_two_percent_is_not_small():
    found = by_scope(
        measured(subject_of({"g": ["a"] * 2 + ["b"] * 98}, ["1", "0"] * 50)), "category_impact_ratio"
    )
    assert found["a",].params["small"] is False


def test_only_one_intersection_lies_below_four_fifths(selection):
    below = {s for s, m in by_scope(selection, "category_impact_ratio").items() if m.value < 0.8}
    assert below == {("AIAN", "F")}


@pytest.mark.parametrize(
    ("scope", "z", "p", "fisher"),
    [
        ({"race": "Black", "sex": "M"}, -2.453, 0.0142, 0.0163),
        ({"race": "Hispanic", "sex": "F"}, -2.059, 0.0395, 0.0438),
        ({"race": "AIAN", "sex": "F"}, -0.890, None, 0.4605),
        ({"sex": "F"}, -0.502, None, 0.634),
    ],
)
def test_what_chance_explains_of_the_sample_table(scope, z, p, fisher):
    groups, chosen = people(SELECTION)
    outcome = outcome_of(get("bias.selection-rate"), subject_of(groups, chosen))
    (found,) = [m for m in outcome.measurements if m.metric == "impact_ratio" and m.scope == scope]
    assert found.tests["z"] == pytest.approx(z, abs=5e-4)
    assert found.tests["fisher"] == pytest.approx(fisher, abs=5e-4)
    if p is not None:
        assert found.tests["pooled_z"] == pytest.approx(p, abs=5e-5)


def test_the_table_of_races_can_pass_four_fifths_and_differ_by_more_than_chance():
    groups, chosen = people({(r, "M"): row for r, row in SELECTION_RACE.items()})
    outcome = outcome_of(get("bias.selection-rate"), subject_of({"race": groups["race"]}, chosen))
    (found,) = [
        m for m in outcome.measurements if m.metric == "impact_ratio" and m.scope == {"race": "Black"}
    ]
    assert found.value == pytest.approx(0.8432, abs=5e-5)
    assert found.tests["z"] == pytest.approx(-2.623, abs=5e-4)
    assert found.tests["pooled_z"] == pytest.approx(0.0087, abs=5e-5)
    assert found.tests["fisher"] == pytest.approx(0.0094, abs=5e-5)


def test_a_score_at_the_median_is_not_above_it():
    scores = Scores(values=np.array([1.0, 2.0, 2.0, 3.0]), probability=False, source="a column")
    found = measured(subject_of({"g": ["a", "a", "b", "b"]}, ["0", "0", "0", "1"], given_scores=scores))
    rates = by_scope(found, "category_scoring_rate")
    assert {scope: m.numerator for scope, m in rates.items()} == {("a",): 0, ("b",): 1}
    assert (rates["a",].params["median"], rates["a",].params["ties_at_median"]) == (2.0, 2)


def test_where_nobody_is_selected_ratios_are_undefined_and_no_table_counts():
    found = measured(subject_of({"g": ["a", "a", "b"]}, ["0", "0", "0"]))
    assert {m.value for m in by_scope(found, "category_impact_ratio").values()} == {None}
    assert [m.value for m in found if m.metric == "category_tables"] == [0.0]


def test_weights_do_not_count():
    subject = subject_of({"g": ["a", "b"]}, ["1", "1"], weights=np.array([1.0, 9.0]))
    rates = by_scope(measured(subject), "category_selection_rate")
    assert [(m.value, m.effective_n) for m in rates.values()] == [(1.0, None)] * 2


def test_without_known_categories_there_is_no_table():
    subject = subject_of({"g": [None, "b"], "h": ["a", None]}, ["1", "0"])
    assert isinstance(outcome_of(CHECK, subject), Skipped)


def test_small_categories_may_be_left_out_and_then_set_no_highest_rate():
    # Of a thousand, ten are in the category with the highest rate; by hand: (300/600) / (280/390).
    groups = {"g": ["small"] * 10 + ["a"] * 390 + ["b"] * 600}
    found = measured(subject_of(groups, ["1"] * 290 + ["0"] * 110 + ["1"] * 300 + ["0"] * 300))
    full, large = (
        by_scope(found, name) for name in ("category_impact_ratio", "category_impact_ratio_without_small")
    )
    assert set(full) - set(large) == {("small",)}
    assert full["b",].value == pytest.approx(0.5)
    assert large["b",].value == pytest.approx(0.5 / (280 / 390))
    assert large["a",].value == 1.0


def test_where_no_category_is_small_and_none_unknown_there_is_one_set_of_ratios():
    found = measured(subject_of({"g": ["a", "b"]}, ["1", "1"]))
    assert not [m for m in found if "without_small" in m.metric or "with_unknown" in m.metric]


def test_people_of_unknown_category_can_stay_where_theirs_is_known(selection):
    kept = by_scope(selection, "category_impact_ratio_with_unknown")
    men, women = kept["M",], kept["F",]
    # 125 men of unknown race or women of unknown race were all selected: see `people`.
    assert (women.numerator, women.denominator) == (555 + 125, 1181 + 125)
    assert (men.numerator, men.denominator) == (667, 1390)
    assert kept["Hispanic", "M"].value == by_scope(selection, "category_impact_ratio")["Hispanic", "M"].value
    # The unknown are a row of their own, all of them selected, and nobody is set against them.
    (unknown,) = [m for scope, m in kept.items() if len(scope) == 1 and m.value and m.value > 1.5]
    assert (unknown.numerator, unknown.denominator) == (125, 125)
    assert {m.reference.scope.get("sex") for m in kept.values() if m.reference} <= {None, "M", "F"}


def test_with_the_unknown_the_median_is_everybodys(scoring):
    kept = by_scope(scoring, "category_scoring_ratio_with_unknown")
    # 84 of 168 score 2, the 15 unknown 3: the median of all 183 is 2, and nobody known lies above it.
    assert kept["M",].numerator + kept["F",].numerator == 7
