"""Write several files, all of them or none."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.outputs import replace


def refuse_existing(paths: Mapping[Path, str], *, force: bool) -> None:
    """Make sure that no file is overwritten unasked.

    Raises
    ------
    UsageError
        If a file is there and *force* is not given, or something that is no file is.
    """
    there = [path for path in paths if os.path.lexists(path)]
    strange = [path for path in there if path.is_symlink() or not path.is_file()]
    if strange:
        raise UsageError(
            f"{_listed(strange)}: this is no ordinary file", "Move it away; it is never replaced."
        )
    if there and not force:
        raise UsageError(
            f"{_listed(there)}: there already; nothing was written",
            "Move it away, or replace it with --force.",
        )


def _listed(paths: Sequence[Path]) -> str:
    return ", ".join(one_line(path, 200) for path in paths)


def place(files: Mapping[Path, str]) -> None:
    """Write files; where one cannot be written, those before it are put back as they were.

    Raises
    ------
    IncompleteError
        If one cannot be written; then none is.
    """
    before: dict[Path, bytes | None] = {}
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            before[path] = path.read_bytes() if path.exists() else None
            replace(path, text)
    except OSError as error:
        _put_back(before)
        raise IncompleteError(
            f"{one_line(error.filename)} cannot be written: {one_line(error.strerror)}; nothing was written",
            "Choose a folder that you may write to.",
        ) from None
    except BaseException:
        _put_back(before)
        raise


def _put_back(before: Mapping[Path, bytes | None]) -> None:
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(content)
