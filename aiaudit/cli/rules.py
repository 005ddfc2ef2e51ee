"""``aiaudit rules``: the catalogue of checks, and one check's page."""

from __future__ import annotations

import json
from inspect import cleandoc

import click

from aiaudit.check import Check
from aiaudit.errors import one_line


@click.command()
@click.argument("check_id", metavar="[ID]", required=False)
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rules(check_id: str | None, style: str) -> None:
    """List the checks, or show one check's page: what it measures, how, and its limits."""
    from aiaudit.check import Need
    from aiaudit.checks.bias.own_metrics import ID, own_metrics
    from aiaudit.registry import checks, get

    if check_id == ID:
        chosen = [own_metrics([], [Need.LABELS, Need.PREDICTIONS])]
    else:
        chosen = list(checks().values()) if check_id is None else [get(check_id)]
    if style == "json":
        click.echo(json.dumps([_plain(check) for check in chosen], indent=1, ensure_ascii=False))
    elif check_id is None:
        width = max(len(check.id) for check in chosen)
        for check in chosen:
            click.echo(f"{check.id:<{width}}  {one_line(check.title)}")
        click.echo("\naiaudit rules ID shows one check's page.")
    else:
        click.echo(page(chosen[0]))


def page(check: Check) -> str:
    """Return one check's page in Markdown."""
    needs = ", ".join(sorted(check.needs)) or "nothing but the audit itself"
    metrics = "\n".join(f"- `{m.name}` ({m.unit}): {m.definition} Source: {m.source}." for m in check.metrics)
    reported = metrics or "What a policy names under `metrics` (docs/policies.md)."
    steps = "\n".join(f"{i}. {step}" for i, step in enumerate(check.remediation, 1))
    return "\n\n".join(
        [
            f"# {check.id}",
            f"**{check.title}** (version {check.version}; needs: {needs})",
            cleandoc(check.doc),
            f"## What it reports\n\n{reported}",
            f"## Remediation\n\n{steps}",
        ]
    )


def _plain(check: Check) -> dict[str, object]:
    return {
        "id": check.id,
        "family": check.family,
        "title": check.title,
        "version": check.version,
        "needs": sorted(check.needs),
        "metrics": [
            {"name": m.name, "unit": m.unit, "definition": m.definition, "source": m.source}
            for m in check.metrics
        ],
        "remediation": list(check.remediation),
        "doc": cleandoc(check.doc),
    }
