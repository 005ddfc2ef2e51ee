"""Arithmetic of the four-fifths rule, in integers (29 CFR 1607.4(D) and its Questions and Answers)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aiaudit.statistics._counts import Floats, counts


def one_person_flip(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    """Tell whether one selection, given to the group instead of the reference, reverses who is ahead.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Selected and all, of the group and of the reference; they broadcast.

    Returns
    -------
    ndarray of float
        1 where the group is behind and would then be ahead, 0 otherwise, NaN where either is empty.

    Raises
    ------
    ValueError
        If the counts are not counts.

    Notes
    -----
    Question 21 of the 1979 Questions and Answers (44 FR 11996).
    """
    x1, n1, x2, n2 = _integers(x1, n1, x2, n2)
    behind, ahead = x1 * n2 < x2 * n1, (x1 + 1) * n2 > (x2 - 1) * n1
    return _where((n1 > 0) & (n2 > 0), behind & ahead)


def shortfall(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    """Return the selections the group would have at the reference's rate, less those it has.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Selected and all, of the group and of the reference; they broadcast.

    Returns
    -------
    ndarray of float
        Persons; negative where the group is ahead, NaN where either is empty.

    Raises
    ------
    ValueError
        If the counts are not counts.
    """
    x1, n1, x2, n2 = counts(x1, n1, x2, n2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((n1 > 0) & (n2 > 0), (n1 * x2 - x1 * n2) / n2, np.nan)[()]


def to_four_fifths(x1: npt.ArrayLike, n1: npt.ArrayLike, x2: npt.ArrayLike, n2: npt.ArrayLike) -> Floats:
    """Return the selections that the group lacks to reach four fifths of the reference's rate, which stays.

    Parameters
    ----------
    x1, n1, x2, n2 : array_like of int
        Selected and all, of the group and of the reference; they broadcast.

    Returns
    -------
    ndarray of float
        Whole persons, 0 where the group is there already, NaN where either is empty.

    Raises
    ------
    ValueError
        If the counts are not counts.
    """
    x1, n1, x2, n2 = _integers(x1, n1, x2, n2)
    some = np.where(n2 > 0, n2, 1)
    needed = -(-4 * x2 * n1 // (5 * some))
    return _where((n1 > 0) & (n2 > 0), np.maximum(needed - x1, 0))


def _integers(*alternating: npt.ArrayLike) -> tuple[npt.NDArray[np.object_], ...]:
    """Return the counts as Python integers: a product of three of them may exceed 64 bits."""
    return tuple(np.vectorize(int, otypes=[object])(a) for a in counts(*alternating))


def _where(defined: npt.ArrayLike, value: npt.ArrayLike) -> Floats:
    return np.where(np.asarray(defined, dtype=bool), np.asarray(value, dtype=np.float64), np.nan)[()]
