"""How closely two columns of categories go together: Cramér's V with its interval, and a test of "not at all"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, chndtr

from aiaudit.statistics._counts import Floats, bisect, critical

#: Expected counts below this, in more than a fifth of the cells, call for permutations (Cochran 1954).
SPARSE = 5


@dataclass(frozen=True, kw_only=True)
class Association:
    """Cramér's V of a table.

    Parameters
    ----------
    value : float
        Corrected for the bias that makes independent columns look associated; 0 is none, 1 is perfect. NaN where
        either column has one value only.
    low, high : float
        Ends of its interval, within [0, 1].
    chi2 : float
        Pearson's statistic.
    p_value : float
        Of independence.
    test : str
        ``chi2``; in sparse tables ``permutation``, or ``Cantelli`` where its upper bound is below what the
        permutations could show.
    """

    value: float
    low: float
    high: float
    chi2: float
    p_value: float
    test: str


def cramers_v(table: npt.ArrayLike, level: float, permutations: int, seed: int) -> Association:
    """Return the bias-corrected Cramér's V of a table of counts.

    Parameters
    ----------
    table : array_like of int, shape (r, c)
        Rows of data by the values of both columns; empty rows and columns are left out.
    level : float
        Confidence level.
    permutations : int
        Tables drawn with the same margins where the table is sparse.
    seed : int
        Seeds these.

    Returns
    -------
    Association
        NaN and a p-value of 1 where there is nothing to associate.

    Raises
    ------
    ValueError
        If the level is not a level.

    Notes
    -----
    Bergsma (2013), Journal of the Korean Statistical Society 42, 323-328. The interval inverts the noncentral
    chi-squared distribution; its arms are scaled to the multinomial variance of chi-squared (Bishop, Fienberg and
    Holland 1975, chapter 11), from which the noncentral one departs where the association is strong.
    """
    counts = _occupied(table)
    n, (r, c) = counts.sum(), counts.shape
    critical(level)
    if min(r, c) < 2:
        return Association(value=np.nan, low=np.nan, high=np.nan, chi2=np.nan, p_value=1.0, test="none")
    expected, chi2 = _pearson(counts)
    df = (r - 1) * (c - 1)
    sparse = (expected < SPARSE).mean() > 0.2
    test, p_value = "chi2", float(chdtrc(df, chi2))
    if sparse:
        test, p_value = _exact(counts, chi2, permutations, seed)
    value, scale = _corrected(chi2, n, r, c)
    low, high = _interval(counts, chi2, df, value, scale, level)
    return Association(value=value, low=low, high=high, chi2=chi2, p_value=p_value, test=test)


def strength(table: npt.ArrayLike) -> float:
    """Return the bias-corrected Cramér's V of a table of counts alone, NaN as in `cramers_v`."""
    counts = _occupied(table)
    if min(counts.shape) < 2:
        return float("nan")
    return _corrected(_pearson(counts)[1], counts.sum(), *counts.shape)[0]


def _occupied(table: npt.ArrayLike) -> Floats:
    counts = np.asarray(table, np.float64)
    found: Floats = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    return found


def _pearson(counts: Floats) -> tuple[Floats, float]:
    """Return the counts expected of independence, and Pearson's statistic."""
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return expected, float(((counts - expected) ** 2 / expected).sum())


def _corrected(chi2: float, n: float, r: int, c: int) -> tuple[float, float]:
    """Return V without its bias, and what noncentrality is divided by to give its square."""
    rows, columns = (k - (k - 1) ** 2 / (n - 1) for k in (r, c))
    excess = chi2 - (r - 1) * (c - 1) * n / (n - 1)
    scale = n * (min(rows, columns) - 1)
    return float(np.sqrt(min(max(excess, 0.0) / scale, 1.0))) if scale > 0 else np.nan, scale


def _exact(counts: Floats, chi2: float, permutations: int, seed: int) -> tuple[str, float]:
    """Return the test of a sparse table, and its p-value given the margins."""
    mean, variance = moments(counts.sum(axis=1), counts.sum(axis=0))
    bound = variance / (variance + (chi2 - mean) ** 2) if chi2 > mean else 1.0
    # No drawing is needed where even Cantelli's bound is below what it could show at best.
    if bound * (1 + permutations) < 1:
        return "Cantelli", bound
    return "permutation", _permuted(counts, chi2, permutations, seed)


