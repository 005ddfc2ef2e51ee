"""``aiaudit explain``: reasons and recourse for one decision, or the reasons for all that were unfavourable."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiaudit.errors import IncompleteError, UsageError, did_you_mean, one_line

if TYPE_CHECKING:
    from aiaudit.config import Config
    from aiaudit.explaining.dictionary import Dictionary
    from aiaudit.loading.tables import Table
    from aiaudit.run import Told
    from aiaudit.subject import Subject


@click.command()
@click.argument("files", nargs=-1, metavar="[MODEL] [DATA]", type=click.Path())
@click.option("--row", type=click.IntRange(min=1), metavar="N", help="Row of the data, counted from 1.")
@click.option("--id", "key", metavar="COL=VALUE", help="The one row that holds this value.")
@click.option("--adverse", is_flag=True, help="Every unfavourable decision, as CSV or Parquet.")
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
    help="Whom a letter, or --adverse, compares with: all applicants, or those who just passed.",
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
@click.option("--format", "style", type=click.Choice(["text", "json", "html"]), help="[default: text]")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Write here: .txt, .json or .html; with --adverse .csv or .parquet (repeatable).",
)
def explain(
    files: tuple[str, ...],
    row: int | None,
    key: str | None,
    adverse: bool,
    baseline: str,
    letter: str | None,
    style: str | None,
    outputs: tuple[str, ...],
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
    if adverse and (letter or style):
        raise click.UsageError("--adverse writes CSV or Parquet; letters and formats are for one row")
    if letter and style:
        raise click.UsageError("a letter is plain text; leave --format out")
    forms = [_form(output, adverse, letter, style) for output in outputs] or [
        style or ("csv" if adverse else "text")
    ]
    told = _explained(_config(files, options), (row, key), baseline, letter, forms)
    if not outputs:
        click.echo(told[0], nl=False)
    for output, content in zip(outputs, told, strict=False):
        from aiaudit.outputs import replace

        replace(Path(output), content)
        click.echo(f"wrote {one_line(output)}", err=True)
    return 0


#: What a file may hold, by the end of its name.
_SINGLE = {".txt": "text", ".json": "json", ".html": "html", ".htm": "html"}
_ADVERSE = {".csv": "csv", ".parquet": "parquet"}


def _form(output: str, adverse: bool, letter: str | None, style: str | None) -> str:
    """Return what is written, once it is known that it can be."""
    forms = _ADVERSE if adverse else {".txt": "text"} if letter else _SINGLE
    form = style or forms.get(Path(output).suffix.lower())
    if form is None:
        raise UsageError(
            f"'{one_line(output)}': the file name does not tell what to write",
            f"End it with one of: {', '.join(forms)}.",
        )
    from aiaudit.outputs import require_writable

    require_writable(Path(output))
    if form == "parquet":
        from aiaudit.explaining.listed import require_parquet

        require_parquet(output)
    return form


def _explained(
    config: Config,
    wanted: tuple[int | None, str | None],
    baseline: str,
    kind: str | None,
    forms: Sequence[str],
) -> Sequence[str | bytes]:
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
            return _adverse(subject, dictionary, baseline, forms, watcher.checked)
        row = _position(subject, table, *wanted)
        named = f"row {row + 1} of {one_line(table.name)}"
        if kind is None:
            return _one(subject, row, named, dictionary, forms)
        return [_letter(subject, row, dictionary, kind, baseline)] * len(forms)


def _one(subject: Subject, row: int, named: str, dictionary: Dictionary, forms: Sequence[str]) -> list[str]:
    from aiaudit.explaining.decision import explain_decision
    from aiaudit.explaining.telling import to_json, to_text
    from aiaudit.render.decision import render

    decision = explain_decision(subject, row, dictionary)
    written = {
        "json": lambda: to_json(decision, named),
        "html": lambda: render(decision, named, dictionary, subject),
        "text": lambda: to_text(decision, named, dictionary),
    }
    return [written[form]().rstrip("\n") + "\n" for form in forms]


def _letter(subject: Subject, row: int, dictionary: Dictionary, kind: str, baseline: str) -> str:
    from aiaudit.explaining.decision import explain_decision
    from aiaudit.explaining.letters import blanks, letter

    decision = explain_decision(subject, row, dictionary)
    if baseline not in [compared.baseline.name for compared in decision.compared]:
        raise UsageError("nobody passed, so there is nobody to compare with", "Use --baseline all.")
    text = letter(kind, decision, baseline, dictionary, subject.card)
    if missing := blanks(text):
        click.echo(f"to be filled in by you: {', '.join(missing)}", err=True)
    return text


def _adverse(
    subject: Subject, dictionary: Dictionary, baseline: str, forms: Sequence[str], progress: Told | None
) -> list[str | bytes]:
    import numpy as np

    from aiaudit.explaining.decision import explain_decisions
    from aiaudit.explaining.listed import lines, to_csv, to_parquet

    assert subject.selected is not None
    rows = np.flatnonzero(~subject.selected)
    found = []
    for decision in explain_decisions(subject, rows, only=baseline):
        found.append(decision)
        if progress is not None:
            progress("explaining", len(found), len(rows))
    withheld = sum(bool(c.withheld) for decision in found for c in decision.compared)
    if withheld:
        click.echo(f"warning: a protected column counted against {withheld} row(s): see 'withheld'", err=True)
    table = lines(found, dictionary)
    return [to_parquet(table) if form == "parquet" else to_csv(table) for form in forms]


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
            f"For example --id applicant=1017.{did_you_mean(column, table.frame.columns)}",
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
