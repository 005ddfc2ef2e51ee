"""Means over a table from a sample of its rows: what is known of all rows sharpens what is seen of some."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

#: A stratum holds at least so many sampled rows; with fewer, its mean and variance would be guesses.
STRATUM_ROWS = 10

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Moments:
    """Means of p columns over a table, shape (p,), and their covariances, shape (p, p).

    Parameters
    ----------
    mean : ndarray
        The means.
    drawing : ndarray
        Covariance from explaining only some rows of the table; explaining more makes it smaller.
    table : ndarray
        Covariance from the table being itself a sample; only a larger table makes it smaller.
    """

    mean: Floats
    drawing: Floats
    table: Floats

    @property
    def covariance(self) -> Floats:
        """Both together: how the means would vary between tables from the same source, each sampled anew."""
        return self.drawing + self.table

    @property
    def errors(self) -> Floats:
        """Standard errors of the means, shape (p,)."""
        return np.sqrt(np.diag(self.covariance))


@dataclass(frozen=True, kw_only=True)
class Values:
    """What the columns of a table hold, as codes in an order in which neighbours may be put together.

    Parameters
    ----------
    codes : ndarray of int, shape (r, p)
        The values of the table's first r rows in canonical order.
    counts : tuple of ndarray of int
        For each column, how many rows of the whole table hold each code.
    """

    codes: Ints
    counts: tuple[Ints, ...]


@dataclass(frozen=True, kw_only=True)
class Strata:
    """Two-phase sampling: the values of all rows are known, some rows are explained.

    How much a column counts in a row depends first of all on the row's value in that column: a rare capital
    gain decides, the usual zero does not. The shares of the values are known from the whole table at no cost;
    so each column's mean is taken within strata of that column's values and weighted by those shares.

    Parameters
    ----------
    values : Values
        Of the table.
    rows : ndarray of int, shape (n,)
        Which of the coded rows are explained; at least two, a random sample.

    Notes
    -----
    Cochran (1977), Sampling Techniques, sections 5A.9 and 12.2.
    """

    values: Values
    rows: Ints

    @cached_property
    def _columns(self) -> tuple[tuple[Ints, Ints, Floats], ...]:
        """For each column: the stratum of each explained row and of each coded row; the strata's shares."""
        found = []
        for codes, counts in zip(self.values.codes.T, self.values.counts, strict=True):
            edges = _edges(np.sort(codes[self.rows]))
            strata = np.searchsorted(edges, codes, side="right")
            shares = np.add.reduceat(counts, np.r_[0, edges]) / counts.sum()
            found.append((strata[self.rows], strata, shares))
        return tuple(found)

    def moments(self, found: Floats) -> Moments:
        """Return the means over all rows of what was found for the explained ones, shape (n, p)."""
        n, p = found.shape
        r = len(self.values.codes)
        means, within, between = np.empty(p), np.empty((n, p)), np.empty((r, p))
        for j, (own, coded, shares) in enumerate(self._columns):
            sizes = np.bincount(own)
            levels = np.bincount(own, found[:, j]) / sizes
            means[j] = shares @ levels
            weights = shares / np.sqrt(sizes * np.maximum(sizes - 1, 1))
            within[:, j] = (found[:, j] - levels[own]) * weights[own]
            between[:, j] = levels[coded] - means[j]
        table = between.T @ between / (r * self.values.counts[0].sum())
        return Moments(mean=means, drawing=within.T @ within, table=table)


def coded(frame: pd.DataFrame, places: Ints) -> Values:
    """Code the values of each column: numbers and dates in their order, other values by how frequent they are.

    Parameters
    ----------
    frame : DataFrame of shape (n, p)
        The whole table.
    places : ndarray of int, shape (r,)
        The rows whose codes are kept, in canonical order.
    """
    codes = np.empty((len(places), frame.shape[1]), np.intp)
    counts = []
    for j, (_, column) in enumerate(frame.items()):
        own = _column_codes(column)
        codes[:, j] = own[places]
        counts.append(np.bincount(own))
    return Values(codes=codes, counts=tuple(counts))


def _column_codes(column: pd.Series) -> Ints:
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
        return pd.factorize(column, sort=True, use_na_sentinel=False)[0]
    codes, values = pd.factorize(column, use_na_sentinel=False)
    # Ties in frequency are broken by the values' text: the order of rows must not matter.
    texts = np.array([str(value) for value in values])
    rank = np.lexsort((texts, -np.bincount(codes)))
    return np.argsort(rank)[codes]


def _edges(ordered: Ints) -> Ints:
    """First codes of all strata but the lowest, so that each holds `STRATUM_ROWS` of the ordered codes."""
    edges: list[int] = []
    start = 0
    while start + STRATUM_ROWS < len(ordered):
        start = int(np.searchsorted(ordered, ordered[start + STRATUM_ROWS - 1], side="right"))
        if start + STRATUM_ROWS <= len(ordered):
            edges.append(int(ordered[start]))
    return np.array(edges, np.intp)
