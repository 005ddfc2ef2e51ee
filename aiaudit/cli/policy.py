"""``aiaudit policy``: list, show, validate and test policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from aiaudit.errors import one_line

if TYPE_CHECKING:
    from datetime import datetime

SCHEMAS = ("policy", "examples", "waivers", "config", "record", "card")


@click.group()
def policy() -> None:
    """List, show, validate and test policies."""


@policy.command("list")
def list_() -> None:
    """List the policy packs that ship with aiaudit."""
    from aiaudit.policy.load import resolve
    from aiaudit.policy.sources import built_in_ids

    packs = [resolve([id]).policy for id in built_in_ids()]
    width = max(len(pack.id) for pack in packs)
    for pack in packs:
        count = len(pack.requirements)
        click.echo(f"{pack.id:<{width}}  {pack.edition}  {count:>3} requirements  {pack.title}")
    click.echo("\naiaudit policy show ID shows one pack, requirement by requirement.")


@policy.command()
@click.argument("refs", metavar="ID|FILE...", nargs=-1, required=True)
@click.option(
    "--format", "style", type=click.Choice(["text", "yaml", "json"]), default="text", show_default=True
)
@click.option(
    "--date",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day of looking, by which law may have to be looked up again.  [default: today]",
)
def show(refs: tuple[str, ...], style: str, day: datetime | None) -> None:
    """Show a policy as it is judged by: what it extends is resolved, several are merged."""
    from aiaudit.audit import today
    from aiaudit.policy.describe import describe, to_yaml
    from aiaudit.policy.load import load_policies

    loaded = load_policies(refs)
    if style == "yaml":
        click.echo(to_yaml(loaded.policy), nl=False)
    elif style == "json":
        click.echo(loaded.policy.model_dump_json(indent=1))
    else:
        click.echo(describe(loaded.policy, loaded.sources, day.date() if day else today()))


@policy.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
def validate(files: tuple[str, ...]) -> None:
    """Check policy files, each on its own; every error is shown with its line. Exit 2 if there is one."""
    from aiaudit.policy.document import Fault, FileErrors
    from aiaudit.policy.load import load_policies

    faults: list[Fault] = []
    for file in files:
        try:
            loaded = load_policies([file])
        except FileErrors as error:
            faults += error.faults
        else:
            click.echo(f"{file}: valid, {len(loaded.policy.requirements)} requirements")
    if faults:
        raise FileErrors(faults)


@policy.command()
@click.argument("ref", metavar="ID|FILE")
@click.pass_context
def test(ctx: click.Context, ref: str) -> None:
    """Try a policy on its examples, and break each of its requirements in turn. Exit 1 if one surprises.

    The examples of NAME.yaml stand in examples/NAME.yaml beside it.
    """
    from aiaudit.audit import today
    from aiaudit.policy.examples import examples_of
    from aiaudit.policy.load import load_policies
    from aiaudit.policy.trial import each_broken, on_examples
    from aiaudit.registry import checks

    loaded, folder = load_policies([ref]), examples_of(ref)
    trials = [*on_examples(loaded, folder), *each_broken(loaded.policy, checks(), today())]
    surprises = [t for t in trials if not t.as_expected]
    for t in surprises:
        click.echo(
            f"{one_line(t.example)}: {t.requirement}: expected {t.expected}, found {t.found}: {t.reason}"
        )
    count, examples = len(loaded.policy.requirements), len(folder.examples)
    click.echo(
        f"{loaded.policy.id}: {count} requirements met and broken in turn, {examples} examples", nl=False
    )
    click.echo(f", {len(surprises)} surprises" if surprises else ", all as expected")
    if not examples:
        click.echo(f"There are no examples; write some in {one_line(folder.path)}.", err=True)
    ctx.exit(1 if surprises else 0)


@policy.command()
@click.argument("name", type=click.Choice(SCHEMAS), default="policy")
def schema(name: str) -> None:
    """Print the JSON Schema of a file's format, for editors."""
    from aiaudit.schemas import text

    click.echo(text(name), nl=False)
