"""``aiaudit baseline``: what is known now, so that later only what is new or worse stops a pipeline."""

from __future__ import annotations

from pathlib import Path

import click

from aiaudit.cli.archive_options import WITHIN


@click.command()
@click.argument("record")
@WITHIN
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE", help="Where to."
)
def baseline(record: str, archive: str | None, output: Path) -> None:
    """Write what a stored audit found into a baseline, for 'aiaudit check --baseline FILE'.

    RECORD is a record.json, or with --archive the number of a record in it. Commit the file: from then on the
    failures in it are known, and the gate stops what is new, or worse beyond noise.
    """
    from aiaudit.archive.lookup import stored
    from aiaudit.baseline import baseline_of
    from aiaudit.outputs import replace
    from aiaudit.record import Status

    found = stored(archive, record)
    replace(output, baseline_of(found))
    known = found.counts()[Status.FAIL]
    click.echo(f"wrote {output}: {known} failure{'' if known == 1 else 's'} known from now on")
