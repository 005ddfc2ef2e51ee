"""``aiaudit init``: a first configuration, proposed from a model and its data."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from aiaudit.errors import one_line

if TYPE_CHECKING:
    from aiaudit.starting.begin import Begun

PATH = click.Path(path_type=Path)


@click.command()
@click.argument("folder", metavar="[DIR]", type=PATH, default=".")
@click.option("--model", type=PATH, metavar="FILE", help="The model.  [default: the one found in DIR]")
@click.option("--data", type=PATH, metavar="FILE", help="The table.  [default: the one found in DIR]")
@click.option(
    "--ci",
    type=click.Choice(["github", "gitlab", "none"]),
    help="Pipeline to write a job for.  [default: the one that the repository uses]",
)
@click.option("--force", is_flag=True, help="Replace files that are there.")
def init(folder: Path, model: Path | None, data: Path | None, ci: str | None, force: bool) -> None:
    """Look at a model and its data, and write a configuration to complete.

    Proposes target, favourable label, protected columns and what to leave out, each with its reason, and
    decides nothing: what is not plain stays TODO, and 'aiaudit check' refuses to start until it is answered.
    The model is never loaded. Writes aiaudit.yaml, aiaudit-policy.yaml, system-card.yaml, waivers.yaml and,
    where one is wanted, a pipeline's job; all of them or none.
    """
    from aiaudit.starting.begin import begin

    begun = begin(folder, model=model, data=data, ci=ci, force=force)
    for path in begun.written:
        click.echo(f"wrote {one_line(path)}")
    click.echo()
    for line in begun.told:
        click.echo(line)
    click.echo(f"\nNext:\n{_next(folder, begun)}")


def _next(folder: Path, begun: Begun) -> str:
    enter = "" if folder == Path() else f"cd {shlex.quote(one_line(folder))} && "
    config = one_line(begun.written[0])
    answer = f"answer every TODO in {config}, and read" if begun.undecided else f"read {config}:"
    steps = [f"{answer} what is proposed"]
    steps += [f"{enter}aiaudit check", f"{enter}aiaudit card check system-card.yaml -p aiaudit-policy.yaml"]
    steps += begun.afterwards
    return "\n".join(f"  {number}. {step}" for number, step in enumerate(steps, 1))
