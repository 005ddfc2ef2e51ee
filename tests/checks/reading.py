"""Pick measurements out of an outcome."""

from __future__ import annotations

from aiaudit.facts import Measured, Measurement
from aiaudit.registry import get
from aiaudit.subject import Subject
from aiaudit.testing import outcome_of


def measured(check: str, subject: Subject) -> tuple[Measurement, ...]:
    """Return everything that one check measures."""
    outcome = outcome_of(get(check), subject)
    assert isinstance(outcome, Measured), outcome
    return outcome.measurements


def found(check: str, subject: Subject, metric: str, *keys: str, **params: object) -> dict:
    """Return the measurements of a metric whose scope has these keys, by the values of the scope."""
    return {
        tuple(m.scope.values()) if len(keys) != 1 else next(iter(m.scope.values())): m
        for m in measured(check, subject)
        if m.metric == metric
        and tuple(m.scope) == keys
        and all(m.params.get(name) == value for name, value in params.items())
    }
