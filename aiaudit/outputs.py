"""Write rendered records: every path is tried before the audit, and no file is ever half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.record import Record
from aiaudit.render import content, format_of, ready


def prepare(paths: Sequence[str | Path]) -> None:
    """Make sure that every path can be written, and that its suffix names a format that can be rendered here.

    Raises
    ------
    UsageError
        If it is a folder, its folder cannot be made, nothing can be written there, or an extra is missing.
    """
    for path in map(Path, paths):
        ready(str(path))
        require_writable(path)


def require_writable(path: Path) -> None:
    """Make sure that a file can be written at *path*, making its folder.

    Raises
    ------
    UsageError
        If it is a folder, its folder cannot be made, or nothing can be written there.
    """
    try:
        if path.is_dir():
            raise UsageError(f"{one_line(path)} is a folder", "Name a file, such as out/report.html.")
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UsageError(
            f"{one_line(path)} cannot be written: {one_line(error.strerror)}",
            "Choose a folder that you may write to.",
        ) from None


def write(record: Record, paths: Sequence[str | Path], exit_code: int) -> None:
    """Render the record to every path; each file appears whole or not at all."""
    rendered = {Path(path): content(record, format_of(str(path)), exit_code) for path in paths}
    for path, made in rendered.items():
        replace(path, made)


def replace(path: Path, text: str | bytes) -> None:
    """Put *text*, as UTF-8, in place of the file's content in one step.

    Raises
    ------
    IncompleteError
        If it cannot be written after all (a full disk).
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(text.encode() if isinstance(text, str) else text)
            # mkstemp makes the file private; a report is as readable as any file of the user's.
            mask = os.umask(0)
            os.umask(mask)
            os.chmod(name, 0o666 & ~mask)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
    except OSError as error:
        raise IncompleteError(
            f"{one_line(path)} cannot be written: {one_line(error.strerror)}",
            "Free some space, or choose another folder.",
        ) from None
