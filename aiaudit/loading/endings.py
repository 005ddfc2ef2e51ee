"""How a model's process can end, in sentences."""

from __future__ import annotations

import signal
import sys

from aiaudit.errors import IncompleteError, one_line
from aiaudit.loading.surroundings import Settings

_DOING = {"lock": "starting", "inspect": "looking at the file", "load": "loading the model"}


def story(settings: Settings, code: int | None, doing: str, expired: bool, said: str) -> IncompleteError:
    """Return how a process came to its end.

    Parameters
    ----------
    settings : Settings
        How it was run.
    code : int or None
        What it returned; negative for a signal.
    doing : str
        The request it was working on.
    expired : bool
        Whether it was ended for taking too long.
    said : str
        The last line it wrote before it answered anything.
    """
    what = _DOING.get(doing, "predicting")
    if expired:
        return IncompleteError(
            f"the model's process gave no answer within {settings.timeout:g} s of {what}",
            "Allow it more time with --timeout, if the model is known to be slow.",
        )
    if doing == "lock":
        return IncompleteError(
            f"the model's process could not start under {one_line(settings.python or sys.executable)}"
            + (f": {one_line(said)}" if said else ""),
            "Name a Python 3.8 or newer that has scikit-learn installed, as in --python .venv/bin/python.",
        )
    how = f"exit code {code}" if code is None or code >= 0 else _signal(-code)
    return IncompleteError(
        f"the model's process crashed while {what} ({how})",
        "The file is damaged, hostile, from another library version, or needs more than "
        f"{settings.memory // (1 << 20)} MiB: try --python with the model's own environment, or raise --memory.",
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most of the real-time signals have no name
        return f"signal {number}"


def nonsense(error: Exception) -> IncompleteError:
    """Return the error of a process that answered what no honest model answers."""
    return IncompleteError(
        f"the model's process sent an answer that makes no sense ({one_line(error) or type(error).__name__})",
        "Treat the model file as hostile, or the interpreter named with --python as broken.",
    )
