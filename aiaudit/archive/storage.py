"""Writing that survives a crash: every file appears whole or not at all, and stays once it is reported."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aiaudit.archive.envelope import sha256
from aiaudit.archive.layout import Archive, Tampered
from aiaudit.errors import IncompleteError, one_line

#: What file systems without hard links answer to link(2).
NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL, errno.EMLINK}
#: Nobody writes to a stored file again, whoever may read it; Windows would not even let its second name go.
MODE = 0o666 if os.name == "nt" else 0o444

UNTOUCHED = "Nothing was added or changed; free some space or allow writing, and add the record again."


@contextmanager
def reporting(archive: Archive, hint: str = UNTOUCHED) -> Iterator[None]:
    """Turn what the file system refuses into an error that says so."""
    try:
        yield
    except OSError as error:
        raise IncompleteError(
            f"the archive {one_line(archive.folder)} cannot be written: {one_line(error.strerror or error)}",
            hint,
        ) from None


def put(archive: Archive, data: bytes) -> str:
    """Store bytes under their digest, and return it; `settle` makes the name durable.

    Raises
    ------
    Tampered
        If other bytes lie under that name.
    """
    digest = sha256(data)
    path = archive.object(digest)
    if path.exists():
        if path.read_bytes() != data:
            raise Tampered(
                f"object {digest} of the archive was changed after it was written",
                "Run 'aiaudit archive verify', and restore the object from a copy.",
            )
        return digest
    path.parent.mkdir(exist_ok=True)
    with incoming(archive, data) as temporary:
        os.replace(temporary, path)
    return digest


def settle(folders: Iterable[Path]) -> None:
    """Make the names in the folders as durable as the files behind them."""
    if os.name == "nt":  # Windows neither opens folders nor needs to
        return
    for folder in dict.fromkeys(folders):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def incoming(archive: Archive, data: bytes) -> Iterator[Path]:
    """Yield a file of its own that durably holds *data*, and remove it unless it was moved away."""
    path = archive.incoming / secrets.token_hex(12)
    try:
        _write(path, data)
        yield path
    finally:
        path.unlink(missing_ok=True)


def place(temporary: Path, target: Path) -> None:
    """Give a file its name, unless that is taken.

    Raises
    ------
    FileExistsError
        If another writer was faster.
    """
    try:
        os.link(temporary, target)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        _place_without_links(temporary, target)


def _place_without_links(temporary: Path, target: Path) -> None:
    if os.name == "nt":
        os.rename(temporary, target)  # refuses a name that is taken, unlike elsewhere
        return
    try:
        _write(target, temporary.read_bytes())
    except FileExistsError:
        raise
    except OSError:
        target.unlink(missing_ok=True)
        raise


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), MODE)
    with os.fdopen(handle, "wb", buffering=0) as file:
        rest = memoryview(data)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(handle)


def replace(path: Path, data: bytes) -> None:
    """Put *data* in place of a file outside the archive, in one step and with the usual permissions."""
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(6)}")
    try:
        temporary.write_bytes(data)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
