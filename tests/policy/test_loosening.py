from __future__ import annotations

from typing import Any

import pytest

from aiaudit.policy.loosening import loosened, loosened_gate
from aiaudit.policy.model import Policy, Requirement

BASE: dict[str, Any] = {
    "id": "gap",
    "title": "t",
    "check": "bias.selection-rate",
    "metric": "impact_ratio",
    "op": ">=",
    "threshold": "4/5",
    "basis": "house",
    "source": "s",
    "rationale": "r",
    "severity": "medium",
}


def _requirement(changes: dict[str, Any]) -> Requirement:
    return Requirement.model_validate(BASE | changes)


LOOSER: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {"severity": "low"}, "severity medium -> low"),
    ({}, {"threshold": "0.79"}, "threshold 4/5 -> 79/100"),
    ({"op": "<="}, {"op": "<=", "threshold": "0.81"}, "threshold 4/5 -> 81/100"),
    ({"op": "within"}, {"op": "within", "threshold": 1}, "threshold 4/5 -> 1"),
    ({}, {"op": "<="}, "op >= -> <="),
    ({"op": "within"}, {"op": "<="}, "op within -> <="),
    ({}, {"check": "bias.error-rates"}, "check bias.selection-rate -> bias.error-rates"),
    ({}, {"metric": "selection_rate"}, "metric impact_ratio -> selection_rate"),
    ({}, {"kind": "attested"}, "kind measured -> attested"),
    ({}, {"decide_on": "interval"}, "decide_on significance -> interval"),
    ({"decide_on": "value"}, {}, "decide_on value -> significance"),
    ({}, {"min_n": 31}, "min_n 30 -> 31"),
    ({}, {"reference": "largest"}, "reference any -> largest"),
    ({"reference": "rest"}, {"reference": "largest"}, "reference rest -> largest"),
    ({}, {"scope": {"over": "groups"}}, "scope all -> groups"),
    ({"scope": {"over": "groups"}}, {"scope": {"over": "overall"}}, "scope groups -> overall"),
    ({}, {"scope": {"attributes": "sex"}}, "scope all -> all of sex"),
    (
        {"scope": {"attributes": ["sex", "race"]}},
        {"scope": {"attributes": ["race", "age"]}},
        "scope all of sex, race -> all of race, age",
    ),
    ({}, {"scope": {"match": {"sex": "female"}}}, "scope all -> all with sex female"),
    (
        {"scope": {"match": {"sex": ["female", "other"]}}},
        {"scope": {"match": {"sex": "female"}}},
        "scope all with sex female or other -> all with sex female",
    ),
    ({}, {"applies_from": "2027-01-01"}, "applies_from now -> 2027-01-01"),
    (
        {"applies_from": "2026-01-01"},
        {"applies_from": "2027-01-01"},
        "applies_from 2026-01-01 -> 2027-01-01",
    ),
    (
        {},
        {"applies_if": {"context.use_cases": ["credit", "insurance"]}},
        "applies_if always -> context.use_cases is credit or insurance",
    ),
    ({"max_age": 365}, {"max_age": 366}, "max_age 365 -> 366"),
    ({"max_age": 365}, {"max_age": None}, "max_age 365 -> any"),
]

TIGHTER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({}, {"severity": "blocker"}),
    ({}, {"threshold": 0.8}),
    ({}, {"threshold": "0.81"}),
    ({"op": "<="}, {"op": "<=", "threshold": "0.79"}),
    ({"op": "within"}, {"op": "within", "threshold": 0}),
    ({}, {"decide_on": "value"}),
    ({"decide_on": "interval"}, {}),
    ({}, {"min_n": 5}),
    ({"reference": "largest"}, {}),
    ({"scope": {"over": "groups"}}, {"scope": {"over": "all"}}),
    ({"scope": {"attributes": "sex"}}, {"scope": {"attributes": ["race", "sex"]}}),
    ({"scope": {"attributes": "sex"}}, {}),
    ({"scope": {"match": {"sex": "female"}}}, {"scope": {"match": {"sex": ["female", "other"]}}}),
    ({"scope": {"match": {"sex": "female"}}}, {}),
    ({"applies_from": "2027-01-01"}, {"applies_from": "2026-01-01"}),
    ({"applies_from": "2027-01-01"}, {}),
    ({"applies_if": {"context.use_cases": "credit"}}, {}),
    ({}, {"max_age": 365}),
    ({"max_age": 365}, {"max_age": 30}),
    ({}, {"title": "u", "basis": "guidance", "source": "x", "rationale": "y", "remediation": ["z"]}),
]


@pytest.mark.parametrize(("old", "new", "words"), LOOSER)
def test_what_asks_less(old: dict[str, Any], new: dict[str, Any], words: str) -> None:
    assert list(loosened(_requirement(old), _requirement(new)).values()) == [words]


@pytest.mark.parametrize(("old", "new"), TIGHTER)
def test_what_does_not(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert loosened(_requirement(old), _requirement(new)) == {}


def test_every_field_of_a_requirement_was_thought_of() -> None:
    """A new field of Requirement must be placed: can it ask less, or is it only words?"""
    words = {
        "id",
        "title",
        "basis",
        "source",
        "clause",
        "rationale",
        "remediation",
        "effort",
        "override_reason",
    }
    compared = {"kind", "check", "metric", "op", "threshold", "severity", "decide_on", "min_n"}
    compared |= {"reference", "scope", "applies_from", "applies_if", "max_age"}
    assert set(Requirement.model_fields) == words | compared


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ({}, {"fail_on": "blocker"}, ["fail_on"]),
        ({"strict": True}, {}, ["strict"]),
        ({}, {"error_control": {"alpha": 0.01}}, ["error_control"]),
        ({}, {"error_control": {"alpha": 0.1}}, ["error_control"]),
        ({}, {"error_control": {"family": "requirement"}}, ["error_control"]),
        ({}, {"fail_on": "medium", "strict": True}, []),
    ],
)
def test_what_gates_less(old: dict[str, Any], new: dict[str, Any], fields: list[str]) -> None:
    given = {"id": "house", "edition": "1", "title": "House"}
    policies = [Policy.model_validate(given | changes) for changes in (old, new)]
    assert list(loosened_gate(*policies)) == fields
