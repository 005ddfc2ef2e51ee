"""Between which values a contrast could lie, were the people of unknown group known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.statistics._counts import Floats, floats


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Lowest and highest value of a contrast over every allocation of the unknown.

    Parameters
    ----------
    ratio_low, ratio_high : ndarray of float
        Ends for p1 / p2; NaN where some allocation that reaches for the end has no one selected in the
        reference, so that the ratio has no finite end there.
    difference_low, difference_high : ndarray of float
        Ends for p1 - p2.
    """

    ratio_low: Floats
    ratio_high: Floats
    difference_low: Floats
    difference_high: Floats


def unknown_bounds(
    x1: npt.ArrayLike,
    n1: npt.ArrayLike,
    x2: npt.ArrayLike,
    n2: npt.ArrayLike,
    x_unknown: npt.ArrayLike,
    n_unknown: npt.ArrayLike,
) -> Bounds:
    """Return the range of a group's ratio and difference to its reference over the unknown people's groups.

    Nothing is assumed about who they are. A contrast is highest when the unknown who were selected all
    belong to the group and those who were not to the reference, and lowest the other way about; both
    extremes also hold where further groups could take some of them.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of float
        Successes and trials of the group and of the reference, or their sums of weights; they broadcast.
    x_unknown, n_unknown : array_like of float
        The same of those whose group is unknown.

    Returns
    -------
    Bounds
        Four ends; all NaN where the group or the reference has no known member.

    Raises
    ------
    ValueError
        If successes are negative, or exceed their trials.

    Notes
    -----
    Manski (1990), American Economic Review 80, 319-323: worst-case bounds under missing data.
    """
    x1, n1, x2, n2, xu, nu = floats(x1, n1, x2, n2, x_unknown, n_unknown)
    if not np.all((x1 >= 0) & (x1 <= n1) & (x2 >= 0) & (x2 <= n2) & (xu >= 0) & (xu <= nu)):
        raise ValueError("successes must lie between 0 and their trials")
    known = (n1 > 0) & (n2 > 0)
    n1, n2 = np.where(known, n1, np.nan), np.where(known, n2, np.nan)
    low1, high1 = x1 / (n1 + nu - xu), (x1 + xu) / (n1 + xu)
    low2, high2 = x2 / (n2 + nu - xu), (x2 + xu) / (n2 + xu)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio_low = np.where(high2 > 0, low1 / high2, np.nan)
        ratio_high = np.where(low2 > 0, high1 / low2, np.nan)
    return Bounds(
        ratio_low=ratio_low[()],
        ratio_high=ratio_high[()],
        difference_low=low1 - high2,
        difference_high=high1 - low2,
    )
