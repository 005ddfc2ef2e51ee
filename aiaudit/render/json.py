"""The record itself, as JSON: full precision, every fact."""

from __future__ import annotations

from aiaudit.record import Record, to_json


def render(record: Record, exit_code: int) -> str:
    """Return the record's file."""
    return to_json(record, exit_code)
