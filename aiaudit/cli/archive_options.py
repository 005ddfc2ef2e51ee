"""Options and output that the commands of ``aiaudit archive`` share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiaudit.cli.telling import summarise

if TYPE_CHECKING:
    from aiaudit.archive.layout import Head

FOLDER = click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
KEY = click.option(
    "--sign-key", type=click.Path(), metavar="FILE", help="Private key.  [env: AIAUDIT_SIGN_KEY]"
)
STYLE = click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True
)
WITHIN = click.option(
    "--archive", type=click.Path(), metavar="DIR", help="Archive whose records may be named by number."
)
SYSTEM = click.option("--system", metavar="NAME", help="What was audited.")
SINCE = click.option("--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="First day.")
UNTIL = click.option("--until", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Last day.")
HEADS = click.option(
    "--expect-head", multiple=True, metavar="N:sha256:…", help="A head that was kept elsewhere (repeatable)."
)
KEYS = click.option("--expect-key", metavar="ID", help="Key that must have signed, or handed over.")


def echo(lines: Iterable[str]) -> None:
    """Print lines on stdout."""
    for line in lines:
        click.echo(line)


def day(moment: datetime | None) -> date | None:
    """Return the day that an option names."""
    return None if moment is None else moment.date()


def say_head(head: Head, *, err: bool = False) -> None:
    """Print a head on stdout or stderr, and put it into the step summary of a pipeline that has one."""
    click.echo(f"head {head}", err=err)
    summarise(lambda: f"Head of the audit archive: `{head}`\n")


def write(path: Path, data: bytes) -> None:
    """Write a file in one step, or say why not."""
    from aiaudit.archive.storage import replace
    from aiaudit.errors import UsageError, one_line

    try:
        replace(path, data)
    except OSError as error:
        raise UsageError(
            f"{one_line(path)} cannot be written: {one_line(error.strerror)}", "Choose another file."
        ) from None
