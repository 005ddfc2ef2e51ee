"""What pandas does not check before it reads a CSV: encoding, separator, header, and fields per line."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from aiaudit.errors import IncompleteError, some
from aiaudit.loading.csv_regular import newline_blocks, regular_rows
from aiaudit.loading.csv_scan import blank_lines, first_records, scan

_SEPARATORS = {",": "','", ";": "';'", "\t": "a tab", "|": "'|'"}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """How a CSV is laid out, once every line of it was checked.

    Parameters
    ----------
    data : bytes
        The text in UTF-8 without byte-order mark, lines ended by LF or CRLF.
    separator : str
        One character.
    header : tuple of str
        Column names; distinct, none empty.
    lines : sequence of int
        Line on which each row starts, one a row.
    zeros : frozenset of str
        Columns with a value such as ``01234``.
    notes : tuple of str
        What was noticed and done.
    """

    data: bytes
    separator: str
    header: tuple[str, ...]
    lines: Sequence[int]
    zeros: frozenset[str]
    notes: tuple[str, ...]


def inspect(data: bytes, place: str, *, tabs: bool = False) -> Layout:
    """Check every line of a CSV and say how it is laid out.

    Parameters
    ----------
    data : bytes
        The unpacked file.
    place : str
        Its path, for messages.
    tabs : bool
        Whether the file's name promises tabs.

    Raises
    ------
    IncompleteError
        Not UTF-8 text, a header with empty or repeated names, no rows, lines with too many or too few
        fields, or a quote that is never closed.
    """
    data, notes = _plain_text(data, place)
    separator = _separator(data, tabs)
    if separator != ("\t" if tabs else ","):
        notes.append(f"fields are separated by {_SEPARATORS[separator]}")
    header = _header(data, separator, place)
    lines: Sequence[int]
    if regular := regular_rows(data, separator, len(header)):
        rows, zeros = regular
        lines = range(2, rows + 2)
    else:
        seen = scan(data, separator, len(header), place)
        lines, zeros = seen.starts[1:], frozenset(seen.zeros)
        if blank := blank_lines(seen, len(header), place):
            notes.append(f"blank lines were skipped: {blank:,}")
    if not lines:
        raise IncompleteError(f"{place} holds a header but no rows", "Give a table with at least one row.")
    return Layout(
        data=data,
        separator=separator,
        header=header,
        lines=lines,
        zeros=frozenset(header[i] for i in zeros),
        notes=tuple(notes),
    )


def _plain_text(data: bytes, place: str) -> tuple[bytes, list[str]]:
    """Return the text without byte-order mark and with usable line ends, and notes on both."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise IncompleteError(f"{place} is encoded as UTF-16, not UTF-8", "Save it as 'CSV UTF-8'.")
    notes = []
    if data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        notes.append("a byte-order mark was removed")
    if (nul := data.find(b"\x00")) >= 0:
        raise IncompleteError(
            f"{place}, line {_line_of(data, nul)}: byte {nul:,} is NUL; this is not a text file",
            "Save the table as CSV (UTF-8) or Parquet.",
        )
    _require_utf8(data, place)
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
        notes.append("lines end in carriage returns only; they were read as line ends")
    return data, notes


def _require_utf8(data: bytes, place: str) -> None:
    if data.isascii():
        return
    for start, stop in newline_blocks(data):
        try:
            data[start:stop].decode("utf-8")
        except UnicodeDecodeError as error:
            at = start + error.start
            raise IncompleteError(
                f"{place}, line {_line_of(data, at)}: byte {at:,} (0x{data[at]:02x}) is not UTF-8 text",
                "Save the file as 'CSV UTF-8'; spreadsheets offer it under 'Save as'.",
            ) from error


def _line_of(data: bytes, at: int) -> int:
    return data.count(b"\n", 0, at) + 1


def _separator(data: bytes, tabs: bool) -> str:
    """Return the separator under which header and first row agree on the most fields."""
    order = sorted(_SEPARATORS, key="\t".__ne__) if tabs else list(_SEPARATORS)

    def agreement(separator: str) -> tuple[bool, int]:
        counts = [len(record) for record in first_records(data, separator)]
        return len(set(counts)) == 1 and counts[0] > 1, counts[0] if counts else 0

    return max(order, key=agreement)


def _header(data: bytes, separator: str, place: str) -> tuple[str, ...]:
    records = first_records(data, separator)
    if not records:
        raise IncompleteError(
            f"{place}: the header holds a name of more than {csv.field_size_limit():,} characters",
            "Look for a quote that is opened and never closed.",
        )
    names = records[0]
    empty = [str(i) for i, name in enumerate(names, start=1) if not name.strip()]
    if empty:
        raise IncompleteError(
            f"{place}: the header leaves column {', '.join(empty[:8])} without a name",
            "Name every column; an index that pandas wrote is left out with to_csv(index=False).",
        )
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise IncompleteError(
            f"{place}: the header repeats {some(twice)}", "Give every column a name of its own."
        )
    return tuple(names)
