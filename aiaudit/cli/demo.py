"""``aiaudit demo``: a whole audit on an embedded example, end to end and offline."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="aiaudit-demo")
def demo(folder: Path) -> int:
    """Audit an example, end to end and offline.

    Trains a small model of loan decisions, audits it by race, sex and both together, and leaves everything
    in FOLDER: the model, the data, the configuration, record.json and report.html.
    """
    from aiaudit.audit import today
    from aiaudit.cli.watching import watching
    from aiaudit.config import load_config
    from aiaudit.demo import lay_out
    from aiaudit.execute import execute
    from aiaudit.gate import exit_code
    from aiaudit.outputs import prepare, write
    from aiaudit.render.terminal import print_summary

    outputs = [folder / "record.json", folder / "report.html"]
    prepare(outputs)
    click.echo("training a model of loan decisions on half of 1,989 applications (Boston, 1990) …", err=True)
    lay_out(folder, today())
    with watching() as watcher:
        record = execute(load_config(folder / "aiaudit.yaml"), watcher)
    code = exit_code(record)
    write(record, outputs, code)
    print_summary(record, code, sys.stdout)
    click.echo(next_commands(folder, code))
    return 0


def next_commands(folder: Path, code: int) -> str:
    """Return what to do after the demo."""
    return f"""
In a pipeline this audit would exit with {code}; the demo itself exits with 0.

Next:
  1. Open the report:       {folder / "report.html"}
  2. Change and run again:  cd {folder} && aiaudit check
  3. Audit your own model:  aiaudit check MODEL DATA --target COL --favorable LABEL \\
                              --sensitive COL -o out/record.json -o out/report.html
     A vendor's decisions:  aiaudit check DATA --predictions COL --favorable LABEL --sensitive COL"""
