"""Corrections for looking more than once."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from aiaudit.statistics._counts import Floats


def holm(p: npt.ArrayLike, family: float | None = None) -> Floats:
    """Return Holm's adjusted p-values: they hold the chance of any false alarm, whatever the dependence.

    The k-th smallest p-value is multiplied by family - k + 1 (at least 1), and no adjusted value is less
    than a smaller p-value's.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        Raw p-values; NaN (not tested) stays NaN and is not counted.
    family : float, optional
        Number of comparisons the run stands for, rounded up; by default the p-values that are not NaN. It
        is larger where a reference was picked because its rate is extreme.

    Returns
    -------
    ndarray of float, shape (m,)
        Adjusted p-values, at most 1.

    Raises
    ------
    ValueError
        If a p-value lies outside [0, 1], or the family is smaller than the p-values in hand.

    Notes
    -----
    Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    raw = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(raw))
    if raw.ndim != 1 or np.any((raw[tested] < 0) | (raw[tested] > 1)):
        raise ValueError("p-values form a vector of numbers between 0 and 1")
    # A sum of fractions such as 3 · (1/3) must not round up to one comparison more.
    size = tested.size if family is None else math.ceil(family - 1e-9)
    if size < tested.size:
        raise ValueError(f"a family of {size} cannot hold {tested.size} p-values")
    order = tested[np.argsort(raw[tested], kind="stable")]
    steps = raw[order] * np.maximum(size - np.arange(tested.size), 1)
    adjusted = np.full(raw.shape, np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def simultaneous_level(alpha: npt.ArrayLike, looks: npt.ArrayLike) -> Floats:
    """Return the level each of *looks* intervals needs for all to hold together with 1 - alpha (Bonferroni).

    Parameters
    ----------
    alpha : array_like of float
        Chance that any of them misses, in (0, 1).
    looks : array_like of float
        Number of intervals, at least 1.

    Returns
    -------
    ndarray of float
        1 - alpha / looks.

    Raises
    ------
    ValueError
        If alpha or looks is out of range.
    """
    chance, number = np.asarray(alpha, dtype=np.float64), np.asarray(looks, dtype=np.float64)
    if not (np.all((chance > 0) & (chance < 1)) and np.all(number >= 1)):
        raise ValueError("alpha lies strictly between 0 and 1, and there is at least one look")
    return np.asarray(1 - chance / number)[()]


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Return q-values: reporting those at most q makes the expected share of false ones among them at most q.

    Parameters
    ----------
    p : array_like of float, shape (m,)
        Raw p-values, independent or positively dependent; NaN (not tested) stays NaN and is not counted.

    Returns
    -------
    ndarray of float, shape (m,)
        q-values, at most 1.

    Raises
    ------
    ValueError
        If a p-value lies outside [0, 1].

    Notes
    -----
    Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    raw = np.asarray(p, dtype=np.float64)
    tested = np.flatnonzero(~np.isnan(raw))
    if raw.ndim != 1 or np.any((raw[tested] < 0) | (raw[tested] > 1)):
        raise ValueError("p-values form a vector of numbers between 0 and 1")
    order = tested[np.argsort(-raw[tested], kind="stable")]
    steps = raw[order] * tested.size / np.arange(tested.size, 0, -1)
    found = np.full(raw.shape, np.nan)
    found[order] = np.minimum(np.minimum.accumulate(steps), 1.0)
    return found
