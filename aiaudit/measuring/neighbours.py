"""How far rows agree with their nearest neighbours, by group, with the error of rows that are each other's neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from aiaudit.facts import Metric
from aiaudit.measuring.estimates import Compared, Estimates
from aiaudit.measuring.gower import ROUNDING, Gower
from aiaudit.measuring.partitions import Floats, Ints
from aiaudit.measuring.reference import Rule
from aiaudit.subject import Subject


class Agreement(NamedTuple):
    """One number a row asked, shape (m,), and by group what each row of the pool adds to it, shape (g, p)."""

    value: Floats
    spilled: Floats


def agreement(gower: Gower, decided: Floats, rows: Ints, pool: Ints, k: int, members: Floats) -> Agreement:
    """Return 1 minus the distance between each row's decision and the mean decision of its nearest others.

    Parameters
    ----------
    gower : Gower
        All n rows.
    decided : ndarray of float, shape (n,)
        Decisions, 1 or 0.
    rows : ndarray of int, shape (m,)
        Rows that are asked.
    pool : ndarray of int, shape (p,)
        Rows that may be neighbours, more than *k*; a row is none of its own.
    k : int
        How many; all that are as near as the k-th count.
    members : ndarray of float, shape (g, m)
        What each row asked weighs in each group.

    Returns
    -------
    Agreement
        A decision counts in its own row, and in those of the rows it is near to. `spilled` is the latter, about the
        mean of the other neighbours there.
    """
    found, theirs = np.zeros(len(rows)), decided[pool]
    spilled = np.zeros((len(members), len(pool)))
    for part, distances in gower.blocks(rows, pool):
        distances[rows[part][:, np.newaxis] == pool] = np.inf
        kth = np.partition(distances, k - 1, axis=1)[:, [k - 1]]
        i, j = np.divmod(np.flatnonzero(distances <= kth + ROUNDING), len(pool))
        own = decided[rows[part]]
        size = np.bincount(i, minlength=len(own))
        mean = np.bincount(i, theirs[j], len(own)) / size
        found[part] = 1 - np.abs(own - mean)
        # About the mean of the *other* neighbours: that of all holds a part of the decision itself.
        moved = (theirs[j] - mean[i]) * ((2 * own - 1) / np.maximum(size - 1, 1))[i]
        spilled += members[:, part] @ csr_array((moved, (i, j)), shape=(len(own), len(pool)))
    return Agreement(found, spilled)


@dataclass(frozen=True, kw_only=True)
class Neighbourhood:
    """Agreement of the rows asked, by group of at most one attribute.

    Parameters
    ----------
    subject : Subject
        Gives groups and weights.
    gower : Gower
        Its rows.
    decided : ndarray of float, shape (n,)
        Decisions, 1 or 0.
    rows, pool : ndarray of int
        Rows that are asked, and among which neighbours are looked for: the first is the beginning of the second.
    k : int
        Neighbours.
    """

    subject: Subject
    gower: Gower
    decided: Floats
    rows: Ints
    pool: Ints
    k: int

    @cached_property
    def _members(self) -> Floats:
        """What each row asked weighs in each group, shape (g, m)."""
        groups = self.subject.grouped
        positions, _ = groups.single()
        found = np.zeros((len(groups.scopes), len(self.rows)))
        weights = np.ones(self.subject.n) if self.subject.weights is None else self.subject.weights
        for part, index in groups.rows():
            found[part.start + index[self.rows], np.arange(len(self.rows))] = weights[self.rows]
        return found[positions]

    @cached_property
    def _rest(self) -> Floats:
        """The same of everyone else of the partition."""
        found, start = np.empty_like(self._members), 0
        for size in self.subject.grouped.single()[1]:
            own = self._members[start : start + size]
            found[start : start + size] = own.sum(axis=0) - own
            start += size
        return found

    @cached_property
    def _agreement(self) -> Agreement:
        both = np.concatenate([self._members, self._rest])
        return agreement(self.gower, self.decided, self.rows, self.pool, self.k, both)

    @cached_property
    def _influence(self) -> Floats:
        """What each row of the pool moves each group's mean by; then everyone else's, shape (2g, p)."""
        both, value = np.concatenate([self._members, self._rest]), self._agreement.value
        total = both.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            moved = self._agreement.spilled.copy()
            moved[:, : len(self.rows)] += both * (value - both @ value[:, np.newaxis] / total)
            return np.asarray(moved / total)

    def estimates(self, metric: Metric, method: str) -> Estimates:
        """Return the mean agreement of every group of at most one attribute, and of everyone else."""
        groups = self.subject.grouped
        positions, parts = groups.single()
        error = np.sqrt((self._influence**2).sum(axis=1))
        scopes = tuple(groups.scopes[i] for i in positions.tolist())

        def of(members: Floats, errors: Floats, rest: Estimates | None) -> Estimates:
            n, total = (members > 0).sum(axis=1), members.sum(axis=1)
            with np.errstate(invalid="ignore", divide="ignore"):
                effective = np.nan_to_num(total**2 / (members**2).sum(axis=1))
                value = members @ self._agreement.value / total
            return Estimates(
                metric=metric,
                scopes=scopes if rest is not None else ({},) * len(scopes),
                known=groups.known[positions],
                value=value,
                error=np.where(n > 1, errors, np.nan),
                n=n,
                rows=groups.counts()[positions],
                method=method,
                df=np.maximum(effective - 1, 1),
                bounds=(0.0, 1.0),
                effective=None if self.subject.weights is None else effective,
                rest=rest,
                parts=parts,
            )

        own, others = np.split(error, 2)
        return of(self._members, own, of(self._rest, others, None))

    def differences(self, found: Estimates, rule: Rule) -> Compared:
        """Return each group's mean minus its reference's, with the error of what both have in common left out."""
        i, j = found.positions(rule)
        other = found.reference(rule)
        shift = len(found.scopes) if rule == "rest" else 0
        error = np.sqrt(((self._influence[i] - self._influence[j + shift]) ** 2).sum(axis=1))
        sure = (found.n[i] > 1) & (other.n[j] > 1)
        df = None
        if found.df is not None and other.df is not None:
            df = np.minimum(found.df[i], other.df[j])
        return Compared.by(found.value[i] - other.value[j], np.where(sure, error, np.nan), df)
