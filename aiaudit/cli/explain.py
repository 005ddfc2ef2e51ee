"""``aiaudit explain``: reasons and recourse for one decision, or the reasons for all that were unfavourable."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiaudit.errors import IncompleteError, UsageError, one_line

if TYPE_CHECKING:
    from aiaudit.config import Config
    from aiaudit.explaining.dictionary import Dictionary
    from aiaudit.loading.tables import Table
    from aiaudit.subject import Subject


@click.command()
@click.argument("files", nargs=-1, metavar="[MODEL] [DATA]", type=click.Path())
@click.option("--row", type=click.IntRange(min=1), metavar="N", help="Row of the data, counted from 1.")
@click.option("--id", "key", metavar="COL=VALUE", help="The one row that holds this value.")
@click.option("--adverse", is_flag=True, help="Every unfavourable decision, as CSV.")
@click.option(
    "-c", "--config", type=click.Path(), envvar="AIAUDIT_CONFIG", help="Read settings from aiaudit.yaml."
)
@click.option("--favorable", multiple=True, metavar="LABEL", help="Label that helps the person (repeatable).")
@click.option("--sensitive", multiple=True, metavar="COL[:EDGES]", help="Protected column (repeatable).")
@click.option("--target", metavar="COL", help="Column of true outcomes; it is left out.")
@click.option("--drop", multiple=True, metavar="COL", help="Column that is no feature (repeatable).")
@click.option("--reasons", type=click.Path(), metavar="FILE", help="Reason dictionary (YAML).")
@click.option(
    "--baseline",
    type=click.Choice(["all", "passing"]),
    default="all",
    show_default=True,
    help="Whom a letter, or the CSV, compares with: all applicants, or those who just passed.",
)
@click.option("--letter", type=click.Choice(["us-credit", "eu-uk", "generic"]), help="Write the notice.")
@click.option("--card", type=click.Path(), metavar="FILE", help="System card (YAML), for the letter.")
@click.option("--seed", type=int, metavar="N", help="Seed of everything random.  [default: 0]")
@click.option("--trust", multiple=True, metavar="NAME", help="Exact class to vouch for (repeatable).")
@click.option(
    "--module-path", multiple=True, type=click.Path(), metavar="DIR", help="Where such classes are."
)
@click.option("--python", metavar="EXE", help="Interpreter of the model's own environment.")
@click.option("--unsafe-pickle", is_flag=True, help="Load any pickle. Dangerous.")
@click.option("--isolation", type=click.Choice(["auto", "strict", "none"]), help="Locks on its process.")
@click.option("--memory", metavar="SIZE", help="Memory the model may use, such as 2GiB.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Longest it may take for one answer.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Write here, not to stdout.")
def explain(
    files: tuple[str, ...],
    row: int | None,
    key: str | None,
    adverse: bool,
    baseline: str,
    letter: str | None,
    style: str,
    output: str | None,
    **options: Any,
) -> int:
    """Say why the model decided as it did about one person, and what would have changed it.

    Reasons are what counted against the person, at most four, never a protected column, compared with all
    applicants and with those who just passed. Every change that is printed was tried on the model. The reason
    dictionary holds, under 'columns', for each column: reason (the words of a letter), name, immutable, direction
    (up or down), range, choices.
    """
    if sum([row is not None, key is not None, adverse]) != 1:
        raise click.UsageError("name one row with --row or --id, or ask for all with --adverse")
    if adverse and (letter or style == "json"):
        raise click.UsageError("--adverse writes CSV; letters and JSON are for one row")
    text = _explained(_config(files, options), (row, key), baseline, letter, style)
    if output is None:
        click.echo(text, nl=not text.endswith("\n"))
    else:
        from aiaudit.outputs import replace

        replace(Path(output), text if text.endswith("\n") else text + "\n")
        click.echo(f"wrote {output}", err=True)
    return 0


def _explained(
    config: Config,
    wanted: tuple[int | None, str | None],
    baseline: str,
    kind: str | None,
    style: str,
) -> str:
    from aiaudit.cli.watching import watching
    from aiaudit.execute import card_of, opened
    from aiaudit.explaining.dictionary import Dictionary, load_dictionary

    card = card_of(config)
    dictionary = Dictionary() if config.reasons is None else load_dictionary(config.reasons, for_letters=True)
    with watching() as watcher, opened(config, card, watcher.predicted) as (subject, table):
        if subject.model is None or subject.features is None or subject.selected is None:
            raise UsageError(
                "only decisions of a model can be explained, not numbers or a column of decisions",
                "Give MODEL and DATA, and the label that helps the person with --favorable.",
            )
        if wanted == (None, None):
            return _adverse(subject, dictionary, baseline)
        return _one(subject, table, wanted, dictionary, baseline, kind, style)


def _one(
    subject: Subject,
    table: Table,
    wanted: tuple[int | None, str | None],
    dictionary: Dictionary,
    baseline: str,
    kind: str | None,
    style: str,
) -> str:
    from aiaudit.explaining.decision import explain_decision
    from aiaudit.explaining.telling import to_json, to_text

    row = _position(subject, table, *wanted)
    named = f"row {row + 1} of {one_line(table.name)}"
    decision = explain_decision(subject, row, dictionary)
    if kind is None:
        return to_json(decision, named) if style == "json" else to_text(decision, named, dictionary)
    from aiaudit.explaining.letters import blanks, letter

    if baseline not in [compared.baseline.name for compared in decision.compared]:
        raise UsageError("nobody passed, so there is nobody to compare with", "Use --baseline all.")
    text = letter(kind, decision, baseline, dictionary, subject.card)
    if missing := blanks(text):
        click.echo(f"to be filled in by you: {', '.join(missing)}", err=True)
    return text


def _adverse(subject: Subject, dictionary: Dictionary, baseline: str) -> str:
    import numpy as np

    from aiaudit.explaining.decision import explain_decisions
    from aiaudit.explaining.telling import to_csv

    assert subject.selected is not None
    rows = np.flatnonzero(~subject.selected)
    found = list(explain_decisions(subject, rows, only=baseline))
    withheld = sum(bool(c.withheld) for decision in found for c in decision.compared)
    if withheld:
        click.echo(f"warning: a protected column counted against {withheld} row(s): see 'withheld'", err=True)
    return to_csv(found, [str(row + 1) for row in rows], dictionary)


def _position(subject: Subject, table: Table, row: int | None, key: str | None) -> int:
    """Return the position of the row that is meant."""
    if row is not None:
        if row > subject.n:
            raise UsageError(f"{one_line(table.name)} has {subject.n} rows, no row {row}", "Count from 1.")
        return row - 1
    column, equals, value = (key or "").partition("=")
    if not equals or column not in table.frame.columns:
        raise UsageError(
            f"--id takes COL=VALUE with a column of {one_line(table.name)}, not '{one_line(key)}'",
            "For example --id applicant=1017.",
        )
    found = (table.frame[column].astype(str) == value).to_numpy().nonzero()[0]
    if len(found) != 1:
        raise IncompleteError(
            f"{len(found)} rows of {one_line(table.name)} hold '{one_line(value)}' in '{one_line(column)}'",
            "Name a value that one row alone holds, or use --row.",
        )
    return int(found[0])


def _config(files: tuple[str, ...], options: dict[str, Any]) -> Config:
    """Return the configuration, with the column of outcomes left out: decisions are explained, not judged."""
    from aiaudit.config import Config, load_config, overlay
    from aiaudit.groups import parse_sensitive

    path = options.pop("config")
    if path is None and not files and Path("aiaudit.yaml").is_file():
        path = "aiaudit.yaml"
        click.echo("reading aiaudit.yaml", err=True)
    if len(files) not in (0, 2):
        raise click.UsageError("explain takes MODEL and DATA")
    config = Config() if path is None else load_config(path)
    target = options.pop("target") or config.data.target
    dropped = (*config.data.drop, *options.pop("drop"), *([target] if target else []))
    options["sensitive"] = tuple(parse_sensitive(text) for text in options["sensitive"])
    data = config.data.model_copy(update={"target": None, "train": None, "weights": None})
    config = config.model_copy(update={"data": data})
    model, table = files or (None, None)
    return overlay(config, model=model, data=table, drop=tuple(dict.fromkeys(dropped)), **options)
