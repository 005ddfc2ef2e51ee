"""When the limits of an audit were set, and when the system was audited before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from aiaudit.policy.model import PolicySource


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What is known of an audit besides model, data and card; no clock is read for any of it.

    Parameters
    ----------
    limits : tuple of PolicySource
        The policies judged by.
    last_audit : date or None
        Day of the newest audit of the system that is kept.
    measured_on : date or None
        Day on which the numbers were measured, where they are judged again.
    """

    limits: tuple[PolicySource, ...] = ()
    last_audit: date | None = None
    measured_on: date | None = None


#: Nothing is known.
UNKNOWN = Circumstances()
