"""Rows sorted by group and, within it, by score: rank statistics of all groups in a few passes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aiaudit.measuring.partitions import Bools, Floats, Ints
from aiaudit.subject import Subject


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """The rows of one partition, sorted by group and then by score.

    Parameters
    ----------
    rows : ndarray of int, shape (n,)
        Which row stands where.
    group : ndarray of int, shape (n,)
        Its group, ascending.
    score : ndarray of float, shape (n,)
        Its score, ascending within the group.
    size : int
        How many groups there are.
    """

    rows: Ints
    group: Ints
    score: Floats
    size: int

    @cached_property
    def starts(self) -> Ints:
        """Where each group starts, and where the last ends; shape (size + 1,)."""
        return np.searchsorted(self.group, np.arange(self.size + 1))

    def without(self, group: int) -> Ranked:
        """Return everyone outside *group*, ranked together."""
        rows = self.rows[self.group != group]
        score = self.score[self.group != group]
        order = np.argsort(score, kind="stable")
        return Ranked(rows=rows[order], group=np.zeros(len(rows), np.intp), score=score[order], size=1)

    def only(self, group: int) -> Ranked:
        """Return one group's rows."""
        own = slice(self.starts[group], self.starts[group + 1])
        size = own.stop - own.start
        return Ranked(rows=self.rows[own], group=np.zeros(size, np.intp), score=self.score[own], size=1)

    @cached_property
    def ties(self) -> tuple[Ints, Ints]:
        """Where each row's run of equal scores in its group starts and ends."""
        change = np.flatnonzero((np.diff(self.score) != 0) | (np.diff(self.group) != 0)) + 1
        edges = np.concatenate([[0], change, [len(self.score)]])
        run = np.repeat(np.arange(len(edges) - 1), np.diff(edges))
        return edges[run], edges[run + 1]


def ranked(subject: Subject, scores: Floats) -> Iterator[tuple[slice, Ranked]]:
    """Yield each partition's place among the stacked groups, and its rows ranked."""
    order = np.argsort(scores, kind="stable")
    for part, group in subject.grouped.rows():
        # Sorting small integers is a counting sort: the order by score is kept within each group.
        size = part.stop - part.start
        by_group = order[np.argsort(_small(group, size)[order], kind="stable")]
        yield part, Ranked(rows=by_group, group=group[by_group], score=scores[by_group], size=size)


def _small(group: Ints, size: int) -> Ints:
    return group.astype(np.uint16) if size < 2**16 else group


#: Below this an error is what rounding leaves of none.
TINY = 1e-9


@dataclass(frozen=True, kw_only=True)
class Auc:
    """Area under the ROC curve of each group, with DeLong's standard error.

    Parameters
    ----------
    value, error : ndarray of float, shape (g,)
        NaN where a group lacks positives or negatives, or has too few for an error.
    positives, negatives : ndarray of int, shape (g,)
        How many there are.
    """

    value: Floats
    error: Floats
    positives: Ints
    negatives: Ints


def auc(found: Ranked, positive: Bools, weights: Floats | None = None) -> Auc:
    """Return the chance that a positive row outranks a negative one of its group, ties counting half.

    Parameters
    ----------
    found : Ranked
        The rows.
    positive : ndarray of bool, shape (n,)
        Whether each row (in its own order, not the sorted) is positive.
    weights : ndarray of float, shape (n,), or None
        Weight of each row, in its own order. The error then is the linearized one of rows drawn with their
        weights; with equal weights it is DeLong's.

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845, by the ranks of Sun and Xu (2014), IEEE
    Signal Processing Letters 21, 1389-1393.
    """
    wins = positive[found.rows]
    w = np.ones(len(wins)) if weights is None else weights[found.rows]
    first, last = found.ties
    side = found.group * 2 + wins
    total, others = np.bincount(side, w, 2 * found.size), []
    for half in (wins, ~wins):
        before = np.concatenate([[0.0], np.cumsum(w * half)])
        # Weight of one outcome in the own group below the row's run of ties, and of that in the run by half.
        others.append((before[first] + before[last]) / 2 - before[found.starts[found.group]])
    negatives, positives = np.bincount(side, minlength=2 * found.size).reshape(-1, 2).T
    with np.errstate(invalid="ignore", divide="ignore"):
        # Share of the other outcome that each row beats (a positive) or is beaten by (a negative).
        place = np.where(wins, others[1] / total[2 * found.group], 1 - others[0] / total[2 * found.group + 1])
        value = (np.bincount(side, w * place, 2 * found.size) / total).reshape(-1, 2)[:, 1]
        squares = np.bincount(side, (w * (place - value[found.group])) ** 2, 2 * found.size)
        sizes = np.array([negatives, positives])
        variance = (squares / total**2).reshape(-1, 2).T * sizes / (sizes - 1)
        error = np.sqrt(variance.sum(axis=0))
    value = np.where((positives > 0) & (negatives > 0), value, np.nan)
    # Perfect separation leaves no spread to estimate from; that is no certainty.
    enough = (positives > 1) & (negatives > 1) & (error > TINY)
    return Auc(value=value, error=np.where(enough, error, np.nan), positives=positives, negatives=negatives)
