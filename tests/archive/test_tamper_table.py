"""What shows by the chain, what by signatures, and what only by a head kept elsewhere: the documentation's table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aiaudit.archive import standalone
from aiaudit.archive.append import append, head
from aiaudit.archive.begin import create
from aiaudit.archive.check import LIMITS, check
from aiaudit.archive.envelope import Signature, canonical, sha256, signed_bytes, unwrap, wrap
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import Archive, archive_id, open_archive

from .made import NEW, OLD, STRANGER, detected, filled, rewrite, small


def resign(made: Archive, number: int, statement: dict[str, object], signers: list[Signer]) -> None:
    """Put a record of one's own in a record's place."""
    payload = canonical(statement)
    signatures = [Signature(keyid=s.keyid, value=s.sign(signed_bytes(payload))) for s in signers]
    rewrite(made.record(number), wrap(payload, signatures))


def edit(made: Archive, number: int, signers: list[Signer]) -> None:
    """Change what a record says, and write it as this tool would."""
    statement = json.loads(json.dumps(unwrap(made.record(number).read_bytes()).statement))
    statement["predicate"]["name"] = "innocent"
    resign(made, number, statement, signers)


def artefact(made: Archive, signers: list[Signer]) -> None:
    path = made.object(sha256(b"<p>the same every time</p>"))
    rewrite(path, b"<p>all is well</p>")


def middle_edited(made: Archive, signers: list[Signer]) -> None:
    edit(made, 3, signers)


def middle_deleted(made: Archive, signers: list[Signer]) -> None:
    made.record(3).unlink()


def tail_cut(made: Archive, signers: list[Signer]) -> None:
    for number in (3, 4, 5):
        made.record(number).unlink()


def last_edited(made: Archive, signers: list[Signer]) -> None:
    edit(made, 5, signers)


def rewritten(made: Archive, signers: list[Signer]) -> None:
    """Build the whole chain anew in the same folder, with the keys one has."""
    data = json.loads((made.folder / "archive.json").read_bytes())
    shutil.rmtree(made.folder)
    new = create(made.folder, signer=signers[0] if signers else None)
    data["keys"] = {
        s.keyid: json.loads((new.folder / "archive.json").read_bytes())["keys"][s.keyid] for s in signers
    }
    data["id"] = archive_id(data)
    rewrite(new.folder / "archive.json", canonical(data))
    again = open_archive(new.folder)
    for number in range(5):
        append(again, small(f"innocent {number}"), signers)


#: What is done, by whom, and whether it shows: by the chain, by signatures under an expected key, by a kept head.
TABLE: list[tuple[str, Callable[[Archive, list[Signer]], None], list[Signer], tuple[bool, bool, bool]]] = [
    ("a stored file is edited", artefact, [], (True, True, True)),
    ("a record is edited", middle_edited, [], (True, True, True)),
    ("a record is deleted in the middle", middle_deleted, [], (True, True, True)),
    ("the last record is edited by an outsider", last_edited, [], (False, True, True)),
    ("the last three records are cut off", tail_cut, [], (False, False, True)),
    ("the whole chain is written anew by an outsider", rewritten, [STRANGER], (False, True, True)),
    ("the whole chain is written anew by the holder of the key", rewritten, [OLD], (False, False, True)),
]


@pytest.mark.parametrize(("what", "do", "signers", "shows"), TABLE, ids=[row[0] for row in TABLE])
def test_the_table_of_the_documentation(
    tmp_path: Path,
    what: str,
    do: Callable[[Archive, list[Signer]], None],
    signers: list[Signer],
    shows: tuple[bool, bool, bool],
) -> None:
    plain, signed = filled(tmp_path / "plain"), filled(tmp_path / "signed", signed=True)
    kept = head(plain), head(signed)
    do(plain, [])
    do(signed, signers)

    by_chain = detected(plain.folder)
    by_key = detected(signed.folder, key=OLD.keyid)
    by_head = {detected(plain.folder, kept=kept[0]), detected(signed.folder, kept=kept[1])}

    assert (by_chain, by_key, by_head) == (shows[0], shows[1], {shows[2]})
    page = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")
    cells = " | ".join("yes" if shown else "**no**" for shown in shows)
    assert f"| {what} | {cells} |" in page


def test_what_no_archive_can_show_is_said(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")

    assert " ".join(LIMITS.split()) in " ".join(page.split())
    assert standalone.LIMITS == LIMITS


def test_a_cut_tail_leaves_a_trace_that_proves_nothing(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive")
    made.record(5).unlink()

    report = check(made.folder)

    assert report.exit_code == 0
    assert "objects that belong to no record: 1." in report.remarks[0]


def test_a_kept_head_holds_while_the_archive_grows(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive", size=2)
    kept = head(made)
    append(made, small("three"))

    assert not detected(made.folder, kept=kept)


def test_stripping_the_signatures_of_the_last_record_shows(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive", signed=True)
    last = unwrap(made.record(5).read_bytes())
    rewrite(made.record(5), wrap(last.payload, []))

    assert detected(made.folder)


@pytest.mark.parametrize("signer", [NEW, STRANGER])
def test_a_record_signed_by_another_key_shows(tmp_path: Path, signer: Signer) -> None:
    made = filled(tmp_path / "archive", signed=True)
    edit(made, 5, [signer])

    assert detected(made.folder)


def test_an_unsigned_archive_is_not_what_a_key_is_expected_of(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive")

    assert not detected(made.folder)
    assert detected(made.folder, key=OLD.keyid)
