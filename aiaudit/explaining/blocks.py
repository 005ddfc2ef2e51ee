"""One batch of rows explained: every row against others of the batch, with two independent halves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.contrasts import CALL_ROWS, ENUMERATED_COLUMNS, Rows, contrasts
from aiaudit.explaining.output import Output
from aiaudit.explaining.potentials import Pairs, Potentials, cycles, everyone, potentials

#: Round trips through a batch in each half: every row meets twelve others. Fewer leave the halves so noisy
#: that the bounds on the importance part; more cost model rows that are better spent on further rows.
CYCLES = 3
#: A batch is compared completely (all pairs, all combinations) where that takes no more pairs and model rows.
EXACT_PAIRS, EXACT_ROWS = 10_000, 100_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Block:
    """Attributions of one batch.

    Parameters
    ----------
    rows : ndarray of int, shape (k,)
        Positions, in the frame, of the rows that could be explained.
    values, errors : ndarray of float, shape (k, p)
        Shapley values against the batch as background, and their standard errors.
    first, second : ndarray of float, shape (k, p)
        The same from either half of the comparisons alone; independent of each other given the rows.
    pull : ndarray of float, shape (k, p)
        How much, beyond its own values, each row as background adds to the sizes of other rows' values.
    halves_weigh : float
        Weight of the product of halves in `magnitude`.
    base : ndarray of float, shape (k,)
        Mean output of the background of each row.
    outputs : ndarray of float, shape (k,)
        The outputs explained.
    exact : bool
        Whether every combination with every other row was evaluated.
    evaluated : int
        Rows that the model was shown.
    """

    rows: npt.NDArray[np.intp]
    values: Floats
    errors: Floats
    first: Floats
    second: Floats
    pull: Floats
    halves_weigh: float
    base: Floats
    outputs: Floats
    exact: bool
    evaluated: int

    @property
    def at_most(self) -> Floats:
        """Size of each attribution, on average never too small: noise only adds to a size."""
        return np.abs(self.values)

    @property
    def at_least(self) -> Floats:
        """Each half with the other's sign; on average never too large: a wrong sign only subtracts."""
        return (self.first * np.sign(self.second) + self.second * np.sign(self.first)) / 2

    @property
    def magnitude(self) -> Floats:
        """Size of each attribution, weighted between the bounds so that the two biases cancel."""
        return self.halves_weigh * self.at_least + (1 - self.halves_weigh) * self.at_most


def explain_block(
    output: Output,
    frame: pd.DataFrame,
    positions: npt.NDArray[np.intp],
    rng: np.random.Generator,
    table_rows: int,
) -> Block:
    """Attribute the outputs of some rows to the columns, against each other as background.

    Parameters
    ----------
    output : callable
        The number explained.
    frame : DataFrame of shape (n, p)
        The rows drawn; not changed.
    positions : ndarray of int, shape (b,)
        The rows of the batch; a random sample, so that the batch may stand for the table.
    rng : Generator
        Draws who meets whom, and the orders of columns.
    table_rows : int
        Rows of the table that the batch stands for.
    """
    batch = frame.take(positions).reset_index(drop=True)
    outputs = output(batch)
    known = np.flatnonzero(np.isfinite(outputs))
    rows = Rows(frame=batch.take(known).reset_index(drop=True), outputs=outputs[known], output=output)
    met = _meet(rows, rng)
    whole, first, second = met.fits
    kept = _explained(met.broken, whole, first, second)
    sizes = np.bincount(whole.parts)[whole.parts]
    mean = np.bincount(whole.parts, rows.outputs)[whole.parts] / sizes
    # Every row is also its own background, in which nothing differs: once among so many rows in the batch, and
    # once among more in the table.
    scale = (sizes / np.maximum(sizes - 1, 1) * (1 - 1 / table_rows))[kept, None]
    return Block(
        rows=positions[known[kept]],
        values=whole.values[kept] * scale,
        errors=whole.errors[kept] * (scale * (not met.exact)),
        first=first.values[kept] * scale,
        second=second.values[kept] * scale,
        pull=_pull(met.pairs, whole)[kept],
        halves_weigh=whole.spread / ((whole.spread + (first.spread + second.spread) / 2) or 1.0),
        base=rows.outputs[kept] - (rows.outputs - mean)[kept] * scale[:, 0],
        outputs=rows.outputs[kept],
        exact=met.exact,
        evaluated=len(batch) + met.evaluated,
    )


@dataclass(frozen=True, kw_only=True)
class _Met:
    """Who met whom: comparisons that succeeded, those that did not, and least squares of all and both halves."""

    pairs: Pairs
    broken: Pairs
    fits: tuple[Potentials, Potentials, Potentials]
    exact: bool
    evaluated: int


def _meet(rows: Rows, rng: np.random.Generator) -> _Met:
    n, p = rows.frame.shape
    exact, count = _costs_little(n, p), _cycles(n, p)
    pairs = everyone(n) if exact else cycles(n, 2 * count, rng)
    differences, evaluated = contrasts(
        rows, pairs.left, pairs.right, rng, enumerate_up_to=p if exact else ENUMERATED_COLUMNS
    )
    finite = np.asarray(np.isfinite(differences).all(axis=1))
    # Without noise there is nothing that two halves could tell.
    in_first = np.arange(len(finite)) < count * n
    first, second = (finite, finite) if exact else (finite & in_first, finite & ~in_first)
    return _Met(
        pairs=pairs.only(finite),
        broken=pairs.only(~finite),
        fits=(
            potentials(pairs.only(finite), differences[finite], n),
            potentials(pairs.only(first), differences[first], n),
            potentials(pairs.only(second), differences[second], n),
        ),
        exact=exact and bool(finite.all()),
        evaluated=evaluated,
    )


def _pull(pairs: Pairs, fit: Potentials) -> Floats:
    """Average, over the rows that each row met, their sign times what remains of the difference."""
    signs = np.sign(fit.values)
    pull = np.zeros_like(fit.values)
    np.add.at(pull, pairs.right, signs[pairs.left] * fit.residuals)
    np.add.at(pull, pairs.left, -signs[pairs.right] * fit.residuals)
    met = np.bincount(np.concatenate([pairs.left, pairs.right]), minlength=len(pull))
    return np.asarray(pull / np.maximum(met, 1)[:, None])


def _explained(broken: Pairs, *fits: Potentials) -> npt.NDArray[np.intp]:
    """Rows whose every comparison succeeded, and that are tied to most others in every fit."""
    kept = np.ones(len(fits[0].parts), bool)
    kept[broken.left] = kept[broken.right] = False
    for fit in fits:
        sizes = np.bincount(fit.parts, minlength=1)
        kept &= (fit.parts == np.argmax(sizes)) & (sizes.max() > 1)
    return np.flatnonzero(kept)


def _costs_little(n: int, p: int) -> bool:
    pairs = n * (n - 1) // 2
    return p < 17 and pairs <= EXACT_PAIRS and pairs * (2**p - 2) <= EXACT_ROWS


def most_model_rows(p: int) -> int:
    """Return how many rows the model is shown for each row explained, at the most."""
    return 1 + 2 * CYCLES * _per_pair(p)


def _per_pair(p: int) -> int:
    return 2**p - 2 if p <= ENUMERATED_COLUMNS else 2 * (p - 1)


def _cycles(n: int, p: int) -> int:
    """Round trips in a half: small batches of few columns get more, until a call to the model is full."""
    return max(CYCLES, CALL_ROWS // max(1, 2 * n * max(1, _per_pair(p))))
