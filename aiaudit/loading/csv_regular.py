"""A vectorised check that a CSV is regular, so that the slow record-by-record scan is the exception."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]
_BLOCK = 1024**2
_LF, _CR, _QUOTE, _ZERO = b'\n\r"0'


def newline_blocks(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield the bounds of consecutive blocks of about a megabyte, each cut after a line end."""
    start = 0
    while start < len(data):
        stop = data.find(b"\n", start + _BLOCK) + 1 or len(data)
        yield start, stop
        start = stop


def regular_rows(data: bytes, separator: str, width: int) -> tuple[int, frozenset[int]] | None:
    """Count the rows of a file in which every line is a record and quotes only ever enclose a field.

    Parameters
    ----------
    data : bytes
        UTF-8 text.
    separator : str
        One character.
    width : int
        Fields in the header.

    Returns
    -------
    tuple or None
        Rows below the header, and the positions of columns with leading zeros (``01234``). None is no
        verdict: the file may be irregular and still readable (line ends within quotes, blank lines, quotes
        within a word). A file of one column is never regular here: its blank lines would not show.
    """
    if width == 1 or (b"\r" in data and data.count(b"\r") != data.count(b"\r\n")):
        return None
    mark = separator.encode()
    others = bytes(set(range(256)) - set(mark + b'\n"'))
    line = mark * (width - 1) + b"\n"
    rows, zeros = -1, set[int]()
    for block in _blocks(data):
        skeleton = block.translate(None, others)
        lines = block.count(b"\n")
        if skeleton != line * lines and not _quoted_regularly(block, skeleton, mark, width):
            return None
        rows += lines
        zeros |= _leading_zeros(block, mark, width)
    return rows, frozenset(zeros)


def _blocks(data: bytes) -> Iterator[bytes]:
    """Yield the file's lines in blocks; blank lines at its end are left out, its last line is closed."""
    end = len(data)
    while end and data[end - 1] in (_LF, _CR):
        end -= 1
    for start, stop in newline_blocks(data):
        if stop >= end:
            yield data[start:end] + b"\n"
            return
        yield data[start:stop]


def _quoted_regularly(block: bytes, skeleton: bytes, mark: bytes, width: int) -> bool:
    """Whether quotes enclose whole fields, no line end is quoted, and each line has *width* fields."""
    cells = np.frombuffer(block, dtype=np.uint8)
    at = np.flatnonzero(cells == _QUOTE)
    if len(at) % 2 or not len(at):
        return False
    # Of a block that starts with a quote, the byte "before" it is the last one: a line end, as it should be.
    opened_after = _among(mark + b'\n"')[cells[at[::2] - 1]]
    closed_before = _among(mark + b'\n\r"')[cells[at[1::2] + 1]]
    marks = np.frombuffer(skeleton, dtype=np.uint8)
    quotes = marks == _QUOTE
    inside = np.cumsum(quotes, dtype=np.uint8) & 1 == 1
    ends = marks[~(quotes | inside)]
    line = mark * (width - 1) + b"\n"
    return bool(opened_after.all() and closed_before.all() and ends.tobytes() == line * block.count(b"\n"))


def _among(listed: bytes) -> Mask:
    """Return a table of all byte values, True for those *listed*."""
    table = np.zeros(256, dtype=np.bool_)
    table[list(listed)] = True
    return table


def _leading_zeros(block: bytes, mark: bytes, width: int) -> set[int]:
    """Return the positions of columns in which a field starts with 0 and another digit."""
    # The line end of the line before, so that the first field has one too.
    cells = np.frombuffer(b"\n" + block, dtype=np.uint8)
    at = np.flatnonzero((cells[2:] - np.uint8(_ZERO) < 10) & (cells[1:-1] == _ZERO))
    at = at[_among(mark + b'\n"')[cells[at]]]
    if not len(at):
        return set()
    ends = (cells == mark[0]) | (cells == _LF)
    quotes = cells == _QUOTE
    if quotes.any():
        ends &= np.cumsum(quotes, dtype=np.uint8) & 1 == 0
    column = (np.searchsorted(np.flatnonzero(ends), at, side="right") - 1) % width
    return set(np.flatnonzero(np.bincount(column)).tolist())
