"""A table of columns of any type as numbers, without a look at what is to be predicted."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.loading.text import as_text
from aiaudit.measuring.coding import OTHER, Coded, coded, may_be_codes, numbers

Floats = npt.NDArray[np.float64]

#: Bins of each number and names of each column that are told apart; fewer in a table of many columns.
BINS, NAMES, WIDTH = 10, 30, 1500
#: Standard deviations beyond which a number counts as no further away.
REACH = 3.0


def encoded(table: pd.DataFrame) -> tuple[Floats, npt.NDArray[np.intp]]:
    """Return indicators of bins and frequent names, standardised numbers, and how frequent rare names are.

    Parameters
    ----------
    table : DataFrame, shape (n, p)
        Columns of any type; missing values are a level of their own.

    Returns
    -------
    x : ndarray of float, shape (n, q)
        No column is constant. With *p* in the thousands only numbers and frequencies are left.
    column : ndarray of int, shape (q,)
        Position of the column of the table that each comes from.
    """
    each = WIDTH // max(table.shape[1], 1)
    parts, column = [np.zeros((len(table), 0))], [np.zeros(0, np.intp)]
    for j in range(table.shape[1]):
        own = np.column_stack([*_encoded(table.iloc[:, j], min(BINS, each), min(NAMES, each))])
        own = own[:, own.std(axis=0) > 0]
        parts.append(own)
        column.append(np.full(own.shape[1], j))
    return np.concatenate(parts, axis=1), np.concatenate(column)


def _encoded(values: pd.Series, bins: int, names: int) -> Iterator[Floats]:
    numeric = numbers(values)
    if numeric is not None:
        yield _standardised(numeric)
        if bins > 1:
            yield _indicators(coded("", values, bins, names))
    if numeric is None or may_be_codes(numeric):
        text = as_text(values if numeric is None else pd.Series(numeric))
        column = coded("", text, bins, names)
        if names > 1:
            yield _indicators(column)
        if names < 2 or OTHER in column.levels:
            yield _frequency(text)


def _indicators(column: Coded) -> Floats:
    return np.asarray(column.codes[:, np.newaxis] == np.arange(len(column.levels)), np.float64)


def _standardised(numeric: Floats) -> Floats:
    """Return a number in standard deviations from its mean; 0 where missing."""
    finite = np.where(np.isfinite(numeric), numeric, np.nan)
    if np.isnan(finite).all():
        return np.zeros(len(numeric))
    spread = float(np.nanstd(finite))
    away = (np.clip(numeric, np.nanmin(finite), np.nanmax(finite)) - np.nanmean(finite)) / (spread or 1.0)
    return np.asarray(np.nan_to_num(np.clip(away, -REACH, REACH)))


def _frequency(text: pd.Series) -> Floats:
    codes, distinct = pd.factorize(text.to_numpy(object))
    sizes = np.bincount(codes + 1, minlength=len(distinct) + 1)
    return _standardised(np.log(sizes[codes + 1]))
