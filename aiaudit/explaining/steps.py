"""Values that a column may be changed to: such as other people have, within what the dictionary allows."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.dictionary import Column
from aiaudit.explaining.sampling import canonical_order
from aiaudit.labels import label_text
from aiaudit.subject import Subject

#: Values tried in each column at first, and between the person's and one that turned the decision.
VALUES, REFINED = 20, 40
#: Rows that must hold a name before it is suggested to anybody, and rows, at random, whose values are suggested.
NAME_ROWS, POOL_ROWS = 5, 2000
#: What another name costs, where a number costs the share of people whom it passes.
NAME_COST = 0.5

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A value that a column may take: the one that row *source* holds."""

    position: int
    source: int
    cost: float


def pool_of(subject: Subject) -> pd.DataFrame:
    """Return the rows, at random, whose values may be suggested."""
    features = subject.features
    assert features is not None
    return features.iloc[np.sort(canonical_order(features, subject.seed)[:POOL_ROWS])]


@dataclass(frozen=True, kw_only=True)
class Values:
    """One column: what the pool holds, and what people hold who may be told to change it.

    Parameters
    ----------
    position : int
        The column's.
    column : Series of shape (n,)
        The values of the pool, and behind them those of the people.
    pool : int
        Rows of the pool.
    rule : Column
        What the dictionary allows.
    """

    position: int
    column: pd.Series
    pool: int
    rule: Column

    def first(self, row: int) -> list[Step]:
        """Return the values that *row* may be changed to, as far as they are tried at first."""
        if self.rule.immutable:
            return []
        if not self._is_number:
            return self._names(row)
        places = np.linspace(0.02, 0.98, VALUES) * (len(self._ranked) - 1)
        return self._allowed(self._ranked[np.unique(places.round().astype(int))], row)

    def between(self, step: Step, row: int) -> list[Step]:
        """Return values between the person's and the one found, where these are numbers."""
        if not self._is_number:
            return []
        ends = self._numbers[[row, step.source]]
        first = np.searchsorted(self._sorted, ends.min(), side="right")
        last = np.searchsorted(self._sorted, ends.max(), side="left")
        inside = self._ranked[first:last]
        places = np.linspace(0, max(0, len(inside) - 1), min(REFINED, len(inside)))
        return self._allowed(inside[np.unique(places.round().astype(int))], row)

    @cached_property
    def _is_number(self) -> bool:
        return pd.api.types.is_numeric_dtype(self.column) and not pd.api.types.is_bool_dtype(self.column)

    @cached_property
    def _numbers(self) -> Floats:
        return np.asarray(self.column.to_numpy(float, na_value=np.nan))

    @cached_property
    def _ranked(self) -> Ints:
        """Positions of all rows of the pool that hold a number, by its size."""
        values = self._numbers[: self.pool]
        return np.argsort(values, kind="stable")[: np.count_nonzero(~np.isnan(values))]

    @cached_property
    def _sorted(self) -> Floats:
        return self._numbers[self._ranked]

    def _allowed(self, sources: Ints, row: int) -> list[Step]:
        own, new = self._numbers[row], self._numbers[sources]
        least, greatest = self.rule.range or (-np.inf, np.inf)
        allowed = (new != own) & (new >= least) & (new <= greatest) & ~np.isnan(own)
        if self.rule.direction is not None:
            allowed &= (new > own) if self.rule.direction == "up" else (new < own)
        below = np.searchsorted(self._sorted, np.append(new, own)).tolist()
        n = len(self._ranked)
        return [
            # Something above nothing, so that a change always costs more than none.
            Step(position=self.position, source=int(sources[k]), cost=abs(below[k] - below[-1]) / n + 1e-9)
            for k in np.flatnonzero(allowed)
        ]

    def _names(self, row: int) -> list[Step]:
        codes, common = self._common
        return [
            Step(position=self.position, source=source, cost=NAME_COST)
            for code, source in common
            if code != codes[row]
        ][:VALUES]

    @cached_property
    def _common(self) -> tuple[Ints, list[tuple[int, int]]]:
        """Codes of all rows; and the names that may be suggested, most frequent first, each with a row of the pool."""
        codes, names = pd.factorize(self.column)
        pool = codes[: self.pool]
        counts = np.bincount(pool[pool >= 0], minlength=len(names))
        wanted = [
            (int(code), int(np.argmax(pool == code)))
            for code in np.argsort(-counts, kind="stable")
            if counts[code] >= NAME_ROWS
            and (not self.rule.choices or label_text(names[code]) in self.rule.choices)
        ]
        return codes, wanted
