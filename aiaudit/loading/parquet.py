"""Parquet files, read through the optional pyarrow."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from aiaudit.errors import IncompleteError, UsageError, one_line, some
from aiaudit.loading.files import MAX_BYTES, MIB, DataFile


def read_parquet(file: DataFile) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read a Parquet file as ``pandas.read_parquet`` would, with a named index as ordinary columns.

    Parameters
    ----------
    file : DataFile
        The file in memory.

    Returns
    -------
    tuple of pandas.DataFrame and tuple of str
        The table, numbered from 0, and notes on what was done.

    Raises
    ------
    UsageError
        pyarrow is not installed.
    IncompleteError
        Damaged, too large, or with nested or repeated columns.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        raise UsageError(
            f"{file.place} is a Parquet file, and pyarrow is not installed",
            "Install it with: pip install 'aiaudit[parquet]'",
        ) from error
    try:
        opened = parquet.ParquetFile(io.BytesIO(file.data))
        _check_schema(opened, file.place)
        frame = pd.read_parquet(io.BytesIO(file.data), engine="pyarrow")
    except (pyarrow.ArrowException, OSError) as error:
        raise IncompleteError(
            f"{file.place} is damaged or not a Parquet file: {one_line(error)}", "Write the file again."
        ) from error
    if frame.empty:
        raise IncompleteError(f"{file.place} holds no rows", "Give a table with at least one row.")
    return _plain_index(frame)


def _check_schema(opened: Any, place: str) -> None:
    from pyarrow import types

    schema = opened.schema_arrow
    nested = [field.name for field in schema if types.is_nested(field.type)]
    if nested:
        raise IncompleteError(
            f"{place}: column {some(nested)} is nested; a table needs one value in each cell",
            "Leave the column out, or spread it over columns of its own.",
        )
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise IncompleteError(f"{place} repeats column {some(twice)}", "Give every column a name of its own.")
    if opened.metadata.num_rows * max(1, len(schema.names)) * 8 > MAX_BYTES:
        raise IncompleteError(
            f"{place} unpacks to more than {MAX_BYTES // MIB:,} MiB, the most that is read",
            "Audit a random sample of the rows, or leave out columns that neither model nor audit needs.",
        )


def _plain_index(frame: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    names = [str(name) for name in frame.index.names if name is not None]
    if names:
        return frame.reset_index(), (f"the index became an ordinary column: {some(names)}",)
    if not isinstance(frame.index, pd.RangeIndex):
        return frame.reset_index(drop=True), ("an index without a name was left out",)
    return frame.reset_index(drop=True), ()
