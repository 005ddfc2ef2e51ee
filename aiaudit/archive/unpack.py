"""An exported archive read back; the file is hostile until it proves otherwise."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from aiaudit.archive.check import Report, check
from aiaudit.archive.layout import Head
from aiaudit.archive.storage import MODE
from aiaudit.errors import IncompleteError, UsageError, one_line

#: Bytes of the largest file, and of all files together, that are unpacked; and how many files.
LARGEST, ALTOGETHER, FILES = 1 << 28, 1 << 34, 1_000_000
#: How many times its packed size a file may have; deflate reaches 1,032.
RATIO = 200
#: Below this many bytes no ratio matters.
SMALL = 1 << 20

_OURS = re.compile(
    r"archive\.json|records/[0-9]{8}\.json|objects/[0-9a-f]{2}/[0-9a-f]{62}|checkpoints/[0-9]{8}\.tsr"
)
#: What lies beside the archive in an export; it is not unpacked.
_BESIDE = re.compile(r"verify\.py|README\.txt|keys/[0-9a-f]{64}\.pub")


def unpack(
    source: str | Path, folder: str | Path, *, heads: Iterable[Head] = (), key: str | None = None
) -> Report:
    """Unpack an export into a new folder, if it is what it should be.

    Parameters
    ----------
    source : path
        The zip file.
    folder : path
        A folder that does not exist yet.
    heads, key
        As for `aiaudit.archive.check.check`.

    Returns
    -------
    Report
        What checking it found; with problems nothing is put in the folder's place.

    Raises
    ------
    IncompleteError
        If the file cannot be read, or is not only an export.
    UsageError
        If the folder exists or cannot be written.
    """
    target = Path(folder).absolute()
    draft = target.with_name(f".{target.name[:40]}.{secrets.token_hex(6)}")
    if target.exists():
        raise UsageError(f"{one_line(folder)} exists", "Name a new folder.")
    try:
        with zipfile.ZipFile(source) as packed:
            wanted = _wanted(packed.infolist(), str(source))
            _extract(packed, wanted, draft)
        report = check(draft, heads=heads, key=key)
        if report.exit_code == 0:
            os.rename(draft, target)
        return report
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError) as error:
        raise _refused(str(source), f"it does not read as a zip file ({one_line(error, 100)})") from None
    except OSError as error:
        raise UsageError(
            f"{one_line(error.filename or folder)}: {one_line(error.strerror or error)}",
            "Name an export that you may read, and a new folder where you may write.",
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _refused(source: str, why: str) -> IncompleteError:
    return IncompleteError(
        f"{one_line(source)} was not unpacked: {why}", "Use the file as 'aiaudit archive export' wrote it."
    )


def _wanted(listed: Sequence[zipfile.ZipInfo], source: str) -> list[zipfile.ZipInfo]:
    """Return the archive's own files, or refuse the whole."""
    if len(listed) > FILES or sum(info.file_size for info in listed) > ALTOGETHER:
        raise _refused(source, f"it holds more than {FILES:,} files or {ALTOGETHER >> 30} GiB")
    names = [info.filename for info in listed]
    if len(set(names)) < len(names):
        raise _refused(source, "a name occurs in it twice")
    if "archive.json" not in names:
        raise _refused(source, "it holds no archive")
    for info in listed:
        why = _odd(info)
        if why:
            raise _refused(source, f"'{one_line(info.filename, 80)}' {why}")
    return [info for info in listed if _OURS.fullmatch(info.filename)]


def _odd(info: zipfile.ZipInfo) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if not _OURS.fullmatch(info.filename) and not _BESIDE.fullmatch(info.filename):
        return "does not belong into an export"
    if kind not in (0, stat.S_IFREG):
        return "is no plain file"
    if info.file_size > LARGEST:
        return f"is larger than {LARGEST >> 20} MiB"
    if info.file_size > max(SMALL, RATIO * info.compress_size):
        return f"unpacks to more than {RATIO} times its size"
    return ""


def _extract(packed: zipfile.ZipFile, wanted: Iterable[zipfile.ZipInfo], draft: Path) -> None:
    for part in ("records", "objects", "incoming"):
        (draft / part).mkdir(parents=True)
    for info in wanted:
        path = draft / info.filename
        path.parent.mkdir(exist_ok=True)
        # Never more than was declared: what comes beyond it fails the checksum.
        with packed.open(info) as source, open(path, "xb") as file:
            shutil.copyfileobj(source, file)
        path.chmod(MODE)
