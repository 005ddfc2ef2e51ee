"""How alike two rows are: Gower's distance over columns of any type, numbers compared by rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.measuring.coding import numbers
from aiaudit.measuring.rows import value_codes

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
    names : ndarray of int32, shape (q, n)
        Columns of names, yes and no, and any two values: one code a value.

    Notes
    -----
    Gower (1971), Biometrics 27, 857-874: the mean over columns of the difference of numbers over their range, and
    of 0 or 1 for names. Ranks take the place of numbers (Podani 1999, Taxon 48, 331-340), so that one extreme value
    does not make everybody else alike.
    """

    ranks: Distances
    names: npt.NDArray[np.int32]

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Gower:
        """Prepare a table of at least one column."""
        ranks, names = [], []
        for place in range(frame.shape[1]):
            column = frame.iloc[:, place]
            found = numbers(column)
            if found is None or len(np.unique(found[~np.isnan(found)])) <= 2:
                names.append(value_codes(column)[0])
            else:
                order = pd.Series(found).rank().to_numpy() - 1
                ranks.append(np.where(np.isnan(order), MISSING, order / np.nanmax(order)))
        n = len(frame)
        return cls(
            ranks=np.array(ranks, np.float32).reshape(len(ranks), n),
            names=np.array(names, np.int32).reshape(len(names), n),
        )

    def blocks(self, rows: Ints, others: Ints) -> Iterator[tuple[slice, Distances]]:
        """Yield the distances from some of *rows* at a time to all *others*, shape (b, m), and which rows."""
        size = max(1, BLOCK // max(len(others), 1))
        columns = len(self.ranks) + len(self.names)
        ranks, names = self.ranks[:, others], self.names[:, others]
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            found = np.zeros((len(rows[part]), len(others)), np.float32)
            for own, theirs in zip(self.ranks[:, rows[part]], ranks, strict=True):
                apart = np.abs(own[:, np.newaxis] - theirs)
                found += np.minimum(apart, 1, out=apart)
            for code, codes in zip(self.names[:, rows[part]], names, strict=True):
                found += code[:, np.newaxis] != codes
            found /= columns
            yield part, found


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
    pairs = []
    taken = np.zeros(len(others), bool)
    for part, distances in gower.blocks(rows, others) if len(others) else ():
        for row, apart in zip(rows[part].tolist(), distances, strict=True):
            apart[taken] = np.inf
            nearest = int(apart.argmin())
            if apart[nearest] <= caliper + ROUNDING:
                taken[nearest] = True
                pairs.append((row, int(others[nearest])))
    return np.array(pairs, np.intp).reshape(-1, 2)
