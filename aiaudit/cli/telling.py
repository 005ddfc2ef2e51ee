"""Where commands put a record: into files, and on stdout."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from aiaudit.record import Record


def write_all(record: Record, paths: Sequence[Path], exit_code: int) -> None:
    """Write a record to every path, in the form that its suffix names, and say so."""
    from aiaudit.outputs import write

    write(record, paths, exit_code)
    for path in paths:
        click.echo(f"wrote {path}", err=True)


def write_public(record: Record, paths: Sequence[str], exit_code: int) -> None:
    """Write what may be shared of a record to every path."""
    if paths:
        from aiaudit.render.public import public

        write_all(public(record), [Path(path) for path in paths], exit_code)


def summarise(text: Callable[[], str]) -> None:
    """Append Markdown to the step summary of a pipeline that has one; one that cannot be written changes no verdict."""
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if not summary:
        return
    try:
        with open(summary, "a", encoding="utf-8") as file:
            file.write(text())
    except OSError as error:
        click.echo(f"note: the step summary could not be written: {error.strerror}", err=True)


def tell_unused(record: Record) -> None:
    """Warn of waivers that nothing needs."""
    for waiver in record.provenance.unused_waivers:
        click.echo(f"warning: nothing needs the waiver of '{waiver.requirement}'; delete it", err=True)


def tell_gone(requirements: Sequence[str]) -> None:
    """Say which failures of a baseline are gone, so that it can be drawn tighter."""
    from aiaudit.errors import some

    if requirements:
        click.echo(
            f"note: of the baseline's failures these are gone: {some(requirements)}; write it anew with 'aiaudit baseline'",
            err=True,
        )


def show(record: Record, style: str, exit_code: int) -> None:
    """Print a record in a format."""
    if style == "text":
        from aiaudit.render.terminal import print_summary

        print_summary(record, exit_code, sys.stdout)
    else:
        from aiaudit.render import render

        click.echo(render(record, style, exit_code), nl=False)
