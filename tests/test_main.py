"""Whatever happens ends in a documented exit code and two lines, never in a traceback."""

import builtins
import subprocess
import sys

import click
import pytest

from aiaudit import __main__ as entry
from aiaudit import __version__, cli
from aiaudit.errors import IncompleteError, UsageError


def command(error):
    @click.command("broken")
    def broken():
        raise error

    return broken


def ran(monkeypatch, capsys, error):
    """Run a command that raises *error*; return the exit code and the lines on stderr."""
    monkeypatch.setattr(cli.LazyGroup, "get_command", lambda self, context, name: command(error))
    code = entry.run(["rules"])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    return code, captured.err.splitlines()


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (UsageError("a is wrong", "Mend a."), 2, ["error: a is wrong", "help: Mend a."]),
        (UsageError("a is wrong"), 2, ["error: a is wrong"]),
        (IncompleteError("no model", "Give one."), 3, ["error: no model", "help: Give one."]),
        (
            click.UsageError("bad\nflag\x1b[2J"),
            2,
            ["error: bad flag [2J", "help: See 'aiaudit rules --help'."],
        ),
        (click.exceptions.Abort(), 130, ["interrupted; nothing was written"]),
    ],
)
def test_errors_of_the_user_are_two_lines(monkeypatch, capsys, error, code, lines):
    assert ran(monkeypatch, capsys, error) == (code, lines)


def test_an_interruption_is_130(monkeypatch, capsys):
    code, lines = ran(monkeypatch, capsys, KeyboardInterrupt())
    assert (code, lines[-1]) == (130, "interrupted; nothing was written")


@pytest.mark.parametrize("error", [RuntimeError("a\nb"), ValueError("a b"), RecursionError("a b")])
def test_a_crash_of_ours_is_incomplete_and_says_where_to_report(monkeypatch, capsys, error):
    code, (first, second) = ran(monkeypatch, capsys, error)
    assert code == 3
    assert first.startswith("error: aiaudit itself failed at test_main.py:")
    assert first.endswith(f"{type(error).__name__}: a b")
    assert entry.ISSUES in second


@pytest.mark.parametrize("code", [0, 1, 5])
def test_nobody_elses_exit_is_a_verdict(monkeypatch, capsys, code):
    assert ran(monkeypatch, capsys, SystemExit(code))[0] == 3


def test_a_crash_at_import_is_incomplete(monkeypatch, capsys):
    original = builtins.__import__

    def broken(name, *arguments, **others):
        if name == "aiaudit.cli":
            raise ImportError("half an installation")
        return original(name, *arguments, **others)

    monkeypatch.setattr(builtins, "__import__", broken)
    assert entry.run(["rules"]) == 3
    assert "ImportError: half an installation" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err"),
    [
        (["--help"], 0, "Exit codes: 0 policy met", ""),
        (["-h"], 0, "Commands:", ""),
        (["--version"], 0, f"aiaudit, version {__version__}", ""),
        (["rules", "--help"], 0, "List the checks", ""),
        (["chekc"], 2, "", "there is no command 'chekc'. Did you mean 'check'?"),
        (["\x1b[31mx\ny"], 2, "", "there is no command ' [31mx y'."),
        (["rules", "--bad"], 2, "", "help: See 'aiaudit rules --help'."),
        (["rules", "bias.absent"], 2, "", "there is no check 'bias.absent'"),
    ],
)
def test_the_command_line(capsys, arguments, code, out, err):
    assert entry.run(arguments) == code
    captured = capsys.readouterr()
    assert out in captured.out
    assert err in captured.err
    assert "\x1b" not in captured.err
    assert len(captured.err.splitlines()) <= 2


def test_without_a_command_there_is_help(capsys):
    code = entry.run([])
    captured = capsys.readouterr()
    assert code == 2
    assert "Usage: aiaudit" in captured.out + captured.err


def test_a_reader_that_goes_away_is_no_verdict(environment):
    run = subprocess.Popen(
        [sys.executable, "-m", "aiaudit", "rules", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
    )  # fmt: skip
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait() == 3
    run.stderr.close()
