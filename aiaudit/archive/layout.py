"""Where an archive's files lie, how its head is written, and how one is opened."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiaudit.archive.envelope import LARGEST, Broken, canonical, parse, read_keys, sha256
from aiaudit.errors import AuditError, IncompleteError, UsageError, one_line

FORMAT = "aiaudit/archive/1"
_HEAD = re.compile(r"([0-9]{1,8}):sha256:([0-9a-f]{64})")
#: Name of a record's file; numbers begin at 1.
NUMBERED = re.compile(r"(?!0{8})[0-9]{8}\.json")


class Tampered(AuditError):
    """The archive is not as it was written: exit code 1."""

    exit_code = 1


@dataclass(frozen=True, kw_only=True)
class Head:
    """The end of a chain: how many records it has, and the digest of the last one's file."""

    size: int
    digest: str

    def __str__(self) -> str:
        return f"{self.size}:sha256:{self.digest}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read a head as it is printed.

        Raises
        ------
        UsageError
            If it is none.
        """
        found = _HEAD.fullmatch(text.strip())
        if found is None:
            raise UsageError(
                f"'{one_line(text, 90)}' is not a head",
                "A head looks like 42:sha256:…; every append prints it.",
            )
        return cls(size=int(found[1]), digest=found[2])


@dataclass(frozen=True, kw_only=True)
class Archive:
    """An archive that was found to be one.

    Parameters
    ----------
    folder : Path
        Where it lies.
    id : str
        Its id, the digest of what it was begun with.
    digest : str
        Digest of ``archive.json``, which the first record continues.
    keys : mapping of str to bytes
        Public keys in force before the first record; empty where nothing is signed.
    retention : int
        Months for which an audit is kept whose policies name no term.
    """

    folder: Path
    id: str
    digest: str
    keys: Mapping[str, bytes]
    retention: int

    @property
    def records(self) -> Path:
        """The folder of the records."""
        return self.folder / "records"

    @property
    def objects(self) -> Path:
        """The folder of the objects."""
        return self.folder / "objects"

    @property
    def incoming(self) -> Path:
        """The folder of files that are still being written."""
        return self.folder / "incoming"

    @property
    def stamps(self) -> Path:
        """The folder of timestamps; there is none before the first."""
        return self.folder / "checkpoints"

    def stamp(self, number: int) -> Path:
        """Return where a record's timestamp lies."""
        return self.stamps / f"{number:08d}.tsr"

    def record(self, number: int) -> Path:
        """Return where a record lies."""
        return self.records / f"{number:08d}.json"

    def object(self, digest: str) -> Path:
        """Return where an object lies."""
        return self.objects / digest[:2] / digest[2:]

    def numbers(self) -> list[int]:
        """Return the numbers of the records that are there, ascending; what is missing is for `links` to say."""
        try:
            names = os.listdir(self.records)
        except OSError as error:
            raise unreadable(self.records, error) from None
        return sorted(int(name[:8]) for name in filter(NUMBERED.fullmatch, names))

    def size(self) -> int:
        """Return the highest number of a record, 0 where there is none."""
        return max(self.numbers(), default=0)


def unreadable(path: Path, error: OSError) -> IncompleteError:
    """Return the error for a file that cannot be read."""
    return IncompleteError(
        f"{one_line(path)} cannot be read: {one_line(error.strerror)}",
        "Name the folder of an archive that you may read; 'aiaudit archive init DIR' begins one.",
    )


def open_archive(folder: str | Path) -> Archive:
    """Open an archive.

    Raises
    ------
    IncompleteError
        If there is none, it cannot be read, or it is of a format unknown here.
    Tampered
        If ``archive.json`` is not as it was written.
    """
    path = Path(folder) / "archive.json"
    try:
        raw = read_bytes(path)
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        data = parse(raw)
        _check_format(data, folder)
        if data.get("id") != archive_id(data) or type(data.get("retention")) is not int:
            raise Broken("its content does not match its id")
        keys = read_keys(data.get("keys"))
    except Broken as error:
        raise Tampered(f"{one_line(path)} was changed: {error}", "Restore it from a copy.") from None
    return Archive(
        folder=Path(folder), id=data["id"], digest=sha256(raw), keys=keys, retention=data["retention"]
    )


def _check_format(data: Mapping[str, Any], folder: str | Path) -> None:
    version = str(data.get("format"))
    if version != FORMAT and re.fullmatch("aiaudit/archive/[0-9]+", version):
        raise IncompleteError(
            f"{one_line(folder)} is an archive of format {one_line(version, 30)}; this aiaudit reads {FORMAT}",
            "Use a newer aiaudit.",
        )
    if version != FORMAT:
        raise Broken("it names no format")


def archive_id(data: Mapping[str, Any]) -> str:
    """Return the id that follows from the rest of ``archive.json``."""
    return sha256(canonical({name: value for name, value in data.items() if name != "id"}))


def read_bytes(path: Path) -> bytes:
    """Return a record's bytes, cut where it is longer than any record."""
    with open(path, "rb") as file:
        return file.read(LARGEST + 1)


def now() -> str:
    """Return the time in UTC: that of ``SOURCE_DATE_EPOCH`` where it is set, otherwise the clock's."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        moment = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            "SOURCE_DATE_EPOCH is not a number of seconds", "Unset it, or set it to seconds since 1970."
        ) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
