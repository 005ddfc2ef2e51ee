"""Adding one record to the end of an archive, however many writers there are."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiaudit.archive.envelope import (
    PLACE,
    STATEMENT,
    Broken,
    Sealed,
    Signature,
    canonical,
    sha256,
    signed_bytes,
    unwrap,
    wrap,
    write_keys,
)
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import Archive, Head, now, read_bytes
from aiaudit.archive.storage import incoming, place, put, reporting, settle
from aiaudit.errors import IncompleteError, UsageError

#: Seconds for which a last record that does not read may still be being written.
PATIENCE = 1.0


@dataclass(frozen=True, kw_only=True)
class Content:
    """What a record says beside its place in the chain.

    Parameters
    ----------
    kind : str
        The predicate's type.
    subject : sequence of mapping
        What it is about, as in-toto resource descriptors; empty means the archive itself.
    predicate : mapping
        What it says.
    objects : mapping of str to bytes
        Files it rests on, by the part they play.
    keys : mapping of str to bytes, or None
        Keys in force from the next record on; None leaves them.
    """

    kind: str
    subject: Sequence[Mapping[str, Any]] = ()
    predicate: Mapping[str, Any]
    objects: Mapping[str, bytes]
    keys: Mapping[str, bytes] | None = None


def head(archive: Archive) -> Head:
    """Return the end of the chain as it stands now."""
    return _last(archive)[0]


def _last(archive: Archive, known: int | None = None) -> tuple[Head, list[str]]:
    """Return the end of the chain, and the keys one of which must sign what comes next.

    From a record that is *known* to exist the end is near; otherwise the whole folder is listed.
    """
    size = archive.size() if known is None else known
    while known is not None and archive.record(size + 1).exists():
        size += 1
    if size == 0:
        return Head(size=0, digest=archive.digest), sorted(archive.keys)
    raw, sealed = _read_last(archive, size)
    return Head(size=size, digest=sha256(raw)), sealed.statement["predicate"][PLACE]["signers"]


def _read_last(archive: Archive, number: int) -> tuple[bytes, Sealed]:
    # Where there are no hard links, a record is seen while it is being written.
    end = time.monotonic() + PATIENCE
    while True:
        raw = read_bytes(archive.record(number))
        try:
            return raw, unwrap(raw)
        except Broken as error:
            if time.monotonic() > end:
                raise IncompleteError(
                    f"the last record, {number}, cannot be continued: {error}",
                    "Run 'aiaudit archive verify'. If a writer was cut off on a file system without hard links, "
                    "move that file away.",
                ) from None
        time.sleep(PATIENCE / 20)


def check_signers(required: Sequence[str], signers: Sequence[Signer], new: Iterable[str] = ()) -> None:
    """Refuse to append what nobody in force signs, or somebody else does.

    Parameters
    ----------
    required : sequence of str
        Keys in force; one of them must sign.
    signers : sequence of Signer
        Who would sign.
    new : iterable of str
        Keys that come into force by this record; they may sign it too.

    Raises
    ------
    UsageError
        If a signature is needed and not offered, or offered by a key that has no place here.
    """
    offered = [signer.keyid for signer in signers]
    foreign = sorted(set(offered) - set(required) - set(new))
    if foreign and not required:
        raise UsageError(
            f"this archive is not signed, but key {foreign[0][:16]}… was given",
            "Sign from now on: aiaudit archive rotate DIR KEY. Or give no key, neither as --sign-key nor in the "
            "environment.",
        )
    if foreign or (required and not set(required) & set(offered)):
        raise UsageError(
            f"this archive is signed by key {required[0][:16]}…, "
            + (f"not by {foreign[0][:16]}…" if foreign else "and its key was not given"),
            "Give its private key with --sign-key FILE, or in the environment.",
        )


def ready(archive: Archive, signers: Sequence[Signer] = ()) -> None:
    """Make sure that a record could be added now, before an audit that takes long.

    Raises
    ------
    UsageError
        If the wrong key signs.
    IncompleteError
        If nothing can be written.
    """
    with reporting(archive):
        check_signers(_last(archive)[1], signers)
        with incoming(archive, b""):
            pass


def append(archive: Archive, content: Content, signers: Sequence[Signer] = ()) -> Head:
    """Add a record, and return the head once it would survive a power cut.

    Parameters
    ----------
    archive : Archive
        Where to.
    content : Content
        What it says and rests on.
    signers : sequence of Signer
        Who signs.

    Raises
    ------
    UsageError
        If the wrong key signs.
    IncompleteError
        If it cannot be written; then nothing was added.
    """
    with reporting(archive):
        artefacts = _store(archive, content.objects)
        known = None
        while True:
            last, required = _last(archive, known)
            check_signers(required, signers, content.keys or ())
            in_force = required if content.keys is None else sorted(content.keys)
            chained = {
                "archive": archive.id,
                "sequence": last.size + 1,
                "previous": last.digest,
                "time": now(),
                "signers": in_force,
                "artefacts": artefacts,
            }
            raw = _seal(archive, content, chained, signers)
            try:
                with incoming(archive, raw) as temporary:
                    place(temporary, archive.record(last.size + 1))
            except FileExistsError:
                known = last.size + 1  # another writer was faster: continue that one's record
                continue
            new = Head(size=last.size + 1, digest=sha256(raw))
            with reporting(
                archive, f"Record {new} is there, but the disk did not confirm that it will stay."
            ):
                settle([archive.records])
            return new


def _store(archive: Archive, objects: Mapping[str, bytes]) -> dict[str, Any]:
    digests = {part: put(archive, data) for part, data in objects.items()}
    settle([*(archive.object(digest).parent for digest in digests.values()), archive.objects])
    return {part: {"sha256": digest, "size": len(objects[part])} for part, digest in digests.items()}


def _seal(archive: Archive, content: Content, chained: Mapping[str, Any], signers: Sequence[Signer]) -> bytes:
    subject = content.subject or [{"name": "archive.json", "digest": {"sha256": archive.digest}}]
    keys = {} if content.keys is None else {"keys": write_keys(content.keys)}
    statement = {
        "_type": STATEMENT,
        "subject": subject,
        "predicateType": content.kind,
        "predicate": {**content.predicate, **keys, PLACE: chained},
    }
    payload = canonical(statement)
    return wrap(payload, [Signature(keyid=s.keyid, value=s.sign(signed_bytes(payload))) for s in signers])
