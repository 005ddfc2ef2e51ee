"""Means over a table from a sample of its rows: what is known of all rows sharpens what is seen of some."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Explained rows behind the mean attribution of one value, or of neighbouring values, of a column.
LEVEL_ROWS = 10
#: Explained rows for each column whose values the regression takes into account.
ROWS_PER_COVARIATE = 20

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

    @property
    def rows(self) -> int:
        """Rows of the whole table."""
        return int(self.counts[0].sum())


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
    # One by one: a column of text that holds missing values stays a column of two types under astype.
    texts = np.array([str(value) for value in values])
    rank = np.lexsort((texts, -np.bincount(codes)))
    return np.argsort(rank)[codes]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Two-phase sampling: the values of all rows are known, some rows are explained.

    How much a column counts in a row depends first of all on the values: a rare capital gain decides, the
    usual zero does not. The mean attribution of each value is read from the explained rows; how often each
    value occurs is known from the whole table at no cost. Wherever the explained rows hold a value more or less
    often than the table does, a regression on these mean attributions corrects for it.

    Parameters
    ----------
    table : Values
        Of the whole table.
    rows : ndarray of int, shape (n,)
        Which of the coded rows are explained; at least two, a random sample.
    attributions : ndarray of float, shape (n, p)
        Of the explained rows.

    Notes
    -----
    The regression estimator: Cochran (1977), Sampling Techniques, sections 7.1 and 12.6.
    """

    table: Values
    rows: Ints
    attributions: Floats

    @cached_property
    def _effects(self) -> tuple[Floats, Floats]:
        """Mean attribution of each coded row's values and its size, each (r, p), less the means over the table."""
        effects, sizes = np.empty(self.table.codes.shape), np.empty(self.table.codes.shape)
        for j, (codes, counts) in enumerate(zip(self.table.codes.T, self.table.counts, strict=True)):
            edges = _edges(np.sort(codes[self.rows]))
            bins = np.searchsorted(edges, codes, side="right")
            own = bins[self.rows]
            levels = np.bincount(own, self.attributions[:, j]) / np.bincount(own)
            shares = np.add.reduceat(counts, np.r_[0, edges]) / counts.sum()
            effects[:, j] = (levels - shares @ levels)[bins]
            sizes[:, j] = (np.abs(levels) - shares @ np.abs(levels))[bins]
        return effects, sizes

    def moments(self, found: Floats) -> Moments:
        """Return the means over the table of what was found for the explained rows, shape (n, p)."""
        n, p = found.shape
        effects, sizes = self._effects
        used = np.argsort(-np.abs(self.attributions).mean(axis=0), kind="stable")[: n // ROWS_PER_COVARIATE]
        design = np.column_stack([np.ones(len(effects)), effects[:, used]])
        both = np.column_stack([found, sizes[self.rows]])
        slopes = np.linalg.lstsq(design[self.rows], both)[0]
        left = both - design[self.rows] @ slopes
        mine, size = left[:, :p], left[:, p:]
        news = (size**2).sum(axis=0)
        # Of a column of two values the size says nothing that the effect does not; rounding must not seem to.
        telling = news > 1e-9 * (sizes[self.rows] ** 2).sum(axis=0)
        extra = np.divide((mine * size).sum(axis=0), news, out=np.zeros(p), where=telling)
        slopes = slopes[:, :p] - extra * slopes[:, p:]
        residuals = mine - extra * size
        fitted = design @ slopes + extra * sizes - slopes[0]
        return Moments(
            mean=slopes[0],
            drawing=residuals.T @ residuals / (n * max(1, n - len(used) - 2)),
            table=fitted.T @ fitted / (len(fitted) * self.table.rows),
        )


def _edges(ordered: Ints) -> Ints:
    """First codes of all levels but the lowest, so that each holds `LEVEL_ROWS` of the ordered codes."""
    edges: list[int] = []
    start = 0
    while start + LEVEL_ROWS < len(ordered):
        start = int(np.searchsorted(ordered, ordered[start + LEVEL_ROWS - 1], side="right"))
        if start + LEVEL_ROWS <= len(ordered):
            edges.append(int(ordered[start]))
    return np.array(edges, np.intp)
