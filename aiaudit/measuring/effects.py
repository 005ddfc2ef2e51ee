"""What may be worse in a subgroup, and the columns that subgroups are made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.labels import Task
from aiaudit.measuring.coding import Coded, coded
from aiaudit.subject import Subject

Ints = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: People that a slice and the others need.
SUPPORT = 30
#: Bins of a number, and names of a column that stay by themselves.
BINS, NAMES = 5, 10


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What may be worse in a slice: the mean of a number, or a rate.

    Parameters
    ----------
    name : str
        What it is called.
    values : ndarray of float, shape (n,)
        The number.
    among : ndarray of bool, shape (n,)
        Whose it is.
    worse : int
        1 where a higher mean is worse, -1 where a lower one is.
    rate : bool
        Whether the number is 0 or 1 for everybody.
    """

    name: str
    values: Floats
    among: Bools
    worse: int
    rate: bool = True

    def of(self, rows: Ints) -> Effect:
        """Return the effect among some of the rows."""
        return replace(self, values=self.values[rows], among=self.among[rows])

    def z(self, inside: Bools, outside: Bools) -> float:
        """Return by how many standard errors the mean is worse inside; minus infinity with too few of either."""
        n, total, squares = self._sums(inside & self.among)
        m, rest, others = self._sums(outside & self.among)
        if min(n, m) < SUPPORT:
            return -np.inf
        spread = (squares + others) / (n + m) - ((total + rest) / (n + m)) ** 2
        if spread <= 0:
            return -np.inf
        return float((total / n - rest / m) * self.worse / np.sqrt(spread * (1 / n + 1 / m)))

    def _sums(self, rows: Bools) -> tuple[int, float, float]:
        """Return how many rows there are, and the sums of their numbers and of the squares."""
        n = int(np.count_nonzero(rows))
        if self.rate:
            yes = int(np.count_nonzero(self._yes & rows))
            return n, yes, yes
        values = self.values[rows]
        return n, float(values.sum()), float(values @ values)

    @cached_property
    def _yes(self) -> Bools:
        return self.values > 0


def effects_of(subject: Subject) -> list[Effect]:
    """Return what can be worse in a subgroup, by what is known: decisions or numbers, with outcomes or without."""
    everybody = np.ones(subject.n, bool)
    predicted, actual = subject.predicted_values, subject.actual_values
    if subject.task is Task.REGRESSION and predicted is not None:
        if actual is None:
            return [_mean("mean_prediction", predicted, worse) for worse in (-1, 1)]
        miss = predicted - actual
        return [
            *(_mean("mean_residual", miss, worse) for worse in (-1, 1)),
            _mean("mean_absolute_error", np.abs(miss), 1),
        ]
    found = []
    selected, deserved = subject.selected, subject.deserved
    if subject.favorable and selected is not None:
        found.append(_rate("selection_rate", selected, everybody, -1))
    if subject.actual is not None and subject.predicted is not None:
        found.append(_rate("error_rate", subject.actual != subject.predicted, everybody, 1))
    if subject.favorable and selected is not None and deserved is not None:
        found.append(_rate("false_negative_rate", ~selected, deserved, 1))
        found.append(_rate("false_positive_rate", selected, ~deserved, 1))
    return found


def _rate(name: str, hits: Bools, among: Bools, worse: int) -> Effect:
    return Effect(name=name, values=hits.astype(np.float64), among=among, worse=worse)


def _mean(name: str, values: Floats, worse: int) -> Effect:
    return Effect(name=name, values=values, among=np.ones(len(values), bool), worse=worse, rate=False)


def columns_of(subject: Subject, among: Ints) -> list[Coded]:
    """Return protected attributes and all other columns, cut as the rows to be searched suggest."""
    found = []
    for attribute in subject.attributes:
        column = Coded.of(attribute)
        if len(column.levels) > NAMES + 1:
            text = pd.Series(np.array(column.levels, object)[column.codes], dtype=object)
            column = coded(column.name, text, BINS, NAMES, among)
        found.append(column)
    table, protected = subject.columns, {attribute.name for attribute in subject.attributes}
    if table is not None:
        others = [name for name in table if str(name) not in protected]
        found += [coded(str(name), table[name], BINS, NAMES, among) for name in others]
    return found
