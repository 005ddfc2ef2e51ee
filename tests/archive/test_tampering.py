"""Whatever is changed in an archive shows, except for what no archive can show; two checkers agree."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiaudit.archive.append import append, head
from aiaudit.archive.check import check
from aiaudit.archive.layout import Archive, Head
from aiaudit.errors import AuditError, IncompleteError

from .made import OLD, detected, filled, rewrite, small

KINDS = ("unsigned", "signed")


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
@settings(max_examples=12)
@given(data=st.data())
def test_any_flipped_bit_shows(five: dict[str, Archive], kind: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(files(five[kind])))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))

    with changed(path, bytes(content)):
        assert detected(five[kind].folder)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
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
@settings(max_examples=12)
@given(number=st.integers(1, 4))
def test_any_record_removed_before_the_last_shows(five: dict[str, Archive], kind: str, number: int) -> None:
    with changed(five[kind].record(number), None):
        assert detected(five[kind].folder)
        assert next(p.where for p in check(five[kind].folder).problems) == f"record {number}"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
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
@settings(max_examples=12)
@given(number=st.integers(1, 5))
def test_any_record_of_another_archive_shows(
    five: dict[str, Archive], kind: str, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = filled(tmp_path_factory.mktemp("other") / "archive", signed=kind == "signed", size=number)

    with changed(five[kind].record(number), other.record(number).read_bytes()):
        assert detected(five[kind].folder)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=12)
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


def test_a_record_numbered_0_shows(five: dict[str, Archive]) -> None:
    zeroth = five["unsigned"].record(0)
    try:
        rewrite(zeroth, five["unsigned"].record(1).read_bytes())
        assert detected(five["unsigned"].folder)
    finally:
        zeroth.unlink()


def test_a_huge_number_shows_and_costs_nothing(tmp_path: Path) -> None:
    made = filled(tmp_path / "archive", size=2)
    rewrite(made.record(99_999_999), made.record(2).read_bytes())

    problems = check(made.folder).problems

    assert problems[0].where == "record 3"
    assert problems[0].what == "it and all to record 99999998 are missing"
    assert detected(made.folder)
    assert detected(made.folder, kept=Head(size=7, digest="00" * 32))


@pytest.mark.parametrize("part", ["records", "objects"])
def test_a_lost_folder_shows(tmp_path: Path, part: str) -> None:
    made = filled(tmp_path / "archive")
    shutil.rmtree(made.folder / part)

    assert detected(made.folder)


def test_what_cannot_be_read_is_not_called_tampering(archive: Archive) -> None:
    append(archive, small())
    path = next(archive.objects.glob("*/*"))
    path.unlink()
    path.mkdir()  # reading a folder fails for everybody, also for root

    report = check(archive.folder)

    assert (report.exit_code, report.problems) == (3, ())
    assert "cannot be read: Is a directory" in report.unreadable[0].what


def test_a_record_that_cannot_be_read_is_not_called_tampering(archive: Archive) -> None:
    archive.record(1).mkdir()

    with pytest.raises(IncompleteError, match="cannot be read: Is a directory"):
        check(archive.folder)
