"""Differences of means within strata, so that like is compared with like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aiaudit.measuring.partitions import Floats, Ints, Partitions
from aiaudit.measuring.rates import partitions


@dataclass(frozen=True, kw_only=True)
class Stratified:
    """Rows, means and sums of squares by group and stratum, all of shape (g, s)."""

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


def stratified(groups: Partitions, values: Floats, bins: Ints, size: int) -> tuple[Stratified, Stratified]:
    """Return *values* by group and stratum, for each group and for everyone else of its partition."""
    moved = values - values.mean() if len(values) else values
    sums = np.array([groups.sums(v, bins, size) for v in (np.ones(len(values)), moved, moved**2)])
    others = np.zeros_like(sums)
    for part in partitions(groups.parts, len(groups.scopes)):
        others[:, part] = sums[:, part].sum(axis=1, keepdims=True) - sums[:, part]
    own, rest = (_moments(*each) for each in (sums, others))
    return own, rest


def _moments(n: Floats, first: Floats, second: Floats) -> Stratified:
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, first / n, 0.0)
    return Stratified(n=n, mean=mean, squares=np.maximum(second - n * mean**2, 0))


def quantile_bins(values: Floats, size: int) -> Ints:
    """Return each value's quantile bin out of *size*; equal values share one."""
    edges = np.quantile(values, np.arange(1, size) / size)
    return np.searchsorted(edges, values, side="right")
