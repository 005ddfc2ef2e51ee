"""How well a table of numbers tells each class from the others, on rows that the rule was not made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, logit, ndtri

from aiaudit.statistics._counts import Floats, critical
from aiaudit.statistics.auc import auc
from aiaudit.statistics.intervals import wilson

Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]

FOLDS = 5
#: Members that a class, and the rest, need in each fold: two, for DeLong's variance.
IN_FOLD = 2
#: Permuted labels that are looked at together.
_BATCH = 50


@dataclass(frozen=True, kw_only=True)
class Separation:
    """How well one class is told from the others.

    Parameters
    ----------
    auc : float
        Mean over the folds of the chance that a member scores higher than another; NaN with too few of either.
    low, high : float
        Ends of its interval.
    p_value : float
        Of labels that have nothing to do with the table, one-sided; no less than 1 / (1 + permutations).
    members, others : int
        How many there are, of each.
    """

    auc: float
    low: float
    high: float
    p_value: float
    members: int
    others: int


def separations(
    x: Floats,
    labels: Ints,
    size: int,
    *,
    level: float,
    permutations: int,
    seed: int,
    drawn: Bools | None = None,
) -> list[Separation]:
    """Return how well each class is told from all others by ridge regression on rows left out.

    Parameters
    ----------
    x : ndarray of float, shape (n, p)
        The table, columns on one scale; in a random order of rows, from which the folds are cut.
    labels : ndarray of int, shape (n,)
        Class of each row, below *size*.
    size : int
        How many classes there are.
    level : float
        Confidence level.
    permutations : int
        How often labels are shuffled to see what chance can do.
    seed : int
        Seeds that.
    drawn : ndarray of bool, shape (n,), or None
        Rows drawn whatever their class, which alone stand for the others of a class; the rest was added because
        its own class is rare. None means all.

    Returns
    -------
    list of Separation
        One for each class.

    Raises
    ------
    ValueError
        If the level is not a level.

    Notes
    -----
    Ridge regression on indicators finds Fisher's discriminant; the penalty is the number of columns. Within a fold the
    scores are those of one rule on rows it has not seen, and DeLong's variance holds. Folds lend each other their
    training rows, so that the mean of their AUCs varies up to twice as much as if they did not: exactly twice where
    the rule's direction is all noise, and not more where it has none. The share of noise in it is read off how much the
    separation (in standard deviations) shrinks from training to new rows, and the variance is multiplied by one plus
    that share. The test shuffles labels within folds and compares differences of mean scores.
    """
    critical(level)
    everybody = np.ones(len(labels), bool) if drawn is None else drawn
    sides = [(labels == g, everybody & (labels != g)) for g in range(size)]
    if not any(min(mine.sum(), other.sum()) >= FOLDS * IN_FOLD for mine, other in sides):
        return [_unknown(int(mine.sum()), int(other.sum())) for mine, other in sides]
    table = _Table.of(x, labels, size)
    exceeded, scores = table.exceeded(permutations, seed), table.scores()
    return [
        _separation(mine, other, scores[:, :, g], table.fold, level, (1 + exceeded[g]) / (1 + permutations))
        for g, (mine, other) in enumerate(sides)
    ]


def _unknown(members: int, others: int) -> Separation:
    nan = float("nan")
    return Separation(auc=nan, low=nan, high=nan, p_value=nan, members=members, others=others)


def _separation(
    mine: Bools, other: Bools, scores: Floats, fold: Ints, level: float, p_value: float
) -> Separation:
    """Return how well one class is told from the others; scores, by fold left out, have shape (folds, n)."""
    inside, outside = int(mine.sum()), int(other.sum())
    if min(inside, outside) < FOLDS * IN_FOLD:
        return _unknown(inside, outside)
    compared = mine | other
    new = [auc(own[r], mine[r]) for k, own in enumerate(scores) for r in [compared & (fold == k)]]
    known = [auc(own[r], mine[r]) for k, own in enumerate(scores) for r in [compared & (fold != k)]]
    value, variance = float(np.mean([a.value for a in new])), sum(a.variance for a in new) / FOLDS**2
    at_home = float(np.mean([a.value for a in known]))
    kept = float(np.clip(ndtri(value) / max(ndtri(at_home), 1e-9), 0, 1)) if at_home < 1 else 0.0
    low, high = _interval(value, variance * (2 - kept), min(inside, outside), level)
    return Separation(auc=value, low=low, high=high, p_value=float(p_value), members=inside, others=outside)


def _interval(value: float, variance: float, smaller: int, level: float) -> tuple[float, float]:
    if value in (0.0, 1.0) or variance <= 0:
        # Told apart without error: as if each of the smaller side were one trial that succeeded.
        low, high = wilson(round(value * smaller), smaller, level)
        return float(low), float(high)
    reach = critical(level) * np.sqrt(variance) / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-reach, reach]))
    return float(low), float(high)


@dataclass(frozen=True, kw_only=True)
class _Table:
    """A table with its folds: sums of squares by fold are made once, whatever the labels.

    Rows are sorted by fold: `order` are their old places, `slices` where each fold is. `fold` is that of each row in
    the old order.
    """

    x: Floats
    labels: Ints
    size: int
    fold: Ints
    order: Ints
    slices: tuple[slice, ...]
    factors: tuple[tuple[Floats, bool], ...]

    @classmethod
    def of(cls, x: Floats, labels: Ints, size: int) -> _Table:
        fold = _folds(labels, size)
        order = np.argsort(fold, kind="stable")
        ends = np.searchsorted(fold[order], np.arange(FOLDS + 1)).tolist()
        slices = tuple(slice(start, end) for start, end in pairwise(ends))
        x = np.column_stack([x, np.ones(len(x))])[order]
        squares = np.array([x[own].T @ x[own] for own in slices])
        penalty = np.diag([*[max(x.shape[1] - 1.0, 1.0)] * (x.shape[1] - 1), 1e-6])
        total = squares.sum(axis=0) + penalty
        factors = tuple(cho_factor(total - own) for own in squares)
        return cls(
            x=x, labels=labels[order], size=size, fold=fold, order=order, slices=slices, factors=factors
        )

    def scores(self) -> Floats:
        """Return the scores of all rows in their old order by the rule made without each fold, (folds, n, size)."""
        sums = self._sums(self.labels[np.newaxis], self.x)[:, :, 0]
        found = np.empty((FOLDS, *self.labels.shape, self.size))
        for k, factor in enumerate(self.factors):
            # Equal rows must tie, whatever the processor made of their last digits.
            found[k, self.order] = np.round(self.x @ cho_solve(factor, sums.sum(axis=0) - sums[k]), 12)
        return found

    def exceeded(self, permutations: int, seed: int) -> Ints:
        """Return how often shuffled labels are told apart as well as the true ones, shape (size,)."""
        # Half the digits do: what is compared is computed alike, and ties are told apart at a millionth.
        x = self.x.astype(np.float32)
        observed = self._gaps(self.labels[np.newaxis], x)[0]
        rng = np.random.default_rng(seed)
        found = np.zeros(self.size, np.int64)
        for batch in _batches(permutations):
            shuffled = np.repeat(self.labels[np.newaxis], batch, axis=0)
            for own in self.slices:
                shuffled[:, own] = rng.permuted(shuffled[:, own], axis=1)
            found += (self._gaps(shuffled, x) >= observed - 1e-6 * np.abs(observed)).sum(axis=0)
        return found

    def _gaps(self, labels: Ints, x: npt.NDArray[np.floating]) -> Floats:
        """Return by how much members score higher on new rows, summed over folds; labels (b, n), result (b, size)."""
        sums = self._sums(labels, x)
        total = sums.sum(axis=0)
        gaps = np.zeros((len(labels), self.size))
        for own, factor, part in zip(self.slices, self.factors, sums, strict=True):
            members = np.bincount(self.labels[own], minlength=self.size)
            others = np.maximum(len(self.labels[own]) - members, 1)
            rule = cho_solve(factor, (total - part).reshape(len(total), -1)).reshape(total.shape)
            inside = np.einsum("pbg,pbg->bg", part, rule)
            everybody = np.einsum("p,pbg->bg", self.x[own].sum(axis=0), rule)
            gaps += inside / np.maximum(members, 1) - (everybody - inside) / others
        return gaps

    def _sums(self, labels: Ints, x: npt.NDArray[np.floating]) -> Floats:
        """Return the sums of the columns over each class in each fold, shape (folds, p, b, size)."""
        classes = np.arange(self.size)
        found = np.empty((FOLDS, x.shape[1], len(labels), self.size))
        for k, own in enumerate(self.slices):
            indicators = (labels[:, own].T[:, :, np.newaxis] == classes).astype(x.dtype)
            found[k] = (x[own].T @ indicators.reshape(len(indicators), -1)).reshape(found.shape[1:])
        return found


def _folds(labels: Ints, size: int) -> Ints:
    """Deal the members of each class to the folds in turn."""
    fold = np.zeros(len(labels), np.int64)
    dealt = 0
    for g in range(size):
        own = np.flatnonzero(labels == g)
        fold[own] = (dealt + np.arange(len(own))) % FOLDS
        dealt += len(own)
    return fold


def _batches(total: int) -> Iterator[int]:
    for start in range(0, total, _BATCH):
        yield min(_BATCH, total - start)
