"""What every pack that ships must hold to."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from aiaudit.card import fields
from aiaudit.policy import LoadedPolicy, load_policies
from aiaudit.policy.model import Basis, DecideOn, Kind, Op, Severity
from aiaudit.policy.sources import built_in_ids, locate

PACKS = built_in_ids()
THEMES = {
    "human-oversight",
    "accountability",
    "data-privacy",
    "jobs-and-skills",
    "over-reliance",
    "fallback",
    "monitoring",
    "telling-people",
    "ethical-guidelines",
    "explainable-choice",
    "vendor",
    "incidents",
}


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest) -> LoadedPolicy:
    return load_policies([request.param])


def test_a_pack_is_called_as_its_file(pack: LoadedPolicy) -> None:
    assert pack.policy.id in PACKS
    assert re.fullmatch(r"\d{4}\.\d{2}", pack.policy.edition)


def test_all_packs_can_be_used_together() -> None:
    together = load_policies(PACKS)
    alone = [load_policies([id]).policy.requirements for id in PACKS]
    assert len(together.policy.requirements) == sum(map(len, alone))


def test_a_pack_never_says_what_no_audit_can_say() -> None:
    for id in PACKS:
        text = locate(id, Path()).path.read_text("utf-8").lower()
        for word in ("compliant", "unbiased", "certified"):
            assert word not in text
        assert not re.search(r"\bfair\b", text)


def test_every_requirement_tells_a_reader_enough(pack: LoadedPolicy) -> None:
    for requirement in pack.policy.requirements:
        assert len(requirement.title) > 15
        assert requirement.title[0].isupper()
        assert len(requirement.source) > 10
        assert requirement.rationale.endswith(".")
        assert requirement.remediation
        assert all(step.endswith((".", ")")) for step in requirement.remediation)
        if requirement.basis is Basis.CUSTOMARY:
            assert requirement.clause


def test_laws_were_looked_at(pack: LoadedPolicy) -> None:
    assert pack.policy.disclaimers
    for instrument in pack.policy.instruments:
        assert date(2026, 1, 1) <= instrument.last_verified <= date(2027, 12, 31)


def test_a_bare_value_of_a_sample_never_gates(pack: LoadedPolicy) -> None:
    for requirement in pack.policy.requirements:
        if requirement.kind is Kind.MEASURED and requirement.severity >= pack.policy.fail_on:
            assert requirement.decide_on is not DecideOn.VALUE


def test_the_baseline_gates_on_three_gaps_and_on_no_paper() -> None:
    policy = load_policies(["smb-baseline"]).policy
    gating = {
        r.id: (r.metric, r.op, r.threshold) for r in policy.requirements if r.severity >= policy.fail_on
    }
    assert set(gating) == {"selection-gap", "missed-gap", "false-accept-gap"}
    assert gating["selection-gap"][1] is Op.AT_LEAST
    assert gating["selection-gap"][2] * 5 == 4
    papers = [r for r in policy.requirements if r.kind is not Kind.MEASURED]
    assert {r.severity for r in papers} == {Severity.MEDIUM}


def test_the_baseline_asks_for_every_theme() -> None:
    policy = load_policies(["smb-baseline"]).policy
    asked = [r.scope.match["attestation"] for r in policy.requirements if r.kind is Kind.ATTESTED]
    assert sorted(asked) == sorted((theme,) for theme in THEMES)


def test_the_baseline_asks_for_fields_that_a_card_has() -> None:
    policy = load_policies(["smb-baseline"]).policy
    asked = [f for r in policy.requirements if r.kind is Kind.DOCUMENTED for f in r.scope.match["field"]]
    known = {name for name, _ in fields(None)}
    assert len(asked) == len(set(asked))
    assert set(asked) <= known


def test_the_employment_pack_gates_on_the_four_fifths_rule_alone() -> None:
    policy = load_policies(["us-employment-adverse-impact"]).policy
    (gating,) = [r for r in policy.requirements if r.severity >= policy.fail_on]
    assert (gating.id, gating.threshold, gating.decide_on) == (
        "four-fifths",
        Fraction(4, 5),
        DecideOn.SIGNIFICANCE,
    )
    assert gating.basis is Basis.CUSTOMARY
