"""What can be said of a model file before it is loaded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aiaudit.errors import IncompleteError, UsageError, one_line
from aiaudit.loading import process, protocol
from aiaudit.loading.endings import nonsense
from aiaudit.loading.names import check_trust, load_allowlist, unknown_names
from aiaudit.loading.refusal import Refusal
from aiaudit.loading.remote import MALFORMED, raise_failure

#: Memory of the model's process: this much, and this many times the size of the file.
MEMORY, MEMORY_PER_BYTE = 4 << 30, 5


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a file holds, as its process saw it without loading it.

    Parameters
    ----------
    format : str
        ``pickle``, ``joblib``, ``skops`` or ``onnx``.
    compression : str
        ``gzip``, ``zlib``, … or an empty string.
    kind : str
        Class of the outermost object, or an empty string.
    names : tuple of str
        Every class and function that it names, sorted; of ONNX, every operator outside the standard.
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
    """Return *path* if it is an ordinary file.

    Raises
    ------
    UsageError
        It is not.
    """
    path = Path(path)
    shown = one_line(path, 200)
    if os.path.isdir(path):
        raise UsageError(f"{shown}: this is a folder, not a model file", "Name the saved model inside it.")
    if not os.path.exists(path):
        raise UsageError(f"{shown}: there is no such model file", "Check the path of the model.")
    if not os.path.isfile(path):  # reading a pipe or a device may never end
        raise UsageError(f"{shown}: this is not an ordinary file", "Name the saved model.")
    return path


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """A model file, read once: what is hashed is what is looked at and loaded, whatever happens to it on disk.

    Parameters
    ----------
    content : bytes
        All of it.
    digest : str
        SHA-256, in hex.
    """

    content: bytes
    digest: str


def read_model(path: Path) -> ModelFile:
    """Read the file at *path*.

    Raises
    ------
    UsageError
        It cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{one_line(path, 200)}: cannot be read ({error.strerror})", "Check the file's permissions."
        ) from None
    return ModelFile(content=content, digest=hashlib.sha256(content).hexdigest())


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


def look(worker: process.Worker, content: bytes) -> Look:
    """Hand *content* to the process and return what it sees there without loading it.

    Raises
    ------
    IncompleteError
        It is no model file.
    """
    header, buffers = worker.ask(process.Request({"do": "inspect"}, [content]))
    raise_failure(header, "be looked at")
    try:
        found = protocol.read_json(header["contents"], buffers, protocol.ANSWER_TEXT_LIMIT)
        return Look(
            format=str(found["format"]),
            compression=str(found["compression"]),
            kind=one_line(found["kind"], 100),
            names=tuple(str(name) for name in found["names"]),
            versions={
                one_line(name, 60): one_line(version, 60) for name, version in found["versions"].items()
            },
        )
    except (*MALFORMED, AttributeError) as error:
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
