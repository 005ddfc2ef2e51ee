"""Values of a column at which a model is asked: quantiles of numbers, frequent names, the missing value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.check import NotApplicable
from aiaudit.groups import MISSING
from aiaudit.loading.text import as_text
from aiaudit.measuring.coding import free_label, numbers
from aiaudit.subject import Subject

#: Points of a column at most, and rows that each of them stands for at least: no point is about few people.
POINTS, POINT_ROWS = 12, 10
#: Share of the numbers left out below the first point and above the last, where they thin out.
TAIL = 0.025
#: Rows that points are chosen from.
POOL = 20_000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Points of a column: numbers ascend, names are sorted, missing comes last. None tells what few people hold.

    Parameters
    ----------
    column : str
        Its name.
    position : int
        Where it stands in the table.
    values : Series of length g
        The values, of the column's type.
    labels : tuple of str
        The values as text.
    share : ndarray of float, shape (g,)
        Share of the rows that hold the value or, of numbers, are nearest to it.
    places : ndarray of float, shape (k,)
        The first k points as numbers; of names there are none.
    """

    column: str
    position: int
    values: pd.Series
    labels: tuple[str, ...]
    share: Floats
    places: Floats


def pool(subject: Subject) -> pd.DataFrame:
    """Return the rows that points are chosen from, in random order, so that the first are a random sample.

    Raises
    ------
    NotApplicable
        The model is given no rows.
    """
    if subject.features is None or not len(subject.features):
        raise NotApplicable("the model is given no rows")
    return subject.features.iloc[subject.random_order[:POOL]].reset_index(drop=True)


def grid(table: pd.DataFrame, position: int) -> Grid | None:
    """Choose the points of a column; None where there are not two: it is constant, or rows are few.

    Numbers that many rows share are points; the others are met near quantiles, rounded, the tails left out. Of names
    the most frequent serve. Where enough rows miss the value, missing is a point too.

    Parameters
    ----------
    table : DataFrame of shape (n, p)
        The rows whose values serve.
    position : int
        The column.
    """
    column = table.iloc[:, position].reset_index(drop=True)
    scale = numbers(column)
    if scale is None:
        places, (owner, missing) = np.empty(0), _frequent(as_text(column))
        values = column.iloc[[int(np.argmax(owner == k)) for k in range(owner.max(initial=-1) + 1)]]
    else:
        places, missing = _spread(np.sort(scale[np.isfinite(scale)])), np.isnan(scale)
        owner, values = _nearest(scale, places), _typed(places, column.dtype)
    if np.count_nonzero(missing) >= POINT_ROWS:
        owner = np.where(missing, len(values), owner)
        values = pd.concat([values, column.iloc[[int(np.argmax(missing))]]])
    if len(values) < 2:
        return None
    texts = as_text(values).tolist()
    return Grid(
        column=str(table.columns[position]),
        position=position,
        values=values,
        labels=tuple(free_label(MISSING, texts) if text is None else text for text in texts),
        share=np.bincount(owner[owner >= 0], minlength=len(values)) / len(table),
        places=places,
    )


def _typed(places: Floats, dtype: Any) -> pd.Series:
    """Return numbers as a column of the type that holds them."""
    whole = not pd.api.types.is_float_dtype(dtype)
    return pd.Series(places.astype(np.int64) if whole else places).astype(dtype)


def _frequent(text: pd.Series) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return the code of each row's name among the most frequent, sorted, -1 of others; and whether it is missing."""
    codes, names = pd.factorize(text.to_numpy(object))
    rows = np.bincount(codes[codes >= 0], minlength=len(names))
    kept = sorted((k for k in range(len(names)) if rows[k] >= POINT_ROWS), key=lambda k: (-rows[k], names[k]))
    # The last entry serves code -1.
    place = np.full(len(names) + 1, -1)
    place[sorted(kept[:POINTS], key=lambda k: str(names[k]))] = np.arange(min(POINTS, len(kept)))
    return place[codes], codes < 0


def _nearest(values: Floats, places: Floats) -> Ints:
    """Return which of *places* each number is nearest to, the lower of two; -1 where there is none."""
    known = np.isfinite(values) & (len(places) > 0)
    return np.where(known, np.searchsorted((places[1:] + places[:-1]) / 2, values), -1)


def _spread(ordered: Floats) -> Floats:
    """Choose numbers so that each has `POINT_ROWS` rows from the one before it, that one left out, up to itself."""
    distinct, rows = np.unique(ordered, return_counts=True)
    frequent = distinct[rows >= POINT_ROWS]
    if len(distinct) <= POINTS:
        return frequent
    shared = distinct[rows >= max(POINT_ROWS, len(ordered) / POINTS)]
    others = ordered[~np.isin(ordered, shared)]
    most = min(POINTS - len(shared), len(others) // POINT_ROWS)
    shares = np.linspace(TAIL, 1 - TAIL, most)
    between = np.quantile(others, shares, method="inverted_cdf") if most else np.empty(0)
    between = _rounded(np.unique(between), frequent)
    chosen: list[float] = []
    below = 0
    for place in np.union1d(shared, between).tolist():
        here = int(np.searchsorted(ordered, place, side="right"))
        if here - below >= POINT_ROWS:
            chosen.append(place)
            below = here
    return np.array(chosen)


def _rounded(places: Floats, frequent: Floats) -> Floats:
    """Round ascending numbers, by less than lies between them, so that they tell nobody's own; frequent ones stay."""
    if len(places) < 2:
        return places[np.isin(places, frequent)]
    gaps = np.diff(places)
    nearest = np.minimum(np.append(gaps, np.inf), np.insert(gaps, 0, np.inf))
    digits = -np.floor(np.log10(nearest)).astype(int)
    rounded = [float(np.round(place, digit)) for place, digit in zip(places, digits.tolist(), strict=True)]
    return np.where(np.isin(places, frequent), places, rounded)
