"""One audit out of a list, and its files."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aiaudit.archive.begin import create
from aiaudit.archive.envelope import PLACE
from aiaudit.archive.layout import Archive, Tampered, open_archive
from aiaudit.archive.lookup import audit as audit_of
from aiaudit.archive.lookup import copy_out, statement
from aiaudit.errors import UsageError

from .made import rewrite


@pytest.fixture
def archive(four: Archive, tmp_path: Path) -> Archive:
    """A copy of it."""
    return open_archive(shutil.copytree(four.folder, tmp_path / "archive"))


def test_one_audit_of_a_list(archive: Archive, tmp_path: Path) -> None:
    assert audit_of(archive, None).number == 4
    assert audit_of(archive, 2).tags == ["pilot", "release-2"]
    with pytest.raises(UsageError, match="holds no audit with number 5"):
        audit_of(archive, 5)
    with pytest.raises(UsageError, match="holds no audit"):
        audit_of(create(tmp_path / "empty"), None)


def test_a_record_that_is_another_than_was_listed_is_not_shown(archive: Archive) -> None:
    row = audit_of(archive, 2)
    rewrite(archive.record(2), archive.record(3).read_bytes())

    with pytest.raises(Tampered, match="it is another one now"):
        statement(archive, row)


@pytest.mark.parametrize("part", ["../evil", "/etc/evil", "a/b", "", "."])
def test_files_are_copied_out_under_names_of_ours_alone(archive: Archive, tmp_path: Path, part: str) -> None:
    row = audit_of(archive, 1)
    artefacts = {part: {"sha256": row.record, "size": 1}}

    with pytest.raises(Tampered):
        list(copy_out(archive, {"predicate": {PLACE: {"artefacts": artefacts}}}, tmp_path / "out"))
    assert not (tmp_path / "evil").exists()


def test_files_are_copied_out_where_that_is_possible(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(UsageError, match="cannot be written"):
        list(copy_out(archive, statement(archive, audit_of(archive, 1)), tmp_path / "file"))
