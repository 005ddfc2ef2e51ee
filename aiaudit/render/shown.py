"""Which numbers of an audit a model card shows, and what the card behind it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiaudit.facts import Measured, Measurement
from aiaudit.record import Record

#: Metrics that a card shows, by check; for the whole table, each group and each pair of groups.
METRICS: Mapping[str, tuple[str, ...]] = {
    "bias.error-rates": ("accuracy", "true_positive_rate", "false_positive_rate"),
    "bias.selection-rate": ("selection_rate", "impact_ratio"),
    "bias.regression": ("mean_absolute_error", "mean_residual"),
}


def shown(record: Record) -> Iterator[Measurement]:
    """Yield the measurements that a model card shows, in the order of `METRICS`, then of their scopes."""
    ran = {o.check: o for o in record.outcomes if isinstance(o, Measured)}
    for check, metrics in METRICS.items():
        for metric in metrics:
            if check in ran:
                yield from (m for m in ran[check].measurements if m.metric == metric and not _elsewhere(m))


def _elsewhere(m: Measurement) -> bool:
    """Return whether a contrast is against another reference than the most favoured group."""
    return m.reference is not None and m.reference.rule != "most_favoured"


def said(record: Record, name: str) -> str:
    """Return what the system card says in a field, empty where it says nothing; lists with commas, days as days."""
    value: Any = record.card
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and name.endswith("_days"):
        return f"{value} days"
    return "" if value is None else str(value)
