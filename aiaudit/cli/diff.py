"""``aiaudit diff``: what changed between two audits beyond noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiaudit.cli.archive_options import STYLE, WITHIN, echo

if TYPE_CHECKING:
    from aiaudit.archive.readings import Readings


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@WITHIN
@STYLE
def diff(old: str, new: str, archive: str | None, style: str) -> None:
    """Say what changed between two audits beyond noise, by requirement and group.

    OLD and NEW are record files; with --archive, they may also be numbers of records in it. Only the counts
    in the records are read, no model and no data. The answer is no gate: exit 0 whatever it is; 'aiaudit check
    --baseline' fails on what got worse.
    """
    from aiaudit.archive.lookup import either

    tell(either(archive, old), either(archive, new), style)


def tell(old: Readings, new: Readings, style: str) -> None:
    """Print what changed between two audits."""
    from aiaudit.archive.compare import compare
    from aiaudit.archive.wording import as_json, compared, differing

    changes = compare(old, new)
    echo([as_json(changes)] if style == "json" else [*differing(old.plain, new.plain), *compared(changes)])
