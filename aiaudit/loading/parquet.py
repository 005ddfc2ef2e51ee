"""Parquet files, read through the optional pyarrow."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Collection
from typing import Any

import pandas as pd

from aiaudit.errors import IncompleteError, UsageError, one_line, some
from aiaudit.loading.files import MAX_BYTES, MIB, DataFile
from aiaudit.loading.text import as_text


class Parquet:
    """A Parquet file in memory, its schema checked.

    Parameters
    ----------
    file : DataFile
        The file.

    Raises
    ------
    UsageError
        pyarrow is not installed.
    IncompleteError
        Damaged, empty, too large, or with columns that are nested, repeated or without a name.
    """

    def __init__(self, file: DataFile) -> None:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise UsageError(
                f"{file.place} is a Parquet file, and pyarrow is not installed",
                "Install it with: pip install 'aiaudit[parquet]'",
            ) from error
        self._file = file
        self._broken = (ArrowException, OSError)
        try:
            opened = parquet.ParquetFile(io.BytesIO(file.data))
        except self._broken as error:
            raise self._damaged(error) from error
        self._check(opened.schema_arrow, opened.metadata.num_rows)

    def frame(self) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Return the table as ``pandas.read_parquet`` does, numbered from 0, and notes on its index."""
        try:
            frame = pd.read_parquet(io.BytesIO(self._file.data), engine="pyarrow")
        except self._broken as error:
            raise self._damaged(error) from error
        names = [str(name) for name in frame.index.names if name is not None]
        notes: tuple[str, ...] = ()
        if names:
            notes = (f"the index became an ordinary column: {some(names)}",)
        elif not isinstance(frame.index, pd.RangeIndex):
            notes = ("an index without a name was left out",)
        frame = frame.reset_index(drop=not names)
        frame.columns = frame.columns.map(str)
        return frame, notes

    def text(self, columns: Collection[str]) -> dict[str, pd.Series]:
        """Return *columns* as text; whole numbers beside nulls are exact, as they never become floats."""
        from pyarrow import parquet

        arrow = parquet.read_table(io.BytesIO(self._file.data), columns=list(columns))
        frame = arrow.to_pandas(integer_object_nulls=True, ignore_metadata=True)
        return {name: as_text(frame[name]) for name in columns}

    def _check(self, schema: Any, rows: int) -> None:
        from pyarrow import types

        place = self._file.place
        if not rows:
            raise IncompleteError(f"{place} holds no rows", "Give a table with at least one row.")
        if rows * len(schema.names) * 8 > MAX_BYTES:
            raise IncompleteError(
                f"{place} unpacks to more than {MAX_BYTES // MIB:,} MiB, the most that is read",
                "Audit a random sample of the rows, or leave out columns that neither model nor audit needs.",
            )
        nested = [field.name for field in schema if types.is_nested(field.type)]
        if nested:
            raise IncompleteError(
                f"{place}: nested column {some(nested)}; a table needs one value in each cell",
                "Leave the column out, or spread it over columns of its own.",
            )
        twice = [name for name, count in Counter(schema.names).items() if count > 1]
        if twice:
            raise IncompleteError(
                f"{place}: repeated column {some(twice)}", "Give every column a name of its own."
            )
        if not all(name.strip() for name in schema.names):
            raise IncompleteError(f"{place}: a column has no name", "Name every column.")

    def _damaged(self, error: Exception) -> IncompleteError:
        return IncompleteError(
            f"{self._file.place} is damaged or not a Parquet file: {one_line(error)}", "Write the file again."
        )
