"""Tables of data: features as pandas infers them, group names and labels as exact text."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from aiaudit.errors import IncompleteError, UsageError, did_you_mean, one_line, some
from aiaudit.loading.csv_checks import inspect
from aiaudit.loading.csv_parse import differences, parse_features, parse_text
from aiaudit.loading.files import DataFile, read_file
from aiaudit.loading.parquet import Parquet
from aiaudit.loading.text import as_text


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table and where it came from.

    Parameters
    ----------
    name : str
        File name without its folder.
    digest : str
        SHA-256 of the file's bytes, in hex; empty for a table handed over in memory.
    frame : pandas.DataFrame
        The columns as ``pandas.read_csv`` or ``read_parquet`` infers them by default, which is what models
        are trained on; shape (rows, columns), numbered from 0.
    text : mapping of str to pandas.Series
        The columns asked for as exact text, object dtype, shape (rows,); None where the cell is empty.
    lines : sequence of int or None
        Line of the file on which each row starts; None where rows have no lines.
    notes : tuple of str
        What was noticed and done while reading.
    """

    name: str
    digest: str
    frame: pd.DataFrame
    text: Mapping[str, pd.Series]
    lines: Sequence[int] | None
    notes: tuple[str, ...]

    def labels(self, column: str) -> pd.Series:
        """Return a column as exact text in which only the empty cell is missing (None).

        ``NA``, ``None`` and ``null`` are names like any other. The column must be one of `text`.
        """
        return self.text[column]


def read_table(path: Path | str, *, text_columns: Collection[str] = (), nrows: int | None = None) -> Table:
    """Read a CSV, TSV or Parquet file, strictly.

    Parameters
    ----------
    path : Path or str
        The file; CSV may be packed with gzip, bzip2 or xz.
    text_columns : collection of str
        Columns wanted as exact text too: protected attributes, target, predictions, join key.
    nrows : int, optional
        Keep only the first rows. The whole file is still checked.

    Raises
    ------
    UsageError
        No such file or column, or pyarrow missing.
    IncompleteError
        A file that cannot be read without guessing.
    """
    file = read_file(path)
    if file.is_parquet:
        return _read_parquet(file, text_columns, nrows)
    return _read_csv(file, text_columns, nrows)


def frame_table(frame: pd.DataFrame, *, name: str, text_columns: Collection[str] = ()) -> Table:
    """Make a table of a data frame in memory; its index is left out.

    Raises
    ------
    UsageError
        A column that does not exist.
    """
    _require(frame.columns, text_columns, name)
    frame = frame.reset_index(drop=True)
    text = {column: as_text(frame[column]) for column in text_columns}
    return Table(name=name, digest="", frame=frame, text=text, lines=None, notes=())


def require_columns(table: Table, names: Collection[str], what: str = "column") -> None:
    """Raise a `UsageError` unless the table holds all of *names*, which serve as *what*."""
    _require(table.frame.columns, names, table.name, what)


def missing_rows(table: Table, column: str, limit: int = 8) -> tuple[int, list[int]]:
    """Count the empty cells of a text column, and find the first.

    Returns
    -------
    tuple of int and list of int
        How many there are, and where the first *limit* of them are: the line of the file for CSV,
        otherwise the number of the row counted from 1.
    """
    rows = table.labels(column).isna().to_numpy().nonzero()[0].tolist()
    lines = table.lines
    return len(rows), [row + 1 if lines is None else lines[row] for row in rows[:limit]]


def reject_missing(table: Table, column: str, what: str) -> None:
    """Raise an `IncompleteError` with places if a text column, which serves as *what*, has empty cells."""
    count, places = missing_rows(table, column)
    if count:
        unit = "row" if table.lines is None else "line"
        listed = ", ".join(str(place) for place in places)
        more = f" and {count - len(places):,} more" if count > len(places) else ""
        raise IncompleteError(
            f"{one_line(table.name)}: {what} '{one_line(column)}' is empty in {unit} {listed}{more}",
            "Fill the cells in, or remove these rows and say so where the data are described.",
        )


def _require(known: Collection[str], names: Collection[str], place: str, what: str = "column") -> None:
    for name in names:
        if name not in known:
            raise UsageError(
                f"{one_line(place)} has no {what} '{one_line(name)}'.{did_you_mean(name, known)}",
                f"Its columns are {some(known, 12)}.",
            )


def _read_parquet(file: DataFile, text_columns: Collection[str], nrows: int | None) -> Table:
    parquet = Parquet(file)
    frame, notes = parquet.frame()
    _require(frame.columns, text_columns, file.name)
    text = {name: cells[:nrows] for name, cells in parquet.text(text_columns).items()}
    return Table(name=file.name, digest=file.digest, frame=frame[:nrows], text=text, lines=None, notes=notes)


def _read_csv(file: DataFile, text_columns: Collection[str], nrows: int | None) -> Table:
    layout = inspect(file.data, file.place, tabs=".tsv" in Path(file.name.lower()).suffixes)
    _require(layout.header, text_columns, file.name)
    frame, decimal = parse_features(layout, file.place, nrows)
    text = parse_text(layout, text_columns, nrows)
    return Table(
        name=file.name,
        digest=file.digest,
        frame=frame,
        text=text,
        lines=layout.lines[:nrows],
        notes=(*layout.notes, *decimal, *differences(layout, frame, text)),
    )
