"""Records are added whole or not at all, in an order that survives a crash, by any number of writers."""

from __future__ import annotations

import errno
import itertools
import json
import os
import resource
import stat
import subprocess
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aiaudit.archive import append as appending
from aiaudit.archive import storage
from aiaudit.archive.append import append, head, ready
from aiaudit.archive.begin import create
from aiaudit.archive.check import check
from aiaudit.archive.envelope import PLACE, sha256, unwrap
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import Archive, Head, Tampered, open_archive
from aiaudit.archive.rotation import rotate
from aiaudit.errors import IncompleteError, UsageError

from .made import NEW, OLD, STRANGER, as_nobody, filled, rewrite, small


def whole(archive: Archive, size: int) -> None:
    """Assert that an archive is as written and has so many records."""
    report = check(archive.folder)
    assert (report.exit_code, report.problems) == (0, ())
    assert report.head is not None
    assert report.head.size == size


class TestBeginning:
    def test_an_archive_is_empty_and_as_written(self, archive: Archive) -> None:
        whole(archive, 0)
        assert head(archive) == Head(size=0, digest=sha256((archive.folder / "archive.json").read_bytes()))
        assert archive.retention == 120

    def test_two_archives_are_two(self, tmp_path: Path) -> None:
        assert create(tmp_path / "a").id != create(tmp_path / "b").id

    def test_a_folder_in_use_is_left_alone(self, tmp_path: Path, archive: Archive) -> None:
        (tmp_path / "used").mkdir()
        (tmp_path / "used" / "notes.txt").write_text("mine")

        for folder in (tmp_path / "used", archive.folder):
            with pytest.raises(UsageError, match="is not empty"):
                create(folder)

    def test_a_beginning_that_was_cut_off_can_be_repeated(self, tmp_path: Path) -> None:
        (tmp_path / "archive" / "records").mkdir(parents=True)

        whole(create(tmp_path / "archive"), 0)

    @pytest.mark.parametrize("version", ["aiaudit/archive/2", "aiaudit/archive/10"])
    def test_a_newer_format_is_not_tampering(self, archive: Archive, version: str) -> None:
        data = json.loads((archive.folder / "archive.json").read_bytes())
        data["format"] = version
        text = json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"
        rewrite(archive.folder / "archive.json", text.encode())

        with pytest.raises(IncompleteError, match="this aiaudit reads aiaudit/archive/1"):
            check(archive.folder)

    def test_no_archive_is_no_archive(self, tmp_path: Path) -> None:
        with pytest.raises(IncompleteError, match="cannot be read"):
            open_archive(tmp_path)


class TestHeads:
    def test_a_head_reads_as_it_is_printed(self, archive: Archive) -> None:
        printed = head(archive)

        assert Head.parse(f" {printed}\n") == printed

    @pytest.mark.parametrize("text", ["", "42", "42:sha256:", "42:md5:" + "0" * 64, "x:sha256:" + "0" * 64])
    def test_what_is_no_head_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match="is not a head"):
            Head.parse(text)


