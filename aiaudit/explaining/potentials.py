"""From differences between pairs of rows to a value for each row: least squares on a graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """The pairs in which rows meet: *left* against *right*, each an ndarray of int of shape (m,)."""

    left: Ints
    right: Ints

    def only(self, kept: npt.NDArray[np.bool_]) -> Pairs:
        """Return the pairs where *kept*, an ndarray of bool of shape (m,), is true."""
        return Pairs(left=self.left[kept], right=self.right[kept])


@dataclass(frozen=True, kw_only=True)
class Potentials:
    """What least squares makes of differences.

    Parameters
    ----------
    values : ndarray of float, shape (n, p)
        One value a row and column; they average to zero over each connected part.
    errors : ndarray of float, shape (n, p)
        Their standard errors, from the residuals of the pairs.
    residuals : ndarray of float, shape (m, p)
        What the values leave of the differences, pair by pair: interactions, and noise.
    spread : float
        Variance of a value, averaged over rows, if each difference had variance one.
    parts : ndarray of int, shape (n,)
        Which connected part of the graph each row belongs to.
    """

    values: Floats
    errors: Floats
    residuals: Floats
    spread: float
    parts: Ints


def cycles(n: int, count: int, rng: np.random.Generator) -> Pairs:
    """Return *count* random round trips through *n* rows: every row meets 2 × *count* rows at random.

    Two or more such trips make a graph that is connected and in which any two rows are few steps apart.
    """
    trips = [rng.permutation(n) for _ in range(count)]
    return Pairs(left=np.concatenate(trips), right=np.concatenate([np.roll(trip, -1) for trip in trips]))


def everyone(n: int) -> Pairs:
    """Return all pairs of *n* rows."""
    left, right = np.triu_indices(n, 1)
    return Pairs(left=left, right=right)


def potentials(pairs: Pairs, differences: Floats, n: int) -> Potentials:
    """Find the values of rows that fit the differences of pairs best.

    A row's Shapley value is its average difference from every row of the background. Averaging over the few
    rows that it met would be unbiased but noisy, as it mixes in how unusual those few rows are. Least squares
    knows, from all other pairs, how unusual they are. What a column adds by itself is then recovered without
    any noise; what is left is noise from interactions. Over the draw of the graph the values are unbiased:
    the method is linear, treats all rows alike, and is exact for differences of values, so it must send
    circular differences to zero on average.

    Parameters
    ----------
    pairs : Pairs
        m pairs of rows.
    differences : ndarray of float, shape (m, p)
        Finite; left minus right.
    n : int
        Number of rows.

    Returns
    -------
    Potentials

    Notes
    -----
    Least squares on a graph: Jiang, Lim, Yao and Ye (2011), "Statistical ranking and combinatorial Hodge
    theory", Mathematical Programming 127. Standard errors: the HC2 estimate of MacKinnon and White (1985).
    """
    left, right = pairs.left, pairs.right
    weights = coo_array((np.ones(len(left)), (left, right)), shape=(n, n))
    _, parts = connected_components(weights, directed=False)
    meetings = weights.toarray()
    meetings += meetings.T
    laplacian = np.diag(meetings.sum(axis=1)) - meetings
    # Adding the projection on each part's constants makes the matrix invertible; taking it off again
    # afterwards leaves the pseudo-inverse.
    constants = (parts[:, None] == parts) / np.bincount(parts)[parts]
    inverse = np.linalg.inv(laplacian + constants) - constants
    solve = inverse[:, left] - inverse[:, right]
    values = solve @ differences
    residuals = differences - (values[left] - values[right])
    leverage = solve[left, np.arange(len(left))] - solve[right, np.arange(len(left))]
    # A pair that alone joins two parts fits perfectly and says nothing about noise.
    share = np.where(leverage < 1 - 1e-9, residuals.T**2 / np.maximum(1 - leverage, 1e-9), 0.0)
    return Potentials(
        values=values,
        errors=np.sqrt(solve**2 @ share.T),
        residuals=residuals,
        spread=float(np.trace(inverse)) / max(1, n),
        parts=parts.astype(np.intp),
    )
