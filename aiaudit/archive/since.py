"""An audit set against the one before it, for its record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from aiaudit.archive.compare import Change, compare
from aiaudit.archive.layout import Archive
from aiaudit.archive.listing import rows
from aiaudit.archive.readings import Readings, load, readings
from aiaudit.archive.trend import by_age
from aiaudit.archive.wording import differing
from aiaudit.comparison import Comparison, Moved
from aiaudit.record import Record, to_plain


def since_last(record: Record, archive: Archive, system: str) -> Record:
    """Return the record with what changed since the last audit of its system in an archive, if there is one.

    Raises
    ------
    Tampered
        If the archive is not as it was written.
    """
    past = [row for row in rows(archive) if row.system.casefold() == system.casefold()]
    if not past:
        return record
    before, now = load(archive, max(past, key=by_age).record), readings(to_plain(record), "this audit")
    earlier = Earlier(
        record=str(before.plain["digest"]),
        day=str(before.plain["provenance"]["judged_on"]),
        readings=before,
        source="archive",
    )
    return replace(record, since=comparison(compare(before, now), earlier, now))


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier audit: digest of its record, day of its judgement, its numbers, and where it was found."""

    record: str
    day: str
    readings: Readings
    source: Literal["archive", "baseline"]


def comparison(changes: Sequence[Change], earlier: Earlier, now: Readings) -> Comparison:
    """Return what a record keeps of the changes since an earlier audit.

    Parameters
    ----------
    changes : sequence of Change
        Every requirement and scope (`aiaudit.archive.compare.compare`).
    earlier : Earlier
        The earlier audit.
    now : Readings
        The later one.
    """
    moved = [_moved(change) for change in changes]
    told = [m for m in moved if m.failure or m.beyond_noise]
    tested = sum(change.p_value is not None for change in changes)
    old, new = earlier.readings.plain, now.plain
    whole = "subject" in old
    return Comparison(
        record=earlier.record,
        day=earlier.day,
        source=earlier.source,
        tested=tested,
        untested=len(changes) - tested,
        moved=tuple(sorted(told, key=_bad_news_first)),
        other_turns=sum(m.old_status != m.new_status for m in moved)
        - sum(m.failure is not None for m in told),
        inputs=tuple(differing(old, new)) if whole else (),
        same_data=whole and _files(old) == _files(new) != set(),
    )


def _moved(change: Change) -> Moved:
    then, now = change.old_status, change.new_status
    failure: Literal["new", "resolved"] | None = None
    if now == "fail" != then:
        failure = "new"
    elif then == "fail" and now == "pass":
        failure = "resolved"
    return Moved(
        requirement=change.asked.id,
        metric=change.asked.metric,
        scope=change.scope,
        reference=change.reference,
        old_status=then,
        new_status=now,
        old_value=change.old_value,
        new_value=change.new_value,
        p_adjusted=change.p_adjusted,
        failure=failure,
        beyond_noise=change.direction if change.beyond_noise else None,
    )


def _bad_news_first(m: Moved) -> tuple[bool, bool, bool, str]:
    return m.failure != "new", m.beyond_noise != "worse", m.failure != "resolved", m.requirement


def _files(plain: Mapping[str, Any]) -> set[str]:
    return {file["sha256"] for file in plain["subject"]["data"].values() if file.get("sha256")}
