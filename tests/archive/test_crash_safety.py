"""Whatever fails at whatever step, the archive stays whole, and nothing is half-written."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from aiaudit.archive import append as appending
from aiaudit.archive import storage
from aiaudit.archive.append import append, head, ready
from aiaudit.archive.begin import create
from aiaudit.archive.layout import Archive
from aiaudit.errors import IncompleteError

from .made import filled, small, whole


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
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
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
        with small_disk(tmp_path / "disk") as disk:
            made = create(disk / "archive")
            with pytest.raises(IncompleteError, match="No space left on device"):
                fill(made)
            stored = head(made).size

            assert stored > 0
            whole(made, stored)
            assert list(made.incoming.iterdir()) == []

    def test_a_disk_that_became_read_only(self, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk") as disk:
            made = filled(disk / "archive", size=2)
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            for refused in (lambda: append(made, small("three")), lambda: ready(made)):
                with pytest.raises(IncompleteError, match="cannot be written: Read-only file system"):
                    refused()
            whole(made, 2)

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_may_not_be_written(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", size=1)
        for path in made.folder.rglob("*"):
            path.chmod(0o555 if path.is_dir() else 0o444)
        with pytest.raises(IncompleteError, match="cannot be written: Permission denied"):
            append(made, small("two"))
        with pytest.raises(IncompleteError, match="cannot be written: Permission denied"):
            ready(made)
        whole(made, 1)


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
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a disk of a few kilobytes, where that is allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here; failing calls stand in for it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def limited(size: int) -> Any:
    """Let no file of this process grow beyond *size* bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
