"""The contingency tensor: one pass over the rows, after which nothing needs to see a row again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int64]
Values = npt.NDArray[np.floating]

#: Rows a block, so that its temporaries stay in the second-level cache (5x over one pass at 1e7 rows).
BLOCK = 65_536
#: Above this many possible cells only those that occur are kept.
DENSE_CELLS = 1_000_000
#: Values are summed as integers of this fraction, so that sums do not depend on the order of addition. A
#: block's sum is exact in a float, and 500 million rows fit an integer.
UNIT = 2**34


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One dimension of a tally: its name, and the label of each code."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Tally:
    """Counts of every combination of codes that occurs.

    Parameters
    ----------
    axes : tuple of Axis
        The d dimensions.
    cells : ndarray of int64, shape (m,)
        Mixed-radix index of each occurring combination, ascending.
    counts : ndarray of int64, shape (m,)
        Rows in each cell.
    sums : ndarray of int64, shape (k, m)
        Sums of k values of the rows (weights, scores) in units of ``1 / UNIT``.
    """

    axes: tuple[Axis, ...]
    cells: Counts
    counts: Counts
    sums: Counts

    @property
    def n(self) -> int:
        """Rows counted."""
        return int(self.counts.sum())

    def codes(self) -> tuple[Counts, ...]:
        """Return the code of every occurring cell along every axis, d arrays of shape (m,)."""
        shape = tuple(len(axis.levels) for axis in self.axes)
        return np.unravel_index(self.cells, shape)

    def over(self, names: Sequence[str]) -> Tally:
        """Return the tally of the named axes alone, the others summed out."""
        position = {axis.name: i for i, axis in enumerate(self.axes)}
        codes = self.codes()
        axes = tuple(self.axes[position[name]] for name in names)
        cells = _flatten([codes[position[name]] for name in names], axes, len(self.cells))
        return _sum_by_cell(axes, cells, self.counts, self.sums)

    def __add__(self, other: Tally) -> Tally:
        if self.axes != other.axes or len(self.sums) != len(other.sums):
            raise ValueError("tallies of different axes do not add up")
        return _merge(self.axes, [self, other])


def tally(axes: Sequence[Axis], codes: Sequence[Codes], values: Sequence[Values] = ()) -> Tally:
    """Count rows by combination of codes.

    Parameters
    ----------
    axes : sequence of Axis, length d
        Names and levels.
    codes : sequence of d integer arrays, shape (n,)
        Position of each row's level; unsigned 8- or 16-bit codes are fastest.
    values : sequence of k float arrays, shape (n,)
        What to sum beside the counts, each value in [0, 1].

    Returns
    -------
    Tally
        The same, bit for bit, whatever the order or the split of the rows.
    """
    axes = tuple(axes)
    if _size(axes) * (1 + len(values)) <= DENSE_CELLS:
        return _dense(axes, codes, values)
    n = len(codes[0])
    blocks = [_sparse_block(axes, *_block(codes, values, i)) for i in range(0, max(n, 1), BLOCK)]
    return _merge(axes, blocks)


def _block(codes: Sequence[Codes], values: Sequence[Values], start: int) -> tuple[list[Codes], list[Values]]:
    rows = slice(start, start + BLOCK)
    return [c[rows] for c in codes], [v[rows] for v in values]


def _dense(axes: tuple[Axis, ...], codes: Sequence[Codes], values: Sequence[Values]) -> Tally:
    size = _size(axes)
    counts = np.zeros(size, np.int64)
    sums = np.zeros((len(values), size), np.int64)
    for i in range(0, len(codes[0]), BLOCK):
        block, weighed = _block(codes, values, i)
        cells = _flatten(block, axes, len(block[0]))
        counts += np.bincount(cells, minlength=size)
        for total, value in zip(sums, weighed, strict=True):
            total += np.bincount(cells, weights=_units(value), minlength=size).astype(np.int64)
    found = np.flatnonzero(counts)
    return Tally(axes=axes, cells=found, counts=counts[found], sums=sums[:, found])


def _merge(axes: tuple[Axis, ...], parts: Sequence[Tally]) -> Tally:
    return _sum_by_cell(
        axes,
        np.concatenate([part.cells for part in parts]),
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.sums for part in parts], axis=1),
    )


def _sparse_block(axes: tuple[Axis, ...], codes: Sequence[Codes], values: Sequence[Values]) -> Tally:
    cells = _flatten(codes, axes, len(codes[0]))
    units = np.array([_units(value) for value in values], np.int64).reshape(len(values), len(cells))
    return _sum_by_cell(axes, cells, np.ones(len(cells), np.int64), units)


def _units(values: Values) -> Counts:
    return np.asarray(np.rint(np.asarray(values, float) * UNIT), np.int64)


def _size(axes: Sequence[Axis]) -> int:
    return reduce(lambda size, axis: size * len(axis.levels), axes, 1)


def _flatten(codes: Sequence[Codes], axes: Sequence[Axis], n: int) -> Counts:
    if _size(axes) >= 2**62:
        raise ValueError("too many possible combinations of groups to index")
    cells = np.zeros(n, np.int64)
    for axis, code in zip(axes, codes, strict=True):
        cells *= len(axis.levels)
        cells += code
    return cells


def _sum_by_cell(axes: tuple[Axis, ...], cells: Counts, counts: Counts, sums: Counts) -> Tally:
    found, where = np.unique(cells, return_inverse=True)
    totals = np.zeros((1 + len(sums), len(found)), np.int64)
    for total, column in zip(totals, [counts, *sums], strict=True):
        np.add.at(total, where, column)
    return Tally(axes=axes, cells=found, counts=totals[0], sums=totals[1:])
