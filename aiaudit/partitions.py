"""The groups that a choice of attributes divides rows, or cells of a tally, into."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Scope
from aiaudit.groups import Attribute

#: Above this many possible groups only those that occur are numbered.
DENSE_GROUPS = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The groups that occur in one partition.

    Parameters
    ----------
    scopes : tuple of Scope, length g
        Each group's label by attribute.
    known : ndarray of bool, shape (g,)
        False where a protected value is missing.
    index : ndarray of int, shape (n,)
        Group of each row, or of each cell of a tally.
    """

    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    index: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.scopes)


def groups_of(partition: Sequence[Attribute], codes: Sequence[npt.NDArray[np.integer]], n: int) -> Groups:
    """Number the groups that occur.

    Parameters
    ----------
    partition : sequence of Attribute
        The attributes crossed; none is one group of everybody.
    codes : sequence of integer arrays, shape (n,)
        Level of each row or cell in each of them.
    n : int
        Rows or cells.

    Returns
    -------
    Groups
        In the order of their codes.
    """
    sizes = [len(a.levels) for a in partition]
    flat = np.zeros(n, np.int64)
    for size, code in zip(sizes, codes, strict=True):
        flat *= size
        flat += code
    occurring, index = _number(flat, int(np.prod(sizes, dtype=object)))
    chosen = np.unravel_index(occurring, sizes) if sizes else ()
    scopes = tuple(
        {a.name: a.levels[row[i]] for i, a in enumerate(partition)} for row in zip(*chosen, strict=True)
    )
    known = np.ones(len(occurring), bool)
    for a, levels in zip(partition, chosen, strict=True):
        if a.missing:
            known &= levels != len(a.levels) - 1
    return Groups(scopes=scopes if sizes else ({},) * len(occurring), known=known, index=index)


def _number(flat: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    if size > DENSE_GROUPS:
        return np.unique(flat, return_inverse=True)
    found = np.flatnonzero(np.bincount(flat, minlength=size))
    position = np.zeros(size, np.intp)
    position[found] = np.arange(len(found))
    return found, position[flat]
