"""Entry point: whatever happens ends in a documented exit code, never in a traceback."""

from __future__ import annotations

import sys
from typing import NoReturn

ISSUES = "https://github.com/aiaudit/aiaudit/issues"


def main() -> NoReturn:
    """Run the command line and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command line and return its exit code (see ``docs/verdicts.md``)."""
    try:
        import click

        from aiaudit.errors import AuditError, one_line
    except Exception as error:  # noqa: BLE001 - Python's own exit code for a crash is 1, which is a verdict
        return _our_bug(error)
    try:
        from aiaudit.cli import cli

        return int(cli.main(args=arguments, prog_name="aiaudit", standalone_mode=False) or 0)
    except click.exceptions.Abort:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        command = context.command_path if context is not None else "aiaudit"
        _say(one_line(error.format_message()), f"See '{command} --help'.")
        return 2
    except AuditError as error:
        _say(error.text, error.hint)
        return error.exit_code
    except SystemExit:
        # Click's way out when the reader of our output goes away, with code 1, which is a verdict.
        return 3
    except Exception as error:  # noqa: BLE001 - see above
        return _our_bug(error)


def _say(message: str, hint: str) -> None:
    print(f"error: {message}", file=sys.stderr)
    if hint:
        print(f"help: {hint}", file=sys.stderr)


def _our_bug(error: Exception) -> int:
    text = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    where = ""
    trace = error.__traceback__
    while trace is not None:
        where = f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
        trace = trace.tb_next
    _say(
        f"aiaudit itself failed at {where}: {text}",
        f"This is a bug of ours, not a verdict; please report it at {ISSUES}",
    )
    return 3


if __name__ == "__main__":
    main()
