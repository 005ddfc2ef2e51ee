"""The bytes of a data file: read once, hashed, and unpacked within limits."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aiaudit.errors import IncompleteError, UsageError, one_line

MIB = 1024**2
#: Most bytes of a table that are held in memory, after unpacking.
MAX_BYTES = 4096 * MIB
#: Beyond `RATIO_FROM` unpacked bytes, a file that grows more than this many times is taken for a bomb:
#: tables of real records shrink to a tenth or a thirtieth.
MAX_RATIO = 200
RATIO_FROM = 256 * MIB
_CHUNK = 16 * MIB

_PACKED: dict[bytes, tuple[str, str, Callable[[io.BytesIO], io.BufferedIOBase]]] = {
    b"\x1f\x8b": (".gz", "gzip", lambda stream: gzip.GzipFile(fileobj=stream)),
    b"BZh": (".bz2", "bzip2", bz2.BZ2File),
    b"\xfd7zXZ\x00": (".xz", "xz", lzma.LZMAFile),
}
_FOREIGN = {
    b"PK\x03\x04": "an Excel workbook or a zip archive",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"(\xb5/\xfd": "packed with zstd",
    b"ARROW1": "an Arrow or Feather file",
    b"SQLite format 3": "an SQLite database",
    b"\x80\x04": "a pickle",
    b"\x80\x05": "a pickle",
}
_READABLE = "Save the table as CSV (UTF-8) or Parquet; CSV may be packed with gzip, bzip2 or xz."


@dataclass(frozen=True, kw_only=True)
class DataFile:
    """A data file in memory.

    Parameters
    ----------
    name : str
        File name without its folder.
    place : str
        The path as the user gave it, fit to print.
    digest : str
        SHA-256 of the bytes on disk, in hex.
    data : bytes
        The content, unpacked.
    """

    name: str
    place: str
    digest: str
    data: bytes

    @property
    def is_parquet(self) -> bool:
        """Whether the content announces itself as Parquet."""
        return self.data.startswith(b"PAR1")


def read_file(path: Path | str) -> DataFile:
    """Read, hash and unpack a data file.

    Raises
    ------
    UsageError
        No such file, or not a file.
    IncompleteError
        Unreadable, empty, damaged, too large, or of a kind that holds no table.
    """
    path = Path(path)
    place = one_line(path)
    raw = _read(path, place)
    for magic, what in _FOREIGN.items():
        if raw.startswith(magic):
            raise IncompleteError(f"{place} is {what}, not a table that can be read", _READABLE)
    data = _unpacked(raw, path.suffix.lower(), place)
    if not data[:_CHUNK].strip(b"\xef\xbb\xbf \t\r\n") and not data.strip():
        raise IncompleteError(f"{place} is empty", "Give a table with a header line and at least one row.")
    return DataFile(name=path.name, place=place, digest=hashlib.sha256(raw).hexdigest(), data=data)


def _read(path: Path, place: str) -> bytes:
    try:
        if not path.exists():
            raise UsageError(f"no such file: {place}", "Check the path, and the folder the command runs in.")
        if not path.is_file():
            what = "a directory" if path.is_dir() else "not an ordinary file"
            raise UsageError(f"{place} is {what}", "Give the path of one data file.")
        if path.stat().st_size > MAX_BYTES:
            raise _too_large(place)
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise IncompleteError(
            f"{place} cannot be read: {one_line(reason)}", "Check the file's permissions and its name."
        ) from error


def _unpacked(raw: bytes, suffix: str, place: str) -> bytes:
    for magic, (ending, kind, opened) in _PACKED.items():
        if raw.startswith(magic):
            return _unpack(raw, opened, kind, place)
        if suffix == ending:
            raise IncompleteError(
                f"{place} is named as {kind}, but its first bytes are not {kind}",
                "Pack the file again, or give it the name of what it is (.csv, .parquet).",
            )
    if suffix in {".parquet", ".pq"} and not raw.startswith(b"PAR1"):
        raise IncompleteError(f"{place} is not a Parquet file, or its beginning is damaged", _READABLE)
    return raw


def _unpack(raw: bytes, opened: Callable[[io.BytesIO], io.BufferedIOBase], kind: str, place: str) -> bytes:
    unpacked = io.BytesIO()
    size = 0
    try:
        with opened(io.BytesIO(raw)) as stream:
            while part := stream.read(_CHUNK):
                size += len(part)
                if size > MAX_BYTES:
                    raise _too_large(place)
                if size > RATIO_FROM and size > MAX_RATIO * len(raw):
                    raise IncompleteError(
                        f"{place} unpacks to more than {MAX_RATIO} times its size: it looks like a "
                        "decompression bomb",
                        "If the table is genuine, unpack it yourself and give the unpacked file.",
                    )
                unpacked.write(part)
    except (OSError, EOFError, zlib.error, lzma.LZMAError) as error:
        raise IncompleteError(
            f"{place} is damaged ({kind}: {one_line(error)})", "Copy or pack the file again."
        ) from error
    return unpacked.getvalue()


def _too_large(place: str) -> IncompleteError:
    return IncompleteError(
        f"{place} holds more than {MAX_BYTES // MIB:,} MiB, the most that is read",
        "Audit a random sample of the rows, or leave out columns that neither model nor audit needs.",
    )
