"""Every combination of a few columns, tabulated: in which of its slices do people fare worse?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import numpy.typing as npt

from aiaudit.measuring.coding import Coded
from aiaudit.measuring.effects import SUPPORT, Effect

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Columns in a slice at most.
DEPTH = 3
#: Standard errors by which a slice must be worse to be a candidate.
WORSE = 2.0
#: Rows times combinations of columns looked at for one depth; beyond, only the most promising are extended. A
#: combination costs as much as some rows before the first is looked at.
BUDGET, OVERHEAD = 200_000_000, 20_000
#: Bins into which an effect that is a number is cut for the search.
BINS = 16
#: Candidates kept for each effect.
_CANDIDATES = 500


@dataclass(frozen=True, kw_only=True)
class Outcomes:
    """Rows by what all effects say of them, few codes, and what each code adds to the sums of each effect.

    `counted`, `summed` hold for each code (k) and effect (e) whether it counts and its mean number, shape (k, e);
    `totals` and `variance` are those of all rows.
    """

    codes: Ints
    counted: Floats
    summed: Floats
    totals: tuple[Floats, Floats]
    variance: Floats
    worse: Floats

    @classmethod
    def of(cls, effects: Sequence[Effect]) -> Outcomes:
        """Code rows by what *effects* say of them; numbers are cut into `BINS`."""
        keys = np.column_stack([np.where(e.among, _binned(e.values), -1) for e in effects])
        _, codes = np.unique(keys, axis=0, return_inverse=True)
        codes = codes.reshape(-1)
        size = np.maximum(np.bincount(codes), 1)
        counted = np.column_stack([np.bincount(codes, e.among) / size for e in effects])
        summed = np.column_stack([np.bincount(codes, e.among * e.values) / size for e in effects])
        return cls(
            codes=codes,
            counted=counted,
            summed=summed,
            totals=(size @ counted, size @ summed),
            variance=np.array([e.values[e.among].var() if e.among.any() else 0.0 for e in effects]),
            worse=np.array([e.worse for e in effects], float),
        )

    def scores(self, table: Ints) -> Floats:
        """Return each slice's score for each effect, NaN with too few people or more than half of all.

        *table* is counts by slice and code, shape (s, k); the result has shape (s, e).
        """
        n, total = table @ self.counted, table @ self.summed
        others, rest = self.totals[0] - n, self.totals[1] - total
        with np.errstate(invalid="ignore", divide="ignore"):
            z = (total / n - rest / others) / np.sqrt(self.variance * (1 / n + 1 / others))
        enough = (n >= SUPPORT) & (n <= self.totals[0] / 2) & (others >= SUPPORT) & (self.variance > 0)
        return np.where(enough, z * self.worse, np.nan)


def _binned(values: Floats) -> Ints:
    if len(np.unique(values)) <= BINS:
        return np.unique(values, return_inverse=True)[1].reshape(-1)
    cuts = np.unique(np.quantile(values, np.arange(1, BINS) / BINS, method="inverted_cdf"))
    return np.searchsorted(cuts, values, side="right")


@dataclass(kw_only=True)
class Lattice:
    """The combinations of columns, walked level by level; candidates are (score, effect, combination, cell)."""

    columns: Sequence[Coded]
    outcomes: Outcomes
    looked_at: int = 0
    combinations: list[tuple[int, ...]] = field(default_factory=list)
    candidates: Floats = field(default_factory=lambda: np.zeros((0, 4)))

    def walk(self) -> None:
        """Tabulate all combinations of up to `DEPTH` columns, within the `BUDGET`."""
        level: list[tuple[int, ...]] = [(j,) for j, c in enumerate(self.columns) if len(c.levels) > 1]
        usable = [j for (j,) in level]
        most = max(BUDGET // (len(self.outcomes.codes) + OVERHEAD), len(usable))
        for depth in range(1, DEPTH + 1):
            promise = {combination: self._tabulated(combination) for combination in level}
            if depth < DEPTH:
                level = _extended(promise, usable, most)

    def ranked(self, effect: int) -> list[tuple[float, int, int]]:
        """Return score, combination and cell of an effect's candidates, worst first."""
        own = self.candidates[self.candidates[:, 1] == effect]
        order = np.lexsort((own[:, 3], own[:, 2], -np.round(own[:, 0], 9)))
        return [(float(s), int(c), int(cell)) for s, _, c, cell in own[order]]

    def conditions(self, combination: int, cell: int) -> tuple[tuple[int, int], ...]:
        """Return the columns of a combination, and the codes that they have in one of its cells."""
        chosen = self.combinations[combination]
        codes = np.unravel_index(cell, [len(self.columns[j].levels) for j in chosen])
        return tuple((j, int(code)) for j, code in zip(chosen, codes, strict=True))

    def _tabulated(self, combination: tuple[int, ...]) -> float:
        """Note the candidates among a combination's slices; return the best score."""
        flat, cells = np.zeros(1, np.int64), 1
        for j in combination:
            flat = flat * len(self.columns[j].levels) + self.columns[j].codes
            cells *= len(self.columns[j].levels)
        size = len(self.outcomes.counted)
        table = np.bincount(flat * size + self.outcomes.codes, minlength=cells * size).reshape(cells, size)
        scores = self.outcomes.scores(table)
        self.looked_at += int((~np.isnan(scores)).any(axis=1).sum())
        cell, effect = np.nonzero(scores >= WORSE)
        place = np.full(len(cell), len(self.combinations))
        self.combinations.append(combination)
        found = np.column_stack([scores[cell, effect], effect, place, cell])
        self.candidates = _best(np.concatenate([self.candidates, found]), scores.shape[1])
        return float(np.nanmax(scores, initial=-np.inf))


def _best(candidates: Floats, effects: int) -> Floats:
    if len(candidates) < 2 * _CANDIDATES * effects:
        return candidates
    order = np.lexsort((*candidates.T[:0:-1], -np.round(candidates[:, 0], 9)))
    ranked = candidates[order]
    return np.concatenate([ranked[ranked[:, 1] == e][:_CANDIDATES] for e in range(effects)])


def _extended(
    promise: dict[tuple[int, ...], float], usable: Sequence[int], most: int
) -> list[tuple[int, ...]]:
    """Return combinations of one column more: all, or those of the most promising ones."""
    depth = len(next(iter(promise), ())) + 1
    everything = list(combinations(usable, depth)) if _choices(len(usable), depth) <= most else None
    if everything is not None:
        return everything
    found: dict[tuple[int, ...], None] = {}
    for combination in sorted(promise, key=lambda c: (-promise[c], c)):
        for j in usable:
            if j not in combination:
                found[tuple(sorted((*combination, j)))] = None
        if len(found) >= most:
            break
    return list(found)[:most]


def _choices(n: int, k: int) -> float:
    return float(np.prod([(n - i) / (i + 1) for i in range(k)]))
