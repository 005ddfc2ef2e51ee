"""The errors a user can mend: what is wrong, and how to mend it, in two lines."""

from __future__ import annotations

from collections.abc import Iterable


class AuditError(Exception):
    """Something the user can mend.

    Parameters
    ----------
    message : str
        What is wrong and where (file:line:column, column name, row numbers); one line, no full stop needed.
    hint : str
        How to mend it; one line.
    """

    #: Exit code of the command when this error ends it (see ``docs/verdicts.md``).
    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def text(self) -> str:
        """What a terminal shows: the message, and everything a file's reader found wrong beside it."""
        return self.message


class UsageError(AuditError):
    """The command line, the configuration or the policy is wrong: exit code 2."""


class IncompleteError(AuditError):
    """The audit could not be carried out (model refused, data unreadable): exit code 3."""

    exit_code = 3


def one_line(text: object, limit: int = 300) -> str:
    """Return *text* on one line without control characters, cut to *limit* characters.

    Messages of foreign exceptions, column names and group values are user data; printed raw they could
    forge lines of a log or move a terminal's cursor.
    """
    flat = " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def some(items: Iterable[object], limit: int = 8) -> str:
    """Return the first *limit* of *items* as quoted, comma-separated text, and how many more there are."""
    listed = [f"'{one_line(item, 60)}'" for item in items]
    more = len(listed) - limit
    return ", ".join(listed[:limit]) + (f" and {more} more" if more > 0 else "")


def did_you_mean(word: str, known: Iterable[object]) -> str:
    """Return `` Did you mean 'x'?`` for the nearest of *known*, or an empty string."""
    from difflib import get_close_matches

    near = get_close_matches(word, [str(k) for k in known], n=1, cutoff=0.6)
    return f" Did you mean '{near[0]}'?" if near else ""
