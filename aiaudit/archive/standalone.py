"""Check an exported archive of audits. Needs Python 3.8 or newer, and nothing else: python verify.py"""
# Written apart from aiaudit's own checker, so that each checks the other.

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import sys
from functools import lru_cache, reduce
from typing import Any, Dict, Iterator, Sequence, Tuple  # noqa: UP035 - for Python 3.8

TYPE = b"application/vnd.in-toto+json"
LIMITS = (
    "No archive can show by itself whether records were cut off at its end, or whether the whole chain was "
    "written anew by whoever holds the signing key (by anybody, where nothing is signed or no key is expected). "
    "A head kept elsewhere shows both: --expect-head N:sha256:..."
)

# Ed25519 (RFC 8032): points of the curve -x^2 + y^2 = 1 + d x^2 y^2 as (X, Y, Z, T), x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
NEUTRAL = (0, 1, 1, 0)
Point = Tuple[int, int, int, int]  # noqa: UP006
Keys = Dict[str, bytes]  # noqa: UP006


def add(a: Point, b: Point) -> Point:
    """Return the sum of two points."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * D * a[3] * b[3] % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, f + e, h + g, h - g
    return (x * t % P, z * y % P, t * z % P, x * y % P)


def point(encoded: bytes) -> Point | None:
    """Return the point that 32 bytes stand for, None if there is none."""
    number = int.from_bytes(encoded, "little")
    y, odd = number % 2**255, number >> 255
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * v**3 * pow(u * v**7, (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or v * x * x % P != u or (x == 0 and odd):
        return None
    x = x if x % 2 == odd else P - x
    return (x, y, 1, x * y % P)


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or NEUTRAL


@lru_cache(maxsize=16)
def multiples(of: Point) -> list[list[Point]]:
    """Return 0 to 255 times a point, and 256 times, 65,536 times ... that: many signatures share few keys."""
    rows = []
    for _ in range(32):
        row = [NEUTRAL]
        for _ in range(256):
            row.append(add(row[-1], of))
        of = row.pop()
        rows.append(row)
    return rows


def times(scalar: int, of: Point) -> Point:
    """Return a multiple of a point."""
    digits = zip(multiples(of), scalar.to_bytes(32, "little"))  # noqa: B905 - for Python 3.8
    return reduce(add, (row[digit] for row, digit in digits))


def holds(public: bytes, message: bytes, signature: bytes) -> bool:
    """Return whether an Ed25519 signature holds."""
    scalar = int.from_bytes(signature[32:], "little")
    key = point(public) if len(public) == 32 else None
    if key is None or len(signature) != 64 or scalar >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    total = add(times(scalar, BASE), times(hashed, (P - key[0], key[1], 1, P - key[3])))
    inverse = pow(total[2], P - 2, P)
    x, y = total[0] * inverse % P, total[1] * inverse % P
    return (y + (x % 2 << 255)).to_bytes(32, "little") == signature[:32]


class Changed(Exception):
    """A file is not as it was written."""


FAULTS = (Changed, KeyError, TypeError, ValueError, AttributeError, RecursionError)


def digest(data: bytes) -> str:
    """Return a SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def written(data: object) -> bytes:
    """Return JSON as the archive writes it."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def load(raw: bytes) -> dict[str, Any]:
    """Read JSON that must be written in just that way."""
    data: dict[str, Any] = json.loads(raw.decode())
    if not isinstance(data, dict) or written(data) != raw:
        raise Changed("is written in another way")
    return data


def keys_in(data: dict[str, str]) -> Keys:
    """Return public keys by their names, which are their digests."""
    keys = {name: base64.b64decode(text, validate=True) for name, text in data.items()}
    if any(digest(key) != name for name, key in keys.items()):
        raise Changed("has a key under a wrong name")
    return keys


def open_record(raw: bytes) -> tuple[dict[str, Any], bytes, list[tuple[str, bytes]]]:
    """Return what a record states, the bytes of that, and its signatures as (key's name, signature)."""
    envelope = load(raw)
    payload = base64.b64decode(envelope["payload"], validate=True)
    signatures = [(s["keyid"], base64.b64decode(s["sig"], validate=True)) for s in envelope["signatures"]]
    again = {"payload": base64.b64encode(payload).decode(), "payloadDigest": digest(payload)}
    listed = [{"keyid": name, "sig": base64.b64encode(value).decode()} for name, value in signatures]
    if written({**again, "payloadType": TYPE.decode(), "signatures": listed}) != raw:
        raise Changed("does not match its digest")
    return json.loads(payload.decode())["predicate"], payload, signatures


def check_signatures(payload: bytes, signatures: list[tuple[str, bytes]], keys: Keys, after: Keys) -> None:
    """Raise Changed unless every signature holds, and one is by a key in force."""
    message = b"DSSEv1 %d %s %d %s" % (len(TYPE), TYPE, len(payload), payload)
    known = {**after, **keys}
    if not all(name in known and holds(known[name], message, value) for name, value in signatures):
        raise Changed("has a signature that does not hold")
    if keys and not any(name in keys for name, _ in signatures):
        raise Changed("is not signed by a key in force")


def check_objects(folder: str, artefacts: dict[str, Any], seen: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the files that a record rests on."""
    for part, item in artefacts.items():
        name = item["sha256"]
        if not re.fullmatch("[0-9a-f]{64}", name):
            raise Changed("names no object")
        if name not in seen:
            try:
                with open(os.path.join(folder, "objects", name[:2], name[2:]), "rb") as file:
                    data = file.read()
                seen[name] = (digest(data), len(data))
            except FileNotFoundError:
                seen[name] = ("", 0)
        if seen[name] != (name, item["size"]):
            yield "its {} ({}) is {}".format(part, name[:16], "changed" if seen[name][0] else "missing")


def check(folder: str, expected: str = "", key: str = "") -> tuple[str, list[str]]:
    """Return the head of the archive in a folder, and everything wrong with it."""
    with open(os.path.join(folder, "archive.json"), "rb") as file:
        raw = file.read()
    try:
        genesis = load(raw)
        keys = keys_in(genesis["keys"])
        rest = {name: value for name, value in genesis.items() if name != "id"}
        if genesis["id"] != digest(written(rest)) or genesis["format"] != "aiaudit/archive/1":
            raise Changed("does not match its id")
    except FAULTS as error:
        return "", [f"archive.json was changed: {error}"]
    heads = {0: digest(raw)}
    names = os.listdir(os.path.join(folder, "records"))
    known = sorted(name for name in names if re.fullmatch(r"(?!0{8})[0-9]{8}\.json", name))
    problems = [f"records/{name} does not belong here" for name in sorted(set(names) - set(known))]
    problems += check_chain(folder, genesis["id"], [int(name[:8]) for name in known], keys, key, heads)
    problems += head_problems(heads, expected) if expected else ()
    return f"{max(heads)}:sha256:{heads[max(heads)]}", problems


def check_chain(
    folder: str, archive: str, numbers: Sequence[int], keys: Keys, expected: str, heads: dict[int, str]
) -> Iterator[str]:
    """Yield what is wrong with the records in their order, and put the digest of each into *heads*."""
    seen: dict[str, Any] = {}
    trusted, vouched = {expected}, not expected or expected in keys
    for number in numbers:
        if number - 1 not in heads:
            yield f"all between record {max(heads)} and record {number} is missing"
        before, heads[number] = heads.get(number - 1, ""), ""
        try:
            with open(os.path.join(folder, "records", f"{number:08d}.json"), "rb") as file:
                raw = file.read()
            heads[number] = digest(raw)
            predicate, payload, signatures = open_record(raw)
            place = predicate["aiauditArchive"]
            if (place["archive"], place["sequence"]) != (archive, number):
                raise Changed("belongs elsewhere")
            if before and place["previous"] != before:
                raise Changed("does not continue the record before it")
            after = keys_in(predicate.get("keys", {})) or keys
            if sorted(place["signers"]) != sorted(after):
                raise Changed("names other keys than those in force")
            check_signatures(payload, signatures, keys, after)
            for what in check_objects(folder, place["artefacts"], seen):
                yield f"record {number}: {what}"
            vouched = not expected or any(name in trusted for name, _ in signatures)
            trusted = set(after) if vouched and after != keys else trusted
            keys = after
        except FileNotFoundError:
            yield f"record {number} is missing"
        except FAULTS as error:
            yield f"record {number} was changed, replaced or moved: {error}"
    if not vouched:
        yield "the last record is not signed by the key expected, nor by a successor of it"


def head_problems(heads: dict[int, str], expected: str) -> Iterator[str]:
    """Yield what is wrong with the records as against a head that was kept."""
    number, _, wanted = expected.partition(":sha256:")
    if not re.fullmatch("[0-9]{1,8}", number) or not re.fullmatch("[0-9a-f]{64}", wanted):
        yield f"{expected!r} is not a head"
    elif int(number) > max(heads):
        yield f"records were cut off: record {number} is expected"
    elif heads.get(int(number)) != wanted:
        yield f"record {number} is not the one whose head was kept"


def main() -> int:
    """Check the folder named, or the one this file lies in."""
    parser = argparse.ArgumentParser(description="Check an exported archive of audits.", epilog=LIMITS)
    parser.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    parser.add_argument("--expect-head", default="", metavar="N:sha256:...")
    parser.add_argument("--expect-key", default="", metavar="ID", help="64 digits; the key, or one before it")
    options = parser.parse_args()
    try:
        head, problems = check(options.folder, options.expect_head, options.expect_key)
    except OSError as error:
        print(f"unreadable: {error.filename}: {error.strerror}", file=sys.stderr)
        return 3
    for problem in problems:
        print("".join(c if c.isprintable() else " " for c in problem))
    print("{}; head {}\n{}".format("TAMPERED WITH OR DAMAGED" if problems else "whole", head, LIMITS))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
