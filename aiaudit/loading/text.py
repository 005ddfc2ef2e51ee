"""Group names and labels as exact text, whatever type the table stores them in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Whole numbers up to here have one float each, so they may be written without a decimal point.
_EXACT = 2**53


def text_series(cells: Sequence[str | None] | npt.NDArray[np.object_]) -> pd.Series:
    """Return *cells* as an object column in which only None is missing, under pandas 2 and 3 alike."""
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    values[pd.isna(values) | (values == "")] = None
    return pd.Series(values, dtype=object)


def as_text(column: pd.Series) -> pd.Series:
    """Write a typed column as text.

    Whole numbers are written without a decimal point (``1``, also where they are stored as 1.0), booleans
    as ``True`` and ``False``, strings as they are. Nulls and empty strings are missing.

    Parameters
    ----------
    column : pandas.Series
        Any dtype, shape (n,).

    Returns
    -------
    pandas.Series
        Text or None, object dtype, shape (n,), numbered from 0.
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _look_up(column.cat.codes.to_numpy(), column.cat.categories)
    if column.dtype != object:
        return _look_up(*pd.factorize(column))
    if pd.api.types.infer_dtype(column, skipna=True) == "string":
        return text_series(column.to_numpy())
    # Factorising would merge 1, 1.0 and True, which are equal in Python.
    return text_series([_cell(value) for value in column])


def _look_up(codes: npt.NDArray[np.integer[Any]], values: pd.Index) -> pd.Series:
    # As Python's own floats, single precision would show digits that it does not hold.
    cells = values.to_numpy() if values.dtype.kind == "f" else values
    names = np.array([*map(_cell, cells), None], dtype=object)
    return text_series(names[codes])


def _cell(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, float | np.floating) and abs(float(value)) <= _EXACT and float(value).is_integer():
        return str(int(value))
    return str(value)
