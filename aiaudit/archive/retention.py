"""How long an audit is kept: the longest time for which a requirement asks that papers or decisions be kept."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aiaudit.record import Record

CHECK, METRIC = "transparency.retention", "retention_days"
#: Fields of the card whose terms an audit shares; logs, which have shorter ones, are kept elsewhere.
PAPERS = ("retention.documents_days", "retention.decisions_days")


def terms(record: Record) -> dict[str, Any]:
    """Return what a record says about terms, for its statement in the archive.

    Returns
    -------
    dict
        ``days``, ``requirement`` and ``clause`` of the longest term that a requirement names, where one does;
        ``protected_data_deleted``, the day by which the card says that protected data are deleted, or None.
    """
    named: list[dict[str, Any]] = [
        {"days": int(r.threshold), "requirement": r.id, "clause": r.clause or r.source}
        for r in record.policy.requirements
        if (r.check, r.metric) == (CHECK, METRIC) and set(PAPERS) & set(r.scope.match.get("field", PAPERS))
    ]
    card = (record.card or {}).get("retention") or {}
    longest = max(named, key=lambda term: term["days"], default={})
    return {**longest, "protected_data_deleted": card.get("protected_data_deleted")}


def keep_until(day: date, stated: Mapping[str, Any], months: int) -> date:
    """Return the last day on which an audit must be kept.

    Parameters
    ----------
    day : date
        The day of its judgement.
    stated : mapping
        What its record says about terms.
    months : int
        The archive's own term, for audits whose requirements name none.
    """
    days = stated.get("days")
    return months_later(day, months) if days is None else day + timedelta(days=int(days))


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
