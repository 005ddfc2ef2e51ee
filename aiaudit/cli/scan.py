"""``aiaudit scan``: look at a model file without loading it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from aiaudit.loading.looking import Look
    from aiaudit.loading.scan import Scan

_WIDTH = 12


@click.command()
@click.argument("models", metavar="MODEL...", nargs=-1, required=True, type=click.Path())
@click.option("--trust", multiple=True, metavar="NAME", help="Exact class to count as known (repeatable).")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def scan(models: tuple[str, ...], trust: tuple[str, ...], style: str) -> int:
    """Look at model files without loading them: format, library releases, what they name, and a verdict.

    Exit 0 where 'aiaudit check' would open each, 3 where not. As JSON, one model at a time.
    """
    from aiaudit.loading.scan import scan_model

    if style == "json" and len(models) > 1:
        raise click.UsageError(f"--format json takes one MODEL, not {len(models)}")
    code = 0
    for model in models:
        found = scan_model(model, trust=trust)
        click.echo(to_json(found) if style == "json" else to_text(found))
        code = max(code, found.exit_code)
    return code


def to_json(found: Scan) -> str:
    """Return the scan as JSON; what was not found out is null or empty."""
    import json
    from dataclasses import asdict

    return json.dumps(asdict(found), indent=1)


def to_text(found: Scan) -> str:
    """Return the scan as text for a terminal."""
    from aiaudit.errors import one_line, some

    lines = [found.name, *_line("sha256", found.digest)]
    if found.look is not None:
        seen = found.look
        packed = f", packed with {seen.compression}" if seen.compression not in ("", "zip") else ""
        saved = ", ".join(f"{library} {version}" for library, version in sorted(seen.versions.items()))
        lines += _line("format", seen.format + packed)
        lines += _line("object", seen.kind or "not known")
        lines += _line("saved with", saved or "not recorded")
        lines += _line("names", _names(found, seen))
        lines += _line("not listed", some(found.unknown, 20)) if found.unknown else []
    if found.replaced:
        lines += _line("replaced", some(found.replaced, 20) + ": loaded by anything else, they may run code")
    lines += _line("verdict", _verdict(found))
    lines += _line("why", one_line(found.message, 500)) if found.message else []
    lines += _line("help", one_line(found.hint, 1000)) if found.hint else []
    return "\n".join(lines)


def _names(found: Scan, seen: Look) -> str:
    if seen.format == "onnx":
        return f"{len(seen.names)} operators outside the ONNX standard"
    known = len(seen.names) - len(found.unknown)
    return f"{len(seen.names)} classes and functions, {known} on the allow-list or trusted"


def _verdict(found: Scan) -> str:
    if found.exit_code:
        return f"{found.verdict}: it would not be opened as it is"
    return (
        "listed: everything it names is on the allow-list or trusted; that says nothing of what it predicts"
    )


def _line(label: str, text: str) -> list[str]:
    return [f"  {label:<{_WIDTH}} {text}"]
