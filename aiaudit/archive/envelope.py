"""How a record is written: canonical JSON, an in-toto statement in a DSSE envelope, keys by their digest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT = "https://in-toto.io/Statement/v1"
#: The predicate of an audit, and that of a change of keys.
AUDIT = "https://in-toto.io/attestation/test-result/v0.1"
KEYS = "https://github.com/aiaudit/aiaudit/archive-keys/v1"
#: The field of either predicate that holds the record's place in the chain.
PLACE = "aiauditArchive"
#: A record has a few kilobytes; whatever is much larger is none.
LARGEST = 1 << 24

_SHA = re.compile(r"[0-9a-f]{64}")


class Broken(Exception):
    """The bytes are not what this tool wrote."""


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A signature, and the key that is said to have made it."""

    keyid: str
    value: bytes


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """The content of one record: its statement, as it was signed, and the signatures."""

    statement: Mapping[str, Any]
    payload: bytes
    signatures: tuple[Signature, ...]


def canonical(data: object) -> bytes:
    """Return the one way in which JSON is written in an archive."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode() + b"\n"


def parse(raw: bytes) -> dict[str, Any]:
    """Read a JSON object that is written in just that way.

    Raises
    ------
    Broken
        If it is not.
    """
    try:
        data = json.loads(raw)
        if isinstance(data, dict) and len(raw) <= LARGEST and canonical(data) == raw:
            return data
    except (ValueError, RecursionError):
        pass
    raise Broken("it is not written as this tool writes")


def sha256(data: bytes) -> str:
    """Return a digest in hex."""
    return hashlib.sha256(data).hexdigest()


def signed_bytes(payload: bytes) -> bytes:
    """Return what a signature is made over: DSSE's pre-authentication encoding of a payload."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def wrap(payload: bytes, signatures: Sequence[Signature]) -> bytes:
    """Return the bytes of a record's file.

    The payload's digest stands beside it so that a bit that flips in the last record, which no other record
    holds a digest of, shows even where nothing is signed.
    """
    return canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadDigest": sha256(payload),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": s.keyid, "sig": base64.b64encode(s.value).decode()} for s in signatures],
        }
    )


def unwrap(raw: bytes) -> Sealed:
    """Read the bytes of a record's file.

    Raises
    ------
    Broken
        If any of them is not as `wrap` wrote it, or the statement lacks its place in a chain.
    """
    try:
        envelope = json.loads(raw)
        payload = base64.b64decode(envelope["payload"], validate=True)
        signatures = tuple(
            Signature(keyid=s["keyid"], value=base64.b64decode(s["sig"], validate=True))
            for s in envelope["signatures"]
        )
        statement = json.loads(payload)
        # Written again, it must give the same bytes: whatever is beside, before or after them shows.
        if wrap(payload, signatures) != raw or not _has_place(statement):
            raise Broken("its content does not match its digest")
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        raise Broken("it is no envelope with a statement") from None
    return Sealed(statement=statement, payload=payload, signatures=signatures)


def _has_place(statement: Mapping[str, Any]) -> bool:
    place = statement["predicate"][PLACE]
    artefacts = [(item["sha256"], item["size"]) for item in place["artefacts"].values()]
    texts = [place["archive"], place["previous"], place["time"], *place["signers"]]
    texts += [sha for sha, _ in artefacts]
    numbers = [place["sequence"], *(size for _, size in artefacts)]
    return (
        statement["_type"] == STATEMENT
        and all(isinstance(text, str) for text in texts)
        and all(type(number) is int for number in numbers)
        and all(_SHA.fullmatch(sha) for sha, _ in artefacts)
    )


def key_id(public: bytes) -> str:
    """Return the name of a public key: the SHA-256 of its 32 bytes."""
    return sha256(public)


def write_keys(keys: Mapping[str, bytes]) -> dict[str, str]:
    """Return public keys by their names, ready for JSON."""
    return {name: base64.b64encode(key).decode() for name, key in keys.items()}


def read_keys(data: object) -> dict[str, bytes]:
    """Return public keys by their names.

    Raises
    ------
    Broken
        If there are none, or one is not called by its own digest.
    """
    try:
        if not isinstance(data, dict):
            raise TypeError
        keys = {name: base64.b64decode(text, validate=True) for name, text in data.items()}
    except (TypeError, ValueError):
        raise Broken("its keys cannot be read") from None
    if any(len(key) != 32 or name != key_id(key) for name, key in keys.items()):
        raise Broken("a key of it is not called by its own digest")
    return keys