class TestAppending:
    def test_records_are_chained(self, archive: Archive) -> None:
        heads = [head(archive), *(append(archive, small(name)) for name in "abc")]

        assert [h.size for h in heads] == [0, 1, 2, 3]
        for before, after in itertools.pairwise(heads):
            raw = archive.record(after.size).read_bytes()
            assert sha256(raw) == after.digest
            place = unwrap(raw).statement["predicate"][PLACE]
            assert (place["sequence"], place["previous"]) == (after.size, before.digest)
        whole(archive, 3)

    def test_files_are_read_only_and_named_by_their_content(self, archive: Archive) -> None:
        append(archive, small())

        stored = [archive.record(1), *archive.objects.glob("*/*")]
        assert len(stored) == 3
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o222 == 0 for path in stored)
        assert all(sha256(path.read_bytes()) == path.parent.name + path.name for path in stored[1:])
        assert list(archive.incoming.iterdir()) == []

    def test_the_same_object_is_stored_once(self, archive: Archive) -> None:
        for _ in range(3):
            append(archive, small())

        assert len(list(archive.objects.glob("*/*"))) == 2

    def test_an_object_that_was_changed_is_not_built_on(self, archive: Archive) -> None:
        append(archive, small())
        rewrite(next(archive.objects.glob("*/*")), b"other")

        with pytest.raises(Tampered, match="was changed"):
            append(archive, small())
        assert head(archive).size == 1

    def test_the_time_can_be_set_for_repeatable_bytes(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        append(archive, small())

        place = unwrap(archive.record(1).read_bytes()).statement["predicate"][PLACE]
        assert place["time"] == "2023-11-14T22:13:20Z"

    def test_a_time_that_is_none_is_refused(self, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")

        with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
            append(archive, small())

    def test_the_loser_of_a_race_continues_the_winner(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, rivals = storage.place, iter(["rival one", "rival two"])

        def slower(temporary: Path, target: Path) -> None:
            rival = next(rivals, None)
            if rival is not None:
                monkeypatch.setattr(appending, "place", real)
                append(archive, small(rival))
                monkeypatch.setattr(appending, "place", slower)
            real(temporary, target)

        monkeypatch.setattr(appending, "place", slower)

        assert append(archive, small("loser")).size == 3
        whole(archive, 3)

    def test_a_last_record_that_does_not_read_is_not_continued(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(appending, "PATIENCE", 0.05)
        append(archive, small())
        rewrite(archive.record(1), archive.record(1).read_bytes()[:100])

        with pytest.raises(IncompleteError, match="the last record, 1, cannot be continued"):
            append(archive, small())
        assert check(archive.folder).exit_code == 1


class TestSigning:
    def test_every_record_is_signed(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", signed=True)

        assert {s.keyid for n in range(1, 6) for s in unwrap(made.record(n).read_bytes()).signatures} == {
            OLD.keyid
        }

    @pytest.mark.parametrize(
        ("signers", "why"), [([], "was not given"), ([NEW], "not by"), ([OLD, NEW], "not by")]
    )
    def test_others_cannot_add(self, tmp_path: Path, signers: list[Signer], why: str) -> None:
        made = filled(tmp_path / "archive", signed=True, size=1)

        for attempt in (lambda: append(made, small(), signers), lambda: ready(made, signers)):
            with pytest.raises(UsageError, match=why):
                attempt()
        whole(made, 1)

    def test_an_unsigned_archive_takes_no_signature_that_nobody_could_check(self, archive: Archive) -> None:
        with pytest.raises(UsageError, match="is not signed, but key"):
            append(archive, small(), [OLD])

    def test_handing_over(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", signed=True, size=1)
        rotate(made, NEW, OLD)

        with pytest.raises(UsageError, match="not by"):
            append(made, small(), [OLD])
        append(made, small(), [NEW])
        whole(made, 3)
        assert check(made.folder, key=OLD.keyid).exit_code == 0
        assert check(made.folder, key=NEW.keyid).exit_code == 0
        assert check(made.folder, key=STRANGER.keyid).exit_code == 1

    def test_only_the_key_in_force_hands_over(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", signed=True, size=1)

        for old in (None, STRANGER):
            with pytest.raises(UsageError):
                rotate(made, NEW, old)
        with pytest.raises(UsageError, match="the same"):
            rotate(made, OLD, OLD)
        whole(made, 1)

    def test_an_unsigned_archive_can_be_signed_from_now_on(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", size=2)
        rotate(made, OLD, None)

        with pytest.raises(UsageError):
            append(made, small())
        append(made, small(), [OLD])
        whole(made, 4)
        assert check(made.folder, key=OLD.keyid).exit_code == 0


class TestCrashSafety:
    def test_nothing_gets_its_name_before_it_is_on_the_disk(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        done: list[tuple[str, str]] = []
        names: dict[int, str] = {}
        opened = os.open

        def opening(path: Any, *arguments: Any, **more: Any) -> int:
            handle = opened(path, *arguments, **more)
            names[handle] = os.path.relpath(path, archive.folder)
            return handle

        def noted(what: str, real: Callable[..., None]) -> Callable[..., None]:
            def call(source: Any, target: Any, **more: Any) -> None:
                done.append((what, os.path.relpath(target, archive.folder)))
                real(source, target, **more)

            return call

        monkeypatch.setattr(os, "open", opening)
        monkeypatch.setattr(os, "fsync", lambda handle: done.append(("flush", names[handle])))
        monkeypatch.setattr(os, "replace", noted("name", os.replace))
        monkeypatch.setattr(os, "link", noted("name", os.link))
        append(archive, small())

        named = [place for what, place in done if what == "name"]
        assert [place.split("/")[0] for place in named] == ["objects", "objects", "records"]
        for place in named:
            at = done.index(("name", place))
            assert done[at - 1][0] == "flush"
            assert done[at - 1][1].startswith("incoming/")
            assert ("flush", str(Path(place).parent)) in done[at:]
        record = done.index(("name", "records/00000001.json"))
        for folder in {str(Path(place).parent) for place in named[:2]} | {"objects"}:
            assert ("flush", folder) in done[:record]
        assert done[-1] == ("flush", "records")

    @pytest.mark.parametrize("function", ["open", "fsync", "replace", "link", "mkdir"])
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
    def test_an_error_at_any_step_leaves_the_archive_whole(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch, function: str, number: int
    ) -> None:
        append(archive, small("before"))
        failures = 0
        for step in range(20):
            real, calls = getattr(os, function), iter(range(1000))

            def failing(
                *arguments: Any, real: Any = real, calls: Any = calls, step: int = step, **more: Any
            ) -> Any:
                if next(calls) == step:
                    raise OSError(number, os.strerror(number))
                return real(*arguments, **more)

            with monkeypatch.context() as patch:
                patch.setattr(os, function, failing)
                try:
                    append(archive, small(f"try {step}"))
                except IncompleteError as error:
                    failures += os.strerror(number) in error.message
            whole(archive, head(archive).size)
            assert list(archive.incoming.iterdir()) == []
        assert failures > 0
        stored = head(archive).size
        assert append(archive, small("after")).size == stored + 1

    def test_a_name_that_the_disk_does_not_confirm_is_not_called_stored(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(folders: Any) -> None:
            if archive.records in folders:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

        monkeypatch.setattr(appending, "settle", failing)

        with pytest.raises(IncompleteError) as caught:
            append(archive, small())
        assert "the disk did not confirm" in caught.value.hint

    def test_a_file_that_may_not_grow(self, archive: Archive) -> None:
        with limited(100):
            with pytest.raises(IncompleteError, match="cannot be written: File too large"):
                append(archive, small())
            with pytest.raises(IncompleteError, match="cannot be written"):
                append(archive, appending.Content(kind="test", predicate={"long": "x" * 200}, objects={}))

        whole(archive, 0)
        append(archive, small())
        whole(archive, 1)

    def test_a_full_disk(self, tmp_path: Path) -> None:
        disk = tmp_path / "disk"
        disk.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("a small disk cannot be mounted here; the limit on file sizes stands in for it")
        try:
            made = create(disk / "archive")
            with pytest.raises(IncompleteError, match="No space left on device"):
                fill(made)
            stored = head(made).size

            assert stored > 0
            whole(made, stored)
            assert list(made.incoming.iterdir()) == []
        finally:
            subprocess.run(["umount", str(disk)], check=True)

    def test_a_folder_that_may_not_be_written(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        made = filled(tmp_path_factory.mktemp("open") / "archive", size=1)
        for path in (made.folder, *made.folder.parents):
            if path.is_relative_to(tmp_path_factory.getbasetemp().parent):
                path.chmod(0o755)
        for path in made.folder.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        root = os.geteuid() == 0
        if root:
            as_nobody()
        try:
            with pytest.raises(IncompleteError, match="cannot be written: Permission denied"):
                append(made, small("two"))
            with pytest.raises(IncompleteError, match="cannot be written: Permission denied"):
                ready(made)
            whole(made, 1)
        finally:
            if root:
                os.seteuid(0)


class TestWithoutHardLinks:
    @pytest.fixture(autouse=True)
    def no_links(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(*arguments: Any) -> None:
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", refused)

    def test_records_are_added_all_the_same(self, archive: Archive) -> None:
        for name in "abc":
            append(archive, small(name))

        whole(archive, 3)

    def test_a_name_that_is_taken_stays(self, tmp_path: Path) -> None:
        (tmp_path / "new").write_bytes(b"new")
        (tmp_path / "taken").write_bytes(b"old")

        with pytest.raises(FileExistsError):
            storage.place(tmp_path / "new", tmp_path / "taken")
        assert (tmp_path / "taken").read_bytes() == b"old"

    def test_a_disk_that_fills_while_writing_leaves_no_half_record(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        append(archive, small())
        real = storage._write

        def failing(path: Path, data: bytes) -> None:
            real(path, data)
            if path.parent == archive.records:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(storage, "_write", failing)
        with pytest.raises(IncompleteError, match="No space left"):
            append(archive, small("two"))
        monkeypatch.setattr(storage, "_write", real)

        whole(archive, 1)
        append(archive, small("two"))
        whole(archive, 2)

    def test_windows_renames(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "new").write_bytes(b"new")
        monkeypatch.setattr(storage.os, "name", "nt")
        target = os.path.join(tmp_path, "target")
        storage.place(os.path.join(tmp_path, "new"), target)  # type: ignore[arg-type]
        monkeypatch.undo()

        assert (tmp_path / "target").read_bytes() == b"new"


def fill(archive: Archive) -> None:
    for number in range(100):
        append(archive, small(str(number)))


@contextmanager
def limited(size: int) -> Any:
    """Let no file of this process grow beyond *size* bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
