"""Rates from tables by group and bin, and from sets of rows; with their sums of weights where there are any."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Metric, Scope
from aiaudit.measuring.partitions import Bools, Floats
from aiaudit.measuring.rates import Ints, Rates, Weighted
from aiaudit.subject import Subject


def rates_within(
    subject: Subject, metric: Metric, hits: Bools, within: Sequence[tuple[Scope, Bools]]
) -> Rates:
    """Return the share of rows that are *hits* within each of several sets of rows, which are set against each other.

    Parameters
    ----------
    subject : Subject
        Gives the weights, where there are any.
    metric : Metric
        The rate.
    hits : ndarray of bool, shape (n,)
        The numerator.
    within : sequence of (Scope, ndarray of bool)
        What each set is called, and its rows.
    """
    n = np.array([rows.sum() for _, rows in within], np.int64)
    weighted = None
    if (w := subject.weights) is not None:
        parts = [(w[rows], w[rows & hits]) for _, rows in within]
        sums = np.array([[a.sum(), (a**2).sum(), b.sum(), (b**2).sum()] for a, b in parts]).T
        weighted = Weighted(sums[0], sums[1], np.minimum(sums[2], sums[0]), np.minimum(sums[3], sums[1]))
    return Rates(
        metric=metric,
        scopes=tuple(scope for scope, _ in within),
        known=np.ones(len(within), bool),
        x=np.array([(rows & hits).sum() for _, rows in within], np.int64),
        n=n,
        rows=n,
        weighted=weighted,
    )


def tables(subject: Subject, bins: npt.NDArray[np.integer], size: int) -> tuple[Floats, ...]:
    """Return rows by group and bin, and where rows are weighted the sums of weights and of their squares too."""
    groups, weights = subject.grouped, subject.weights
    found = groups.sums(None, bins, size)
    if weights is None:
        return (found,)
    return (found, *(groups.sums(weights**power, bins, size) for power in (1, 2)))


def tabled(found: Sequence[tuple[Floats, Floats]]) -> tuple[Ints, Ints, Weighted | None]:
    """Return numerators and denominators of `tables`, as whole numbers, and their sums of weights if there are any."""
    x, n = (np.rint(side).astype(np.int64) for side in found[0])
    if len(found) == 1:
        return x, n, None
    # A part that was found by subtracting may pass its whole by a rounding error.
    (x1, n1), (x2, n2) = ((np.clip(part, 0, whole), np.maximum(whole, 0)) for part, whole in found[1:])
    return x, n, Weighted(n=n1, nn=n2, x=x1, xx=x2)
