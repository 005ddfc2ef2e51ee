"""``aiaudit waive``: a named person accepts a failure for a while."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("requirement")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may stay for a while.")
@click.option("--owner", required=True, metavar="NAME", help="Who mends it.")
@click.option("--approved-by", required=True, metavar="NAME", help="Who accepts it until then.")
@click.option(
    "--expires",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The last day; within a year.",
)
@click.option(
    "--scope", multiple=True, metavar="COL=GROUP", help="Only there (repeatable).  [default: everywhere]"
)
@click.option("--ticket", metavar="TEXT", help="Where the work is tracked.")
@click.option(
    "--waivers",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="File to add it to.  [default: that of aiaudit.yaml, else waivers.yaml]",
)
@click.option("-p", "--policy", multiple=True, metavar="ID|FILE", help="Policy that asks (repeatable).")
def waive(requirement: str, waivers: Path | None, policy: tuple[str, ...], **given: Any) -> None:
    """Add a waiver to the file of waivers, and leave all else in it as it stands.

    A waived failure is still shown and counted; it no longer stops the pipeline until the day it ends.
    """
    from aiaudit.audit import today
    from aiaudit.config import Config, load_config
    from aiaudit.policy import load_policies
    from aiaudit.policy.waiving import append_waiver, waiver_of

    config = load_config("aiaudit.yaml") if Path("aiaudit.yaml").is_file() else Config()
    asked = [r.id for r in load_policies(policy or config.policy).policy.requirements]
    last: datetime = given.pop("expires")
    made = waiver_of(asked, requirement=requirement, created=today(), expires=last.date(), **given)
    path = waivers or config.waivers or Path("waivers.yaml")
    append_waiver(path, made)
    where = " and ".join(f"{column} = {group}" for column, group in made.scope.items()) or "everywhere"
    click.echo(f"wrote {path}: '{made.requirement}' is waived until {made.expires.isoformat()}, {where}")
    if path != config.waivers:
        click.echo(
            f"Name the file: 'aiaudit check --waivers {path}', or 'waivers:' in aiaudit.yaml.", err=True
        )
