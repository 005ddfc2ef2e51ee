"""What every formula here starts from: checked counts, the normal quantile, a root finder."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


def floats(*arrays: npt.ArrayLike) -> tuple[Floats, ...]:
    """Return arrays of float of one broadcast shape."""
    return tuple(np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in arrays)))


def counts(*alternating: npt.ArrayLike) -> tuple[Floats, ...]:
    """Return successes and trials (x1, n1, x2, n2, …) as floats of one broadcast shape.

    Raises
    ------
    ValueError
        If a count is negative, not whole, not finite, or exceeds its trials.
    """
    arrays = floats(*alternating)
    for x, n in zip(arrays[::2], arrays[1::2], strict=True):
        if not np.all((x >= 0) & (x <= n) & np.isfinite(n) & (x == np.floor(x)) & (n == np.floor(n))):
            raise ValueError("counts must be whole numbers with 0 <= successes <= trials")
    return arrays


def shares(*arrays: npt.ArrayLike) -> tuple[Floats, ...]:
    """Return numbers that must lie within [0, 1] as floats of one broadcast shape; NaN passes.

    Raises
    ------
    ValueError
        If a number lies outside.
    """
    checked = floats(*arrays)
    if any(np.any((a < 0) | (a > 1)) for a in checked):
        raise ValueError("rates must lie between 0 and 1")
    return checked


def critical(level: npt.ArrayLike) -> Floats:
    """Return the two-sided standard normal quantile of a confidence level: 1.96 for 0.95.

    Raises
    ------
    ValueError
        If a level is not strictly between 0 and 1.
    """
    chosen = np.asarray(level, dtype=np.float64)
    if not np.all((chosen > 0) & (chosen < 1)):
        raise ValueError("a confidence level lies strictly between 0 and 1")
    # From the lower tail: 1 - alpha / 2 would lose the digits of a tiny alpha.
    return np.asarray(-ndtri((1 - chosen) / 2))


def bisect(above: Callable[[Floats], Bools], low: Floats, high: Floats, steps: int = 50) -> Floats:
    """Return, element by element, the point in [low, high] up to which *above* holds."""
    for _ in range(steps):
        middle = (low + high) / 2
        beyond = above(middle)
        low, high = np.where(beyond, middle, low), np.where(beyond, high, middle)
    return (low + high) / 2
