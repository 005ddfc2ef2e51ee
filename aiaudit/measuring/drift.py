"""How far one column moved between two tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, chndtrinc, kolmogi

from aiaudit.measuring.determined import numeric
from aiaudit.measuring.distances import distances
from aiaudit.measuring.partitions import Floats, Ints
from aiaudit.measuring.rates import LEVEL
from aiaudit.measuring.rows import value_codes
from aiaudit.statistics._counts import critical

#: Numbers with more values than this are cut at the deciles of the reference.
DISTINCT, BINS = 20, 10
#: Values that are expected less often are counted together, as are all but the most frequent.
FEW, MOST = 5, 50
#: What the largest error of a distribution function stays below, in units of the root of the rows.
KOLMOGOROV = float(kolmogi(1 - LEVEL))


@dataclass(frozen=True, kw_only=True)
class Counts:
    """A column's values in the reference and in the rows under audit, counted in the same bins.

    Parameters
    ----------
    old, new : ndarray of int, shape (k,)
        Rows by bin; a bin of empty cells is among them where there are any.
    unseen : int
        Rows under audit whose value does not occur in the reference, or lies beyond all of it where numbers are cut
        into bins; empty cells count if it has none.
    """

    old: Ints
    new: Ints
    unseen: int

    @classmethod
    def of(cls, old: pd.Series, new: pd.Series) -> Counts:
        """Count the values of a column."""
        before, after = value_codes(old, new)
        size = int(max(before.max(initial=0), after.max(initial=0))) + 1
        one, two = numeric(old), numeric(new)
        if one is not None and two is not None and size > DISTINCT + 1 and np.isfinite(one).any():
            return cls._cut(one, two)
        was, now = np.bincount(before, minlength=size), np.bincount(after, minlength=size)
        return cls(old=was, new=now, unseen=int(now[was == 0].sum())).lumped()

    @classmethod
    def _cut(cls, old: Floats, new: Floats) -> Counts:
        edges = np.unique(np.nanquantile(old, np.arange(1, BINS) / BINS))
        was, now = (
            np.bincount(
                np.where(np.isnan(v), 0, np.searchsorted(edges, v, "right") + 1), minlength=len(edges) + 2
            )
            for v in (old, new)
        )
        beyond = int(np.count_nonzero((new < np.nanmin(old)) | (new > np.nanmax(old))))
        return cls(old=was, new=now, unseen=beyond + (int(now[0]) if was[0] == 0 else 0)).lumped()

    def lumped(self) -> Counts:
        """Return the counts with rare values counted together."""
        both = self.old + self.new
        expected = both * (min(self.old.sum(), self.new.sum()) / max(both.sum(), 1))
        ranked = np.argsort(-both, kind="stable")
        kept = np.sort(ranked[:MOST][expected[ranked[:MOST]] >= FEW])
        rest = [counts.sum() - counts[kept].sum() for counts in (self.old, self.new)]
        if not sum(rest):
            return Counts(old=self.old[kept], new=self.new[kept], unseen=self.unseen)
        old, new = (np.append(counts[kept], r) for counts, r in zip((self.old, self.new), rest, strict=True))
        return Counts(old=old, new=new, unseen=self.unseen)


@dataclass(frozen=True, kw_only=True)
class Index:
    """The population stability index of a column, its interval and the chi-square test of no change.

    All are NaN where a table has no rows.
    """

    value: float
    low: float
    high: float
    p_value: float


def stability(counts: Counts) -> Index:
    """Return the population stability index: the sum of (q - p) log(q / p) over bins with shares p and q.

    Half a row is added to each bin, so that an empty one does not make it infinite.

    Notes
    -----
    Where shares are alike, n m / (n + m) times the index is about chi-square, with one degree of freedom less than
    bins; where they are not, about non-central chi-square. The interval inverts that, widened by the error of
    first-order expansion (Yurdakul and Naranjo 2020, Journal of Risk Model Validation 14).
    """
    m, n = int(counts.old.sum()), int(counts.new.sum())
    if not (m and n):
        return Index(value=np.nan, low=np.nan, high=np.nan, p_value=np.nan)
    bins = len(counts.old)
    p, q = ((c + 0.5) / (c.sum() + 0.5 * bins) for c in (counts.old, counts.new))
    log = np.log(q / p)
    value = float(np.sum((q - p) * log))
    if bins == 1:
        return Index(value=0.0, low=0.0, high=0.0, p_value=1.0)
    size = n * m / (n + m)
    tail = (1 - LEVEL) / 2
    # The upper end is that of no less than chance alone brings about: equal counts do not prove equal shares.
    least, most = (
        chndtrinc(x, bins - 1, t) for x, t in ((size * value, 1 - tail), (max(size * value, bins - 1), tail))
    )
    slopes = log + 1 - p / q, -log + 1 - q / p
    variance = sum(
        (np.sum(s * slope**2) - np.sum(s * slope) ** 2) / rows
        for s, slope, rows in ((q, slopes[0], n), (p, slopes[1], m))
    )
    reach = critical(LEVEL) * np.sqrt(max(variance, 0.0))
    bias = (bins - 1) / size
    low = max(min(float(np.nan_to_num(least)) / size, value - bias - reach), 0.0)
    return Index(
        value=value,
        low=float(min(low, value)),
        high=float(max(most / size, value - bias + reach, value)),
        p_value=_chi_square(counts),
    )


def _chi_square(counts: Counts) -> float:
    table = np.array([counts.old, counts.new], float)
    expected = table.sum(axis=0) * table.sum(axis=1, keepdims=True) / table.sum()
    return float(chdtrc(table.shape[1] - 1, np.sum((table - expected) ** 2 / expected)))


@dataclass(frozen=True, kw_only=True)
class Shift:
    """The largest difference of two distribution functions, its interval, its test and the area between them."""

    value: float
    low: float
    high: float
    p_value: float
    area: float


def shift(old: Floats, new: Floats) -> Shift | None:
    """Compare filled cells; None where a table has none.

    Notes
    -----
    The interval is the statistic plus and minus the quantile of Kolmogorov's distribution over the root of the
    effective size: the largest error of the difference of two empirical functions is at most that, whatever they are.
    """
    one, two = (np.sort(v[~np.isnan(v)]) for v in (old, new))
    if not (len(one) and len(two)):
        return None
    apart = distances(one, two)
    reach = KOLMOGOROV / np.sqrt(len(one) * len(two) / (len(one) + len(two)))
    return Shift(
        value=apart.largest,
        low=max(apart.largest - reach, 0.0),
        high=min(apart.largest + reach, 1.0),
        p_value=apart.p_value,
        area=apart.area,
    )
