"""A reading of a CSV record by record, for files that are irregular, and for the words on what is wrong."""

from __future__ import annotations

import csv
import io
import re
from array import array
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

from aiaudit.errors import IncompleteError, one_line

#: A line that no checked file can hold: NUL bytes are refused before.
_END = "\x00"
_SHOWN = 8
_leading_zero = re.compile("0[0-9]").match
_any_leading_zero = re.compile(rb'[",;\t|\n]0[0-9]').search


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What was seen, by the line on which each record starts.

    Parameters
    ----------
    starts : array of int
        Records with the right number of fields, the header first.
    blanks : list of int
        Blank lines.
    ragged : list of tuple
        First line, last line and number of fields of each other record.
    zeros : set of int
        Positions of columns with leading zeros (``01234``).
    """

    starts: array[int]
    blanks: list[int]
    ragged: list[tuple[int, int, int]]
    zeros: set[int]


def first_records(data: bytes, separator: str) -> list[list[str]]:
    """Return the header and the first row: the first two records that are not blank, as far as readable."""
    records = csv.reader(_lines(data), delimiter=separator)
    found: list[list[str]] = []
    # An endless field is reported by `scan`, once the separator is known.
    with suppress(csv.Error):
        found.extend(islice((record for record in records if not _blank(record)), 2))
    return found


def scan(data: bytes, separator: str, width: int, place: str) -> Scan:
    """Read every record of a file whose header names *width* columns.

    Raises
    ------
    IncompleteError
        Records with too many or too few fields, a quote that is never closed, or a carriage return alone.
    """
    seen = Scan(starts=array("q"), blanks=[], ragged=[], zeros=set())
    look_for_zeros = _any_leading_zero(data) is not None
    for start, last, record in _records(data, separator, place):
        if _blank(record):
            seen.blanks.append(start)
        elif len(record) != width:
            seen.ragged.append((start, last, len(record)))
        else:
            seen.starts.append(start)
            if look_for_zeros:
                seen.zeros.update(i for i, cell in enumerate(record) if _leading_zero(cell))
    if seen.ragged:
        raise _ragged(seen, width, place)
    return seen


def _records(data: bytes, separator: str, place: str) -> Iterator[tuple[int, int, list[str]]]:
    """Yield first line, last line and fields of each record."""
    returns: set[int] = set()
    reader = csv.reader(chain(_noting_returns(_lines(data), returns), [_END]), delimiter=separator)
    start = 1
    try:
        for record in reader:
            if record == [_END]:
                return
            last = reader.line_num
            if last in returns:
                # pandas takes it for a line end as well, and then shifts the columns of a line like "\r,1".
                raise IncompleteError(
                    f"{place}, line {last}: a carriage return stands alone outside quotes",
                    "Put quotes round the field that holds it, or end every line in the same way.",
                )
            if record and record[-1].endswith(_END):
                # The line put after the last one was swallowed by a field.
                raise IncompleteError(
                    f"{place}, line {start}: a quote is opened and never closed",
                    "Close the quote, or double it where it belongs to the text.",
                )
            yield start, last, record
            start = last + 1
    except csv.Error as error:
        raise IncompleteError(
            f"{place}, line {start}: {one_line(error)}", "Look for a quote that is opened and never closed."
        ) from error


def blank_lines(seen: Scan, width: int, place: str) -> int:
    """Count the blank lines between rows, which pandas skips."""
    between = [line for line in seen.blanks if seen.starts[0] < line < seen.starts[-1]]
    if between and width == 1:
        raise IncompleteError(
            f"{place}, line {between[0]} is blank: in a table of one column it may be a missing value",
            'Remove the line, or write "" on it if the value is missing.',
        )
    return len(between)


def _lines(data: bytes) -> Iterator[str]:
    return io.TextIOWrapper(io.BytesIO(data), "utf-8", newline="")


def _noting_returns(lines: Iterator[str], returns: set[int]) -> Iterator[str]:
    """Pass *lines* on, and put into *returns* the numbers of those that end in a lone carriage return."""
    for number, line in enumerate(lines, start=1):
        if line.endswith("\r"):
            returns.add(number)
        yield line


def _blank(record: list[str]) -> bool:
    return not record or (len(record) == 1 and bool(record[0]) and not record[0].strip(" \t"))


def _ragged(seen: Scan, width: int, place: str) -> IncompleteError:
    first, last, fields = seen.ragged[0]
    lines = [line for line, _, _ in seen.ragged]
    others = f"; so {_counted(lines[1:])}" if lines[1:] else ""
    if last > first:
        hint = f"The row runs to line {last}: look for a missing quote."
    elif len(seen.starts) == 1 and fields == width + 1:
        hint = "Every row has one field more than the header: name the missing column, often the first."
    else:
        hint = "Put quotes round a field that holds the separator; look for a missing or extra separator."
    return IncompleteError(
        f"{place}, line {first}: {fields} {'field' if fields == 1 else 'fields'} where the header names "
        f"{width}{others}",
        hint,
    )


def _counted(lines: list[int]) -> str:
    if len(lines) == 1:
        return f"is line {lines[0]}"
    more = f" and {len(lines) - _SHOWN:,} more" if len(lines) > _SHOWN else ""
    return f"are lines {', '.join(map(str, lines[:_SHOWN]))}{more}"
