"""``aiaudit check``: the audit and the gate."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from aiaudit.cli.record_options import BASELINE, EXIT_ZERO, FAIL_ON, OUTPUT, QUIET, STRICT, STYLE

if TYPE_CHECKING:
    from aiaudit.archive.keep import Keeper
    from aiaudit.config import Config

TASKS = ("binary", "multiclass", "regression", "outlier")


@click.command()
@click.argument("files", nargs=-1, metavar="[MODEL] [DATA]", type=click.Path())
@click.option(
    "-c", "--config", type=click.Path(), envvar="AIAUDIT_CONFIG", help="Read settings from aiaudit.yaml."
)
@click.option("-p", "--policy", multiple=True, metavar="ID|FILE", help="Policy pack or file (repeatable).")
@click.option("--target", metavar="COL", help="Column of true outcomes.")
@click.option("--favorable", multiple=True, metavar="LABEL", help="Label that helps the person (repeatable).")
@click.option(
    "--sensitive", multiple=True, metavar="COL[:EDGES]", help="Protected column, 'age:40,62' (repeatable)."
)
@click.option("--predictions", metavar="COL", help="Column of decisions made elsewhere; then DATA alone.")
@click.option("--scores", metavar="COL", help="Column of the scores behind --predictions.")
@click.option("--weights", metavar="COL", help="Column of row weights (survey, exposure).")
@click.option(
    "--control",
    multiple=True,
    metavar="COL[:EDGES]",
    help="Compare groups within this column's values too (repeatable).",
)
@click.option(
    "--order", multiple=True, metavar="LABEL", help="Every label, worst to best for the person (repeatable)."
)
@click.option(
    "--reference",
    multiple=True,
    metavar="COL=GROUP",
    help="Set a column's other groups against this one too (repeatable).",
)
@click.option(
    "--direction",
    "directions",
    multiple=True,
    metavar="COL=up|down",
    help="More of this column should help (up) or harm the person (repeatable).",
)
@click.option("--train", type=click.Path(), metavar="FILE", help="Data that the model was fitted on.")
@click.option(
    "--groups", type=click.Path(), metavar="FILE", help="File that holds protected columns; needs --on."
)
@click.option("--on", metavar="COL", help="Key that joins --groups to DATA.")
@click.option("--drop", multiple=True, metavar="COL", help="Column that is no feature (repeatable).")
@click.option("--task", type=click.Choice(TASKS), help="What is decided; inferred unless given.")
@click.option("--exclude-unlabeled", is_flag=True, help="Leave rows without an outcome out, and count them.")
@click.option("--card", type=click.Path(), metavar="FILE", help="System card (YAML).")
@click.option("--reasons", type=click.Path(), metavar="FILE", help="Reason dictionary (YAML).")
@click.option("--waivers", type=click.Path(), metavar="FILE", help="Accepted failures (YAML).")
@click.option("--select", multiple=True, metavar="ID", help="Run this check or family alone (repeatable).")
@click.option("--ignore", multiple=True, metavar="ID", help="Leave this check or family out (repeatable).")
@click.option("--seed", type=int, metavar="N", help="Seed of everything random.  [default: 0]")
@FAIL_ON
@STRICT
@BASELINE
@EXIT_ZERO
@click.option(
    "--trust", multiple=True, metavar="NAME", help="Exact class in the model file to vouch for (repeatable)."
)
@click.option(
    "--module-path", multiple=True, type=click.Path(), metavar="DIR", help="Where such classes are found."
)
@click.option(
    "--trust-metric",
    "trust_metrics",
    multiple=True,
    metavar="MODULE:NAME",
    help="Function that a policy names as its metric, to vouch for (repeatable).",
)
@click.option("--python", metavar="EXE", help="Interpreter of the model's own environment.")
@click.option("--unsafe-pickle", is_flag=True, help="Load any pickle. Dangerous; recorded in the report.")
@click.option(
    "--isolation", type=click.Choice(["auto", "strict", "none"]), help="Locks on the model's process."
)
@click.option("--memory", metavar="SIZE", help="Memory the model may use, such as 2GiB.")
@click.option("--timeout", type=float, metavar="SECONDS", help="Longest the model may take for one answer.")
@STYLE
@OUTPUT
@click.option(
    "--public",
    "shareable",
    multiple=True,
    type=click.Path(),
    metavar="FILE",
    help="Write a file without counts of few people.",
)
@click.option("--archive", type=click.Path(), metavar="DIR", help="Keep the audit in this archive.")
@click.option("--no-archive", is_flag=True, help="Keep it in none, whatever aiaudit.yaml says.")
@click.option("--sign-key", type=click.Path(), metavar="FILE", help="Ed25519 key to sign it with.")
@click.option("--system", metavar="NAME", help="What the archive calls it.  [default: as in the card]")
@click.option("--tag", "tags", multiple=True, metavar="WORD", help="A word to find it by (repeatable).")
@QUIET
def check(
    files: tuple[str, ...],
    style: str,
    shareable: tuple[str, ...],
    quiet: bool,
    exit_zero: bool,
    no_archive: bool,
    **options: Any,
) -> int:
    """Audit a model and data against a policy.

    MODEL is a fitted scikit-learn estimator or pipeline (joblib, pickle, skops) or ONNX; DATA is a CSV
    (also compressed) or Parquet file that the model has not seen. With --predictions COL, DATA alone is
    audited, for a model you cannot open.
    """
    from aiaudit.baseline import against, gone, load_baseline
    from aiaudit.cli.archive_options import say_head
    from aiaudit.cli.telling import show, summarise, tell_gone, tell_unused, write_all, write_public
    from aiaudit.cli.watching import watching
    from aiaudit.execute import execute
    from aiaudit.gate import exit_code
    from aiaudit.outputs import prepare
    from aiaudit.render import render

    config = _config(files, options)
    if no_archive:
        config = config.model_copy(update={"archive": type(config.archive)()})
    prepare([*config.output, *shareable])
    keeper = _keeper(config)
    known = None if config.gate.baseline is None else load_baseline(config.gate.baseline)
    with watching() as watcher:
        record = execute(config, watcher)
    if known is not None:
        record = against(record, known)
        tell_gone(gone(record, known))
    if keeper is not None:
        record = keeper.linked(record)
    code = exit_code(record)
    write_all(record, config.output, code)
    write_public(record, shareable, code)
    if keeper is not None:
        say_head(keeper.keep(record), err=True)
    tell_unused(record)
    summarise(lambda: render(record, "markdown", code))
    if not quiet:
        show(record, style, code)
    return 0 if exit_zero and code != 3 else int(code)


def _keeper(config: Config) -> Keeper | None:
    """Open the archive, if any, before the audit; one that cannot be written then costs nothing."""
    if config.archive.path is None:
        return None
    from aiaudit.archive.keep import keeper

    return keeper(config.archive)


def _config(files: tuple[str, ...], options: dict[str, Any]) -> Config:
    """Return the configuration of the file, if any, with the command line laid over it."""
    from aiaudit.config import Config, load_config, overlay
    from aiaudit.groups import parse_sensitive

    path = options.pop("config")
    if path is None and not files and Path("aiaudit.yaml").is_file():
        path = "aiaudit.yaml"
        click.echo("reading aiaudit.yaml", err=True)
    if len(files) > 2:
        raise click.UsageError(f"check takes MODEL and DATA, not {len(files)} files")
    config = Config() if path is None else load_config(path)
    model, data = _files(files, options["predictions"], config)
    groups, on = options.pop("groups"), options.pop("on")
    if (groups is None) != (on is None):
        raise click.UsageError("--groups FILE and --on COL go together")
    for name in ("sensitive", "control"):
        options[name] = tuple(parse_sensitive(text) for text in options[name])
    options["reference"] = _pairs("--reference", "COL=GROUP", options["reference"])
    options["directions"] = _pairs("--direction", "COL=up or COL=down", options["directions"], ("up", "down"))
    return overlay(config, model=model, data=data, groups=groups, on=on, **options)


def _pairs(option: str, form: str, texts: Sequence[str], values: Collection[str] = ()) -> dict[str, str]:
    """Read ``COL=VALUE`` for each column; any value will do where none are named."""
    from aiaudit.errors import one_line

    found: dict[str, str] = {}
    for text in texts:
        column, equals, value = text.rpartition("=") if values else text.partition("=")
        if not (column and equals and value) or (values and value not in values):
            raise click.UsageError(f"{option} takes {form}, not '{one_line(text)}'")
        if found.setdefault(column, value) != value:
            raise click.UsageError(f"{option} says two things of column '{one_line(column)}'")
    return found


def _files(files: tuple[str, ...], predictions: str | None, config: Config) -> tuple[str | None, str | None]:
    if len(files) == 2:
        return files[0], files[1]
    if not files:
        return None, None
    if predictions or config.data.predictions or config.model.path:
        return None, files[0]
    raise click.UsageError("one file was given: name MODEL and DATA, or DATA with --predictions COL")
