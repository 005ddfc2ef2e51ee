"""The contingency tensor: one pass over the rows, after which nothing needs to see a row again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import cast

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.integer]
Counts = npt.NDArray[np.int64]

#: Rows a block, so that its temporaries stay in the second-level cache (5x over one pass at 1e7 rows).
BLOCK = 65_536
#: Above this many possible cells only those that occur are kept.
DENSE_CELLS = 1_000_000
#: Scores are summed as integers of this fraction, so that sums do not depend on the order of addition.
SCORE_UNIT = 2**30


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One dimension of a tally: its name, and the label of each code."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
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
    score_sums : ndarray of int64, shape (m,), or None
        Sum of the rows' scores in units of ``1 / SCORE_UNIT``.
    """

    axes: tuple[Axis, ...]
    cells: Counts
    counts: Counts
    score_sums: Counts | None = None

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
        return _sum_by_cell(axes, cells, self.counts, self.score_sums)

    def __add__(self, other: Tally) -> Tally:
        if self.axes != other.axes or (self.score_sums is None) != (other.score_sums is None):
            raise ValueError("tallies of different axes do not add up")
        sums = None
        if self.score_sums is not None and other.score_sums is not None:
            sums = np.concatenate([self.score_sums, other.score_sums])
        return _sum_by_cell(
            self.axes,
            np.concatenate([self.cells, other.cells]),
            np.concatenate([self.counts, other.counts]),
            sums,
        )


def tally(
    axes: Sequence[Axis], codes: Sequence[Codes], scores: npt.NDArray[np.floating] | None = None
) -> Tally:
    """Count rows by combination of codes.

    Parameters
    ----------
    axes : sequence of Axis, length d
        Names and levels.
    codes : sequence of d integer arrays, shape (n,)
        Position of each row's level; unsigned 8- or 16-bit codes are fastest.
    scores : ndarray, shape (n,), or None
        Probabilities to sum beside the counts, each in [0, 1].

    Returns
    -------
    Tally
        The same, bit for bit, whatever the order or the split of the rows.
    """
    axes = tuple(axes)
    if _size(axes) <= DENSE_CELLS:
        return _dense(axes, codes, scores)
    n = len(codes[0])
    blocks = [
        _sparse_block(
            axes, [c[i : i + BLOCK] for c in codes], None if scores is None else scores[i : i + BLOCK]
        )
        for i in range(0, max(n, 1), BLOCK)
    ]
    return _merge(axes, blocks)


def _dense(axes: tuple[Axis, ...], codes: Sequence[Codes], scores: npt.NDArray[np.floating] | None) -> Tally:
    size = _size(axes)
    counts = np.zeros(size, np.int64)
    sums = None if scores is None else np.zeros(size, np.int64)
    n = len(codes[0])
    for i in range(0, n, BLOCK):
        block = [c[i : i + BLOCK] for c in codes]
        cells = _flatten(block, axes, len(block[0]))
        counts += np.bincount(cells, minlength=size)
        if sums is not None and scores is not None:
            # Exact in float64: a block sums to less than 2**53 units.
            sums += np.bincount(cells, weights=_units(scores[i : i + BLOCK]), minlength=size).astype(np.int64)
    found = np.flatnonzero(counts)
    return Tally(
        axes=axes, cells=found, counts=counts[found], score_sums=None if sums is None else sums[found]
    )


def _merge(axes: tuple[Axis, ...], blocks: Sequence[Tally]) -> Tally:
    sums = None
    if all(b.score_sums is not None for b in blocks):
        sums = np.concatenate([cast(Counts, b.score_sums) for b in blocks])
    return _sum_by_cell(
        axes, np.concatenate([b.cells for b in blocks]), np.concatenate([b.counts for b in blocks]), sums
    )


def _sparse_block(
    axes: tuple[Axis, ...], codes: Sequence[Codes], scores: npt.NDArray[np.floating] | None
) -> Tally:
    cells = _flatten(codes, axes, len(codes[0]))
    units = None if scores is None else _units(scores)
    return _sum_by_cell(axes, cells, np.ones(len(cells), np.int64), units)


def _units(scores: npt.NDArray[np.floating]) -> Counts:
    return np.asarray(np.rint(np.asarray(scores, float) * SCORE_UNIT), np.int64)


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


def _sum_by_cell(axes: tuple[Axis, ...], cells: Counts, counts: Counts, score_sums: Counts | None) -> Tally:
    found, where = np.unique(cells, return_inverse=True)
    totals = np.zeros(len(found), np.int64)
    np.add.at(totals, where, counts)
    sums = None
    if score_sums is not None:
        sums = np.zeros(len(found), np.int64)
        np.add.at(sums, where, score_sums)
    return Tally(axes=axes, cells=found, counts=totals, score_sums=sums)
