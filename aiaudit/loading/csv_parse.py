"""A checked CSV parsed by pandas: once for features as it infers them, once more for exact text."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from aiaudit.errors import IncompleteError, one_line, some
from aiaudit.loading.csv_checks import Layout
from aiaudit.loading.text import text_series

_decimal_comma = re.compile(r"[+-]?[0-9]+,[0-9]+").fullmatch


def parse_features(layout: Layout, place: str, nrows: int | None) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read every column as pandas infers it by default; where the separator is no comma, commas may be decimal.

    Parameters
    ----------
    layout : Layout
        The checked file.
    place : str
        Its path, for messages.
    nrows : int or None
        Rows to keep; None keeps all.

    Returns
    -------
    tuple of pandas.DataFrame and tuple of str
        The table, numbered from 0, and notes on decimal commas.

    Raises
    ------
    IncompleteError
        pandas counts other rows than the check did.
    """
    try:
        frame = _features(layout, nrows)
    except pd.errors.ParserError as error:
        raise IncompleteError(
            f"{place}: {one_line(error)}", "Look for stray quotes, or save the table again."
        ) from error
    if len(frame) != len(layout.lines[:nrows]) or tuple(frame.columns) != layout.header:
        raise IncompleteError(
            f"{place}: pandas reads {len(frame):,} rows where {len(layout.lines):,} were counted",
            "Look for stray quotes and carriage returns, or save the table again.",
        )
    if layout.separator == "," or not any(_starts_with_decimal_comma(frame[name]) for name in frame):
        return frame, ()
    again = _features(layout, nrows, decimal=",")
    gained = [name for name in frame if is_numeric_dtype(again[name]) and not is_numeric_dtype(frame[name])]
    lost = [name for name in frame if is_numeric_dtype(frame[name]) and not is_numeric_dtype(again[name])]
    if not gained:
        return frame, ()
    if lost:
        mixed = f"{some(gained)} with decimal commas, read as text; {some(lost)} with decimal points"
        return frame, (f"numbers are written in two ways: {mixed}",)
    return again, (f"numbers are written with decimal commas: {some(gained)}",)


def parse_text(layout: Layout, columns: Collection[str], nrows: int | None) -> dict[str, pd.Series]:
    """Read *columns* as text in which only the empty cell is missing."""
    if not columns:
        return {}
    wanted = list(dict.fromkeys(columns))
    frame = _pandas(layout, nrows=nrows, usecols=wanted, dtype=object, keep_default_na=False, na_values=[""])
    return {name: text_series(frame[name].to_numpy()) for name in wanted}


def differences(layout: Layout, frame: pd.DataFrame, text: Mapping[str, pd.Series]) -> Iterable[str]:
    """Yield where features and file differ: leading zeros, and names that pandas takes for missing."""
    numbers = [name for name in layout.header if name in layout.zeros and is_numeric_dtype(frame[name])]
    if numbers:
        yield f"leading zeros are lost where these columns are read as numbers: {some(numbers)}"
    for name, labels in text.items():
        each = labels.drop_duplicates().dropna()
        words = each[frame[name][each.index].isna()]
        if len(words):
            yield (
                f"column '{one_line(name)}': as a group or label {some(words)} is a name; as a feature pandas "
                "reads it as missing"
            )


def _features(layout: Layout, nrows: int | None, **options: Any) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.DtypeWarning)
            return _pandas(layout, nrows=nrows, **options)
    except pd.errors.DtypeWarning:
        # Read in pieces, a column came out with several types; read whole, it has one.
        return _pandas(layout, nrows=nrows, low_memory=False, **options)


def _pandas(layout: Layout, **options: Any) -> pd.DataFrame:
    frame: pd.DataFrame = pd.read_csv(
        io.BytesIO(layout.data), sep=layout.separator, index_col=False, encoding="utf-8", **options
    )
    return frame


def _starts_with_decimal_comma(column: pd.Series) -> bool:
    if is_numeric_dtype(column) or is_bool_dtype(column):
        return False
    first = column.first_valid_index()
    return first is not None and _decimal_comma(str(column[first])) is not None
