"""The records of an archive in their order, each with everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiaudit.archive.envelope import PLACE, Broken, Sealed, read_keys, sha256, signed_bytes, unwrap
from aiaudit.archive.layout import Archive, read_bytes, unreadable
from aiaudit.errors import one_line

#: Whether a public key's signature of a message holds: (key, message, signature).
Valid = Callable[[bytes, bytes, bytes], bool]


@dataclass(frozen=True, kw_only=True)
class Link:
    """One record of the chain.

    Parameters
    ----------
    number : int
        Its number, counted from 1.
    digest : str
        Digest of its file; empty where it is missing.
    statement : mapping
        What it states; empty where it cannot be read.
    signers : tuple of str
        Keys that are said to have signed it.
    faults : tuple of str
        Everything wrong with it.
    """

    number: int
    digest: str = ""
    statement: Mapping[str, Any]
    signers: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def place(self) -> Mapping[str, Any]:
        """Its place in the chain, and what it rests on; empty where it cannot be read."""
        found: Mapping[str, Any] = self.statement["predicate"][PLACE] if self.statement else {}
        return found


@dataclass(frozen=True, kw_only=True)
class Mark:
    """How far a chain was read: the last record's number and digest, and the keys in force after it."""

    number: int
    digest: str
    signers: tuple[str, ...]


def links(archive: Archive, valid: Valid | None = None, after: Mark | None = None) -> Iterator[Link]:
    """Yield every record in its order, with what is wrong with it.

    Parameters
    ----------
    archive : Archive
        Where they lie.
    valid : callable or None
        Checks a signature; None leaves signatures unchecked.
    after : Mark or None
        Where to go on; then signatures stay unchecked.
    """
    previous, keys, start = archive.digest, archive.keys, 1
    if after is not None:
        previous, keys, start = after.digest, dict.fromkeys(after.signers, b""), after.number + 1
    # Only what is there is gone through: a single file with a huge number must not cost a look for all before it.
    for number in archive.numbers():
        if number < start:
            continue
        if number > start:
            yield Link(number=start, statement={}, faults=(_missing(start, number - 1),))
            previous = ""
        start = number + 1
        raw = _read(archive, number)
        if raw is None:
            yield Link(number=number, statement={}, faults=("it is missing",))
            previous = ""
            continue
        before, previous = previous, sha256(raw)
        try:
            sealed = unwrap(raw)
            successors = read_keys(sealed.statement["predicate"].get("keys", {}))
        except Broken as error:
            yield Link(number=number, digest=previous, statement={}, faults=(f"it was changed: {error}",))
            continue
        signed = [] if valid is None else _unsigned(sealed, keys, successors, valid)
        yield Link(
            number=number,
            digest=previous,
            statement=sealed.statement,
            signers=tuple(s.keyid for s in sealed.signatures),
            faults=(*_out_of_place(sealed, archive.id, number, before, successors or keys), *signed),
        )
        keys = successors or keys


def _missing(first: int, last: int) -> str:
    return "it is missing" if first == last else f"it and all to record {last} are missing"


def _read(archive: Archive, number: int) -> bytes | None:
    try:
        return read_bytes(archive.record(number))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise unreadable(archive.record(number), error) from None


def _out_of_place(
    sealed: Sealed, archive: str, number: int, previous: str, signers: Iterable[str]
) -> Iterator[str]:
    place = sealed.statement["predicate"][PLACE]
    if place["sequence"] != number:
        yield f"it was written as record {place['sequence']}, and moved or renamed"
    if place["archive"] != archive:
        yield "it belongs to another archive"
    if previous and place["previous"] != previous:
        yield "it does not continue the record before it, which was changed, replaced or removed"
    if sorted(place["signers"]) != sorted(signers):
        yield "it names other keys than those in force after it"


def _unsigned(
    sealed: Sealed, keys: Mapping[str, bytes], successors: Mapping[str, bytes], valid: Valid
) -> list[str]:
    message, known = signed_bytes(sealed.payload), {**successors, **keys}
    faults = [
        f"the signature by key {one_line(s.keyid, 16)} does not hold"
        for s in sealed.signatures
        if s.keyid not in known or not valid(known[s.keyid], message, s.value)
    ]
    if keys and not any(s.keyid in keys for s in sealed.signatures):
        faults.append("no key that was in force has signed it")
    return faults
