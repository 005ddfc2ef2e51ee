"""What the system card states, as measurements: read, not estimated."""

from __future__ import annotations

from datetime import date

from aiaudit.card import State
from aiaudit.facts import Measurement, Metric, Scope

Said = str | int | None

#: Unit of whether something was given.
YES_NO = "yes (1) or no (0)"
CARD = "read from the system card"


def stated(
    metric: Metric,
    number: float,
    scope: Scope | None = None,
    first: date | None = None,
    last: date | None = None,
    method: str = CARD,
    **said: Said,
) -> Measurement:
    """Return a number that the card states, or other papers.

    Parameters
    ----------
    metric : Metric
        What it is.
    number : float
        The number.
    scope : Scope or None
        Which field, statement or point.
    first, last : date or None
        The days from and until which it holds, where it is dated.
    method : str
        Where it was read.
    **said
        What the reader should see beside it.
    """
    return Measurement(
        metric=metric.name,
        value=number,
        n=1,
        scope=scope or {},
        method=method,
        params={"no_interval": "read, not estimated", **said},
        valid_from=first,
        expires=last,
    )


def given(
    metric: Metric,
    scope: Scope,
    state: str,
    first: date | None,
    last: date | None,
    method: str = CARD,
    **said: Said,
) -> Measurement:
    """Return whether something was given: 1 where its *state* says so, else 0 with the state beside it."""
    return stated(metric, float(state == State.GIVEN), scope, first, last, method, state=str(state), **said)
