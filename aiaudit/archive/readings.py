"""What a record says about each requirement in each scope, read from its JSON as it stands.

An archive outlives versions of this tool. These readings ask for no more than the fields they need, and an
object's digest already says that nothing was changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from aiaudit.archive.envelope import sha256
from aiaudit.archive.layout import Archive, Tampered
from aiaudit.errors import IncompleteError, one_line

#: A requirement, and the scope it was judged in.
Key = tuple[str, tuple[tuple[str, str], ...]]
#: Successes and trials.
Counts = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a requirement asks: the check and metric it reads, and the limit."""

    id: str
    title: str
    check: str
    metric: str
    op: str
    threshold: float


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What was found about one requirement in one scope.

    Parameters
    ----------
    asked : Asked
        The requirement.
    scope : mapping
        Where.
    status : str
        What was judged.
    form : str
        How the value follows from the counts: ``rate``, ``ratio``, ``difference`` or ``value``.
    value : float or None
        The number.
    own : Counts or None
        Of the scope's group.
    others : Counts or None
        Of the reference.
    reference : mapping or None
        Who the reference is.
    rule : str
        How it was chosen.
    looks : float
        Comparisons that this one stands for.
    interval : tuple of float, or None
        Low, high, level.
    """

    asked: Asked
    scope: Mapping[str, str]
    status: str
    form: str = "value"
    value: float | None = None
    own: Counts | None = None
    others: Counts | None = None
    reference: Mapping[str, str] | None = None
    rule: str = ""
    looks: float = 1.0
    interval: tuple[float, float, float] | None = None

    @property
    def key(self) -> Key:
        """What it is about."""
        return self.asked.id, tuple(sorted(self.scope.items()))


@dataclass(frozen=True, kw_only=True)
class Readings:
    """All readings of one audit, and the counts of every group that they name.

    Parameters
    ----------
    found : mapping of Key to Reading
        By requirement and scope.
    counts : mapping
        Counts of a group under a requirement, by the same key.
    model, data : mapping of str to str
        Name and digest, of the model and of each data file.
    plain : mapping
        The record itself.
    """

    found: Mapping[Key, Reading]
    counts: Mapping[Key, Counts]
    plain: Mapping[str, Any]


def load(archive: Archive, digest: str) -> Readings:
    """Read the record stored under a digest.

    Raises
    ------
    Tampered
        If it is missing or was changed.
    """
    return readings(json.loads(stored_bytes(archive, digest)), str(archive.object(digest)))


def stored_bytes(archive: Archive, digest: str) -> bytes:
    """Return the bytes stored under a digest.

    Raises
    ------
    Tampered
        If they are missing or were changed.
    """
    path = archive.object(digest)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Tampered(
            f"{one_line(path)} cannot be read: {one_line(error.strerror)}",
            "Run 'aiaudit archive verify DIR'.",
        ) from None
    if sha256(raw) != digest:
        raise Tampered(
            f"{one_line(path)} was changed after it was written", "Run 'aiaudit archive verify DIR'."
        )
    return raw


def readings(plain: Mapping[str, Any], name: str) -> Readings:
    """Read a record's JSON.

    Raises
    ------
    IncompleteError
        If it lacks what every record has.
    """
    try:
        asked = {r["id"]: _asked(r) for r in plain["policy"]["requirements"]}
        listed = [_reading(asked[v["requirement"]], v) for v in plain["verdicts"]]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise IncompleteError(
            f"{one_line(name)} is not a record that this aiaudit can compare",
            "Give a record.json written by 'aiaudit check', or use a newer aiaudit.",
        ) from None
    found = {reading.key: reading for reading in listed}
    return Readings(found=found, counts=_counts(listed), plain=plain)


def _asked(r: Mapping[str, Any]) -> Asked:
    return Asked(
        id=r["id"],
        title=r["title"],
        check=r["check"],
        metric=r["metric"],
        op=r["op"],
        threshold=float(Fraction(r["threshold"])),
    )


def _reading(asked: Asked, verdict: Mapping[str, Any]) -> Reading:
    m = verdict["measurement"]
    if m is None:
        return Reading(asked=asked, scope={}, status=verdict["status"])
    reading = Reading(
        asked=asked,
        scope=m["scope"],
        status=verdict["status"],
        form=m["form"],
        value=m["value"],
        own=_pair(m),
        interval=_interval(m["interval"]),
    )
    against = m["reference"]
    if against is None:
        return reading
    return replace(
        reading,
        others=_pair(against),
        reference=against["scope"],
        rule=against["rule"],
        looks=float(against["looks"]),
    )


def _pair(of: Mapping[str, Any]) -> Counts | None:
    numerator, denominator = of["numerator"], of["denominator"]
    return None if numerator is None or denominator is None else (int(numerator), int(denominator))


def _interval(found: Mapping[str, Any] | None) -> tuple[float, float, float] | None:
    return None if found is None else (found["low"], found["high"], found["level"])


def _counts(listed: Iterable[Reading]) -> dict[Key, Counts]:
    """Return the counts of every group that a contrast names, references included."""
    found: dict[Key, Counts] = {}
    for reading in listed:
        if reading.own is not None:
            found[reading.key] = reading.own
        if reading.others is not None and reading.reference:
            found[reading.asked.id, tuple(sorted(reading.reference.items()))] = reading.others
    return found
