"""``aiaudit archive``: comparing audits, and moving a whole archive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiaudit.cli.archive_options import FOLDER, HEADS, KEYS, SINCE, STYLE, SYSTEM, UNTIL, day, echo, write

if TYPE_CHECKING:
    from aiaudit.archive.layout import Archive
    from aiaudit.archive.listing import Row
    from aiaudit.archive.trend import Trend


@click.command()
@click.argument("audits", metavar="[DIR] OLD NEW", nargs=-1, required=True)
@STYLE
def diff(audits: tuple[str, ...], style: str) -> None:
    """Say what changed between two audits beyond noise.

    OLD and NEW are record files; with DIR before them, they may also be numbers of records in that archive.
    """
    from aiaudit.archive.lookup import either
    from aiaudit.cli.diff import tell

    if len(audits) not in (2, 3):
        raise click.UsageError("diff takes OLD and NEW, with the folder of an archive before them or without")
    old, new = (either(audits[0] if len(audits) == 3 else None, text) for text in audits[-2:])
    tell(old, new, style)


@click.command()
@FOLDER
@SYSTEM
@SINCE
@UNTIL
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write the history as HTML."
)
@STYLE
def trend(
    folder: Path,
    system: str | None,
    since: datetime | None,
    until: datetime | None,
    output: Path | None,
    style: str,
) -> None:
    """Say whether the newest audit's gaps are worse than an earlier period's, beyond noise.

    The period is the last calendar quarter before that has an audit, or what --since and --until say.
    """
    from aiaudit.archive.layout import open_archive
    from aiaudit.archive.listing import rows
    from aiaudit.archive.trend import of_one_system
    from aiaudit.archive.trend import trend as compute
    from aiaudit.archive.wording import as_json, trended

    opened = open_archive(folder)
    found = of_one_system(rows(opened), system)
    single = len(found) == 1 and output is not None
    result = None if single else compute(opened, found, since=day(since), until=day(until))
    if output is not None:
        _write_history(opened, found, result, output)
    if result is not None:
        echo([as_json(result)] if style == "json" else trended(result))


def _write_history(archive: Archive, found: Sequence[Row], result: Trend | None, output: Path) -> None:
    from aiaudit.archive.append import head
    from aiaudit.archive.history import page

    write(output, page(archive, found, head(archive), result).encode())
    click.echo(f"wrote {output}", err=True)


@click.command()
@FOLDER
@click.argument("target", metavar="FILE.zip")
def export(folder: Path, target: str) -> int:
    """Write everything into one zip file, with a checker that needs Python alone.

    FILE.zip may be an address that fsspec understands (s3://bucket/audits.zip). An archive that does not verify
    is not exported: exit 1.
    """
    from aiaudit.archive.export import export as pack
    from aiaudit.archive.layout import open_archive
    from aiaudit.archive.wording import checked

    report = pack(open_archive(folder), target)
    echo(checked(report, str(folder)))
    click.echo(f"wrote {target}" if report.exit_code == 0 else "nothing was written", err=True)
    return report.exit_code


@click.command("import")
@click.argument("source", metavar="FILE.zip", type=click.Path())
@FOLDER
@HEADS
@KEYS
def import_(source: str, folder: Path, expect_head: tuple[str, ...], expect_key: str | None) -> int:
    """Unpack an export into a new folder, after checking names, sizes and every digest in it."""
    from aiaudit.archive.layout import Head
    from aiaudit.archive.unpack import unpack
    from aiaudit.archive.wording import checked

    heads = [Head.parse(text) for text in expect_head]
    report = unpack(source, folder, heads=heads, key=expect_key)
    echo(checked(report, str(folder)))
    click.echo(f"wrote {folder}" if report.exit_code == 0 else "nothing was unpacked", err=True)
    return report.exit_code


@click.command()
@FOLDER
@click.argument("reply", metavar="[REPLY.tsr]", type=click.Path(path_type=Path), required=False)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE.tsq", help="Write the request."
)
def stamp(folder: Path, reply: Path | None, output: Path | None) -> None:
    """Have a third party confirm the time (RFC 3161): write a request with -o, later keep the REPLY.

    Nothing is sent by aiaudit. Send the request yourself:
    curl -H 'Content-Type: application/timestamp-query' --data-binary @FILE.tsq https://… -o REPLY.tsr
    """
    from aiaudit.archive.append import head
    from aiaudit.archive.layout import open_archive
    from aiaudit.archive.timestamps import keep, request

    if (reply is None) == (output is None):
        raise click.UsageError("give -o FILE.tsq to write a request, or the REPLY to keep")
    opened = open_archive(folder)
    if output is not None:
        last = head(opened)
        write(output, request(opened, last))
        click.echo(f"send {output} to a timestamping authority; it asks about head {last}")
    if reply is not None:
        number, found = keep(opened, _read(reply), str(reply))
        click.echo(f"record {number} is stamped {found.time}; 'verify --tsa-root' checks by whom")


def _read(path: Path) -> bytes:
    from aiaudit.errors import IncompleteError, one_line

    try:
        return path.read_bytes()
    except OSError as error:
        raise IncompleteError(
            f"{one_line(path)} cannot be read: {one_line(error.strerror)}", "Name the authority's reply."
        ) from None


COMMANDS = (diff, trend, export, import_, stamp)
