"""Whether today's gaps are worse than those of an earlier period, and how they ran over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aiaudit.archive.compare import Change, compare, pooled
from aiaudit.archive.layout import Archive
from aiaudit.archive.listing import Row
from aiaudit.archive.readings import load
from aiaudit.errors import UsageError, some


@dataclass(frozen=True, kw_only=True)
class Trend:
    """The newest audit against those of an earlier period.

    Parameters
    ----------
    newest : Row
        Today's audit.
    past : tuple of Row
        The audits it is set against, oldest first; their counts are summed up.
    same_data : bool
        Whether one of them was made of the very rows of the newest.
    changes : tuple of Change
        Every requirement and scope.
    """

    newest: Row
    past: tuple[Row, ...]
    same_data: bool
    changes: tuple[Change, ...]


def of_one_system(found: Sequence[Row], system: str | None) -> tuple[Row, ...]:
    """Return the audits of one system, which need not be named where there is only one.

    Raises
    ------
    UsageError
        If there are several, or none.
    """
    names = dict.fromkeys(row.system for row in found)
    if system is None and len(names) > 1:
        raise UsageError(
            f"the archive holds audits of {len(names)} systems: {some(names)}", "Name one with --system."
        )
    chosen = tuple(r for r in found if system is None or r.system.casefold() == system.casefold())
    if not chosen:
        what = f"of '{system}'" if system else "at all"
        raise UsageError(
            f"the archive holds no audit {what}", f"It holds audits of: {some(names) or 'nothing'}."
        )
    return chosen


def trend(
    archive: Archive, found: Sequence[Row], *, since: date | None = None, until: date | None = None
) -> Trend:
    """Set the newest audit against an earlier period.

    Parameters
    ----------
    archive : Archive
        Where the records lie.
    found : sequence of Row
        Audits of one system.
    since, until : date or None
        First and last day of the period. By default the last calendar quarter before the newest audit's that
        has an audit; where there is none, everything earlier.

    Raises
    ------
    UsageError
        If nothing was audited in that period.
    Tampered
        If a stored record was changed.
    """
    ordered = sorted(found, key=by_age)
    newest, earlier = ordered[-1], ordered[:-1]
    if since is None and until is None:
        period = _last_quarter(earlier, newest) or earlier
    else:
        first, last = since or date.min, until or date.max
        period = [row for row in earlier if first.isoformat() <= row.day <= last.isoformat()]
    if not period:
        raise UsageError(
            f"there is no audit of '{newest.system}' to set record {newest.number} against",
            "Name another period with --since and --until, or add another audit first.",
        )
    # One set of rows must not count twice: of several audits of it, the last one stands.
    past = sorted({row.data or row.number: row for row in period}.values(), key=by_age)
    changes = compare(pooled([load(archive, row.record) for row in past]), load(archive, newest.record))
    same = bool(newest.data) and any(row.data == newest.data for row in past)
    return Trend(newest=newest, past=tuple(past), same_data=same, changes=changes)


def by_age(row: Row) -> tuple[str, int]:
    """Order by the day of judgement, and by the order of adding where that is the same."""
    return row.day, row.number


def _last_quarter(earlier: Sequence[Row], newest: Row) -> list[Row]:
    quarters = [_quarter(row.day) for row in earlier]
    before = [quarter for quarter in quarters if quarter < _quarter(newest.day)]
    return [row for row, quarter in zip(earlier, quarters, strict=True) if before and quarter == max(before)]


def _quarter(day: str) -> tuple[int, int]:
    return int(day[:4]), (int(day[5:7]) - 1) // 3
