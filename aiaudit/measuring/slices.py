"""Search a table for slices, combinations of column values, that fare worse than everybody else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.measuring.coding import Coded
from aiaudit.measuring.effects import Effect
from aiaudit.measuring.lattice import WORSE, Lattice, Outcomes

Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]

#: Slices kept for each effect.
BEST = 8
#: Share of a slice's rows that a further condition sets aside, or it tells nothing that people would call a group.
NARROWER = 0.2


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Rows that have these values.

    Parameters
    ----------
    effect : Effect
        What is worse in it.
    conditions : tuple of (int, int)
        Position of the column, and the code it has.
    score : float
        Standard errors by which it is worse than everybody else, in the rows searched.
    """

    effect: Effect
    conditions: tuple[tuple[int, int], ...]
    score: float

    def rows(self, columns: Sequence[Coded], without: int | None = None) -> Bools:
        """Return who is in it, shape (n,); in its parent that lacks one condition, where *without* names it."""
        held = [c for i, c in enumerate(self.conditions) if i != without]
        return np.asarray(np.logical_and.reduce([columns[j].codes == code for j, code in held]), bool)

    def parents(self, columns: Sequence[Coded]) -> Iterator[Bools]:
        """Yield who is in each slice that has one condition less, if any is left."""
        for i in range(len(self.conditions) if len(self.conditions) > 1 else 0):
            yield self.rows(columns, without=i)


@dataclass(frozen=True, kw_only=True)
class Search:
    """What was found: the slices, worst first by effect, and how many with enough people were looked at."""

    slices: tuple[Slice, ...]
    looked_at: int


def search(columns: Sequence[Coded], effects: Sequence[Effect], rows: Ints) -> Search:
    """Find slices that are worse than everybody else, than what they are part of, and than each other's rest.

    Parameters
    ----------
    columns : sequence of Coded
        What slices are made of.
    effects : sequence of Effect
        What may be worse.
    rows : ndarray of int
        The rows searched; nothing else is looked at.

    Returns
    -------
    Search
        At most `BEST` slices for each effect. Their scores are those of the best of many: biased, and no evidence.

    Notes
    -----
    All combinations of up to `DEPTH` columns are tabulated, within the `BUDGET`. Slices are taken by their score; one
    is left out that is not worse by `WORSE` standard errors than the rest of each slice it is part of, or is nearly
    all of that, or is not worse once the rows of slices already taken are set aside (the covering of subgroup discovery, Lavrač et al. 2004, JMLR 5).
    """
    here = [c.of_rows(rows).small() for c in columns]
    parts = [effect.of(rows) for effect in effects]
    lattice = Lattice(columns=here, outcomes=Outcomes.of(parts))
    lattice.walk()
    chosen = [
        Slice(effect=effects[e], conditions=found.conditions, score=found.score)
        for e, part in enumerate(parts)
        for found in _distinct(here, _ranked(lattice, part, e))
    ]
    return Search(slices=tuple(chosen), looked_at=lattice.looked_at)


def _ranked(lattice: Lattice, effect: Effect, place: int) -> Iterator[Slice]:
    for score, combination, cell in lattice.ranked(place):
        yield Slice(effect=effect, conditions=lattice.conditions(combination, cell), score=score)


def _distinct(columns: Sequence[Coded], ranked: Iterator[Slice]) -> Iterator[Slice]:
    """Yield the first slices that are worse than their parents, and worse beside those yielded before."""
    free = np.ones(len(columns[0].codes), bool)
    left = BEST
    for found in ranked:
        inside, effect = found.rows(columns), found.effect
        worse_alone = effect.z(inside & free, ~inside & free) >= WORSE
        if worse_alone and all(_adds(effect, inside, parent) for parent in found.parents(columns)):
            yield found
            free &= ~inside
            left -= 1
            if not left:
                return


def _adds(effect: Effect, inside: Bools, parent: Bools) -> bool:
    """Return whether a slice says more than its parent: it is worse than the rest of it, and not nearly all of it."""
    narrower = inside.sum() <= (1 - NARROWER) * parent.sum()
    return bool(narrower and effect.z(inside, parent & ~inside) >= WORSE)
