"""Timestamps of a third party (RFC 3161): that a record, and all before it, existed at a time.

Nothing here reaches the network. A request is written, the user sends it to an authority of their choice, and
the reply is checked and kept beside the records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType

from aiaudit.archive.check import Problem, Report
from aiaudit.archive.envelope import sha256
from aiaudit.archive.layout import Archive, Head, read_bytes
from aiaudit.archive.storage import incoming, place, reporting, settle
from aiaudit.errors import IncompleteError, UsageError, one_line

#: SHA-256, the one digest that records have.
_SHA256 = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """A reply of an authority: the digest it stamped, and the time it says."""

    digest: str
    time: str


def request(archive: Archive, head: Head) -> bytes:
    """Return the request to stamp a record.

    Raises
    ------
    UsageError
        If the extra for timestamps is not installed.
    """
    client = _client()
    raw = read_bytes(archive.record(head.size) if head.size else archive.folder / "archive.json")
    builder = client.TimestampRequestBuilder().data(raw).hash_algorithm(client.HashAlgorithm.SHA256)
    made: bytes = builder.build().as_bytes()
    return made


def read(reply: bytes, name: str) -> Stamp:
    """Read a reply; whether its signature holds is for `verified` to say.

    Raises
    ------
    IncompleteError
        If it is no reply that stamps a SHA-256.
    """
    try:
        info = _client().decode_timestamp_response(reply).tst_info
        imprint = info.message_imprint
        if imprint.hash_algorithm.dotted_string != _SHA256:
            raise ValueError("it stamps no SHA-256")
    except ValueError as error:
        raise IncompleteError(
            f"{one_line(name)} is no timestamp: {one_line(error, 100)}",
            "Give the reply as the authority sent it (application/timestamp-reply).",
        ) from None
    return Stamp(digest=imprint.message.hex(), time=info.gen_time.strftime("%Y-%m-%dT%H:%M:%SZ"))


def keep(archive: Archive, reply: bytes, name: str) -> tuple[int, Stamp]:
    """Keep a reply beside the record that it stamps, and return that record's number.

    Raises
    ------
    IncompleteError
        If it is no reply.
    UsageError
        If it stamps no record of this archive, or that record has a timestamp.
    """
    stamp = read(reply, name)
    newest_first = reversed(archive.numbers())
    number = next((n for n in newest_first if sha256(read_bytes(archive.record(n))) == stamp.digest), None)
    if number is None:
        raise UsageError(
            f"{one_line(name)} stamps no record of {one_line(archive.folder)}",
            "Was another head sent for stamping?",
        )
    target = archive.stamp(number)
    with reporting(archive):
        target.parent.mkdir(exist_ok=True)
        try:
            with incoming(archive, reply) as temporary:
                place(temporary, target)
        except FileExistsError:
            raise UsageError(f"record {number} has a timestamp", "Stamp a later record.") from None
        settle([target.parent, archive.folder])
    return number, stamp


def verified(archive: Archive, report: Report, roots: Path) -> Report:
    """Add to a check what the timestamps show.

    Parameters
    ----------
    archive : Archive
        Where they lie.
    report : Report
        What the check found.
    roots : Path
        Certificates of the authorities that are trusted, in PEM form.

    Raises
    ------
    UsageError
        If the certificates cannot be read.
    """
    builder = _client().VerifierBuilder(roots=_certificates(roots))
    found = list(_each(archive, builder.build()))
    return replace(
        report,
        problems=(*report.problems, *(one for one in found if isinstance(one, Problem))),
        remarks=(*report.remarks, *(one for one in found if isinstance(one, str))),
    )


def _each(archive: Archive, verifier: object) -> Iterator[Problem | str]:
    from rfc3161_client import VerificationError, decode_timestamp_response

    for path in sorted(archive.stamps.glob("*.tsr")):
        number = int(path.stem) if path.stem.isdecimal() else 0
        where = f"checkpoints/{path.name}"
        try:
            reply = path.read_bytes()
            raw = read_bytes(archive.record(number))
            verifier.verify_message(decode_timestamp_response(reply), raw)  # type: ignore[attr-defined]
            yield f"record {number} and all before it existed at {read(reply, path.name).time}, says the authority"
        except (VerificationError, ValueError, OSError, IncompleteError) as error:
            yield Problem(where=where, what=f"the timestamp does not hold: {one_line(error, 120)}")


def _certificates(path: Path) -> Sequence[object]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        return load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{one_line(path)} holds no certificates: {one_line(error, 100)}",
            "Give the root certificates of the timestamping authority in PEM form.",
        ) from None


def _client() -> ModuleType:
    try:
        import rfc3161_client
    except ImportError:
        raise UsageError(
            "timestamps need the package 'rfc3161-client', which is not installed",
            "Install it: pip install 'aiaudit[timestamp]'.",
        ) from None
    return rfc3161_client
