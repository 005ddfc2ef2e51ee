"""How long ago the law behind a policy was looked up."""

from __future__ import annotations

from datetime import date, timedelta

from aiaudit.policy.model import Instrument, Policy

#: Days after which a law must be looked up again.
LASTS = timedelta(days=180)


def stale(policy: Policy, today: date) -> tuple[Instrument, ...]:
    """Return the instruments of a policy whose text was last checked more than 180 days before *today*."""
    return tuple(i for i in policy.instruments if today - i.last_verified > LASTS)
