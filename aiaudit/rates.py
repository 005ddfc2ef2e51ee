"""Rates of groups: counts folded from the tally, and each rate with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Form, Interval, Measurement, Metric, Scope
from aiaudit.groups import Attribute
from aiaudit.partitions import groups_of
from aiaudit.statistics.intervals import wilson
from aiaudit.subject import Subject

Ints = npt.NDArray[np.int64]

#: Level of every interval that is reported; the judge widens it where several are read together.
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The groups of one partition, with counts of any further axes.

    Parameters
    ----------
    scopes : tuple of Scope, length g
        Each group's label by attribute.
    known : ndarray of bool, shape (g,)
        False where a protected value is missing.
    counts : ndarray of int64, shape (g, ...)
        Rows by group and by favourable label (0 no, 1 yes) along each further axis.
    right : ndarray of int64, shape (g,)
        Rows whose labels are the same along all further axes.
    """

    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    counts: Ints
    right: Ints


def cells(subject: Subject, partition: Sequence[Attribute], labels: Sequence[str]) -> Cells:
    """Fold the tally to the groups of *partition* and to favourable or not along each of *labels*."""
    folded = subject.tally.over([*(a.name for a in partition), *labels])
    codes = folded.codes()
    groups = groups_of(partition, codes[: len(partition)], len(folded.cells))
    label_codes = codes[len(partition) :]
    good = np.zeros(len(subject.classes), np.intp)
    good[subject.favorable_codes] = 1
    counts = np.zeros((len(groups), *([2] * len(labels))), np.int64)
    np.add.at(counts, (groups.index, *(good[c] for c in label_codes)), folded.counts)
    same = np.all([c == label_codes[0] for c in label_codes], axis=0)
    right = np.zeros(len(groups), np.int64)
    np.add.at(right, groups.index[same], folded.counts[same])
    return Cells(scopes=groups.scopes, known=groups.known, counts=counts, right=right)


@dataclass(frozen=True, kw_only=True)
class Rates:
    """One rate in every group of a partition.

    Parameters
    ----------
    metric : Metric
        The rate.
    scopes : tuple of Scope, length g
        Groups.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known.
    x, n : ndarray of int64, shape (g,)
        Numerator and denominator.
    rows : ndarray of int64, shape (g,)
        Rows of the group, whether or not they enter the denominator.
    """

    metric: Metric
    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    x: Ints
    n: Ints
    rows: Ints

    def measurements(self) -> Iterator[Measurement]:
        """Yield each group's rate with its Wilson interval."""
        low, high = wilson(self.x, self.n, LEVEL)
        for i, scope in enumerate(self.scopes):
            x, n = int(self.x[i]), int(self.n[i])
            yield Measurement(
                metric=self.metric.name,
                form=Form.RATE,
                value=x / n if n else None,
                n=int(self.rows[i]),
                numerator=x,
                denominator=n,
                scope=scope,
                interval=interval(low[i], high[i], "Wilson"),
                method="share of counts; Wilson score interval",
                params=self.remarks(i, None if n else "undefined: the denominator is 0"),
            )

    def remarks(self, i: int, no_interval: str | None) -> dict[str, str | int | float | bool | None]:
        """Return what the reader of group *i*'s number must know beside it."""
        unknown: dict[str, str | int | float | bool | None] = {} if self.known[i] else {"unknown_group": True}
        return unknown if no_interval is None else {**unknown, "no_interval": no_interval}


def interval(low: float, high: float, method: str) -> Interval | None:
    """Return the interval at the house level, None where an end is undefined."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    return Interval(low=float(low), high=float(high), level=LEVEL, method=method)
