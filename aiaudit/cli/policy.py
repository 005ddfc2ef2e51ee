"""``aiaudit policy``: list, show and validate policies."""

from __future__ import annotations

import click

SCHEMAS = ("policy", "waivers", "config", "record", "card")


@click.group()
def policy() -> None:
    """List, show and validate policies."""


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
def show(refs: tuple[str, ...], style: str) -> None:
    """Show a policy as it is judged by: what it extends is resolved, several are merged."""
    from aiaudit.policy.describe import describe, to_yaml
    from aiaudit.policy.load import load_policies

    loaded = load_policies(refs)
    if style == "yaml":
        click.echo(to_yaml(loaded.policy), nl=False)
    elif style == "json":
        click.echo(loaded.policy.model_dump_json(indent=1))
    else:
        click.echo(describe(loaded.policy, loaded.sources))


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
@click.argument("name", type=click.Choice(SCHEMAS), default="policy")
def schema(name: str) -> None:
    """Print the JSON Schema of a file's format, for editors."""
    from aiaudit.schemas import text

    click.echo(text(name), nl=False)
