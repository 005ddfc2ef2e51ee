"""Days of retention, and days between a notice and the first use."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from aiaudit.card import SystemCard
from aiaudit.facts import Measured
from aiaudit.judge import judge
from aiaudit.policy.model import Requirement
from aiaudit.record import Status
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.made import attested, policy

TODAY = date(2026, 11, 21)
SIGNED = {"statement": "The notice is on our site.", "name": "Ada", "role": "Owner", "expires": "2027-01-31"}


def verdict(check: str, card: dict, asked: Requirement) -> Status:
    subject = subject_of({"g": ["a", "b"]}, ["1", "0"], card=SystemCard.model_validate(card))
    outcome = outcome_of(get(check), subject)
    assert isinstance(outcome, Measured), outcome
    (only,) = judge([outcome], policy(asked), TODAY)
    return only.status


@pytest.mark.parametrize(("days", "status"), [(None, Status.FAIL), (182, Status.FAIL), (183, Status.PASS)])
def test_logs_are_kept_for_half_a_year(days: int | None, status: Status) -> None:
    asked = attested(
        kind="documented",
        check="transparency.retention",
        metric="retention_days",
        scope={"match": {"field": "retention.logs_days"}},
        threshold=183,
    )
    card = {"retention": {"decisions_days": 5000} | ({} if days is None else {"logs_days": days})}
    assert verdict("transparency.retention", card, asked) is status


def _notice(told: str | None, first_use: str | None, **changed: object) -> dict:
    statement = {"id": "notice", "date": told, **SIGNED, **changed}
    return {"context": {"first_use": first_use}, "attestations": [statement]}


@pytest.mark.parametrize(
    ("card", "status"),
    [
        # From Monday the 2nd, ten business days are over on Monday the 16th.
        (_notice("2026-03-02", "2026-03-16"), Status.PASS),
        (_notice("2026-03-02", "2026-03-15"), Status.PASS),
        (_notice("2026-03-02", "2026-03-13"), Status.FAIL),
        (_notice("2026-03-16", "2026-03-02"), Status.FAIL),
        (_notice("2026-03-02", None), Status.FAIL),
        (_notice("2026-03-02", "2026-03-16", name="TODO"), Status.FAIL),
        (_notice("2026-03-02", "2026-03-16", expires="2026-11-20"), Status.FAIL),
        (_notice("2026-03-02", "2026-03-16", expires="2026-11-21"), Status.PASS),
    ],
)
def test_ten_business_days_before_use(card: dict, status: Status) -> None:
    asked = attested(
        kind="documented",
        check="transparency.notices",
        metric="business_days_before_use",
        scope={"match": {"attestation": "notice"}},
        threshold=10,
    )
    assert verdict("transparency.notices", card, asked) is status


def test_business_days_are_counted_by_hand() -> None:
    card = SystemCard.model_validate(_notice("2026-01-02", "2026-03-01"))
    subject = subject_of({"g": ["a", "b"]}, ["1", "0"], card=card)
    found = outcome_of(get("transparency.notices"), subject)
    assert isinstance(found, Measured)
    days = [date(2026, 1, 2) + timedelta(days=i) for i in range(58)]
    assert [m.value for m in found.measurements] == [sum(d.weekday() < 5 for d in days), 58]
