"""What stands behind a statement: the file, its digest, and the points it covers."""

import hashlib

import pytest

from aiaudit.card import load_card
from aiaudit.errors import UsageError
from aiaudit.facts import Measured
from aiaudit.judge import judge
from aiaudit.record import Status
from aiaudit.registry import get
from aiaudit.testing import outcome_of, subject_of
from tests.made import TODAY, attested, policy

CARD = """
attestations:
  - id: notice
    statement: People are told before we use the tool.
    name: Noor Haddad
    role: Owner
    date: 2026-01-05
    expires: 2026-12-31
    covers: [purpose, contact]
"""
CONTENT = b"Dear applicant"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def measured(tmp_path):
    def run(more, card=CARD):
        (tmp_path / "notice.txt").write_bytes(CONTENT)
        path = tmp_path / "card.yaml"
        path.write_text(card + more)
        subject = subject_of({"g": ["a", "b"]}, ["1", "0"], card=load_card(path))
        return outcome_of(get("transparency.evidence"), subject)

    return run


@pytest.mark.parametrize(
    ("evidence", "value", "state"),
    [
        ("", 0.0, "evidence: missing"),
        ("    evidence: notice.txt\n", 1.0, "given"),
        (
            f"    evidence: {{file: notice.txt, sha256: 'sha256:{DIGEST.upper()}'}}\n".replace(
                "SHA256:", "sha256:"
            ),
            1.0,
            "given",
        ),
        (
            f"    evidence: {{file: notice.txt, sha256: {'0' * 63}a}}\n",
            0.0,
            "evidence: the file was changed since the card was written",
        ),
        ("    evidence: none.txt\n", 0.0, "evidence: the file is not there"),
        ("    evidence: .\n", 0.0, "evidence: the file is not there"),
        ("    evidence: https://bakery.example/notice\n", 1.0, "given"),
        ("    evidence: {file: none.txt, found: abc}\n", 0.0, "evidence: the file is not there"),
    ],
)
def test_evidence_must_be_there_and_unchanged(measured, evidence, value, state):
    found = {(m.metric, m.scope.get("item")): m for m in measured(evidence).measurements}
    given = found["evidence_given", None]
    assert (given.value, given.params["state"]) == (value, state)
    assert {key for key in found if key[1]} == {
        (metric, item) for metric in ("item_stated", "item_documented") for item in ("purpose", "contact")
    }
    assert found["item_stated", "purpose"].value == 1.0
    assert found["item_documented", "contact"].value == value


def test_the_digest_found_is_recorded(measured):
    (given, *_) = measured("    evidence: notice.txt\n").measurements
    assert given.params["sha256"] == DIGEST


def test_an_unsigned_statement_covers_nothing(measured):
    unsigned = CARD.replace("name: Noor Haddad", "name: TODO")
    found = measured("    evidence: notice.txt\n", unsigned).measurements
    assert {m.value for m in found} == {0.0}
    assert found[0].params["state"] == "name: placeholder"


def test_without_a_card_evidence_is_missing_and_no_crash():
    outcome = outcome_of(get("transparency.evidence"), subject_of({"g": ["a", "b"]}, ["1", "0"]))
    assert isinstance(outcome, Measured)
    asked = attested(
        check="transparency.evidence", metric="evidence_given", scope={"match": {"attestation": "notice"}}
    )
    (verdict,) = judge([outcome], policy(asked), TODAY)
    assert (verdict.status, verdict.reason) == (Status.FAIL, "the system card has no statement 'notice'")


def test_a_digest_that_is_none_is_refused(measured):
    with pytest.raises(UsageError, match="does not match the pattern"):
        measured("    evidence: {file: notice.txt, sha256: abc}\n")
