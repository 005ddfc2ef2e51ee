"""Which rows are the same: exact numbering of values and of whole rows, within one table or over two."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.labels import label_text
from aiaudit.subject import Subject

Codes = npt.NDArray[np.int64]
Values = npt.NDArray[Any]


def value_codes(*columns: pd.Series) -> tuple[Codes, ...]:
    """Number the values of one column, kept in one piece or in several.

    1, 1.0 and True are one value, and so are NaN, None and every other mark of an empty cell; text is the same where
    its characters are. Where only some pieces hold numbers, numbers are compared as text.

    Parameters
    ----------
    *columns : Series
        The pieces, of any type each.

    Returns
    -------
    tuple of ndarray of int64
        One array for each piece: 0 is missing, values count from 1.
    """
    plain = [_plain(column) for column in columns]
    if len({values.dtype.kind == "O" for values in plain}) > 1:
        plain = [_as_text(values) for values in plain]
    codes, _ = pd.factorize(np.concatenate(plain), use_na_sentinel=True)
    return _cut(codes.astype(np.int64) + 1, [len(column) for column in columns])


def row_numbers(
    *frames: pd.DataFrame, beside: Sequence[Sequence[npt.NDArray[np.integer]]] = ()
) -> tuple[Codes, ...]:
    """Number the distinct rows of one table or of several with the same columns; no two rows collide.

    Parameters
    ----------
    *frames : DataFrame
        The tables, whose columns are compared by position.
    beside : sequence of sequences of integer arrays
        Further codes of the rows (labels, groups), for each table its own.

    Returns
    -------
    tuple of ndarray of int64
        For each table the number of each row, from 0; equal rows have equal numbers.
    """
    sizes = [len(frame) for frame in frames]
    found = np.zeros(sum(sizes), np.int64)
    for place in range(frames[0].shape[1]):
        codes = value_codes(*(frame.iloc[:, place] for frame in frames))
        found = joined(found, np.concatenate(codes))
    for codes in zip(*beside, strict=True):
        found = joined(found, np.concatenate(codes))
    return _cut(found, sizes)


def joined(one: npt.NDArray[np.integer], other: npt.NDArray[np.integer]) -> Codes:
    """Number the distinct pairs of two codes, from 0."""
    # Both are smaller than the number of rows (plus one), so that the product cannot overflow.
    pairs = one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other
    return pd.factorize(pairs)[0].astype(np.int64)


def _plain(column: pd.Series) -> Values:
    """Return values that NumPy compares: 64-bit numbers, or objects with None where a cell is empty."""
    kind = getattr(column.dtype, "kind", "O")
    missing = column.isna().to_numpy(bool)
    if isinstance(column.dtype, pd.CategoricalDtype) or kind not in "biuf":
        values = column.to_numpy(object, copy=True)
        values[missing] = None
        return values
    if kind != "f" and not missing.any():
        return column.to_numpy(np.uint64 if kind == "u" else np.int64)
    return column.to_numpy(np.float64, na_value=np.nan)


def _as_text(values: Values) -> Values:
    codes, distinct = pd.factorize(values)
    names = np.array([*(label_text(value) for value in distinct), None], object)
    return names[codes]


def _cut(codes: Codes, sizes: Iterable[int]) -> tuple[Codes, ...]:
    return tuple(np.split(codes, np.cumsum(list(sizes))[:-1]))


def identities(subject: Subject) -> Codes:
    """Number the rows that differ in anything known about the person: features, outcome, groups, controls."""
    assert subject.columns is not None
    beside: list[npt.NDArray[np.integer]] = [a.codes for a in (*subject.attributes, *subject.controls)]
    if subject.actual is not None:
        beside.append(subject.actual)
    if subject.actual_values is not None:
        beside += value_codes(pd.Series(subject.actual_values))
    return row_numbers(subject.columns, beside=[beside])[0]
