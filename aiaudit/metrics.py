"""How checks declare metrics: one constructor for each form a number may take."""

from __future__ import annotations

from aiaudit.facts import Better, Form, Metric


def rate(name: str, definition: str, source: str, better: Better = Better.HIGHER) -> Metric:
    """Declare a share of counts."""
    return Metric(
        name=name,
        better=better,
        ideal=None,
        unit="share",
        definition=definition,
        source=source,
        form=Form.RATE,
    )


def ratio(name: str, definition: str, source: str, better: Better = Better.HIGHER) -> Metric:
    """Declare a rate over the reference's rate; 1 is parity."""
    return Metric(
        name=name,
        better=better,
        ideal=1.0,
        unit="ratio",
        definition=definition,
        source=source,
        form=Form.RATIO,
    )


def difference(name: str, definition: str, source: str) -> Metric:
    """Declare a rate minus the reference's rate; 0 is parity."""
    return Metric(
        name=name,
        better=Better.TARGET,
        ideal=0.0,
        unit="share",
        definition=definition,
        source=source,
        form=Form.DIFFERENCE,
    )


def value(
    name: str,
    unit: str,
    definition: str,
    source: str,
    better: Better = Better.LOWER,
    ideal: float | None = 0.0,
) -> Metric:
    """Declare any other number."""
    return Metric(name=name, better=better, ideal=ideal, unit=unit, definition=definition, source=source)
