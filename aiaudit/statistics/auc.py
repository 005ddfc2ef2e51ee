"""Area under the ROC curve, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from aiaudit.statistics._counts import Floats, critical


@dataclass(frozen=True, kw_only=True)
class Auc:
    """Chance that a positive outranks a negative, ties counting half.

    Parameters
    ----------
    value : float
        NaN without a positive and a negative.
    variance : float
        DeLong's; NaN with fewer than two of either.
    positives, negatives : int
        How many there are.
    """

    value: float
    variance: float
    positives: int
    negatives: int

    def interval(self, level: float) -> tuple[float, float]:
        """Return the interval of the AUC, symmetric on the scale of its logit and so within [0, 1].

        NaN where the variance is 0 or unknown: perfect separation leaves no spread to estimate from, and that
        is no certainty.

        Raises
        ------
        ValueError
            If the level is not a level.
        """
        if not self.variance > 0:
            return np.nan, np.nan
        reach = critical(level) * np.sqrt(self.variance) / (self.value * (1 - self.value))
        centre = logit(self.value)
        return float(expit(centre - reach)), float(expit(centre + reach))


def auc(scores: npt.ArrayLike, positive: npt.ArrayLike) -> Auc:
    """Return the area under the ROC curve with DeLong's variance, in O(n log n).

    Parameters
    ----------
    scores : array_like of float, shape (n,)
        Higher means more likely positive.
    positive : array_like of bool, shape (n,)
        The outcomes.

    Returns
    -------
    Auc
        Value and variance.

    Raises
    ------
    ValueError
        If the shapes differ or a score is NaN.

    Notes
    -----
    DeLong, DeLong and Clarke-Pearson (1988), Biometrics 44, 837-845, by the midranks of Sun and Xu (2014),
    IEEE Signal Processing Letters 21, 1389-1393.
    """
    ranked, wins = np.asarray(scores, np.float64), np.asarray(positive, bool)
    if ranked.shape != wins.shape or ranked.ndim != 1 or np.isnan(ranked).any():
        raise ValueError("scores and outcomes are vectors of one length, without NaN")
    m, n = int(wins.sum()), int((~wins).sum())
    if not (m and n):
        return Auc(value=np.nan, variance=np.nan, positives=m, negatives=n)
    overall = _midranks(ranked)
    # Share of the other class below each one: ranks among all less ranks among its own.
    above = (overall[wins] - _midranks(ranked[wins])) / n
    below = (overall[~wins] - _midranks(ranked[~wins])) / m
    spread = above.var(ddof=1) / m + below.var(ddof=1) / n if m > 1 and n > 1 else np.nan
    return Auc(value=float(above.mean()), variance=float(spread), positives=m, negatives=n)


def _midranks(values: Floats) -> Floats:
    """Return ranks from 1, equal values sharing the mean of theirs."""
    _, run, times = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray((np.cumsum(times) - (times - 1) / 2)[run])
