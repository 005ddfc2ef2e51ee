"""A YAML file as it was read: plain data, where each value stands, and errors that point at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

from aiaudit.errors import UsageError, one_line

#: Keys and indices from the top of a document to a value.
Path = tuple[str | int, ...]
#: Line and column, both counted from 1.
Place = tuple[int, int]

_WINDOW = 110
_HINT = "Mend the places named; 'aiaudit policy schema' lists every key and what it takes."


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing wrong in one place of one file.

    Parameters
    ----------
    file : str
        Name of the file, as the user gave it.
    line, column : int
        Where, counted from 1.
    what : str
        What is wrong; one line.
    source : str
        The line of the file.
    """

    file: str
    line: int
    column: int
    what: str
    source: str = ""

    @property
    def message(self) -> str:
        """``file:line:column: what``."""
        return f"{one_line(self.file)}:{self.line}:{self.column}: {self.what}"

    @property
    def text(self) -> str:
        """The message, the line it speaks of, and a caret below the place."""
        start = 0 if len(self.source) <= _WINDOW else max(0, self.column - 1 - _WINDOW // 2)
        shown = "".join(c if c.isprintable() else " " for c in self.source[start : start + _WINDOW]).rstrip()
        if not shown:
            return self.message
        before = shown[: self.column - 1 - start].ljust(self.column - 1 - start)
        width = sum(2 if east_asian_width(c) in "WF" else 1 for c in before)
        return f"{self.message}\n{self.line:>5} | {shown}\n      | {' ' * width}^"


class FileErrors(UsageError):
    """Everything that is wrong with one or more files, in the order of their lines.

    Parameters
    ----------
    faults : sequence of Fault
        At least one.
    """

    def __init__(self, faults: Sequence[Fault]) -> None:
        more = len(faults) - 1
        and_more = f" (and {more} more error{'s' if more > 1 else ''})" if more else ""
        super().__init__(faults[0].message + and_more, _HINT)
        self.faults = tuple(faults)

    @property
    def text(self) -> str:
        """Every fault with its line and caret, for a terminal."""
        return "\n".join(fault.text for fault in self.faults)


@dataclass(frozen=True, kw_only=True)
class Document:
    """A YAML file as it was read.

    Parameters
    ----------
    name : str
        Name of the file, as the user gave it.
    digest : str
        SHA-256 of its bytes, in hex.
    lines : tuple of str
        Its lines, for error messages.
    data : dict, list, str, int, float, bool or None
        Its content.
    values, keys : mapping of Path to Place
        Where each value starts, and the key it stands under.
    """

    name: str
    digest: str
    lines: tuple[str, ...]
    data: Any
    values: Mapping[Path, Place] = field(default_factory=dict)
    keys: Mapping[Path, Place] = field(default_factory=dict)

    def at(self, path: Iterable[str | int]) -> Any:
        """Return the value at a path that exists."""
        value = self.data
        for part in path:
            value = value[part]
        return value

    def fault(self, path: Iterable[str | int], what: str, *, at_key: bool = False) -> Fault:
        """Return a `Fault` at a value (or at its key); at the nearest value above it where it does not exist."""
        known = tuple(path)
        if at_key and known in self.keys:
            return self.fault_at(self.keys[known], what)
        while known and known not in self.values:
            known = known[:-1]
        return self.fault_at(self.values.get(known, (1, 1)), what)

    def fault_at(self, place: Place, what: str) -> Fault:
        """Return a `Fault` at a line and column."""
        line, column = place
        source = self.lines[line - 1] if line <= len(self.lines) else ""
        return Fault(file=self.name, line=line, column=column, what=one_line(what, 400), source=source)
