"""Differences of means within strata, so that like is compared with like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aiaudit.measuring.partitions import Floats, Ints, Partitions
from aiaudit.measuring.rates import partitions


@dataclass(frozen=True, kw_only=True)
class Stratified:
    """Effective rows, means and sums of squares by group and stratum, all of shape (g, s)."""

    n: Floats
    mean: Floats
    squares: Floats

    def difference(self, other: Stratified, i: Ints, j: Ints) -> tuple[Floats, Floats, Floats]:
        """Return groups *i* minus the other's groups *j* within strata: value, standard error, degrees of freedom.

        Each stratum counts by n1 n2 / (n1 + n2), as in Cochran's and Mantel and Haenszel's tests: it is the
        weight of least variance where the spread is the same everywhere. NaN where no stratum holds both.
        """
        n1, n2 = self.n[i], other.n[j]
        both = (n1 > 0) & (n2 > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            weight = np.where(both, n1 * n2 / (n1 + n2), 0.0)
            share = weight / weight.sum(axis=1, keepdims=True)
            value = np.sum(share * np.where(both, self.mean[i] - other.mean[j], 0.0), axis=1)
            ((own, own_df), (theirs, their_df)) = self._spread(), other._spread()
            parts = [
                np.sum(np.where(both, share**2 / n, 0.0), axis=1) * spread
                for n, spread in ((n1, own[i]), (n2, theirs[j]))
            ]
            error = np.sqrt(parts[0] + parts[1])
            df = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / own_df[i] + parts[1] ** 2 / their_df[j])
        return value, error, np.where(error > 0, df, np.nan)

    def _spread(self) -> tuple[Floats, Floats]:
        """Return the variance within strata of each group, and its degrees of freedom."""
        df = np.maximum(self.n - 1, 0).sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(df > 0, self.squares.sum(axis=1) / df, np.nan), df


def stratified(
    groups: Partitions, values: Floats, bins: Ints, size: int, weights: Floats | None = None
) -> tuple[Stratified, Stratified]:
    """Return *values* by group and stratum, for each group and for everyone else of its partition.

    Parameters
    ----------
    groups : Partitions
        The groups.
    values : ndarray of float, shape (n,)
        One number a row.
    bins : ndarray of int, shape (n,)
        Stratum of each row, from 0.
    size : int
        How many strata there are.
    weights : ndarray of float, shape (n,), or None
        Weight of each row; rows then count by Kish's effective number, and spread by squared weights.
    """
    w = np.ones(len(values)) if weights is None else weights
    moved = values - values.mean() if len(values) else values
    terms = (None, w, w * moved, w**2, w**2 * moved, (w * moved) ** 2)
    sums = np.array([groups.sums(term, bins, size) for term in terms])
    others = np.zeros_like(sums)
    for part in partitions(groups.parts, len(groups.scopes)):
        others[:, part] = sums[:, part].sum(axis=1, keepdims=True) - sums[:, part]
    own, rest = (_moments(*each) for each in (sums, others))
    return own, rest


def _moments(
    rows: Floats, w: Floats, first: Floats, squares: Floats, square_first: Floats, second: Floats
) -> Stratified:
    # Where nobody is left, subtraction may leave a rounding error of the weights.
    some = (rows > 0.5) & (w > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(some, first / w, 0.0)
        worth = np.where(some, w**2 / squares, 0.0)
        spread = np.where(some, (second - 2 * mean * square_first) / squares + mean**2, 0.0)
    return Stratified(n=worth, mean=mean, squares=worth * np.maximum(spread, 0))


def quantile_bins(values: Floats, size: int) -> Ints:
    """Return each value's quantile bin out of *size*; equal values share one."""
    edges = np.quantile(values, np.arange(1, size) / size)
    return np.searchsorted(edges, values, side="right")
