"""Columns of any type, coded into few values: bins of numbers, frequent names, one for the rest, one for missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.groups import DISTINCT_NUMBERS, MISSING, Attribute, bin_labels
from aiaudit.loading.text import as_text

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]

OTHER = "(other)"
#: Rows for each different number, on average, from which on whole numbers may be codes.
REPEATED = 10


@dataclass(frozen=True, kw_only=True)
class Coded:
    """A column of few values.

    Parameters
    ----------
    name : str
        The column.
    codes : ndarray of int, shape (n,)
        Each row's position in `levels`.
    levels : tuple of str
        What the values are called; no two alike.
    """

    name: str
    codes: Ints
    levels: tuple[str, ...]

    def of_rows(self, rows: Ints) -> Coded:
        """Return the column of some of the rows."""
        return replace(self, codes=self.codes[rows])

    def small(self) -> Coded:
        """Return the column in as few bytes as its levels need, which are compared faster."""
        return replace(self, codes=self.codes.astype(np.min_scalar_type(len(self.levels))))

    @classmethod
    def of(cls, attribute: Attribute) -> Coded:
        """Return a protected attribute as such a column."""
        return cls(name=attribute.name, codes=attribute.codes.astype(np.int64), levels=attribute.levels)


def coded(name: str, values: pd.Series, bins: int, names: int, among: Ints | None = None) -> Coded:
    """Code a column into few values.

    Parameters
    ----------
    name : str
        What it is called.
    values : Series, shape (n,)
        Numbers, times, names; any type.
    bins : int
        Numbers of more than `aiaudit.groups.DISTINCT_NUMBERS` different values are cut at quantiles into at most so
        many; fewer stay as they are.
    names : int
        So many of the most frequent names stay; the others are taken together.
    among : ndarray of int, or None
        Rows that quantiles and frequencies are taken from; None means all.

    Returns
    -------
    Coded
        Numbers ascend, names are sorted; then the rest, then missing values.
    """
    fitted = slice(None) if among is None else among
    numeric = numbers(values)
    if numeric is None:
        return _named(name, as_text(values), names, fitted)
    if len(np.unique(numeric[~np.isnan(numeric)])) <= DISTINCT_NUMBERS:
        return _named(name, as_text(pd.Series(numeric)), DISTINCT_NUMBERS, slice(None), numeric=True)
    edges = _edges(numeric[fitted][~np.isnan(numeric[fitted])], bins)
    labels = bin_labels(edges) if edges else ["any number"]
    return _levelled(
        name, np.where(np.isnan(numeric), -1, np.searchsorted(edges, numeric, side="right")), labels
    )


def _edges(known: Floats, bins: int) -> list[float]:
    """Return quantiles at which to cut; where the smallest value is most rows', it is cut off and the rest is cut."""
    least = known.min(initial=np.inf)
    for part, shares in (
        (known, np.arange(1, bins) / bins),
        (known[known > least], np.arange(bins - 1) / max(bins - 1, 1)),
    ):
        # Edges are values that occur: an average of two could print alike, and infinite ones have none.
        cuts = np.quantile(part, shares, method="inverted_cdf") if len(part) else part
        edges = [float(edge) for edge in np.unique(cuts) if edge > least]
        if edges:
            return edges
    return []


def numbers(values: pd.Series) -> Floats | None:
    """Return numbers and times as floats, NaN where missing; None for a column of names or of yes and no."""
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype) or pd.api.types.is_bool_dtype(kind):
        return None
    if pd.api.types.is_datetime64_any_dtype(kind) or pd.api.types.is_timedelta64_dtype(kind):
        return np.where(values.isna(), np.nan, values.astype("int64").to_numpy(np.float64))
    if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_complex_dtype(kind):
        return None
    return values.to_numpy(np.float64, na_value=np.nan)


def may_be_codes(numeric: Floats) -> bool:
    """Return whether these are whole numbers that repeat often: they may be codes, which no scale puts in order."""
    known = numeric[~np.isnan(numeric)]
    whole = np.isfinite(known).all() and (known % 1 == 0).all()
    return bool(whole and len(np.unique(known)) * REPEATED <= len(known))


def _named(name: str, text: pd.Series, most: int, fitted: Ints | slice, *, numeric: bool = False) -> Coded:
    codes, distinct = pd.factorize(text.to_numpy(object))
    found = codes[fitted]
    sizes = np.bincount(found[found >= 0], minlength=len(distinct))
    # Ties by name, so that the order of rows decides nothing.
    ranked = sorted(range(len(distinct)), key=lambda i: (-sizes[i], distinct[i]))
    kept = sorted(ranked[:most], key=(lambda i: float(distinct[i])) if numeric else distinct.__getitem__)
    labels = [str(distinct[i]) for i in kept]
    place = np.full(len(distinct) + 1, len(kept))
    place[kept] = np.arange(len(kept))
    place[-1] = -1
    return _levelled(
        name, place[codes], [*labels, free_label(OTHER, labels)] if len(ranked) > most else labels
    )


def _levelled(name: str, places: Ints, labels: Sequence[str]) -> Coded:
    """Return a coded column of rows at these *places*, -1 where missing."""
    missing = bool((places < 0).any())
    levels = [*labels, free_label(MISSING, labels)] if missing else list(labels)
    return Coded(name=name, codes=np.where(places < 0, len(labels), places), levels=tuple(levels))


def free_label(label: str, taken: Sequence[str]) -> str:
    """Return *label*, in as many brackets as keep it apart from the labels *taken*."""
    while label in taken:
        label = f"({label})"
    return label
