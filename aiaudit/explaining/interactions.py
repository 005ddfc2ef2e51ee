"""How much of a model's output comes from columns acting together, beyond what each adds by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit, stdtrit

from aiaudit.explaining.contrasts import CALL_CELLS, assembled
from aiaudit.explaining.output import Output

#: Pairs of people whose columns are exchanged.
DRAWS = 500
#: Decimals of a share, beyond which it is rounding; and the chance from which on a decision is as good as certain.
DIGITS, CERTAIN = 9, 1e-9

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Mixed:
    """Mixed differences of pairs of people, squared: what is left when the columns' own effects are subtracted.

    Parameters
    ----------
    alone : ndarray of float, shape (m, c)
        Of each column with all others.
    pairs : ndarray of float, shape (m, c (c - 1) / 2)
        Of each two columns, in the order of `itertools.combinations`.
    spread : ndarray of float, shape (m,)
        Squared difference of the outputs of the two people.
    lost : int
        Pairs of people left out because the model had no finite number for a mixture of them.
    """

    alone: Floats
    pairs: Floats
    spread: Floats
    lost: int


def exchanges(output: Output, table: pd.DataFrame, columns: Sequence[int]) -> Floats:
    """Return what the model says of people with columns of somebody else, alone and in twos.

    Parameters
    ----------
    output : callable
        One number a row.
    table : DataFrame of shape (n, p)
        In random order: each of the first rows is paired with the one behind it.
    columns : sequence of int
        The c columns that are exchanged.

    Returns
    -------
    ndarray of float, shape (m, 2 + 2 c + c (c - 1) / 2)
        With none exchanged, with each, with each two, with all but each, and with all.
    """
    m, p = min(DRAWS, len(table) // 2), table.shape[1]
    alone = np.eye(p, dtype=bool)[list(columns)]
    together = np.array([alone[j] | alone[k] for j, k in combinations(range(len(alone)), 2)]).reshape(-1, p)
    exchanged = np.concatenate([np.zeros((1, p), bool), alone, together, ~alone, np.ones((1, p), bool)])
    mine, theirs = np.arange(m)[:, None, None] * 2, np.arange(m)[:, None, None] * 2 + 1
    calls = min(len(exchanged), 1 + m * exchanged.size // CALL_CELLS)
    parts = [
        output(assembled(table, np.where(part, theirs, mine).reshape(-1, p))).reshape(m, -1)
        for part in np.array_split(exchanged, calls)
    ]
    return np.concatenate(parts, axis=1)


def log_odds(chances: Floats) -> Floats:
    """Return the log-odds of probabilities, NaN where rounding leaves too little of them to tell."""
    told = (chances >= CERTAIN) & (chances <= 1 - CERTAIN)
    return np.asarray(logit(np.where(told, chances, np.nan)))


def mixed_differences(answers: Floats, columns: int) -> Mixed:
    """Return the mixed differences in what `exchanges` of so many *columns* says."""
    known = answers[np.isfinite(answers).all(axis=1)]
    first, second = np.triu_indices(columns, 1)
    parts = np.split(known, np.cumsum([1, columns, len(first), columns]), axis=1)
    own, singles, twos, others, other = parts
    return Mixed(
        alone=(own - singles - others + other) ** 2,
        pairs=(own - singles[:, first] - singles[:, second] + twos) ** 2,
        spread=((own - other) ** 2)[:, 0],
        lost=len(answers) - len(known),
    )


class Share(NamedTuple):
    """A share of the output's variance, and the ends of its interval."""

    value: float
    low: float
    high: float


def share(squares: Floats, spread: Floats, level: float) -> Share | None:
    """Return how much of the variance of the output comes from columns acting together; None where it does not vary.

    A quarter of the mean squared mixed difference over half the mean squared difference of the outputs: of independent
    columns the sum of the variances of all terms of the functional analysis of variance that contain them both.

    Parameters
    ----------
    squares, spread : ndarray of float, shape (m,)
        Squared mixed differences and squared differences of outputs, m >= 2.
    level : float
        Of the interval.

    Notes
    -----
    Liu and Owen (2006), Journal of the American Statistical Association 101, 712-721.
    """
    n, total = len(squares), spread.mean()
    if not total > 0:
        return None
    value = squares.mean() / (2 * total)
    if round(value, DIGITS) == 0:
        # None of n seen; where it does show, it is taken to be as large as the outputs' own spread.
        return Share(0.0, 0.0, round(1 - ((1 - level) / 2) ** (1 / n), DIGITS))
    error = (squares / 2 - value * spread).std(ddof=1) / np.sqrt(n) / total
    reach = float(np.exp(-stdtrit(n - 1, (1 - level) / 2) * error / value))
    return Share(*(round(float(end), DIGITS) for end in (value, value / reach, value * reach)))
