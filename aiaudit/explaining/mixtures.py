"""Attributions of rows against a background by asking the model about mixtures of them, many rows in one call."""

from __future__ import annotations

from math import ceil

import numpy as np
import numpy.typing as npt

from aiaudit.explaining.contrasts import ENUMERATED_COLUMNS, Rows, contrasts

#: Up to this many columns, and model rows for each row explained, every combination is tried.
ENUMERATED, ENUMERATED_ROWS = 10, 150_000
#: Model rows at most, about, for each row explained.
SAMPLED_ROWS = 60_000
#: Sampling stops when no standard error exceeds this share of the sizes of a row's attributions.
PRECISION = 0.01
#: Degrees of freedom behind a standard error, at least.
FREEDOM = 100
#: Mixtures of several explained rows that are put together at once, about.
TOGETHER = 1_000_000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


def mixed_values(game: Rows, n: int, seed: int, most: int = SAMPLED_ROWS) -> tuple[Floats, Floats, bool]:
    """Return Shapley values of the first *n* rows of a game against the other rows.

    Every combination of columns is tried where there are few; else random orders and their reverses, in rounds
    through the whole background, until the standard errors are small. What a row is told does not depend on
    which other rows are explained with it: all are given the same orders.

    Parameters
    ----------
    game : Rows
        n rows that are explained, and behind them the m rows of the background.
    n : int
        At least one row is left for the background.
    seed : int
        Same seed, same numbers.
    most : int
        Where values are sampled, about the most rows that the model is shown for each row explained.

    Returns
    -------
    values, errors : ndarray of float, shape (n, p)
        The values, NaN where a mixture has no output, and their standard errors: 0 where they are exact.
    exact : bool
        Whether every combination was tried.
    """
    p, m = game.frame.shape[1], len(game.frame) - n
    exact = p <= ENUMERATED and m * 2**p <= ENUMERATED_ROWS
    together = max(1, TOGETHER // (m * (2**p if exact else 2 * p)))
    values, errors = np.zeros((n, p)), np.zeros((n, p))
    for start in range(0, n, together):
        rows = np.arange(start, min(n, start + together))
        if exact:
            values[rows] = _round(game, rows, n, np.random.default_rng(seed), p).mean(axis=1)
        else:
            values[rows], errors[rows] = _sampled(game, rows, n, seed, most)
    return values, errors, exact


def _round(game: Rows, rows: Ints, n: int, rng: np.random.Generator, enumerate_up_to: int) -> Floats:
    """Return the values of *rows* against each row of the background, shape (rows, m, p)."""
    m = len(game.frame) - n
    left, right = np.repeat(rows, m), np.tile(np.arange(n, n + m), len(rows))
    return contrasts(game, left, right, rng, enumerate_up_to, repeats=len(rows))[0].reshape(len(rows), m, -1)


def _sampled(game: Rows, rows: Ints, n: int, seed: int, most: int) -> tuple[Floats, Floats]:
    p, m = game.frame.shape[1], len(game.frame) - n
    least = max(2, 1 + ceil(FREEDOM / m))
    limit = max(least, most // (2 * m * max(1, p - 1)))
    rng = np.random.default_rng(seed)
    values, errors = np.zeros((2, len(rows), p))
    drawn = np.empty((limit, len(rows), m, p))
    going = np.arange(len(rows))
    for k in range(1, limit + 1):
        drawn[k - 1, going] = _round(game, rows[going], n, rng, ENUMERATED_COLUMNS)
        if k < least:
            continue
        told = drawn[:k, going]
        # Rounds differ by their orders only; each background row serves in all.
        errors[going] = np.sqrt(told.var(axis=0, ddof=1).mean(axis=1) / (m * k))
        values[going] = told.mean(axis=(0, 2))
        precise = errors[going].max(axis=1) <= PRECISION * np.abs(values[going]).sum(axis=1)
        # What has no number now will have none after more rounds.
        going = going[~precise & np.isfinite(values[going]).all(axis=1)]
        if not len(going):
            break
    return values, errors
