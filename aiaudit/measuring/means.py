"""Means of row values by group, with the standard error of rows drawn at random."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Metric
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.rates import partitions
from aiaudit.subject import Subject

Floats = npt.NDArray[np.float64]


def means(
    subject: Subject,
    metric: Metric,
    values: Floats,
    method: str,
    *,
    among: npt.NDArray[np.bool_] | None = None,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimates:
    """Return the mean of *values* in every group of every partition, and of everyone else.

    Parameters
    ----------
    subject : Subject
        Gives groups and, where there are any, weights.
    metric : Metric
        What the mean is called.
    values : ndarray of float, shape (n,)
        One number a row.
    method : str
        What the values are; how mean and standard error are computed is added.
    among : ndarray of bool, shape (n,), or None
        Rows that enter; by default all.
    bounds : tuple of float
        Least and greatest possible mean.

    Returns
    -------
    Estimates
        With Student's t on n - 1 degrees of freedom. Weighted, the standard error is that of a ratio of
        weighted sums over independent rows (Taylor linearization), on Kish's effective n - 1.
    """
    groups = subject.grouped
    weights = np.ones(subject.n) if subject.weights is None else subject.weights
    if among is not None:
        weights = weights * among
    # About the mean of all rows, so that the variance keeps its digits.
    centre = float(weights @ values / weights.sum()) if weights.any() else 0.0
    moved = values - centre
    rows = groups.counts()
    n = rows if among is None else np.rint(groups.sums(among.astype(float))).astype(np.int64)
    squares = weights**2
    terms = (weights, weights * moved, squares, squares * moved, squares * moved**2)
    sums = np.array([n, *(groups.sums(term) for term in terms)])
    others = np.zeros_like(sums)
    for part in partitions(groups.parts, len(groups.scopes)):
        others[:, part] = sums[:, part].sum(axis=1, keepdims=True) - sums[:, part]

    def estimates(sums: Floats, rest: Estimates | None) -> Estimates:
        value, error, effective = _moments(sums)
        return Estimates(
            metric=metric,
            scopes=groups.scopes if rest is not None else ({},) * len(groups.scopes),
            known=groups.known,
            value=np.clip(value + centre, *bounds),
            error=error,
            n=sums[0].astype(np.int64),
            rows=rows,
            method=f"{method}; {'mean' if subject.weights is None else 'weighted mean, linearized error'}",
            df=np.maximum(effective - 1, 1),
            bounds=bounds,
            effective=None if subject.weights is None else effective,
            rest=rest,
            parts=groups.parts,
        )

    return estimates(sums, estimates(others, None))


def root(found: Estimates, metric: Metric) -> Estimates:
    """Return the square roots of means that are not negative, with the error by first-order expansion."""
    value = np.sqrt(found.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(value > 0, found.error / (2 * value), np.nan)
    return replace(
        found,
        metric=metric,
        value=value,
        error=error,
        bounds=(0.0, np.inf),
        method=f"root of the {found.method}",
        rest=None if found.rest is None else root(found.rest, metric),
    )


def _moments(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """Return mean, its standard error and the effective number of rows; NaN without rows."""
    n, total, first, squares, square_first, square_second = sums
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = first / total
        spread = square_second - 2 * mean * square_first + mean**2 * squares
        error = np.sqrt(np.maximum(spread, 0) / total**2 * n / (n - 1))
        effective = total**2 / squares
    error = np.where((n > 1) & (total > 0), error, np.nan)
    return mean, error, np.where(total > 0, effective, 0.0)
