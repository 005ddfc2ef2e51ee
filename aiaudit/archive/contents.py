"""What the archive keeps of one audit: its files, and the statement about them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiaudit.archive.append import Content
from aiaudit.archive.envelope import AUDIT, sha256
from aiaudit.archive.retention import terms
from aiaudit.errors import IncompleteError, one_line
from aiaudit.gate import Exit, exit_code
from aiaudit.model import ModelFacts
from aiaudit.policy.describe import to_yaml
from aiaudit.record import Record, Status, from_json, to_json, to_plain
from aiaudit.rejudge import waivers_of
from aiaudit.render import render

#: In-toto knows three results; what could not be decided, or was accepted, is a warning and no pass.
_RESULTS = {Exit.MET: "PASSED", Exit.INCONCLUSIVE: "WARNED"}
_LISTS = {
    Status.ERROR: "failedTests",
    Status.FAIL: "failedTests",
    Status.INCONCLUSIVE: "warnedTests",
    Status.NOT_ASSESSED: "warnedTests",
    Status.WAIVED: "warnedTests",
    Status.PASS: "passedTests",
}


def read_record(path: str | Path) -> tuple[Record, bytes]:
    """Read a record's file, and its bytes.

    Raises
    ------
    IncompleteError
        If it cannot be read, is no record, or was changed.
    """
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise IncompleteError(
            f"{one_line(path)} cannot be read: {one_line(error.strerror)}",
            "Name a record.json written by 'aiaudit check -o record.json'.",
        ) from None
    return from_json(raw, str(path)), raw


def content(
    record: Record, *, raw: bytes | None = None, system: str | None = None, tags: Sequence[str] = ()
) -> Content:
    """Return what the archive keeps of an audit.

    Parameters
    ----------
    record : Record
        The audit.
    raw : bytes or None
        The record's file as it was written; None writes it.
    system : str or None
        What was audited, in the user's words; by default the card's name of it, or the file's.
    tags : sequence of str
        Words to find it by.
    """
    code, plain = exit_code(record), to_plain(record)
    objects = {
        "record.json": to_json(record, code).encode() if raw is None else raw,
        "report.html": render(record, "html", code).encode(),
        "policy.yaml": to_yaml(record.policy).encode(),
        **_papers(record),
    }
    configuration = [name for name in ("policy.yaml", "waivers.json") if name in objects]
    predicate = {
        "result": _RESULTS.get(code, "FAILED"),
        "configuration": [
            {"name": name, "digest": {"sha256": sha256(objects[name])}} for name in configuration
        ],
        **_tests(record),
        "aiauditAudit": {
            "system": system or system_name(record.card, record.subject.model, record.subject.data),
            "tags": sorted(set(tags)),
            "exit_code": int(code),
            "verdicts": {status.value: n for status, n in record.counts().items()},
            "policy": {"id": record.policy.id, "edition": record.policy.edition},
            "sources": plain["provenance"]["sources"],
            "record": record.digest,
            "judged_on": plain["provenance"]["judged_on"],
            "terms": terms(record),
            "tool": plain["tool"],
            "libraries": plain["provenance"]["libraries"],
            "rows": plain["subject"]["rows"],
            "model": plain["subject"]["model"],
        },
    }
    return Content(kind=AUDIT, subject=_subject(record), predicate=predicate, objects=objects)


def _papers(record: Record) -> Mapping[str, bytes]:
    """Return the waivers, used or not, and the card, where there are any."""
    waivers = waivers_of(record)
    found: dict[str, object] = {}
    if waivers:
        found["waivers.json"] = {"version": 1, "waivers": [w.model_dump(mode="json") for w in waivers]}
    if record.card is not None:
        found["card.json"] = dict(record.card)
    return {
        name: (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode() for name, data in found.items()
    }


def _tests(record: Record) -> dict[str, list[str]]:
    """Return requirements by the worst of their verdicts."""
    worst: dict[str, str] = {}
    for status, listed in _LISTS.items():
        for verdict in record.verdicts:
            if verdict.status is status:
                worst.setdefault(verdict.requirement, listed)
    names = ("passedTests", "warnedTests", "failedTests")
    return {name: sorted(id for id, listed in worst.items() if listed == name) for name in names}


def _subject(record: Record) -> list[dict[str, Any]]:
    files = [(item.get("name", role), item.get("sha256", "")) for role, item in record.subject.data.items()]
    if record.subject.model is not None:
        files.insert(0, (record.subject.model.name, record.subject.model.digest))
    return [{"name": name, "digest": {"sha256": digest}} for name, digest in files if digest]


def system_name(
    card: Mapping[str, Any] | None, model: ModelFacts | None, data: Mapping[str, Mapping[str, str]]
) -> str:
    """Return what a system is called where nobody says so: as in its card, else as its model or data."""
    identity = (card or {}).get("identity")
    named = identity.get("name") if isinstance(identity, Mapping) else None
    first = next((item.get("name", "") for item in data.values()), "")
    return str(named or (model.name if model else "") or first or "unnamed")
