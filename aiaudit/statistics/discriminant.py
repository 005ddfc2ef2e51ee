"""How well a table of numbers tells each class from the others, on rows that the rule was not made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.special import expit, logit, ndtri

from aiaudit.statistics._counts import Floats, critical
from aiaudit.statistics.auc import auc
from aiaudit.statistics.intervals import wilson

Ints = npt.NDArray[np.integer]

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
        How many there are.
    """

    auc: float
    low: float
    high: float
    p_value: float
    members: int
    others: int


def separations(
    x: Floats, labels: Ints, size: int, *, level: float, permutations: int, seed: int
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
    sizes = np.bincount(labels, minlength=size)
    if not (np.minimum(sizes, len(labels) - sizes) >= FOLDS * IN_FOLD).any():
        return [_unknown(int(members), len(labels) - int(members)) for members in sizes]
    table = _Table.of(x, labels, size)
    exceeded = table.exceeded(permutations, seed)
    fitted = [table.scores(k) for k in range(FOLDS)]
    return [
        _separation(
            labels == g, [s[:, g] for s in fitted], table.fold, (1 + count) / (1 + permutations), level
        )
        for g, count in enumerate(exceeded.tolist())
    ]


def _unknown(members: int, others: int) -> Separation:
    nan = float("nan")
    return Separation(auc=nan, low=nan, high=nan, p_value=nan, members=members, others=others)


def _separation(
    member: npt.NDArray[np.bool_], scores: list[Floats], fold: Ints, p_value: float, level: float
) -> Separation:
    inside = int(member.sum())
    outside = len(member) - inside
    if min(inside, outside) < FOLDS * IN_FOLD:
        return _unknown(inside, outside)
    new = [auc(s[fold == k], member[fold == k]) for k, s in enumerate(scores)]
    value, variance = float(np.mean([a.value for a in new])), sum(a.variance for a in new) / FOLDS**2
    known = float(np.mean([auc(s[fold != k], member[fold != k]).value for k, s in enumerate(scores)]))
    kept = float(np.clip(ndtri(value) / max(ndtri(known), 1e-9), 0, 1)) if known < 1 else 0.0
    low, high = _interval(value, variance * (2 - kept), min(inside, outside), level)
    return Separation(auc=value, low=low, high=high, p_value=p_value, members=inside, others=outside)


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
    """A table with its folds: sums of squares by fold are made once, whatever the labels."""

    x: Floats
    labels: Ints
    fold: Ints
    size: int
    factors: tuple[tuple[Floats, bool], ...]

    @classmethod
    def of(cls, x: Floats, labels: Ints, size: int) -> _Table:
        x = np.column_stack([x, np.ones(len(x))])
        fold = _folds(labels, size)
        squares = np.array([x[fold == k].T @ x[fold == k] for k in range(FOLDS)])
        penalty = np.diag([*[max(x.shape[1] - 1.0, 1.0)] * (x.shape[1] - 1), 1e-6])
        total = squares.sum(axis=0) + penalty
        return cls(
            x=x,
            labels=labels,
            fold=fold,
            size=size,
            factors=tuple(cho_factor(total - own) for own in squares),
        )

    def scores(self, k: int) -> Floats:
        """Return the scores of all rows, shape (n, size), by the rule made without fold *k*."""
        others = self.fold != k
        rule = cho_solve(self.factors[k], self.x[others].T @ self._indicators(self.labels[others]))
        # Equal rows must tie, whatever the processor made of their last digits.
        return np.asarray(np.round(self.x @ rule, 12))

    def exceeded(self, permutations: int, seed: int) -> Ints:
        """Return how often shuffled labels are told apart as well as the true ones, shape (size,)."""
        observed = self._gaps(self.labels[np.newaxis])[0]
        rng = np.random.default_rng(seed)
        found = np.zeros(self.size, np.int64)
        for batch in _batches(permutations):
            shuffled = np.repeat(self.labels[np.newaxis], batch, axis=0)
            for k in range(FOLDS):
                own = np.flatnonzero(self.fold == k)
                shuffled[:, own] = rng.permuted(shuffled[:, own], axis=1)
            found += (self._gaps(shuffled) >= observed - 1e-12 * np.abs(observed)).sum(axis=0)
        return found

    def _gaps(self, labels: Ints) -> Floats:
        """Return by how much members score higher on new rows, summed over folds; labels (b, n), result (b, size)."""
        sums = np.array([self._sums(labels, self.fold == k) for k in range(FOLDS)])
        total = sums.sum(axis=0)
        gaps = np.zeros((len(labels), self.size))
        for k, factor in enumerate(self.factors):
            own = self.fold == k
            members = np.bincount(self.labels[own], minlength=self.size)
            inside = sums[k] / np.maximum(members, 1)
            outside = (self.x[own].sum(axis=0)[:, None, None] - sums[k]) / np.maximum(own.sum() - members, 1)
            rule = cho_solve(factor, (total - sums[k]).reshape(len(total), -1)).reshape(total.shape)
            gaps += ((inside - outside) * rule).sum(axis=0)
        return gaps

    def _sums(self, labels: Ints, rows: npt.NDArray[np.bool_]) -> Floats:
        """Return the sums of the columns over each class, shape (p, b, size)."""
        indicators = self._indicators(labels[:, rows]).transpose(1, 0, 2).reshape(int(rows.sum()), -1)
        return np.asarray(self.x[rows].T @ indicators).reshape(-1, len(labels), self.size)

    def _indicators(self, labels: Ints) -> Floats:
        return np.asarray(labels[..., np.newaxis] == np.arange(self.size), np.float64)


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
