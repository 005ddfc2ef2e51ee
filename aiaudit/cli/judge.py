"""``aiaudit judge``: a stored audit under another policy."""

from __future__ import annotations

from pathlib import Path

import click

from aiaudit.cli.archive_options import WITHIN
from aiaudit.cli.record_options import BASELINE, EXIT_ZERO, FAIL_ON, OUTPUT, QUIET, STRICT, STYLE


@click.command()
@click.argument("record")
@WITHIN
@click.option(
    "-p",
    "--policy",
    multiple=True,
    metavar="ID|FILE",
    help="Policy pack or file (repeatable).  [default: the record's own]",
)
@click.option(
    "--waivers",
    type=click.Path(),
    metavar="FILE",
    help="Accepted failures (YAML).  [default: the record's own]",
)
@FAIL_ON
@STRICT
@BASELINE
@EXIT_ZERO
@STYLE
@OUTPUT
@QUIET
def judge(
    record: str,
    archive: str | None,
    policy: tuple[str, ...],
    waivers: str | None,
    fail_on: str | None,
    strict: bool | None,
    baseline: str | None,
    exit_zero: bool,
    style: str,
    output: tuple[Path, ...],
    quiet: bool,
) -> int:
    """Judge a stored audit again: under another policy, with other waivers, as of today.

    RECORD is a record.json, or with --archive the number of a record in it. Nothing is measured: what the policy
    asks for and the audit did not measure is not assessed. Exit codes as for 'check'.
    """
    from aiaudit.archive.lookup import stored
    from aiaudit.audit import today
    from aiaudit.baseline import against, gone, load_baseline
    from aiaudit.cli.telling import show, tell_gone, tell_unused, write_all
    from aiaudit.gate import exit_code
    from aiaudit.outputs import prepare
    from aiaudit.policy import LoadedPolicy, load_policies, load_waivers
    from aiaudit.policy.model import Severity
    from aiaudit.rejudge import rejudge, waivers_of

    prepare(output)
    known = None if baseline is None else load_baseline(baseline)
    old = stored(archive, record)
    loaded = (
        load_policies(policy) if policy else LoadedPolicy(policy=old.policy, sources=old.provenance.sources)
    )
    severity = None if fail_on is None else Severity[fail_on.upper()]
    accepted = load_waivers(waivers) if waivers else waivers_of(old)
    new = rejudge(old, loaded, accepted, today=today(), fail_on=severity, strict=strict)
    if known is not None:
        new = against(new, known)
        tell_gone(gone(new, known))
    code = exit_code(new)
    write_all(new, output, code)
    tell_unused(new)
    if not quiet:
        show(new, style, code)
    return 0 if exit_zero and code != 3 else int(code)
