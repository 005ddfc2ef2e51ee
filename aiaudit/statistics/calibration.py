"""How well probabilities agree with outcomes, from sums over bins of the probability."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import gammaincinv

from aiaudit.statistics._counts import Floats, critical, floats


def expected_calibration_error(
    n: npt.ArrayLike,
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    level: float,
    squares: npt.ArrayLike | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Return the expected calibration error over bins, with an interval that may reach 0.

    The error is upwards biased: bins miss their share by chance, and distances do not cancel. By the triangle
    inequality it is off by no more than the mean chance distance, whose quantile makes the interval.

    Parameters
    ----------
    n, probability, outcome : array_like of float, shape (..., b)
        People in each of b bins, and the sums of their probabilities and outcomes; where rows are weighted,
        the sums of the weights, and of the weighted probabilities and outcomes.
    level : float
        Confidence level.
    squares : array_like of float, shape (..., b), or None
        Sums of the squared weights; None where everybody weighs 1.

    Returns
    -------
    value, low, high : ndarray of float, shape (...)
        Mean over people of |mean probability - share of outcomes| in their bin. The interval is
        conservative; NaN where nobody is counted.

    Raises
    ------
    ValueError
        If the level is not a level.

    Notes
    -----
    Naeini, Cooper and Hauskrecht (2015), AAAI 29, 2901-2907; its bias: Roelofs et al. (2022), AISTATS.
    """
    critical(level)
    n, probability, outcome, squares = floats(n, probability, outcome, n if squares is None else squares)
    total = n.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.abs(probability - outcome).sum(axis=-1) / total
        # Agresti and Coull's two of each: no bin is certain of its share.
        worth = np.where(n > 0, squares / n, 0.0)
        share = (outcome + 2 * worth) / (n + 4 * worth)
        noise = np.sqrt(np.where(n > 0, squares * share * (1 - share), 0.0)) / total[..., np.newaxis]
        reach = _sum_of_half_normals(noise, level)
    return value[()], np.maximum(value - reach, 0.0)[()], np.minimum(value + reach, 1.0)[()]


def _sum_of_half_normals(scale: Floats, level: float) -> Floats:
    """Return about the quantile of a sum of |normal| variables, by the gamma of the same mean and variance."""
    mean = np.sqrt(2 / np.pi) * scale.sum(axis=-1)
    variance = (1 - 2 / np.pi) * (scale**2).sum(axis=-1)
    return np.asarray(gammaincinv(mean**2 / variance, level) * variance / mean)
