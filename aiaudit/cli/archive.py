"""``aiaudit archive``: audits kept as evidence that shows when it was changed."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiaudit.cli import archive_reading
from aiaudit.cli.archive_options import (
    FOLDER,
    HEADS,
    KEY,
    KEYS,
    SINCE,
    STYLE,
    SYSTEM,
    UNTIL,
    day,
    echo,
    say_head,
)

if TYPE_CHECKING:
    from aiaudit.archive.keys import Signer
    from aiaudit.archive.layout import Archive


@click.group()
def archive() -> None:
    """Keep audits as evidence: what was audited, what came out, and that nothing was changed since.

    An archive is a folder of plain files. Each record holds the digest of the record before it, so a change,
    a gap or another order shows. Keep the head that every append prints somewhere else, and a cut tail shows too.
    """


@archive.command()
@FOLDER
@KEY
@click.option(
    "--retention",
    type=click.IntRange(1),
    default=120,
    show_default=True,
    metavar="MONTHS",
    help="How long audits are kept whose policies name no term.",
)
def init(folder: Path, sign_key: str | None, retention: int) -> None:
    """Begin an archive in a new folder; with a key, every record must be signed."""
    from aiaudit.archive.append import head
    from aiaudit.archive.begin import create
    from aiaudit.archive.keys import load

    made = create(folder, signer=load(sign_key), retention=retention)
    click.echo(f"{folder}: a new archive, {_signed(made)}")
    say_head(head(made))


def _signed(made: Archive) -> str:
    return f"signed by key {next(iter(made.keys))}" if made.keys else "not signed"


@archive.command()
@FOLDER
@click.argument("records", metavar="RECORD.JSON...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="A word to find it by (repeatable).")
@SYSTEM
@KEY
def add(
    folder: Path, records: tuple[Path, ...], tags: tuple[str, ...], system: str | None, sign_key: str | None
) -> None:
    """Add audits; prints the new head once they would survive a power cut."""
    from aiaudit.archive.append import append, ready
    from aiaudit.archive.contents import content, read_record
    from aiaudit.archive.layout import open_archive

    opened, signers = open_archive(folder), _signers(sign_key)
    ready(opened, signers)
    for path in records:
        record, raw = read_record(path)
        say_head(append(opened, content(record, raw=raw, system=system, tags=tags), signers))


def _signers(sign_key: str | None) -> list[Signer]:
    from aiaudit.archive.keys import load

    signer = load(sign_key)
    return [] if signer is None else [signer]


@archive.command()
@click.argument("file", type=click.Path())
def keygen(file: str) -> None:
    """Make an Ed25519 key: FILE for you alone, FILE.pub for everybody."""
    from aiaudit.archive.keys import generate

    signer = generate(file)
    click.echo(f"wrote {file} and {file}.pub\nkey {signer.keyid}")
    click.echo(
        f"Keep {file} out of the repository and off shared disks; in a pipeline, keep its text in a secret and hand "
        "it over as AIAUDIT_SIGN_KEY. Whoever holds it can sign as you.",
        err=True,
    )


@archive.command()
@FOLDER
@click.argument("new_key", metavar="NEW-KEY", type=click.Path())
@KEY
def rotate(folder: Path, new_key: str, sign_key: str | None) -> None:
    """Hand an archive over to another key, in a record signed by the old one and the new."""
    from aiaudit.archive.keys import load
    from aiaudit.archive.layout import open_archive
    from aiaudit.archive.rotation import rotate as hand_over

    new = load(new_key)
    assert new is not None  # a path was given
    say_head(hand_over(open_archive(folder), new, load(sign_key)))
    click.echo(f"from now on key {new.keyid} signs", err=True)


@archive.command("list")
@FOLDER
@SYSTEM
@SINCE
@UNTIL
@click.option(
    "--verdict", type=click.Choice(["met", "not-met", "incomplete", "inconclusive"]), help="What came out."
)
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="Only with this word (repeatable).")
@click.option("--model", metavar="DIGEST", help="How the SHA-256 of the model's file begins.")
@click.option(
    "--expiring", type=click.IntRange(0), metavar="DAYS", help="Term ended, or ends in so many days."
)
@STYLE
def list_(
    folder: Path,
    since: datetime | None,
    until: datetime | None,
    expiring: int | None,
    style: str,
    **wanted: Any,
) -> None:
    """List audits, oldest first. Nothing is ever deleted by aiaudit; --expiring says what you may."""
    from aiaudit.archive.layout import open_archive
    from aiaudit.archive.listing import Wanted, rows
    from aiaudit.archive.wording import as_json, listed

    by = None if expiring is None else _in_days(expiring)
    asked = Wanted(since=day(since), until=day(until), expires_by=by, **wanted)
    found = [row for row in rows(open_archive(folder)) if asked(row)]
    echo([as_json(found)] if style == "json" else listed(found))


def _in_days(days: int) -> date:
    from datetime import timedelta

    from aiaudit.archive.layout import now

    return date.fromisoformat(now()[:10]) + timedelta(days=days)


@archive.command()
@FOLDER
@click.argument("number", metavar="[RECORD]", type=click.IntRange(1), required=False)
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Copy its files there.")
@STYLE
def show(folder: Path, number: int | None, output: Path | None, style: str) -> None:
    """Show one audit, the newest by default; with -o, copy its record, report, policy and papers out."""
    from aiaudit.archive.layout import open_archive
    from aiaudit.archive.lookup import audit, copy_out, statement
    from aiaudit.archive.wording import as_json, shown

    opened = open_archive(folder)
    row = audit(opened, number)
    stated = statement(opened, row)
    echo([as_json(stated)] if style == "json" else shown(row, stated, opened.retention))
    if output is not None:
        for path in copy_out(opened, stated, output):
            click.echo(f"wrote {path}", err=True)


@archive.command()
@FOLDER
@HEADS
@KEYS
@click.option(
    "--tsa-root", type=click.Path(path_type=Path), metavar="FILE.pem", help="Check timestamps by these."
)
@STYLE
def verify(
    folder: Path, expect_head: tuple[str, ...], expect_key: str | None, tsa_root: Path | None, style: str
) -> int:
    """Check every record, object and signature. Exit 0: as written; 1: tampered with or damaged; 3: unreadable."""
    from aiaudit.archive.check import check
    from aiaudit.archive.layout import Head, open_archive
    from aiaudit.archive.wording import as_json, checked

    report = check(folder, heads=[Head.parse(text) for text in expect_head], key=expect_key)
    if tsa_root is not None and report.head is not None:
        from aiaudit.archive.timestamps import verified

        report = verified(open_archive(folder), report, tsa_root)
    echo([as_json(report)] if style == "json" else checked(report, str(folder)))
    return report.exit_code


for command in archive_reading.COMMANDS:
    archive.add_command(command)
