"""The audits of an archive as a list: what each record says about itself, and which of them are meant."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from pathlib import Path

from aiaudit import __version__
from aiaudit.archive.chain import Link, Mark, links
from aiaudit.archive.envelope import AUDIT, sha256
from aiaudit.archive.layout import Archive, Tampered, read_bytes
from aiaudit.archive.retention import keep_until
from aiaudit.archive.storage import replace

#: Verdicts by the exit code that the gate gave.
VERDICTS = {0: "met", 1: "not-met", 3: "incomplete", 4: "inconclusive"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One audit of an archive.

    Parameters
    ----------
    number : int
        Number of its record.
    digest : str
        Digest of its record's file.
    time : str
        When it was added (UTC).
    day : str
        The day of judgement.
    system : str
        What was audited.
    verdict : str
        One of `VERDICTS`.
    failed : int
        Verdicts that failed.
    policy : str
        Id of the policy.
    model, data : str
        Digest of the model's file, and of the data's; empty where there is none.
    tags : list of str
        Words to find it by.
    keep_until : str
        The last day of the longest term that a requirement names.
    record : str
        Digest of the object ``record.json``.
    """

    number: int
    digest: str
    time: str
    day: str
    system: str
    verdict: str
    failed: int
    policy: str
    model: str
    data: str
    tags: list[str]
    keep_until: str
    record: str


_FIELDS = [field.name for field in fields(Row)]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which audits are meant; None and empty mean any.

    Parameters
    ----------
    system : str or None
        Its name, in any case of letters.
    since, until : date or None
        First and last day of judgement.
    verdict : str or None
        One of `VERDICTS`.
    tags : tuple of str
        All of these.
    model : str or None
        How the digest of the model's file begins.
    expires_by : date or None
        Only those whose term ends by that day.
    """

    system: str | None = None
    since: date | None = None
    until: date | None = None
    verdict: str | None = None
    tags: tuple[str, ...] = ()
    model: str | None = None
    expires_by: date | None = None

    def __call__(self, row: Row) -> bool:
        """Whether an audit is one of those meant."""
        return (
            (self.system is None or row.system.casefold() == self.system.casefold())
            and (self.since is None or row.day >= self.since.isoformat())
            and (self.until is None or row.day <= self.until.isoformat())
            and self.verdict in (None, row.verdict)
            and set(self.tags) <= set(row.tags)
            and (self.model is None or (bool(row.model) and row.model.startswith(self.model.lower())))
            and (self.expires_by is None or row.keep_until <= self.expires_by.isoformat())
        )


def rows(archive: Archive) -> tuple[Row, ...]:
    """Return every audit, oldest first.

    What was read once is remembered in the user's cache folder, outside the archive, where it can neither
    travel with a changed archive nor be mistaken for evidence; deleting it costs a second reading.

    Raises
    ------
    Tampered
        If a record read now does not belong to the chain.
    """
    path = _cache(archive)
    found, last = _remembered(archive, path)
    if last.number == archive.size():
        return tuple(found)
    for link in links(archive, after=last):
        if link.faults:
            raise Tampered(
                f"record {link.number} of the archive: {link.faults[0]}",
                "Run 'aiaudit archive verify DIR' to see all.",
            )
        if link.statement["predicateType"] == AUDIT:
            found.append(_row(archive, link))
        last = Mark(number=link.number, digest=link.digest, signers=tuple(link.place["signers"]))
    _remember(path, found, last)
    return tuple(found)


def _row(archive: Archive, link: Link) -> Row:
    try:
        return _read_row(archive, link)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Tampered(
            f"record {link.number} of the archive does not say what an audit says",
            "Use a newer aiaudit, or run 'aiaudit archive verify DIR'.",
        ) from None


def _read_row(archive: Archive, link: Link) -> Row:
    audit = link.statement["predicate"]["aiauditAudit"]
    files = {item["name"]: item["digest"]["sha256"] for item in link.statement["subject"]}
    model = (audit["model"] or {}).get("digest", "")
    day = date.fromisoformat(audit["judged_on"])
    return Row(
        number=link.number,
        digest=link.digest,
        time=link.place["time"],
        day=audit["judged_on"],
        system=audit["system"],
        verdict=VERDICTS[audit["exit_code"]],
        failed=audit["verdicts"]["fail"],
        policy=audit["policy"]["id"],
        model=model,
        data=next((digest for digest in files.values() if digest != model), ""),
        tags=list(audit["tags"]),
        keep_until=keep_until(day, audit.get("terms", {}), archive.retention).isoformat(),
        record=link.place["artefacts"]["record.json"]["sha256"],
    )


def _cache(archive: Archive) -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
    place = hashlib.sha256(os.fsencode(archive.folder.resolve())).hexdigest()[:16]
    return Path(home) / "aiaudit" / f"archive-{archive.id[:16]}-{place}.json"


def _written() -> list[str]:
    """Return what decides whether rows still mean what they meant; terms may change from version to version."""
    return [__version__, *_FIELDS]


def _remembered(archive: Archive, path: Path) -> tuple[list[Row], Mark]:
    """Return what was read before, as long as the chain still goes through the record last read."""
    begin = Mark(number=0, digest=archive.digest, signers=tuple(archive.keys))
    try:
        data = json.loads(path.read_bytes())
        last = Mark(**data["last"])
        if data["fields"] != _written() or sha256(read_bytes(archive.record(last.number))) != last.digest:
            return [], begin
        return [Row(**dict(zip(_FIELDS, values, strict=True))) for values in data["rows"]], last
    except (OSError, ValueError, TypeError, KeyError):
        return [], begin


def _remember(path: Path, found: Iterable[Row], last: Mark) -> None:
    data = {"fields": _written(), "last": asdict(last), "rows": [list(vars(row).values()) for row in found]}
    # Only speed is lost where nothing can be kept, on a machine without a home folder for one.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace(path, json.dumps(data).encode())
