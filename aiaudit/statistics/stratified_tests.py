"""Tests of two groups within strata: is there a common gap, and is it the same everywhere?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, gammaln, ndtr

from aiaudit.statistics._counts import Bools, Floats, counts
from aiaudit.statistics.hypothesis_tests import FISHER_BELOW

#: Fitted count below which the chi-square distribution of the test of homogeneity is not trusted.
HOMOGENEITY_MIN = 5


@dataclass(frozen=True, kw_only=True)
class StratifiedTest:
    """Two-sided tests of "equal rates within every stratum", one element a contrast.

    Parameters
    ----------
    p_value : ndarray of float
        The p-value to decide by; 1 where no stratum can tell (one group only, or all alike).
    z : ndarray of float
        Cochran, Mantel and Haenszel's statistic, negative where the group's rate is the lower one; NaN where
        no stratum can tell.
    normal : ndarray of float
        p-value of `z`.
    exact : ndarray of float
        p-value given the margins of every stratum; NaN where it was not needed.
    """

    p_value: Floats
    z: Floats
    normal: Floats
    exact: Floats


def cochran_mantel_haenszel(
    x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike
) -> StratifiedTest:
    """Test whether a group's rate differs from the reference's within strata.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int, shape (..., s)
        Successes and trials of the group and of the reference by stratum.

    Returns
    -------
    StratifiedTest
        The exact conditional test decides where the smallest expected counts of the strata add up to less than
        `aiaudit.statistics.hypothesis_tests.FISHER_BELOW`, the normal one without continuity correction elsewhere:
        of one stratum, Fisher's test and (but for the factor 1 - 1/N) the pooled Z test.

    Raises
    ------
    ValueError
        If the counts are not counts.

    Notes
    -----
    Mantel and Haenszel (1959), Journal of the National Cancer Institute 22, 719-748. The exact distribution of
    the group's successes is the convolution of the strata's hypergeometric ones; the p-value is the probability
    of all totals no likelier than the one observed.
    """
    x1, n1, x2, n2 = counts(x1, n1, x2, n2)
    total, marked = n1 + n2, x1 + x2
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.nan_to_num(n1 * marked / total)
        variance = np.nan_to_num(n1 * n2 * marked * (total - marked) / (total**2 * (total - 1)), posinf=0.0)
        smallest = np.minimum(n1, n2) * np.minimum(marked, total - marked) / np.maximum(total, 1)
        z = (x1 - expected).sum(axis=-1) / np.sqrt(variance.sum(axis=-1))
    z = np.where(variance.sum(axis=-1) > 0, z, np.nan)
    normal = 2 * ndtr(-np.abs(z))
    small = ~np.isnan(z) & (smallest.sum(axis=-1) < FISHER_BELOW)
    exact = np.full(np.shape(z), np.nan)
    for index in np.argwhere(small):
        i = tuple(index)
        exact[i] = _exact(x1[i], n1[i], marked[i], total[i])
    p = np.where(np.isnan(z), 1.0, np.where(small, exact, normal))
    return StratifiedTest(p_value=p[()], z=z[()], normal=normal[()], exact=exact[()])


def _exact(x: Floats, drawn: Floats, marked: Floats, total: Floats) -> float:
    """Return the two-sided p-value of one contrast."""
    low, high = np.maximum(0, drawn + marked - total), np.minimum(drawn, marked)
    free = high > low
    observed = float((x - low)[free].sum())
    low, drawn, marked, total = low[free], drawn[free], marked[free], total[free]
    widths = (high[free] - low).astype(np.int64) + 1
    k = low[:, np.newaxis] + np.arange(widths.max())
    logs = _log_mass(k, drawn[:, np.newaxis], marked[:, np.newaxis], total[:, np.newaxis])
    mass, start = np.ones(1), 0
    for row, width in zip(np.exp(logs - logs.max(axis=1, keepdims=True)), widths.tolist(), strict=True):
        mass, cut = _trimmed(np.convolve(mass, row[:width]))
        start += cut
    place = round(observed) - start
    if not 0 <= place < len(mass):
        return 0.0
    return float(mass[mass <= mass[place] * (1 + 1e-7)].sum() / mass.sum())


def _log_mass(k: Floats, drawn: Floats, marked: Floats, total: Floats) -> Floats:
    """Return logarithms of hypergeometric probabilities, up to a constant; minus infinity beyond the support."""
    beyond = (k > drawn) | (k > marked)
    k = np.where(beyond, np.maximum(0, drawn + marked - total), k)
    parts = (k, drawn - k, marked - k, total - drawn - marked + k)
    return np.where(beyond, -np.inf, -sum(gammaln(part + 1) for part in parts))


def _trimmed(mass: Floats) -> tuple[Floats, int]:
    """Return probabilities scaled to a largest of 1, without ends too small to matter, and how many were cut in front."""
    mass = mass / mass.max()
    kept = np.flatnonzero(mass > 1e-290)
    return mass[kept[0] : kept[-1] + 1], int(kept[0])


def homogeneity(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    """Return the p-value of Breslow and Day's test, with Tarone's correction, that all strata share one odds ratio.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int, shape (..., s)
        As for `cochran_mantel_haenszel`.

    Returns
    -------
    ndarray of float
        NaN with fewer than two strata that can tell, where the common odds ratio is 0 or infinite, and where a
        fitted count is below `HOMOGENEITY_MIN`: there the test's distribution is not known.

    Raises
    ------
    ValueError
        If the counts are not counts.

    Notes
    -----
    Breslow and Day (1980), Statistical Methods in Cancer Research I, section 4.4; Tarone (1985), Biometrika 72,
    91-95.
    """
    x1, n1, x2, n2 = counts(x1, n1, x2, n2)
    total, marked = n1 + n2, x1 + x2
    telling: Bools = (n1 > 0) & (n2 > 0) & (marked > 0) & (marked < total)
    with np.errstate(invalid="ignore", divide="ignore"):
        odds = np.where(telling, x1 * (n2 - x2) / total, 0).sum(axis=-1) / np.where(
            telling, x2 * (n1 - x1) / total, 0
        ).sum(axis=-1)
        fitted = _fitted(n1, n2, marked, odds[..., np.newaxis])
        cells = np.array([fitted, n1 - fitted, marked - fitted, n2 - marked + fitted])
        variance = np.where(telling, 1 / (1 / cells).sum(axis=0), 0)
        miss = np.where(telling, x1 - fitted, 0)
        square = np.where(telling, miss**2 / variance, 0).sum(axis=-1)
        statistic = square - miss.sum(axis=-1) ** 2 / variance.sum(axis=-1)
    strata = telling.sum(axis=-1)
    least = np.where(telling, cells.min(axis=0), np.inf).min(axis=-1, initial=np.inf)
    usable = (strata > 1) & np.isfinite(odds) & (odds > 0) & (least >= HOMOGENEITY_MIN)
    p = chdtrc(np.maximum(strata - 1, 1), np.where(usable, np.maximum(statistic, 0), 0))
    return np.asarray(np.where(usable, p, np.nan))[()]


def _fitted(n1: Floats, n2: Floats, marked: Floats, odds: Floats) -> Floats:
    """Return the group's successes with these margins and this odds ratio: the root of a quadratic."""
    with np.errstate(invalid="ignore", divide="ignore"):
        a, b, c = 1 - odds, n2 - marked + odds * (n1 + marked), -odds * n1 * marked
        # The form that does not cancel, and that holds for an odds ratio of 1 too.
        return np.asarray(-2 * c / (b + np.sqrt(np.maximum(b**2 - 4 * a * c, 0))))