def moments(rows: Floats, columns: Floats) -> tuple[float, float]:
    """Return the exact mean and variance of Pearson's statistic of independent rows and columns with these margins.

    Notes
    -----
    Dawson (1954), Biometrics 10, 558-561. The variance is infinite of three rows of data or fewer.
    """
    n = float(rows.sum())
    if n <= 3:
        return n, float("inf")
    v, w = np.transpose(
        [
            ((len(m) - 1) * (n - len(m)) / (n - 1), (n * (1 / m).sum() - len(m) ** 2) / (n - 2))
            for m in (rows, columns)
        ]
    )
    mean = n * (len(rows) - 1) * (len(columns) - 1) / (n - 1)
    return mean, float(2 * n / (n - 3) * np.prod(v - w) + n**2 / (n - 1) * np.prod(w))


def _permuted(counts: Floats, chi2: float, permutations: int, seed: int) -> float:
    # In order of size, so that what the values are called decides nothing.
    rows, columns = np.sort(counts.sum(axis=1)), np.sort(counts.sum(axis=0))
    drawn = random_tables(rows, columns, permutations, np.random.default_rng(seed))
    expected = np.outer(rows, columns) / counts.sum()
    statistics = ((drawn - expected) ** 2 / expected).sum(axis=(1, 2))
    # Tables as likely as the one at hand must not count as less by rounding.
    return float((1 + np.count_nonzero(statistics >= chi2 * (1 - 1e-12))) / (1 + permutations))


def random_tables(
    rows: npt.ArrayLike, columns: npt.ArrayLike, size: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return random tables of independent rows and columns with these margins, shape (size, r, c).

    Each cell follows the hypergeometric distribution that the cells before it leave.
    """
    totals, sums = (np.asarray(margin).astype(np.int64) for margin in (rows, columns))
    found = np.empty((size, len(totals), len(sums)), np.int64)
    left = np.repeat(totals[np.newaxis], size, axis=0)
    for j, total in enumerate(sums):
        wanted, rest = np.full(size, total), left.sum(axis=1)
        for i in range(len(totals) - 1):
            rest -= left[:, i]
            found[:, i, j] = rng.hypergeometric(left[:, i], rest, wanted)
            wanted -= found[:, i, j]
        found[:, -1, j] = wanted
        left -= found[:, :, j]
    return found


def _interval(
    counts: Floats, chi2: float, df: int, value: float, scale: float, level: float
) -> tuple[float, float]:
    if not scale > 0:
        return np.nan, np.nan
    tails = np.array([(1 + level) / 2, (1 - level) / 2])
    ceiling = chi2 + 40 * np.sqrt(chi2 + df) + 400
    # The noncentrality at which so little lies below, or above.
    found = bisect(lambda centre: chndtr(chi2, df, centre) > tails, np.zeros(2), np.full(2, ceiling))
    low, high = np.sqrt(np.minimum(found / scale, 1.0))
    arms = np.sqrt(_inflation(counts, chi2, df))
    low, high = value - arms * (value - min(low, value)), value + arms * (max(high, value) - value)
    return float(max(low, 0.0)), float(min(high, 1.0))


def _inflation(counts: Floats, chi2: float, df: int) -> float:
    """Return the multinomial variance of chi-squared over that of the noncentral distribution."""
    shares = counts / counts.sum()
    rows, columns = shares.sum(axis=1, keepdims=True), shares.sum(axis=0, keepdims=True)
    ratio = shares / (rows * columns)
    mine = ratio * shares
    # How much one more row in a cell moves the mean square contingency.
    pull = 2 * ratio - mine.sum(axis=1, keepdims=True) / rows - mine.sum(axis=0, keepdims=True) / columns
    spread = (shares * pull**2).sum() - (shares * pull).sum() ** 2
    centre = max(chi2 - df, 0.0)
    return float((2 * df + counts.sum() * spread) / (2 * df + 4 * centre))
