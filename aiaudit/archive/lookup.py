"""One audit out of an archive, or a record's file in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aiaudit.archive.envelope import PLACE, Broken, sha256, unwrap
from aiaudit.archive.layout import Archive, Tampered, open_archive, read_bytes
from aiaudit.archive.listing import Row, Wanted, rows
from aiaudit.archive.readings import Readings, load, readings, stored_bytes
from aiaudit.archive.storage import replace
from aiaudit.errors import UsageError, one_line

if TYPE_CHECKING:
    from aiaudit.record import Record

_PART = re.compile(r"[a-z0-9][a-z0-9._-]{0,60}")


def audit(archive: Archive, number: int | None) -> Row:
    """Return an audit by the number of its record, the newest by default.

    Raises
    ------
    UsageError
        If there is none of that number.
    """
    found = rows(archive)
    row = next((r for r in reversed(found) if number in (None, r.number)), None)
    if row is None:
        span = f"1 to {archive.size()}" if found else "none yet"
        what = "audit" if number is None else f"audit with number {number}"
        raise UsageError(
            f"{one_line(archive.folder)} holds no {what}",
            f"Records: {span}; 'aiaudit archive list' shows the audits among them.",
        )
    return row


def last_day(folder: Path, system: str) -> date | None:
    """Return the day of judgement of the newest audit of a system, None where an archive holds none."""
    wanted = Wanted(system=system)
    return max((date.fromisoformat(r.day) for r in rows(open_archive(folder)) if wanted(r)), default=None)


def statement(archive: Archive, row: Row) -> Mapping[str, Any]:
    """Return what an audit's record states.

    Raises
    ------
    Tampered
        If the record is not the one that was listed.
    """
    raw = read_bytes(archive.record(row.number))
    try:
        if sha256(raw) != row.digest:
            raise Broken("it is another one now")
        return unwrap(raw).statement
    except Broken as error:
        raise Tampered(f"record {row.number}: {error}", "Run 'aiaudit archive verify DIR'.") from None


def copy_out(archive: Archive, stated: Mapping[str, Any], folder: Path) -> Iterator[Path]:
    """Copy the files that a record rests on into a folder, and yield their paths.

    Raises
    ------
    Tampered
        If one is missing, was changed, or has a name that is none of ours.
    UsageError
        If the folder cannot be written.
    """
    for part, item in stated["predicate"][PLACE]["artefacts"].items():
        path = archive.object(item["sha256"])
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data) != item["sha256"] or not _PART.fullmatch(part):
            raise Tampered(
                f"{one_line(part, 60)} ({one_line(path)}) is missing or was changed",
                "Run 'aiaudit archive verify DIR'.",
            )
        try:
            folder.mkdir(parents=True, exist_ok=True)
            replace(folder / part, data)
        except OSError as error:
            raise UsageError(
                f"{one_line(folder / part)} cannot be written: {one_line(error.strerror)}",
                "Choose another folder.",
            ) from None
        yield folder / part


def either(folder: str | None, text: str) -> Readings:
    """Read the audit with that number in an archive, or a record's file.

    Raises
    ------
    UsageError, IncompleteError, Tampered
        If there is none, it does not read, or it was changed.
    """
    if folder is not None and text.isdecimal():
        archive = open_archive(folder)
        return load(archive, audit(archive, int(text)).record)
    from aiaudit.archive.contents import read_record

    _, raw = read_record(text)
    return readings(json.loads(raw), text)


def stored(folder: str | None, text: str) -> Record:
    """Return the record of the audit with that number in an archive, or of a file.

    Raises
    ------
    UsageError, IncompleteError, Tampered
        If there is none, it does not read, or it was changed.
    """
    from aiaudit.archive.contents import read_record
    from aiaudit.record import from_json

    if folder is not None and text.isdecimal():
        archive = open_archive(folder)
        raw = stored_bytes(archive, audit(archive, int(text)).record)
        return from_json(raw, f"record {text} of {one_line(folder)}")
    return read_record(text)[0]
