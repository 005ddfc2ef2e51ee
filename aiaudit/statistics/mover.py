"""Interval of a difference or ratio from the intervals of its two parts: variance recovered from limits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from aiaudit.statistics._counts import Floats


class Estimate(NamedTuple):
    """A number and its limits.

    Parameters
    ----------
    value, low, high : ndarray of float
        The estimate, not negative, and the interval that holds it.
    """

    value: Floats
    low: Floats
    high: Floats


def mover_difference(first: Estimate, second: Estimate) -> tuple[Floats, Floats]:
    """Return the interval of first - second, both estimated from separate samples.

    Parameters
    ----------
    first, second : Estimate
        The two numbers; they broadcast.

    Returns
    -------
    low, high : ndarray of float
        Ends of the interval; NaN where an input is NaN.

    Notes
    -----
    Zou and Donner (2008), Statistics in Medicine 27, 1693-1702: each limit lends the variance on its own
    side. With Wilson's limits this is Newcombe's hybrid.
    """
    centre = first.value - second.value
    low = centre - np.hypot(first.value - first.low, second.high - second.value)
    high = centre + np.hypot(first.high - first.value, second.value - second.low)
    return low, high


def mover_ratio(first: Estimate, second: Estimate) -> tuple[Floats, Floats]:
    """Return the interval of first / second, both estimated from separate samples.

    Parameters
    ----------
    first, second : Estimate
        The two numbers, neither negative; they broadcast.

    Returns
    -------
    low, high : ndarray of float
        Ends of the interval, finite; NaN where the second number or its lower limit is 0.

    Notes
    -----
    MOVER-R, Donner and Zou (2012), Statistical Methods in Medical Research 21, 347-359: the ratios r for
    which `mover_difference` of first and r times second reaches zero.
    """
    product = first.value * second.value
    with np.errstate(invalid="ignore", divide="ignore"):
        # 2 · value - limit is the limit mirrored at the estimate; each root lies in the form that adds up.
        own, other = first.low * (2 * first.value - first.low), second.high * (2 * second.value - second.high)
        low = own / (product + np.sqrt(np.maximum(product**2 - own * other, 0)))
        own, other = first.high * (2 * first.value - first.high), second.low * (2 * second.value - second.low)
        high = (product + np.sqrt(np.maximum(product**2 - own * other, 0))) / other
    defined = second.low > 0
    low = np.where(first.low == 0, 0.0, low)
    return np.where(defined, low, np.nan)[()], np.where(defined, high, np.nan)[()]
