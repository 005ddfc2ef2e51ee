"""The groups that a choice of attributes divides rows, or cells of a tally, into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Scope
from aiaudit.groups import Attribute

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

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
    codes : tuple of int arrays, shape (g,)
        Each group's level in each attribute.
    index : ndarray of int, shape (n,)
        Group of each row, or of each cell of a tally.
    """

    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    codes: tuple[Ints, ...]
    index: Ints

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
    if not sizes:
        scopes = ({},) * len(occurring)
    return Groups(scopes=scopes, known=known, codes=chosen, index=index)


def _number(flat: Ints, size: int) -> tuple[Ints, Ints]:
    if size > DENSE_GROUPS:
        return np.unique(flat, return_inverse=True)
    found = np.flatnonzero(np.bincount(flat, minlength=size))
    position = np.zeros(size, np.int32)
    position[found] = np.arange(len(found))
    return found, position[flat]


@dataclass(frozen=True, kw_only=True)
class Partitions:
    """Rows divided by all attributes at once, and how these cells fold into the groups of every partition.

    Sums over rows are made once, for the cells; groups are sums of cells.

    Parameters
    ----------
    cell : ndarray of int, shape (n,)
        Cell of each row.
    folds : tuple of Groups
        Each partition's groups over the cells, one after another in all that follows.
    scopes : tuple of Scope, length g
        Every group of every partition.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known.
    """

    cell: Ints
    folds: tuple[Groups, ...]
    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]

    @property
    def parts(self) -> tuple[int, ...]:
        """Groups in each partition."""
        return tuple(len(fold) for fold in self.folds)

    def single(self) -> tuple[npt.NDArray[np.intp], tuple[int, ...]]:
        """Return the positions of groups of at most one attribute, and how many each such partition has."""
        parts = tuple(len(fold) for fold in self.folds if len(fold.codes) < 2)
        return np.flatnonzero(self.attributes < 2), parts

    @property
    def attributes(self) -> npt.NDArray[np.intp]:
        """How many attributes each group is defined by, shape (g,)."""
        return np.array([len(scope) for scope in self.scopes], np.intp)

    def counts(self, bins: Ints | None = None, size: int = 1) -> npt.NDArray[np.int64]:
        """Return rows by group, shape (g,), or by group and bin, shape (g, size)."""
        return np.rint(self.sums(None, bins, size)).astype(np.int64)

    def sums(self, values: Floats | None, bins: Ints | None = None, size: int = 1) -> Floats:
        """Return sums of row values by group, shape (g,), or by group and bin of the row, shape (g, size)."""
        cells = len(self.folds[0].index)
        where = self.cell if bins is None else self.cell.astype(np.int64) * size + bins
        table = np.bincount(where, values, cells * size).reshape(cells, size)
        found = np.zeros((len(self.scopes), size))
        start = 0
        for fold in self.folds:
            np.add.at(found, start + fold.index, table)
            start += len(fold)
        return found if bins is not None else found[:, 0]

    def remarks(self, i: int) -> dict[str, str | int | float | bool | None]:
        """Return what the reader of group *i*'s numbers must know beside them."""
        return {} if self.known[i] else {"unknown_group": True}

    def rows(self) -> Iterator[tuple[slice, Ints]]:
        """Yield where each partition's groups are, and each row's group within it."""
        ends = np.cumsum(self.parts).tolist()
        for fold, (start, end) in zip(self.folds, pairwise([0, *ends]), strict=True):
            yield slice(start, end), fold.index[self.cell]


def partitions_of(
    attributes: Sequence[Attribute], chosen: Sequence[Sequence[Attribute]], n: int
) -> Partitions:
    """Divide *n* rows by *attributes*, folded into the groups of each of the partitions *chosen*."""
    joint = groups_of(attributes, [a.codes for a in attributes], n)
    code = {a.name: codes for a, codes in zip(attributes, joint.codes, strict=True)}
    folds = tuple(groups_of(part, [code[a.name] for a in part], len(joint)) for part in chosen)
    return Partitions(
        cell=joint.index,
        folds=folds,
        scopes=tuple(scope for fold in folds for scope in fold.scopes),
        known=np.concatenate([fold.known for fold in folds]),
    )
