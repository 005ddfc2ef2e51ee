"""The command line: one module a command group, imported when used."""

from __future__ import annotations

from importlib import import_module

import click

from aiaudit import __version__
from aiaudit.errors import did_you_mean

#: Command -> (module, the line that --help shows). Kept here so that --help imports no command.
COMMANDS = {
    "demo": ("demo", "See a whole audit on an embedded example, offline, in seconds."),
    "init": ("init", "Look at a model and its data, and write a configuration to complete."),
    "check": ("check", "Audit a model and data against a policy: the report and the gate."),
    "explain": ("explain", "Say why one decision was made, and what would have changed it."),
    "rules": ("rules", "List the checks, or show one check's page."),
    "policy": ("policy", "List, show and validate policies."),
    "report": ("report", "Render a stored audit again, in any format."),
    "judge": ("judge", "Judge a stored audit again, under another policy."),
    "baseline": ("baseline", "Write what is known, so that only new or worse findings fail the gate."),
    "waive": ("waive", "Add a waiver: a named person accepts a failure for a while."),
    "diff": ("diff", "Say what changed between two audits beyond noise."),
    "card": ("card", "Write, check and publish what is said about a system."),
    "archive": ("archive", "Keep audits as evidence; compare them, and check that nothing was changed."),
    "scan": ("scan", "Look at a model file without loading it."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is run, and not before."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import and return a command, None where there is none of that name."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"aiaudit.cli.{COMMANDS[name][0]}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Resolve a command, or say which one may have been meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            ctx.fail(f"there is no command '{args[0]}'.{did_you_mean(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(
    cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "-V", "--version", prog_name="aiaudit")
def cli() -> None:
    """Audit a scikit-learn model before people depend on it.

    Runs bias, explainability and transparency checks against YAML policies and writes a report that says
    which policy was met, on what evidence, and how sure the numbers are.

    \b
    Exit codes: 0 policy met · 1 policy not met · 2 usage, configuration or policy error
                3 audit incomplete · 4 nothing failed, but an inconclusive gates
    """
