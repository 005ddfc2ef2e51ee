"""How alike two rows are: Gower's distance over columns of any type, numbers compared by rank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.measuring.coding import numbers
from aiaudit.measuring.rows import joined, value_codes

Ints = npt.NDArray[np.integer]
Distances = npt.NDArray[np.float32]

#: Distances computed at once: few enough that a block stays in the processor's cache.
BLOCK = 250_000
#: Where a missing number stands: a whole step or more from every number, and none from another missing one.
MISSING = 2.0
#: Sums of the same terms in another order differ by less.
ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Gower:
    """Rows, ready to be compared.

    Parameters
    ----------
    ranks : ndarray of float32, shape (p, n)
        Columns of numbers: ranks from 0 to 1, and `MISSING`.
    names : ndarray of int, shape (q, n)
        Columns of names, yes and no, and any two values: one code a value, in as few bytes as these need.

    Notes
    -----
    Gower (1971), Biometrics 27, 857-874: the mean over columns of the difference of numbers over their range, and
    of 0 or 1 for names. Ranks take the place of numbers (Podani 1999, Taxon 48, 331-340), so that one extreme value
    does not make everybody else alike.
    """

    ranks: Distances
    names: Ints

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Gower:
        """Prepare a table of at least one column."""
        return cls.beside([prepared(frame.iloc[:, place]) for place in range(frame.shape[1])], len(frame))

    @classmethod
    def beside(cls, columns: Sequence[Distances | Ints], n: int) -> Gower:
        """Put columns of *n* rows that were `prepared` side by side."""
        ranks = [column for column in columns if column.dtype.kind == "f"]
        names = [column for column in columns if column.dtype.kind != "f"]
        widest = np.result_type(np.uint8, *names)
        return cls(
            ranks=np.array(ranks, np.float32).reshape(len(ranks), n),
            names=np.array(names, widest).reshape(len(names), n),
        )

    @property
    def columns(self) -> int:
        """How many columns are compared."""
        return len(self.ranks) + len(self.names)

    @cached_property
    def kinds(self) -> Ints:
        """Number of each row's combination of names, shape (n,)."""
        found = np.zeros(self.names.shape[1], np.int64)
        for codes in self.names:
            found = joined(found, codes)
        return found

    def apart(self, row: int, others: Ints) -> Distances:
        """Return the distances from one row to *others*, shape (m,)."""
        steps = np.abs(self.ranks[:, [row]] - self.ranks[:, others])
        differing = (self.names[:, [row]] != self.names[:, others]).sum(axis=0, dtype=np.float32)
        found: Distances = (np.minimum(steps, 1).sum(axis=0) + differing) / self.columns
        return found

    def blocks(self, rows: Ints, others: Ints) -> Iterator[tuple[slice, Distances]]:
        """Yield the distances from some of *rows* at a time to all *others*, shape (b, m), and which rows."""
        size = max(1, BLOCK // max(len(others), 1))
        ranks, names = self.ranks[:, others], self.names[:, others]
        # A step over a whole column's range occurs beside a missing number only.
        gaps = (self.ranks == MISSING).any(axis=1)
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            found = np.zeros((len(rows[part]), len(others)), np.float32)
            for own, theirs, missing in zip(self.ranks[:, rows[part]], ranks, gaps, strict=True):
                apart = own[:, np.newaxis] - theirs
                np.abs(apart, out=apart)
                found += np.minimum(apart, 1, out=apart) if missing else apart
            # Counted in the fewest bytes first: a column of names then costs little beside one of numbers.
            differing = np.zeros(found.shape, np.min_scalar_type(len(names)))
            for code, codes in zip(self.names[:, rows[part]], names, strict=True):
                differing += (code[:, np.newaxis] != codes).view(np.uint8)
            found += differing
            found /= self.columns
            yield part, found


def prepared(column: pd.Series) -> Distances | Ints:
    """Return the ranks of a column of numbers, from 0 to 1 and `MISSING`, otherwise one code a value."""
    found = numbers(column)
    if found is None or len(np.unique(found[~np.isnan(found)])) <= 2:
        codes = value_codes(column)[0]
        return codes.astype(np.min_scalar_type(int(codes.max(initial=0))))
    order = pd.Series(found).rank().to_numpy() - 1
    return np.where(np.isnan(order), MISSING, order / np.nanmax(order)).astype(np.float32)


def matched(gower: Gower, rows: Ints, others: Ints, caliper: float) -> Ints:
    """Pair rows with others that are alike, each used once.

    Parameters
    ----------
    gower : Gower
        All rows.
    rows, others : ndarray of int
        The two sides; the order is that in which rows choose, and in which equally near others are taken.
    caliper : float
        Largest distance of a pair.

    Returns
    -------
    ndarray of int, shape (m, 2)
        A row of the one side and its partner.

    Notes
    -----
    Nearest available matching within a caliper: Rubin (1973), Biometrics 29, 159-183.
    """
    # Where one name more or less is too far, only people whose names are all the same need be looked at.
    strict = gower.columns * (caliper + ROUNDING) < 1
    kinds = gower.kinds if strict else np.zeros(gower.names.shape[1], np.int64)
    order = np.argsort(kinds[others], kind="stable")
    ends = [np.searchsorted(kinds[others], kinds[rows], side, sorter=order) for side in ("left", "right")]
    pairs, taken = [], np.zeros(len(others), bool)
    for row, start, end in zip(rows.tolist(), *ends, strict=True):
        free = order[start:end][~taken[order[start:end]]]
        if not len(free):
            continue
        apart = gower.apart(row, others[free])
        nearest = int(apart.argmin())
        if apart[nearest] <= caliper + ROUNDING:
            taken[free[nearest]] = True
            pairs.append((row, int(others[free[nearest]])))
    return np.array(pairs, np.intp).reshape(-1, 2)
