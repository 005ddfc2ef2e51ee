"""A report appears whole or not at all, and what cannot be written is said before the audit."""

import errno
import os
import stat

import pytest

from aiaudit import outputs
from aiaudit.errors import IncompleteError, UsageError
from aiaudit.record import from_json
from tests.made import contrast, measured, policy, record, requirement

RECORD = record(policy(requirement()), measured(contrast(20, 100, 40, 100)))


def files(folder):
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_every_path_is_written_in_the_form_of_its_suffix(tmp_path):
    paths = [tmp_path / "deep" / "er" / "r.json", tmp_path / "r.html", tmp_path / "r.TXT"]
    outputs.prepare(paths)
    assert files(tmp_path) == []
    outputs.write(RECORD, paths, 1)
    assert files(tmp_path) == ["r.TXT", "r.html", "r.json"]
    assert from_json(paths[0].read_text("utf-8"), "r.json").digest == RECORD.digest
    assert paths[1].read_text("utf-8").lower().startswith("<!doctype html>")


def test_what_was_there_is_replaced_and_as_readable_as_any_file(tmp_path):
    path = tmp_path / "r.json"
    path.write_text("old", "utf-8")
    mask = os.umask(0o027)
    try:
        outputs.write(RECORD, [path], 1)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert from_json(path.read_text("utf-8"), "r.json").digest == RECORD.digest
    assert files(tmp_path) == ["r.json"]


def test_bytes_do_not_depend_on_the_machine(tmp_path):
    path = tmp_path / "ü.txt"
    outputs.replace(path, "é\nline\n")
    assert path.read_bytes() == "é\nline\n".encode()


def test_a_name_as_long_as_a_file_system_takes_is_written(tmp_path):
    path = tmp_path / ("ü" * 120 + ".json")
    outputs.prepare([path])
    outputs.write(RECORD, [path], 1)
    assert path.exists()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("report", "the file name does not tell which format to write"),
        ("report.docx", "the file name does not tell which format to write"),
        ("folder.json", "is a folder"),
        ("file/r.json", "cannot be written: (File exists|Not a directory)"),
        ("x" * 300 + ".json", "cannot be written: File name too long"),
        ("x" * 300 + "/r.json", "cannot be written: File name too long"),
    ],
)
def test_what_cannot_be_written_is_said_at_once(tmp_path, name, message):
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=message):
        outputs.prepare([tmp_path / name])


@pytest.mark.parametrize("call", ["replace", "chmod"])
def test_a_disk_that_fills_up_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, call):
    path = tmp_path / "r.json"
    path.write_text("old", "utf-8")

    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(outputs.os, call, full)
    with pytest.raises(
        IncompleteError, match=r"r\.json cannot be written: No space left on device"
    ) as refused:
        outputs.write(RECORD, [path], 1)
    assert refused.value.hint == "Free some space, or choose another folder."
    assert files(tmp_path) == ["r.json"]
    assert path.read_text("utf-8") == "old"


def test_nothing_is_written_if_one_form_cannot_be_rendered(tmp_path, monkeypatch):
    def broken(record, format, code):
        if format == "html":
            raise RuntimeError("broken template")
        return b"fine"

    monkeypatch.setattr(outputs, "content", broken)
    with pytest.raises(RuntimeError, match="broken template"):
        outputs.write(RECORD, [tmp_path / "a.json", tmp_path / "b.html"], 1)
    assert files(tmp_path) == []


def test_a_form_whose_extra_is_missing_is_told_before_the_audit(tmp_path, monkeypatch):
    monkeypatch.setattr("aiaudit.render.find_spec", lambda name: None)
    with pytest.raises(UsageError) as caught:
        outputs.prepare([tmp_path / "out" / "report.pdf"])
    assert caught.value.message.endswith("report.pdf' takes typst, which is not installed")
    assert caught.value.hint == "Install it with: pip install 'aiaudit[pdf]'"
    assert files(tmp_path) == []
    outputs.prepare([tmp_path / "report.html"])
