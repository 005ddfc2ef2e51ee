"""Whether an archive is as it was written: every record, every object, the signatures, the heads kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from aiaudit.archive.chain import Link, links
from aiaudit.archive.keys import holds
from aiaudit.archive.layout import NUMBERED, Archive, Head, Tampered, open_archive

#: What checking cannot show; said by the command and in ``docs/archive.md``.
LIMITS = (
    "No archive can show by itself whether records were cut off at its end, or whether the whole chain was "
    "written anew by whoever holds the signing key (by anybody, where nothing is signed or no key is expected). "
    "A head kept elsewhere shows both: --expect-head N:sha256:..."
)
#: Pieces in which objects are read; they may be large.
_PIECE = 1 << 20
#: Objects that a thread takes at once; most are small, and handing each over would cost more than hashing it.
_BATCH = 64


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing that is not as it was written, and where."""

    where: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a check found.

    Parameters
    ----------
    head : Head or None
        The end of the chain; None where ``archive.json`` itself was changed.
    objects : int
        Objects that records rest on.
    keys : tuple of str
        Keys in force after the last record; empty where nothing needs to be signed.
    problems : tuple of Problem
        Signs of tampering or damage.
    unreadable : tuple of Problem
        What could not be read, and so not be checked.
    remarks : tuple of str
        What is odd and proves nothing.
    """

    head: Head | None = None
    objects: int = 0
    keys: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    unreadable: tuple[Problem, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 as written, 1 tampered with or damaged, 3 not readable."""
        return 1 if self.problems else 3 if self.unreadable else 0


def check(folder: str | Path, *, heads: Iterable[Head] = (), key: str | None = None) -> Report:
    """Check an archive.

    Parameters
    ----------
    folder : path
        Where it lies.
    heads : iterable of Head
        Heads that were kept elsewhere; the archive may have grown since.
    key : str or None
        Id of a key that must have signed the last record, or of a predecessor that handed over to it.

    Raises
    ------
    IncompleteError
        If there is no archive, or it cannot be read.
    """
    try:
        archive = open_archive(folder)
    except Tampered as error:
        return Report(problems=(Problem(where="archive.json", what=error.message),))
    found = list(links(archive, holds))
    problems = [Problem(where=f"record {link.number}", what=what) for link in found for what in link.faults]
    problems += _foreign(archive)
    digests = {0: archive.digest, **{link.number: link.digest for link in found}}
    last = max(digests)
    problems += [p for head in heads for p in _against(head, digests, last)]
    if key is not None and not _vouched(archive, found, key):
        what = f"it is not signed by key {key[:16]}… or a successor of it"
        problems.append(Problem(where="the last record", what=what))
    rested = _rested_on(found)
    damaged, unreadable = _objects(archive, rested)
    return Report(
        head=Head(size=last, digest=digests[last]),
        objects=len(rested),
        keys=tuple(found[-1].place.get("signers", ()) if found else archive.keys),
        problems=(*problems, *damaged),
        unreadable=unreadable,
        remarks=tuple(_remarks(archive, rested)),
    )


def _foreign(archive: Archive) -> list[Problem]:
    names = sorted(os.listdir(archive.records))
    odd = [name for name in names if not NUMBERED.fullmatch(name)]
    return [Problem(where=f"records/{name}", what="it does not belong here") for name in odd]


def _against(head: Head, digests: Mapping[int, str], last: int) -> Iterator[Problem]:
    if head.size > last:
        yield Problem(
            where=f"record {head.size}", what="its head was kept, but the archive ends before it: cut off"
        )
    elif digests.get(head.size) != head.digest:
        yield Problem(where=f"record {head.size}", what="it is not the one whose head was kept")


def _vouched(archive: Archive, chain: Iterable[Link], key: str) -> bool:
    """Whether the last record bears the signature of a key that descends from the one expected."""
    trusted, vouched = {key}, key in archive.keys
    for link in chain:
        vouched = not link.faults and bool(trusted & set(link.signers))
        if vouched and "keys" in link.statement["predicate"]:
            trusted = set(link.place["signers"])
    return vouched


def _rested_on(chain: Iterable[Link]) -> dict[str, list[tuple[int, str, int]]]:
    """Return where each object is used: by record, as what, and of what size."""
    found: dict[str, list[tuple[int, str, int]]] = {}
    for link in chain:
        for part, item in link.place.get("artefacts", {}).items():
            found.setdefault(item["sha256"], []).append((link.number, part, item["size"]))
    return found


def _objects(
    archive: Archive, rested: Mapping[str, list[tuple[int, str, int]]]
) -> tuple[list[Problem], tuple[Problem, ...]]:
    damaged, unreadable = [], []
    for (digest, uses), (state, size) in zip(rested.items(), _states(archive, list(rested)), strict=True):
        for number, part, expected in uses:
            what = state or ("" if size == expected else "is of another size")
            problem = Problem(where=f"record {number}", what=f"its {part} ({digest[:16]}…) {what}")
            if state.startswith("cannot"):
                unreadable.append(problem)
            elif what:
                damaged.append(problem)
    return damaged, tuple(unreadable)


def _states(archive: Archive, digests: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Yield the state of each object; hashing releases the interpreter's lock, and there may be gigabytes."""

    def states(start: int) -> list[tuple[str, int]]:
        return [_state(archive.object(digest), digest) for digest in digests[start : start + _BATCH]]

    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        yield from chain.from_iterable(pool.map(states, range(0, len(digests), _BATCH)))


def _state(path: Path, digest: str) -> tuple[str, int]:
    """Return what is wrong with an object (nothing: empty), and its size."""
    hashed, size = hashlib.sha256(), 0
    try:
        with open(path, "rb") as file:
            while piece := file.read(_PIECE):
                hashed.update(piece)
                size += len(piece)
    except FileNotFoundError:
        return "is missing", 0
    except OSError as error:
        return f"cannot be read: {error.strerror}", 0
    return "" if hashed.hexdigest() == digest else "was changed", size


def _remarks(archive: Archive, rested: Mapping[str, object]) -> Iterator[str]:
    stored = {path.parent.name + path.name for path in archive.objects.glob("*/*")}
    loose = len(stored - set(rested))
    if loose:
        yield (
            f"objects that belong to no record: {loose}. An append was cut off before its record was written, or records "
            "at the end were removed; only a head kept elsewhere tells these apart"
        )
    unfinished = len(list(archive.incoming.glob("*")))
    if unfinished:
        yield f"files in incoming/ that writers left who were cut off: {unfinished}; nothing rests on them"
    stamps = len(list(archive.stamps.glob("*.tsr")))
    if stamps:
        yield f"timestamps in checkpoints/ that count only once checked with --tsa-root: {stamps}"
