from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from statsmodels.stats.proportion import proportion_confint

from aiaudit.card import SystemCard, fields, load_card
from aiaudit.checks.transparency.system_card import system_card
from aiaudit.facts import Measured, Measurement
from aiaudit.judge import judge
from aiaudit.policy.model import Policy, Requirement
from aiaudit.record import Status
from aiaudit.subject import Subject
from aiaudit.testing import outcome_of, subject_of, toy_subject

COMPLETE = Path(__file__).parent / "system-card.yaml"
OVERSIGHT = {"attestation": "human-oversight"}


@pytest.fixture
def card() -> SystemCard:
    return load_card(COMPLETE)


@pytest.fixture
def subject() -> Subject:
    # 6 of 10 right.
    predicted = ["1", "1", "1", "1", "1", "0", "0", "0", "0", "0"]
    actual = ["1", "1", "1", "0", "0", "0", "0", "0", "1", "1"]
    return subject_of({"sex": ["f", "m"] * 5}, predicted, actual)


def measured(subject: Subject, card: SystemCard | None) -> list[Measurement]:
    return list(system_card.measure(replace(subject, card=card)))


def of(found: list[Measurement], metric: str) -> dict[str, Measurement]:
    return {next(iter(m.scope.values()), ""): m for m in found if m.metric == metric}


def changed(card: SystemCard, section: str, **values: object) -> SystemCard:
    return card.model_copy(update={section: getattr(card, section).model_copy(update=values)})


def test_without_a_card_every_field_is_measured_and_open(subject: Subject) -> None:
    found = measured(subject, None)
    assert {m.metric for m in found} == {"field_present"}
    assert [m.scope["field"] for m in found] == [name for name, _ in fields(None)]
    assert {(m.value, m.params["state"]) for m in found} == {(0.0, "no card")}


def test_a_complete_card(subject: Subject, card: SystemCard) -> None:
    found = measured(subject, card)
    present = of(found, "field_present")
    assert {m.value for m in present.values()} == {1.0}
    assert present["fallback.last_drill"].valid_from == date(2026, 3, 2)
    assert present["monitoring.next_audit"].expires == date(2026, 9, 1)
    (attested,) = of(found, "attestation_given").values()
    assert attested.scope == OVERSIGHT
    assert (attested.value, attested.valid_from, attested.expires) == (
        1.0,
        date(2026, 2, 1),
        date(2027, 1, 31),
    )
    assert attested.params["state"] == "given"
    assert (attested.params["name"], attested.params["role"]) == ("Noor Haddad", "Head of staff")
    assert attested.params["date"] == "2026-02-01"


def test_open_fields_and_unsigned_statements(subject: Subject, card: SystemCard) -> None:
    card = changed(
        changed(card, "purpose", decision="TODO", out_of_scope=None), "monitoring", next_audit="soon"
    )
    unsigned = card.attestations[0].model_copy(update={"name": None})
    found = measured(subject, card.model_copy(update={"attestations": (unsigned,)}))
    present = of(found, "field_present")
    states = {name: m.params["state"] for name, m in present.items() if m.value == 0.0}
    assert states == {
        "purpose.decision": "placeholder",
        "purpose.out_of_scope": "missing",
        "monitoring.next_audit": "invalid date",
    }
    attested = of(found, "attestation_given")["human-oversight"]
    assert (attested.value, attested.params["state"]) == (0.0, "name: missing")


def test_the_claim_is_held_against_the_rows(subject: Subject, card: SystemCard) -> None:
    (claim,) = of(measured(subject, card), "accuracy_claim_error").values()
    assert claim.value == pytest.approx(0.75 - 6 / 10)
    assert claim.n == 10
    assert (claim.params["numerator"], claim.params["denominator"]) == (6, 10)
    low, high = proportion_confint(6, 10, alpha=0.05, method="wilson")
    assert claim.interval is not None
    assert (claim.interval.low, claim.interval.high) == pytest.approx((0.75 - high, 0.75 - low))


def test_no_claim_or_no_labels_is_no_measurement(subject: Subject, card: SystemCard) -> None:
    silent = card.model_copy(
        update={"metrics": card.metrics.model_copy(update={"declared": type(card.metrics.declared)()})}
    )
    assert not of(measured(subject, silent), "accuracy_claim_error")
    assert not of(measured(replace(subject, actual=None), card), "accuracy_claim_error")


@pytest.mark.parametrize(
    ("digest", "value", "state"), [("abcdef", 1.0, "given"), ("123456", 0.0, "names another model")]
)
def test_a_card_of_another_model(card: SystemCard, digest: str, value: float, state: str) -> None:
    subject = toy_subject(20)
    assert subject.model is not None
    subject.model.facts = replace(subject.model.facts, digest=digest)  # type: ignore[misc]
    found = of(measured(subject, card), "field_present")["identity.model_digest"]
    assert (found.value, found.params["state"]) == (value, state)


def test_a_digest_is_compared_only_where_there_are_two(subject: Subject, card: SystemCard) -> None:
    assert "identity.model_digest" not in of(measured(subject, card), "field_present")
    bare = changed(card, "identity", model_digest=None)
    assert "identity.model_digest" not in of(measured(toy_subject(20), bare), "field_present")


@pytest.mark.parametrize(
    ("today", "status", "reason"),
    [
        (date(2026, 1, 31), Status.FAIL, "the evidence is dated 2026-02-01, which is still to come"),
        (date(2026, 2, 1), Status.PASS, "the value meets the threshold"),
        (date(2027, 1, 31), Status.PASS, "the value meets the threshold"),
        (date(2027, 2, 1), Status.FAIL, "the evidence expired on 2027-01-31"),
    ],
)
def test_a_statement_holds_until_its_last_day(
    subject: Subject, card: SystemCard, today: date, status: Status, reason: str
) -> None:
    (verdict,) = _verdicts(replace(subject, card=card), "human-oversight", today)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_statement_that_the_card_does_not_hold_fails(subject: Subject, card: SystemCard) -> None:
    for held in (card, None):
        (verdict,) = _verdicts(replace(subject, card=held), "vendor", date(2026, 6, 1))
        assert verdict.status is Status.FAIL


def _verdicts(subject: Subject, attestation: str, today: date):
    outcome = outcome_of(system_card, subject)
    assert isinstance(outcome, Measured)
    asked = Requirement(
        id="oversight",
        title="Somebody can stop it",
        kind="attested",
        check=system_card.id,
        metric="attestation_given",
        scope={"match": {"attestation": [attestation]}},
        op=">=",
        threshold=1,
        basis="house",
        source="these tests",
        rationale="A reason.",
        decide_on="value",
    )
    policy = Policy(id="test", edition="1", title="Test", requirements=(asked,))
    return judge([outcome], policy, today)
