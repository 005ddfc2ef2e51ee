"""``aiaudit report``: a stored audit rendered again."""

from __future__ import annotations

from pathlib import Path

import click

from aiaudit.cli.archive_options import WITHIN
from aiaudit.cli.record_options import OUTPUT
from aiaudit.render import TEXTS


@click.command()
@click.argument("record")
@WITHIN
@click.option("--format", "style", type=click.Choice(TEXTS), help="On stdout.  [default: text, without -o]")
@OUTPUT
@click.option(
    "--public", "shareable", is_flag=True, help="Without counts of few people; see docs/records.md."
)
def report(
    record: str, archive: str | None, style: str | None, output: tuple[Path, ...], shareable: bool
) -> None:
    """Render a stored audit again, in any format; nothing is measured and nothing is judged.

    RECORD is a record.json, or with --archive the number of a record in it. Exit 0 whatever the verdict was.
    """
    from aiaudit.archive.lookup import stored
    from aiaudit.cli.telling import show, write_all
    from aiaudit.gate import exit_code
    from aiaudit.outputs import prepare

    prepare(output)
    found = stored(archive, record)
    if shareable:
        from aiaudit.render.public import public

        found = public(found)
    code = exit_code(found)
    write_all(found, output, code)
    if style is not None or not output:
        show(found, style or "text", code)
