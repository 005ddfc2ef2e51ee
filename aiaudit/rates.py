"""Rates of groups: counts folded from the tally, and each rate with its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Form, Interval, Measurement, Metric, Scope
from aiaudit.groups import Attribute
from aiaudit.partitions import groups_of
from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.subject import Subject

Ints = npt.NDArray[np.int64]
#: A place in a table of favourable (1) or not (0) along each axis.
Place = tuple[int, ...]

#: Level of every interval that is reported; the judge widens it where several are read together.
LEVEL = 0.95


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The groups of one partition or of several, with counts of any further axes.

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
    parts : tuple of int
        Groups in each partition; they follow one another.
    """

    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    counts: Ints
    right: Ints
    parts: tuple[int, ...]

    @property
    def rows(self) -> Ints:
        """Rows of each group."""
        return np.asarray(np.sum(self.counts, axis=tuple(range(1, self.counts.ndim))), np.int64)

    def rates(self, metric: Metric, counted: Sequence[Place], of: Sequence[Place]) -> Rates:
        """Return the share of the places *counted* among the places *of*, in every group."""
        return self.shares(metric, self._sum(counted), self._sum(of))

    def _sum(self, places: Sequence[Place]) -> Ints:
        axes = range(1, self.counts.ndim)
        return np.asarray(
            np.sum([self.counts.transpose(*axes, 0)[place] for place in places], axis=0), np.int64
        )

    def shares(self, metric: Metric, x: Ints, n: Ints) -> Rates:
        """Return the rates x / n of these groups."""
        return Rates(
            metric=metric, scopes=self.scopes, known=self.known, x=x, n=n, rows=self.rows, parts=self.parts
        )


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
    return Cells(scopes=groups.scopes, known=groups.known, counts=counts, right=right, parts=(len(groups),))


def stacked(subject: Subject, labels: Sequence[str]) -> Cells:
    """Return the cells of all partitions of a subject, one after another: one formula then serves all."""
    found = [cells(subject, partition, labels) for partition in subject.partitions()]
    return Cells(
        scopes=tuple(scope for each in found for scope in each.scopes),
        known=np.concatenate([each.known for each in found]),
        counts=np.concatenate([each.counts for each in found]),
        right=np.concatenate([each.right for each in found]),
        parts=tuple(part for each in found for part in each.parts),
    )


@dataclass(frozen=True, kw_only=True)
class Rates:
    """One rate in every group of one partition or of several.

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
    parts : tuple of int
        Groups in each partition, which follow one another; empty where there is one.
    """

    metric: Metric
    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    x: Ints
    n: Ints
    rows: Ints
    parts: tuple[int, ...] = ()

    def measurements(self) -> Iterator[Measurement]:
        """Yield each group's rate with its modified Wilson interval."""
        low, high = rate_interval(self.x, self.n, LEVEL)
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
                interval=interval(low[i], high[i], "modified Wilson"),
                method="share of counts; modified Wilson interval",
                params=self.remarks(i, None if n else "undefined: the denominator is 0"),
            )

    def remarks(self, i: int, no_interval: str | None) -> dict[str, str | int | float | bool | None]:
        """Return what the reader of group *i*'s number must know beside it."""
        unknown: dict[str, str | int | float | bool | None] = {} if self.known[i] else {"unknown_group": True}
        return unknown if no_interval is None else {**unknown, "no_interval": no_interval}


def partitions(parts: Sequence[int], groups: int) -> Iterator[slice]:
    """Yield where each partition's groups are, of *groups* in all; no parts are one partition."""
    ends = np.cumsum(parts or (groups,)).tolist()
    yield from (slice(start, end) for start, end in pairwise([0, *ends]))


def interval(low: float, high: float, method: str) -> Interval | None:
    """Return the interval at the house level, None where an end is undefined."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return None
    return Interval(low=float(low), high=float(high), level=LEVEL, method=method)
