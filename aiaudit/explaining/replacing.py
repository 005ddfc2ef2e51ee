"""How far outputs move when one column at a time is replaced, and whether attributions say the same."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from aiaudit.explaining.contrasts import CALL_CELLS, Rows
from aiaudit.explaining.importance import Explanation
from aiaudit.explaining.output import explained_output
from aiaudit.subject import Subject

#: Rows left out together to see how sure the correlation is: each row is the donor of its neighbour.
TOGETHER = 5

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


def changes(subject: Subject, found: Explanation, k: int, columns: Ints) -> Floats:
    """Return how far the output of the first *k* rows explained moves when one column is another's, shape (k, m).

    Parameters
    ----------
    subject : Subject
        Whose model is asked.
    found : Explanation
        Its survey.
    k : int
        Rows; at most as many as were explained.
    columns : ndarray of int, shape (m,)
        Positions of the columns that are replaced, one at a time.
    """
    assert subject.features is not None  # it has been explained
    frame = subject.features.iloc[found.rows[:k]].reset_index(drop=True)
    rows = Rows(frame=frame, outputs=found.outputs[:k], output=explained_output(subject)[1])
    p, mine = frame.shape[1], np.arange(k)
    at_once = max(1, CALL_CELLS // (k * p))
    found_in = []
    for part in np.split(columns, np.arange(at_once, len(columns), at_once)):
        m = len(part)
        kept = np.repeat(np.arange(p) != part[:, np.newaxis], k, axis=0)
        # Sampled rows stand in random order already, so that the next one is as good a donor as any.
        mixed = rows.mixed(np.tile(mine, m), np.tile((mine + 1) % k, m), kept)
        found_in.append(rows.output(mixed).reshape(m, k).T)
    return np.asarray(np.abs(np.hstack(found_in) - rows.outputs[:, np.newaxis]))


def alike(one: Floats, other: Floats, level: float) -> tuple[float, float, float]:
    """Return the correlation over columns of two means over rows, and the ends of its interval.

    Parameters
    ----------
    one, other : ndarray of float, shape (n, p)
        The same rows and columns by two methods.
    level : float
        Of the interval: Student's t on Fisher's scale, the error by leaving out `TOGETHER` rows at a time.

    Returns
    -------
    tuple of float
        NaN where the columns do not differ by one of the methods; NaN for the ends also where nothing varies.

    Notes
    -----
    The jackknife of blocks: Kuensch (1989), Annals of Statistics 17, 1217-1241.
    """
    n, blocks = len(one), len(one) // TOGETHER
    if blocks < 2:
        return np.nan, np.nan, np.nan
    rows = np.minimum(np.arange(n) // TOGETHER, blocks - 1)
    r = _over_columns(one, other)
    left = np.array([_over_columns(one[rows != block], other[rows != block]) for block in range(blocks)])
    with np.errstate(divide="ignore", invalid="ignore"):
        centre, error = np.arctanh(r), np.sqrt((blocks - 1) * np.arctanh(left).var())
    reach = -stdtrit(blocks - 1, (1 - level) / 2) * error
    return r, float(np.tanh(centre - reach)), float(np.tanh(centre + reach))


def _over_columns(one: Floats, other: Floats) -> float:
    first, second = one.mean(axis=0), other.mean(axis=0)
    first, second = first - first.mean(), second - second.mean()
    size = np.sqrt((first @ first) * (second @ second))
    return float(np.clip(first @ second / size, -1, 1)) if size > 0 else np.nan
