"""Counts of groups by favourable label, folded from the tally."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Metric, Scope
from aiaudit.groups import Attribute
from aiaudit.measuring.partitions import groups_of
from aiaudit.measuring.rates import Ints, Rates, Weighted
from aiaudit.subject import Subject
from aiaudit.tally import UNIT

#: A place in a table of favourable (1) or not (0) along each axis.
Place = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Cells:
    """The groups of one partition or of several, with counts of any further axes.

    Parameters
    ----------
    scopes : tuple of Scope, length g
        Each group's label by attribute.
    known : ndarray of bool, shape (g,)
        False where a protected value is missing.
    tables : ndarray of int64, shape (k, g, ...)
        Rows by group and by favourable label (0 no, 1 yes) along each further axis; where rows are weighted
        (k = 3) also their weights and squared weights, in `units`.
    equal : ndarray of int64, shape (k, g)
        The same of rows whose labels are equal along all further axes.
    units : tuple of float
        What one counts for in each table.
    parts : tuple of int
        Groups in each partition; they follow one another.
    """

    scopes: tuple[Scope, ...]
    known: npt.NDArray[np.bool_]
    tables: Ints
    equal: Ints
    units: tuple[float, ...]
    parts: tuple[int, ...]

    @property
    def counts(self) -> Ints:
        """Rows by group and by favourable label along each further axis, shape (g, ...)."""
        return cast(Ints, self.tables[0])

    @property
    def right(self) -> Ints:
        """Rows whose labels are the same along all further axes, shape (g,)."""
        return cast(Ints, self.equal[0])

    @property
    def rows(self) -> Ints:
        """Rows of each group."""
        return cast(Ints, self._all()[0])

    def rates(self, metric: Metric, counted: Sequence[Place], of: Sequence[Place]) -> Rates:
        """Return the share of the places *counted* among the places *of*, in every group."""
        return self._rates(metric, self._sum(counted), self._sum(of))

    def accuracy(self, metric: Metric) -> Rates:
        """Return the share of rows whose labels are equal, in every group."""
        return self._rates(metric, self.equal, self._all())

    def _all(self) -> Ints:
        return np.asarray(self.tables.sum(axis=tuple(range(2, self.tables.ndim))), np.int64)

    def _sum(self, places: Sequence[Place]) -> Ints:
        axes = range(2, self.tables.ndim)
        return np.asarray(np.sum([self.tables.transpose(*axes, 0, 1)[p] for p in places], axis=0), np.int64)

    def _rates(self, metric: Metric, x: Ints, n: Ints) -> Rates:
        weighted = None
        if len(self.units) > 1:
            one, square = self.units[1:]
            weighted = Weighted(n=n[1] * one, nn=n[2] * square, x=x[1] * one, xx=x[2] * square)
        return Rates(
            metric=metric,
            scopes=self.scopes,
            known=self.known,
            x=x[0],
            n=n[0],
            rows=self.rows,
            parts=self.parts,
            weighted=weighted,
        )


def cells(subject: Subject, partition: Sequence[Attribute], labels: Sequence[str]) -> Cells:
    """Fold the tally to the groups of *partition* and to favourable or not along each of *labels*."""
    folded = subject.tally.over([*(a.name for a in partition), *labels])
    codes = folded.codes()
    groups = groups_of(partition, codes[: len(partition)], len(folded.cells))
    label_codes = codes[len(partition) :]
    good = np.zeros(len(subject.classes), np.intp)
    good[subject.favorable_codes] = 1
    same = np.all([c == label_codes[0] for c in label_codes], axis=0)
    counted = [folded.counts, *folded.sums]
    tables = np.zeros((len(counted), len(groups), *([2] * len(labels))), np.int64)
    equal = np.zeros((len(counted), len(groups)), np.int64)
    for table, right, values in zip(tables, equal, counted, strict=True):
        np.add.at(table, (groups.index, *(good[c] for c in label_codes)), values)
        np.add.at(right, groups.index[same], values[same])
    unit = subject.weight_unit
    return Cells(
        scopes=groups.scopes,
        known=groups.known,
        tables=tables,
        equal=equal,
        units=(1.0, unit / UNIT, unit**2 / UNIT)[: len(counted)],
        parts=(len(groups),),
    )


def stacked(subject: Subject, labels: Sequence[str]) -> Cells:
    """Return the cells of all partitions of a subject, one after another: one formula then serves all."""
    found = [cells(subject, partition, labels) for partition in subject.partitions()]
    return Cells(
        scopes=tuple(scope for each in found for scope in each.scopes),
        known=np.concatenate([each.known for each in found]),
        tables=np.concatenate([each.tables for each in found], axis=1),
        equal=np.concatenate([each.equal for each in found], axis=1),
        units=found[0].units,
        parts=tuple(part for each in found for part in each.parts),
    )
