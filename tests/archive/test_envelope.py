"""Records are what in-toto and DSSE say, and other tools verify them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from aiaudit.archive.append import append
from aiaudit.archive.envelope import Broken, Signature, canonical, parse, read_keys, unwrap, wrap, write_keys
from aiaudit.archive.layout import Archive
from aiaudit.archive.rotation import rotate
from aiaudit.record import Status

from .made import NEW, OLD, STRANGER, added, audit, filled

TEST_RESULT = {"result", "configuration", "url", "passedTests", "warnedTests", "failedTests"}


def by_securesystemslib(path: Path) -> Envelope:
    return Envelope.from_dict(json.loads(path.read_bytes()))


def key(signer) -> SSlibKey:
    return SSlibKey(signer.keyid, "ed25519", "ed25519", {"public": signer.public.hex()})


def test_securesystemslib_verifies_our_envelopes(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive", signed=True, size=2)

    for number in (1, 2):
        envelope = by_securesystemslib(made.record(number))
        assert set(envelope.verify([key(OLD)], 1)) == {OLD.keyid}
        with pytest.raises(VerificationError):
            envelope.verify([key(STRANGER)], 1)


def test_securesystemslib_finds_both_signatures_of_a_handover(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive", signed=True, size=1)
    rotate(made, NEW, OLD)

    assert set(by_securesystemslib(made.record(2)).verify([key(OLD), key(NEW)], 2)) == {OLD.keyid, NEW.keyid}


def test_securesystemslib_refuses_a_changed_payload(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive", signed=True, size=1)
    envelope = by_securesystemslib(made.record(1))
    envelope.payload = envelope.payload.replace(b"number 0", b"number 9")

    with pytest.raises(VerificationError):
        envelope.verify([key(OLD)], 1)


def test_an_audit_is_a_test_result_about_model_and_data(archive: Archive) -> None:
    added(archive, audit(status=Status.FAIL), tags=["b", "a", "b"])

    envelope = by_securesystemslib(archive.record(1))
    assert envelope.payload_type == "application/vnd.in-toto+json"
    statement = json.loads(envelope.payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicateType"] == "https://in-toto.io/attestation/test-result/v0.1"
    assert statement["subject"] == [
        {"name": "loans.skops", "digest": {"sha256": "ab" * 32}},
        {"name": "holdout.csv", "digest": {"sha256": "cd" * 32}},
    ]
    predicate = statement["predicate"]
    assert set(predicate) - TEST_RESULT == {"aiauditAudit", "aiauditArchive"}
    assert predicate["result"] == "FAILED"
    assert (predicate["passedTests"], predicate["failedTests"]) == (
        ["overall", "tpr-gap"],
        ["selection-ratio"],
    )
    told = predicate["aiauditAudit"]
    assert (told["system"], told["exit_code"], told["tags"]) == ("Loan screening", 1, ["a", "b"])
    assert told["verdicts"]["fail"] == 1
    assert told["model"]["trusted"] == ["lightgbm.sklearn.LGBMClassifier"]
    assert told["model"]["isolation"]["network"] == "blocked"
    configuration = {item["name"]: item["digest"]["sha256"] for item in predicate["configuration"]}
    artefacts = predicate["aiauditArchive"]["artefacts"]
    assert configuration == {"policy.yaml": artefacts["policy.yaml"]["sha256"]}
    assert set(artefacts) == {"record.json", "report.html", "policy.yaml", "card.json"}


@pytest.mark.parametrize(
    ("status", "result", "listed"),
    [
        (Status.PASS, "PASSED", "passedTests"),
        (Status.FAIL, "FAILED", "failedTests"),
        (Status.INCONCLUSIVE, "PASSED", "warnedTests"),
        (Status.WAIVED, "PASSED", "warnedTests"),
        (Status.ERROR, "FAILED", "failedTests"),
    ],
)
def test_no_doubt_is_a_pass(archive: Archive, status: Status, result: str, listed: str) -> None:
    added(archive, audit(status=status))

    predicate = unwrap(archive.record(1).read_bytes()).statement["predicate"]
    assert predicate["result"] == result
    assert "selection-ratio" in predicate[listed]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"\xff",
        b"[" * 100_000,
        canonical({"payload": "e30K", "payloadType": "application/vnd.in-toto+json", "signatures": []}),
        wrap(b"{}\n", []),
        wrap(canonical({"_type": "https://in-toto.io/Statement/v1", "predicate": {}}), []),
        wrap(b"[]\n", []),
        wrap(b"{}\n", [Signature(keyid="a", value=b"")]),
    ],
)
def test_what_is_no_record_is_broken(raw: bytes) -> None:
    with pytest.raises(Broken):
        unwrap(raw)


@pytest.mark.parametrize(
    "change",
    [
        {"sequence": "1"},
        {"sequence": True},
        {"archive": 1},
        {"signers": None},
        {"signers": [1]},
        {"artefacts": {"record.json": {"sha256": "../../etc/passwd", "size": 1}}},
        {"artefacts": {"record.json": {"sha256": "ab" * 32}}},
        {"artefacts": []},
    ],
    ids=str,
)
def test_a_record_without_a_proper_place_is_broken(archive: Archive, change: dict[str, object]) -> None:
    added(archive, audit())
    statement = json.loads(unwrap(archive.record(1).read_bytes()).payload)
    statement["predicate"]["aiauditArchive"] |= change

    with pytest.raises(Broken):
        unwrap(wrap(canonical(statement), []))


def test_json_is_written_in_one_way() -> None:
    assert canonical({"b": 1, "a": "ü"}) == '{"a":"ü","b":1}\n'.encode()
    for other in (b'{"a": 1}\n', b'{"a":1}', b'{"a":1,"a":1}\n', b'{"b":1,"a":1}\n', b"\xef\xbb\xbf{}\n"):
        with pytest.raises(Broken):
            parse(other)


def test_keys_are_called_by_their_digest() -> None:
    keys = {OLD.keyid: OLD.public}

    assert read_keys(write_keys(keys)) == keys
    for wrong in ({NEW.keyid: OLD.public}, {OLD.keyid: b"short"}):
        with pytest.raises(Broken):
            read_keys(write_keys(wrong))
    for wrong in (None, [], {"a": None}, {"a": "?"}):
        with pytest.raises(Broken):
            read_keys(wrong)


def test_a_record_is_a_few_kilobytes(archive: Archive) -> None:
    added(archive, audit())
    append(archive, append_content_of_a_handover())

    assert archive.record(1).stat().st_size < 8_000
    assert archive.record(2).stat().st_size < 2_000


def append_content_of_a_handover():
    from aiaudit.archive.append import Content

    return Content(kind="test", predicate={}, objects={})
