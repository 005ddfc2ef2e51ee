"""Days on which limits were set and systems audited, and what the judge makes of them."""

from __future__ import annotations

from datetime import date

import pytest

from aiaudit.card import SystemCard
from aiaudit.circumstances import Circumstances
from aiaudit.judge import judge
from aiaudit.policy import load_policies
from aiaudit.policy.model import PolicySource
from aiaudit.record import Status
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.checks.reading import found

CHECK = "transparency.timeliness"
SET = date(2026, 11, 20)
STATEMENT = {
    "id": "last-audit",
    "statement": "Our auditor looked at the system.",
    "name": "Noor Haddad",
    "role": "Owner",
    "date": "2026-02-01",
    "expires": "2027-01-31",
}


def source(dated: date | None = SET, by: str = "git commit") -> PolicySource:
    return PolicySource(id="ours", edition="1", title="Ours", origin="p", digest="", dated=dated, dated_by=by)


def subject(card: dict | None = None, **known):
    stated = None if card is None else SystemCard.model_validate(card)
    return subject_of({"g": ["a", "b"]}, ["1", "0"], card=stated, circumstances=Circumstances(**known))


@pytest.mark.parametrize(
    ("limits", "measured_on", "value", "state"),
    [
        (source(), None, 1.0, "given"),
        (source(), SET, 1.0, "given"),
        (
            source(),
            date(2026, 11, 19),
            0.0,
            "changed on 2026-11-20, after the numbers were measured on 2026-11-19",
        ),
        (source(None, "never committed"), None, 0.0, "never committed"),
        (source(None, ""), None, 0.0, "the day of its last change is unknown"),
    ],
)
def test_limits_have_a_day_and_it_is_not_after_the_numbers(limits, measured_on, value, state) -> None:
    known = subject(limits=(limits,), measured_on=measured_on)
    m = found(CHECK, known, "limits_set_before", "policy")["ours"]
    assert (m.value, m.params["state"]) == (value, state)
    assert m.valid_from == (SET if value else None)


@pytest.mark.parametrize(
    ("card", "archived", "last"),
    [
        (None, None, None),
        (None, date(2026, 1, 1), date(2026, 1, 1)),
        ({"attestations": [STATEMENT]}, None, date(2026, 2, 1)),
        ({"attestations": [STATEMENT]}, date(2026, 1, 1), date(2026, 2, 1)),
        ({"attestations": [STATEMENT]}, date(2026, 3, 1), date(2026, 3, 1)),
        ({"attestations": [{**STATEMENT, "name": "TODO"}]}, None, None),
    ],
)
def test_the_newest_audit_on_record_counts(card, archived, last) -> None:
    days = [m.valid_from for m in found(CHECK, subject(card, last_audit=archived), "earlier_audit").values()]
    assert days == ([] if last is None else [last])


@pytest.mark.parametrize(
    ("today", "status"),
    [
        (date(2026, 11, 19), Status.FAIL),
        (date(2026, 11, 20), Status.PASS),
        (date(2027, 11, 21), Status.PASS),
        (date(2027, 11, 22), Status.FAIL),
    ],
)
def test_an_audit_counts_for_a_year(today: date, status: Status) -> None:
    policy = load_policies(["smb-baseline"]).policy
    asked = tuple(r for r in policy.requirements if r.id == "audited-lately")
    outcome = outcome_of(get(CHECK), subject(last_audit=SET))
    (verdict,) = judge([outcome], policy.model_copy(update={"requirements": asked}), today)
    assert verdict.status is status
