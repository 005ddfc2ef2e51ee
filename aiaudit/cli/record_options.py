"""Options of the commands that judge a record, print it and write it."""

from __future__ import annotations

from pathlib import Path

import click

from aiaudit.render import TEXTS

SEVERITIES = ("info", "low", "medium", "high", "blocker")

FAIL_ON = click.option(
    "--fail-on", type=click.Choice(SEVERITIES), help="Lowest severity that fails the gate."
)
STRICT = click.option("--strict/--no-strict", default=None, help="Let an inconclusive gate too (exit 4).")
BASELINE = click.option(
    "--baseline", type=click.Path(), metavar="FILE", help="Fail only on what is new, or worse beyond noise."
)
EXIT_ZERO = click.option("--exit-zero", is_flag=True, help="Exit 0 whatever the verdict (not for errors).")
STYLE = click.option(
    "--format",
    "style",
    type=click.Choice(TEXTS),
    default="text",
    show_default=True,
    help="On stdout.",
)
OUTPUT = click.option(
    "-o",
    "--output",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Write a file; its suffix is its format.",
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="Print nothing on stdout.")
