"""Why a model gives two rows different numbers: Shapley values of the difference, column by column."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import comb

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.output import Output

#: Up to this many columns every combination is tried; beyond, one random order and its reverse.
ENUMERATED_COLUMNS = 5
#: Rows and cells a call to the model, about: a call to another process costs as much as thousands of rows, but
#: a table of that many rows must fit into memory several times.
CALL_ROWS, CALL_CELLS = 25_000, 4_000_000

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Rows to be compared, and what the model says of each.

    Parameters
    ----------
    frame : DataFrame of shape (n, p)
        The rows.
    outputs : ndarray of float, shape (n,)
        Their outputs.
    output : callable
        What computes the output of other rows.
    """

    frame: pd.DataFrame
    outputs: Floats
    output: Output

    @cached_property
    def codes(self) -> Ints:
        """Equal values of a column have equal codes, shape (n, p)."""
        return np.column_stack([equal_codes(column) for _, column in self.frame.items()])

    def mixed(self, left: Ints, right: Ints, from_left: npt.NDArray[np.bool_]) -> pd.DataFrame:
        """Return rows that hold *left*'s values where *from_left* is true and *right*'s elsewhere.

        Parameters
        ----------
        left, right : ndarray of int, shape (k,)
            Positions of rows.
        from_left : ndarray of bool, shape (k, p)
            For each new row, which columns come from the left.

        Returns
        -------
        DataFrame of shape (k, p)
            With the columns and dtypes of `frame`.
        """
        return assembled(self.frame, np.where(from_left, left[:, None], right[:, None]))


def assembled(frame: pd.DataFrame, sources: Ints) -> pd.DataFrame:
    """Return rows put together cell by cell, each from the row of *frame* that *sources*, shape (k, p), names."""
    taken = {j: column.array.take(sources[:, j]) for j, (_, column) in enumerate(frame.items())}
    return pd.DataFrame(taken, copy=False).set_axis(frame.columns, axis=1)


def equal_codes(column: pd.Series) -> Ints:
    """Return codes that are equal where the values are, missing values included; shape (n,)."""
    if column.dtype == object:
        # True, 1 and 1.0 are equal in Python, but need not be to the model.
        column = pd.Series([f"{type(value).__name__} {value!r}" for value in column])
    return pd.factorize(column, use_na_sentinel=False)[0]


def contrasts(
    rows: Rows,
    left: Ints,
    right: Ints,
    rng: np.random.Generator,
    enumerate_up_to: int = ENUMERATED_COLUMNS,
    repeats: int = 1,
) -> tuple[Floats, int]:
    """Attribute the difference in output of pairs of rows to the columns.

    The game of a pair: a coalition of columns takes its values from the left row, the other columns from the
    right row; its worth is the model's output. Columns with equal values on both sides are dummies: their
    share is exactly zero, and the combinations that differ in nothing else are evaluated once.

    Parameters
    ----------
    rows : Rows
        The rows and the model's output.
    left, right : ndarray of int, shape (m,)
        The pairs, as positions in `rows`.
    rng : Generator
        Draws one order of the columns for each pair, used forwards and backwards.
    enumerate_up_to : int
        With at most this many columns the values are exact: every combination is evaluated.
    repeats : int
        The pairs come in so many parts of equal size, which are given the same orders.

    Returns
    -------
    values : ndarray of float, shape (m, p)
        Unbiased for each pair's Shapley values; each line sums to the difference of the two outputs.
    evaluated : int
        Rows that the model was shown.

    Notes
    -----
    Order and reverse together: Mitchell, Cooper, Frank and Holmes (2022), "Sampling Permutations for Shapley
    Value Estimation", JMLR 23(43).
    """
    differ = rows.codes[left] != rows.codes[right]
    if differ.shape[1] <= enumerate_up_to:
        return _enumerated(rows, left, right, differ)
    order = rng.permuted(np.tile(np.arange(differ.shape[1]), (len(left) // repeats, 1)), axis=1)
    return _permuted(rows, left, right, differ, np.tile(order, (repeats, 1)))


def _evaluate(
    rows: Rows, left: Ints, right: Ints, from_left: Callable[[slice], npt.NDArray[np.bool_]]
) -> Floats:
    calls = max(1, round(len(left) / min(CALL_ROWS, CALL_CELLS / rows.frame.shape[1])))
    edges = np.linspace(0, len(left), calls + 1).astype(int)
    parts = [slice(a, b) for a, b in pairwise(edges) if b > a]
    values = [rows.output(rows.mixed(left[part], right[part], from_left(part))) for part in parts]
    answers = np.concatenate([np.empty(0), *values])
    # Differences of infinities would warn, and are no less undefined.
    return np.where(np.isfinite(answers), answers, np.nan)


def _enumerated(rows: Rows, left: Ints, right: Ints, differ: npt.NDArray[np.bool_]) -> tuple[Floats, int]:
    m, p = differ.shape
    bits = 1 << np.arange(p)
    full = differ @ bits
    masks = np.arange(2**p)
    inside = (masks & ~full[:, None]) == 0
    pair, mask = np.nonzero(inside & (masks > 0) & (masks != full[:, None]))
    worth = np.zeros((m, 2**p))
    worth[np.arange(m), full] = rows.outputs[left]
    worth[:, 0] = rows.outputs[right]
    worth[pair, mask] = _evaluate(rows, left[pair], right[pair], lambda part: (mask[part, None] & bits) > 0)
    worth = worth[np.arange(m)[:, None], masks & full[:, None]]
    return np.column_stack([_joining(worth, bit) for bit in bits]), len(pair)


def _joining(worth: Floats, bit: int) -> Floats:
    """Mean of what a column adds to the coalitions that it may join, by Shapley's weights, shape (m,)."""
    masks = np.arange(worth.shape[1])
    without = masks[masks & bit == 0]
    p = worth.shape[1].bit_length() - 1
    weights = np.array([1.0 / (p * comb(p - 1, int(mask).bit_count())) for mask in without])
    # Differences first, so that a column that changes nothing gets exactly nothing.
    return np.asarray((worth[:, without | bit] - worth[:, without]) @ weights)


def _permuted(
    rows: Rows, left: Ints, right: Ints, differ: npt.NDArray[np.bool_], order: Ints
) -> tuple[Floats, int]:
    m, p = differ.shape
    rank = np.argsort(order, axis=1)
    changes = differ[np.arange(m)[:, None], order]
    level = np.cumsum(changes, axis=1)
    last = level[:, -1]
    pair, step = np.nonzero(changes & (level < last[:, None]))
    both, steps = np.tile(pair, 2), np.tile(step, 2)
    backwards = np.repeat([False, True], len(pair))
    answers = _evaluate(
        rows,
        left[both],
        right[both],
        lambda part: (rank[both[part]] <= steps[part, None]) ^ backwards[part, None],
    )
    # Along the chain, row 0 of `worth` holds what the first columns are worth, row 1 what the rest are.
    worth = np.zeros((2, m, p + 1))
    everyone = np.arange(m)
    worth[:, everyone, 0] = rows.outputs[[right, left]]
    worth[:, everyone, last] = rows.outputs[[left, right]]
    worth[:, pair, level[pair, step]] = answers.reshape(2, -1)
    pair, step = np.nonzero(changes)
    gained = worth[:, pair, level[pair, step]] - worth[:, pair, level[pair, step] - 1]
    values = np.zeros((m, p))
    values[pair, order[pair, step]] = (gained[0] - gained[1]) / 2
    return values, len(both)
