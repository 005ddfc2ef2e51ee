from __future__ import annotations

from typing import Any

import pytest

from aiaudit.check import Check, check
from aiaudit.errors import UsageError
from aiaudit.facts import Better, Measurement
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.policy import check_attributes
from aiaudit.policy.lint import lint
from aiaudit.policy.model import Policy
from aiaudit.subject import Subject


@check(
    id="toy.all-forms",
    title="Every form of a metric",
    needs=[],
    metrics=[
        rate("hit_rate", "Hits of all.", "toy"),
        rate("miss_rate", "Misses of all.", "toy", Better.LOWER),
        ratio("hit_ratio", "Hit rates over each other.", "toy"),
        difference("hit_difference", "Hit rates subtracted.", "toy"),
        value("present", "yes (1) or no (0)", "Whether it is there.", "toy", Better.HIGHER, 1.0),
        value("people", "people", "How many.", "toy"),
    ],
    remediation=[],
)
def toy(subject: Subject) -> list[Measurement]:
    """Measure nothing."""
    return []


CHECKS: dict[str, Check] = {toy.id: toy}
GIVEN: dict[str, Any] = {
    "id": "it",
    "title": "t",
    "check": toy.id,
    "basis": "house",
    "source": "s",
    "rationale": "r",
}


def _problems(metric: str, op: str, threshold: object, **more: Any) -> list[str]:
    asked = GIVEN | {"metric": metric, "op": op, "threshold": threshold} | more
    policy = Policy.model_validate({"id": "p-1", "edition": "1", "title": "t", "requirements": [asked]})
    return [problem.field for problem in lint(policy, CHECKS)]


BY_VALUE = {"decide_on": "value"}


@pytest.mark.parametrize(
    ("metric", "op", "threshold", "more", "fields"),
    [
        ("hit_rate", ">=", 0, BY_VALUE, ["threshold"]),
        ("hit_rate", ">=", "1e-9", BY_VALUE, []),
        ("hit_rate", ">=", 1, BY_VALUE, []),
        ("hit_rate", ">=", "1.01", BY_VALUE, ["threshold"]),
        ("hit_rate", "<=", "0.5", BY_VALUE, ["op"]),
        ("hit_rate", "within", 1, BY_VALUE, ["threshold"]),
        ("hit_rate", ">=", "0.5", {}, ["decide_on"]),
        ("hit_rate", ">=", "0.5", {"decide_on": "interval"}, []),
        ("hit_rate", ">=", "0.5", BY_VALUE | {"reference": "rest"}, ["reference"]),
        ("miss_rate", "<=", 1, BY_VALUE, ["threshold"]),
        ("miss_rate", "<=", 0, BY_VALUE, []),
        ("miss_rate", "<=", "-0.1", BY_VALUE, ["threshold"]),
        ("miss_rate", ">=", "0.5", BY_VALUE, ["op"]),
        ("hit_ratio", ">=", 0, {}, ["threshold"]),
        ("hit_ratio", ">=", "4/5", {}, []),
        ("hit_ratio", ">=", 3, {}, []),
        ("hit_ratio", "<=", -1, {}, ["op"]),
        ("hit_ratio", "within", "0.2", {}, ["op"]),
        ("hit_ratio", ">=", "4/5", {"scope": {"over": "overall"}}, ["scope"]),
        ("hit_difference", "within", "0.1", {}, []),
        ("hit_difference", "within", 0, {}, []),
        ("hit_difference", "within", "-0.1", {}, ["threshold"]),
        ("hit_difference", "within", 1, {}, ["threshold"]),
        ("hit_difference", ">=", -1, {}, ["threshold"]),
        ("hit_difference", "<=", "0.1", {}, []),
        ("present", ">=", 1, BY_VALUE, []),
        ("present", ">=", 2, BY_VALUE, ["threshold"]),
        ("people", "<=", 10**9, BY_VALUE, []),
        ("absent", ">=", 1, {}, ["metric"]),
    ],
)
def test_what_cannot_fail_or_be_met(
    metric: str, op: str, threshold: object, more: dict[str, Any], fields: list[str]
) -> None:
    assert _problems(metric, op, threshold, **more) == fields


def test_a_policy_in_which_nothing_gates_is_wrong() -> None:
    assert _problems("hit_ratio", ">=", "4/5", severity="medium") == ["fail_on"]
    assert _problems("hit_ratio", ">=", "4/5", severity="blocker") == []


@pytest.mark.parametrize(
    ("scope", "unknown"),
    [
        ({}, None),
        ({"attributes": ["sex"]}, None),
        ({"match": {"sex": "female", "column": "age", "field": "f", "attestation": "a"}}, None),
        ({"attributes": ["sex", "rase"]}, "rase"),
        ({"match": {"rase": "black"}}, "rase"),
    ],
)
def test_attributes_must_be_in_the_data(scope: dict[str, Any], unknown: str | None) -> None:
    asked = GIVEN | {"metric": "hit_ratio", "op": ">=", "threshold": "4/5", "scope": scope}
    policy = Policy.model_validate({"id": "p-1", "edition": "1", "title": "t", "requirements": [asked]})
    if unknown is None:
        check_attributes(policy, ["sex", "race"])
        return
    with pytest.raises(UsageError, match=f"'it' speaks of '{unknown}'.* Did you mean 'race'") as caught:
        check_attributes(policy, ["sex", "race"])
    assert "'sex', 'race'" in caught.value.hint


def test_contrasts_with_a_declared_group_need_one_for_each_attribute() -> None:
    asked = GIVEN | {"metric": "hit_ratio", "op": ">=", "threshold": "4/5", "reference": "declared"}
    policy = Policy.model_validate({"id": "p-1", "edition": "1", "title": "t", "requirements": [asked]})
    with pytest.raises(UsageError, match="column 'race' has none") as caught:
        check_attributes(policy, ["sex", "race"], ["sex"])
    assert "--reference 'race=GROUP'" in caught.value.hint
    check_attributes(policy, ["sex", "race"], ["sex", "race"])
