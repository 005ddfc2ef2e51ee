"""Whatever is changed in an archive shows, except for what no archive can show; two checkers agree."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.archive import standalone
from aiaudit.archive.append import append, head
from aiaudit.archive.begin import create
from aiaudit.archive.check import LIMITS, check
from aiaudit.archive.envelope import Signature, canonical, sha256, signed_bytes, unwrap, wrap
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import Archive, Head, archive_id, open_archive
from aiaudit.errors import AuditError

from .made import NEW, OLD, STRANGER, filled, rewrite, small

KINDS = ("unsigned", "signed")


def detected(folder: Path, *, kept: Head | None = None, key: str | None = None) -> bool:
    """Whether the check finds fault; the checker that goes with exports must say the same."""
    try:
        ours = check(folder, heads=[] if kept is None else [kept], key=key).exit_code != 0
    except AuditError:
        ours = True
    try:
        theirs = bool(standalone.check(str(folder), "" if kept is None else str(kept), key or "")[1])
    except OSError:
        theirs = True
    assert ours == theirs
    return ours


@contextmanager
def changed(path: Path, data: bytes | None) -> Iterator[None]:
    """Change or remove a file for a while."""
    before = path.read_bytes()
    if data is None:
        path.unlink()
    else:
        rewrite(path, data)
    try:
        yield
    finally:
        rewrite(path, before)


def files(archive: Archive) -> list[Path]:
    return [
        archive.folder / "archive.json",
        *sorted(archive.records.iterdir()),
        *sorted(path for path in archive.objects.glob("*/*")),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_not_changed_is_as_written(five: dict[str, Archive], kind: str) -> None:
    report = check(five[kind].folder)

    assert (report.exit_code, report.problems, report.unreadable, report.remarks) == (0, (), (), ())
    assert report.head == head(five[kind])
    assert report.head.size == 5
    assert report.objects == 6
    assert report.keys == ((OLD.keyid,) if kind == "signed" else ())
    assert not detected(five[kind].folder, kept=head(five[kind]))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_any_flipped_bit_shows(five: dict[str, Archive], kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(five[kind])))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with changed(path, bytes(content)):
        assert detected(five[kind].folder)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_any_byte_put_in_or_left_out_shows(five: dict[str, Archive], kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(five[kind])))
    content = path.read_bytes()
    at = data.draw(st.integers(0, len(content)))
    put_in = content[:at] + data.draw(st.binary(min_size=1, max_size=3)) + content[at:]
    left_out = content[: max(at - 1, 0)] + content[max(at, 1) :]

    with changed(path, data.draw(st.sampled_from([put_in, left_out]))):
        assert detected(five[kind].folder)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_single_flipped_byte_shows(five: dict[str, Archive], kind: str) -> None:
    for path in files(five[kind])[:4]:
        content = path.read_bytes()
        for at in range(len(content)):
            with changed(path, content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]):
                assert check_fails(five[kind].folder), (path, at)


def check_fails(folder: Path) -> bool:
    try:
        return check(folder).exit_code != 0
    except AuditError:
        return True


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(number=st.integers(1, 4))
def test_any_record_removed_before_the_last_shows(five: dict[str, Archive], kind: str, number: int) -> None:
    with changed(five[kind].record(number), None):
        assert detected(five[kind].folder)
        assert next(p.where for p in check(five[kind].folder).problems) == f"record {number}"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(order=st.permutations(range(1, 6)))
def test_any_other_order_shows(five: dict[str, Archive], kind: str, order: list[int]) -> None:
    archive = five[kind]
    contents = {number: archive.record(number).read_bytes() for number in order}
    try:
        for place, number in enumerate(order, 1):
            rewrite(archive.record(place), contents[number])

        assert detected(archive.folder) == (order != [1, 2, 3, 4, 5])
    finally:
        for number, data in contents.items():
            rewrite(archive.record(number), data)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(number=st.integers(1, 5))
def test_any_record_of_another_archive_shows(
    five: dict[str, Archive], kind: str, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = filled(tmp_path_factory.mktemp("other") / "archive", signed=kind == "signed", size=number)

    with changed(five[kind].record(number), other.record(number).read_bytes()):
        assert detected(five[kind].folder)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=20)
@given(data=st.data())
def test_any_object_swapped_or_removed_shows(
    five: dict[str, Archive], kind: str, data: st.DataObject
) -> None:
    objects = files(five[kind])[6:]
    path, other = data.draw(st.sampled_from(objects)), data.draw(st.sampled_from(objects))

    with changed(path, None):
        assert detected(five[kind].folder)
    with changed(path, other.read_bytes()):
        assert detected(five[kind].folder) == (path != other)


def test_a_foreign_file_among_the_records_shows(archive: Archive) -> None:
    (archive.records / "00000001.json.bak").write_text("{}")

    assert detected(archive.folder)


@pytest.mark.parametrize("part", ["records", "objects"])
def test_a_lost_folder_shows(tmp_path: Path, part: str) -> None:
    made = filled(tmp_path / "archive")
    shutil.rmtree(made.folder / part)

    assert detected(made.folder)


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
    assert "1 object(s) belong to no record" in report.remarks[0]


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
