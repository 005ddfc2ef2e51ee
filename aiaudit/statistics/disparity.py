"""Demographic disparity: a group's share among the rejected minus its share among the accepted."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aiaudit.statistics._counts import Floats, counts, critical
from aiaudit.statistics.intervals import wilson
from aiaudit.statistics.mantel_haenszel import Pooled
from aiaudit.statistics.weighted import kish_effective_n
from aiaudit.statistics.weighted_strata import Side

#: Effective rows below which errors are scaled up no further.
SCALED_FROM = 1.5
#: Effective rows accepted, or rejected, below which the variance is that of the stratum as a whole.
POOLED_BELOW = 3


def demographic_disparity(
    accepted: npt.ArrayLike,
    group: npt.ArrayLike,
    all_accepted: npt.ArrayLike,
    everybody: npt.ArrayLike,
    level: float,
) -> Pooled:
    """Return the disparity of every stratum, averaged by the strata's sizes.

    Parameters
    ----------
    accepted, group : array_like of int, shape (..., s)
        Accepted of the group and its size, by stratum.
    all_accepted, everybody : array_like of int, shape (..., s)
        The same of all groups together.
    level : float
        Confidence level.

    Returns
    -------
    Pooled
        NaN where every stratum accepts everybody or nobody; such a stratum has no disparity and is left out of the
        average.

    Raises
    ------
    ValueError
        If the counts are not counts, the group exceeds everybody, or the level is not a level.

    Notes
    -----
    Wachter, Mittelstadt and Russell (2021), Computer Law and Security Review 41, 105567. In a stratum the two shares
    are independent given how many were accepted. The interval is the union of two: one of standard errors,
    unbiased also in strata of a few rows (pooled where only one was accepted, or rejected), and the hybrid of
    Wilson's limits, which holds among few accepted or few of the group.
    """
    inside, size, out, total = counts(accepted, group, all_accepted, everybody)
    if np.any((inside > out) | (size - inside > total - out)):
        raise ValueError("a group holds more people than there are")
    telling = (out > 0) & (out < total)
    n = np.where(telling, np.array([total - out, out]), 1.0)
    x = np.where(telling, np.array([size - inside, inside]), 0.0)
    weight = np.where(telling, total, 0.0)
    with np.errstate(invalid="ignore"):
        weight = weight / weight.sum(axis=-1, keepdims=True)
    rejected, selected = x / n
    value = (weight * (rejected - selected)).sum(axis=-1)
    error = np.sqrt((weight**2 * np.where(telling, _variance(x, n), 0)).sum(axis=-1))
    (low1, low2), (high1, high2) = wilson(x, n, level)
    below = np.sqrt((weight**2 * ((rejected - low1) ** 2 + (high2 - selected) ** 2)).sum(axis=-1))
    above = np.sqrt((weight**2 * ((high1 - rejected) ** 2 + (selected - low2) ** 2)).sum(axis=-1))
    reach = critical(level) * error
    low, high = value - np.maximum(reach, below), value + np.maximum(reach, above)
    return Pooled(value[()], np.maximum(low, -1.0)[()], np.minimum(high, 1.0)[()])


def weighted_disparity(group: Side, everybody: Side, level: float) -> Pooled:
    """Return the disparity of weighted rows in every stratum, averaged by the strata's weights.

    Parameters
    ----------
    group, everybody : Side
        The group's rows by stratum, and those of all groups together.
    level : float
        Confidence level.

    Returns
    -------
    Pooled
        As `demographic_disparity`; the ends are NaN also where nothing varies.

    Notes
    -----
    Shares of weight with linearized errors, scaled up by n / (n - 1) for n effective rows accepted, or rejected;
    of fewer than `POOLED_BELOW`, the error is that of the stratum as a whole.
    """
    whole = everybody.weights
    telling = (everybody.successes > 0) & (everybody.successes < whole)
    accepted = (group.successes, group.square_successes, everybody.successes, everybody.square_successes)
    rejected = (
        group.weights - group.successes,
        group.squares - group.square_successes,
        whole - everybody.successes,
        everybody.squares - everybody.square_successes,
    )
    (out, out_error, refused), (within, within_error, chosen) = (_share(*s) for s in (rejected, accepted))
    with np.errstate(invalid="ignore", divide="ignore"):
        own, rows = group.weights / whole, np.maximum(kish_effective_n(whole, everybody.squares), SCALED_FROM)
        together = own * (1 - own) * rows / (rows - 1) * (1 / refused + 1 / chosen)
        variance = np.where(np.minimum(refused, chosen) < POOLED_BELOW, together, out_error + within_error)
        weight = np.where(telling, whole, 0.0)
        weight = weight / weight.sum(axis=-1, keepdims=True)
        value = (weight * np.where(telling, out - within, 0)).sum(axis=-1)
        error = np.sqrt((weight**2 * np.where(telling, variance, 0)).sum(axis=-1))
    reach = critical(level) * np.where(error > 0, error, np.nan)
    return Pooled(value[()], np.maximum(value - reach, -1.0)[()], np.minimum(value + reach, 1.0)[()])


def _share(
    part: Floats, part_squares: Floats, whole: Floats, squares: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return a share of weight, its variance, and the effective rows it rests on."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = part / whole
        spread = part_squares * (1 - share) ** 2 + np.maximum(squares - part_squares, 0) * share**2
        rows = np.nan_to_num(kish_effective_n(whole, squares))
        return share, spread / whole**2 / (1 - 1 / np.maximum(rows, SCALED_FROM)), rows


def _variance(x: Floats, n: Floats) -> Floats:
    """Return the variance of the difference of shares in every stratum, both sides along the first axis."""
    share, whole, both = x / n, n.sum(axis=0), x.sum(axis=0)
    own = (share * (1 - share) / np.maximum(n - 1, 1)).sum(axis=0)
    together = both / whole * (1 - both / whole) * whole / np.maximum(whole - 1, 1) * (1 / n).sum(axis=0)
    return np.asarray(np.where((n > 1).all(axis=0), own, together))
