"""The report as a notebook shows it."""

from __future__ import annotations

from html import escape

from aiaudit.record import Record
from aiaudit.render.html import render


def frame(record: Record) -> str:
    """Return the whole report in an ``iframe`` that may run nothing, and whose styles reach nothing outside it."""
    page = escape(render(record, record.exit_code), quote=True)
    return (
        f'<iframe title="aiaudit report" sandbox="" srcdoc="{page}" '
        'style="width:100%;height:40rem;border:1px solid #888"></iframe>'
    )
