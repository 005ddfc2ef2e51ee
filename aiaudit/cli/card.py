"""``aiaudit card``: the form of a system card, what it still lacks, and the model card to publish."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiaudit.errors import one_line
from aiaudit.render.documents import DOCUMENTS

if TYPE_CHECKING:
    from datetime import datetime

POLICY = click.option(
    "--policy",
    "-p",
    "policies",
    metavar="ID|FILE",
    multiple=True,
    default=("system-card-complete",),
    show_default=True,
    help="Whose evidence is asked for; repeatable.",
)


@click.group()
def card() -> None:
    """Write, check and publish what is said about a system."""


@card.command()
@POLICY
def form(policies: tuple[str, ...]) -> None:
    """Print an empty card with every field, and every statement that the policies ask for."""
    from aiaudit.card_form import blank
    from aiaudit.policy.load import load_policies

    click.echo(blank(load_policies(policies).policy), nl=False)


@card.command()
@click.argument("path", metavar="CARD")
@POLICY
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Day of judgement.  [default: today]")
@click.pass_context
def check(ctx: click.Context, path: str, policies: tuple[str, ...], day: datetime | None) -> None:
    """Say what a card still lacks, and what to write. Exit 1 if that would fail the gate.

    Only evidence is read here: what must be measured needs 'aiaudit check'.
    """
    from aiaudit.audit import today
    from aiaudit.card import load_card
    from aiaudit.card_form import lacking
    from aiaudit.policy.load import load_policies
    from aiaudit.policy.yaml import read_yaml

    policy = load_policies(policies).policy
    asked, found = lacking(load_card(path), read_yaml(path), policy, day.date() if day else today())
    for gap in found:
        click.echo(f"{gap.severity.name.lower():<8}{gap.requirement}: {gap.title}")
        for item in gap.open:
            click.echo(f"        {one_line(path)}:{item.line}: {item.name}: {one_line(item.state, 400)}")
            click.echo(f"            for example: {item.example}")
        click.echo(f"        {one_line(gap.step, 400)}")
    gating = sum(gap.gates for gap in found)
    click.echo(f"{one_line(path)}: {asked - len(found)} of {asked} met, {gating} of the open ones gate")
    ctx.exit(1 if gating else 0)


@card.command()
@click.argument("path", metavar="RECORD")
@click.option(
    "--format",
    "style",
    type=click.Choice(["model-card", "cyclonedx", *DOCUMENTS]),
    default="model-card",
    show_default=True,
)
def render(path: str, style: str) -> None:
    """Print the model card of an audit, or another document made of the record and its card.

    The model card is Markdown for people and Hugging Face; cyclonedx is CycloneDX 1.6; the others are Markdown.
    """
    from aiaudit.errors import IncompleteError
    from aiaudit.gate import exit_code
    from aiaudit.record import from_json
    from aiaudit.render import render as rendered
    from aiaudit.render.documents_page import document

    try:
        content = Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise IncompleteError(
            f"{one_line(path)} cannot be read: {reason}",
            "Give a record.json written by 'aiaudit check -o record.json'.",
        ) from None
    record = from_json(content, path)
    if style in DOCUMENTS:
        click.echo(document(record, style), nl=False)
    else:
        click.echo(rendered(record, style, exit_code(record)), nl=False)
