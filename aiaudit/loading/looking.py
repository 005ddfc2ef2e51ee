"""What can be said of a model file before it is loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.loading import process, protocol
from aiaudit.loading.endings import nonsense
from aiaudit.loading.names import check_trust, load_allowlist, unknown_names
from aiaudit.loading.refusal import Refusal
from aiaudit.loading.remote import raise_failure

#: Memory of the model's process: this much, and this many times the size of the file.
MEMORY, MEMORY_PER_BYTE = 4 << 30, 4


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a file holds, as its process saw it without loading it.

    Parameters
    ----------
    format : str
        ``pickle``, ``joblib`` or ``skops``.
    compression : str
        ``gzip``, ``zlib``, … or an empty string.
    kind : str
        Class of the outermost object, or an empty string.
    names : tuple of str
        Every class and function that it names, sorted.
    versions : mapping of str to str
        Releases of libraries that it records.
    """

    format: str
    compression: str
    kind: str
    names: tuple[str, ...]
    versions: dict[str, str]


def memory_for(path: Path) -> int:
    """Return the bytes of memory that the process of the file at *path* gets by default."""
    return MEMORY + MEMORY_PER_BYTE * path.stat().st_size


def existing_file(path: str | Path) -> Path:
    """Return *path* if it is a file that can be read.

    Raises
    ------
    UsageError
        It is not.
    """
    path = Path(path)
    shown = one_line(path, 200)
    if path.is_dir():
        raise UsageError(f"{shown}: this is a folder, not a model file", "Name the saved model inside it.")
    try:
        path.open("rb").close()
    except FileNotFoundError:
        raise UsageError(f"{shown}: there is no such model file", "Check the path of the model.") from None
    except OSError as error:
        raise UsageError(
            f"{shown}: cannot be read ({error.strerror})", "Check the file's permissions."
        ) from None
    return path


def exact_names(trust: Iterable[str]) -> frozenset[str]:
    """Return the names to trust as a set.

    Raises
    ------
    UsageError
        One of them is not exact.
    """
    try:
        return check_trust(trust)
    except Refusal as refusal:
        raise UsageError(one_line(refusal.message), refusal.hint) from None


def file_digest(path: Path) -> str:
    """Return the SHA-256 of the file at *path*, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def look(worker: process.Worker) -> Look:
    """Return what the file of *worker* holds.

    Raises
    ------
    IncompleteError
        It is no model file.
    """
    header, buffers = worker.ask(process.Request({"do": "inspect"}))
    raise_failure(header, "be looked at")
    try:
        found = protocol.read_json(header["contents"], buffers)
        return Look(
            format=str(found["format"]),
            compression=str(found["compression"]),
            kind=one_line(found["kind"], 100),
            names=tuple(str(name) for name in found["names"]),
            versions={
                one_line(name, 60): one_line(version, 60) for name, version in found["versions"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        raise nonsense(error) from None


def unlisted(names: Iterable[str], trusted: frozenset[str]) -> tuple[str, ...]:
    """Return those *names* that are neither on the list nor *trusted*, sorted."""
    return tuple(sorted(set(names) - load_allowlist() - trusted))


def refuse_unlisted(names: Iterable[str], trusted: frozenset[str]) -> None:
    """Refuse *names* that are neither on the list nor *trusted*.

    Raises
    ------
    IncompleteError
        There are such names; the hint holds the arguments that would admit them.
    """
    strangers = unlisted(names, trusted)
    if strangers:
        refusal = unknown_names(strangers, "the file")
        raise IncompleteError(one_line(refusal.message, 2000), one_line(refusal.hint, 2000))
