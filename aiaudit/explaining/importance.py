"""Global importance: batches of rows are explained until the order of the columns is settled."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.blocks import Block, explain_block, most_model_rows
from aiaudit.explaining.intervals import Order, Sizes, order
from aiaudit.explaining.output import Output
from aiaudit.explaining.sampling import canonical_order
from aiaudit.explaining.survey import Survey, Values, coded

#: Rows explained between two looks at the order.
BLOCK_ROWS = 250
#: Rows explained before the first look; fewer do not show how skewed the sizes are.
FIRST_LOOK = 500
MAX_ROWS = 2_000
#: Rows that the model may be shown; wide tables reach it before `MAX_ROWS`.
MAX_MODEL_ROWS = 1_000_000
#: Rows, and cells, from which the variation between tables is computed, see `Survey`.
CODED_ROWS, CODED_CELLS = 20_000, 4_000_000
LEVEL = 0.95

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Attributions of a random sample of rows.

    Parameters
    ----------
    columns : tuple of str
        The p columns.
    rows : ndarray of int, shape (n,)
        Positions, in the table, of the rows explained.
    values, errors : ndarray of float, shape (n, p)
        Shapley values and their standard errors, against the table as background.
    base, outputs : ndarray of float, shape (n,)
        Mean output of each row's background, and the row's own output; each line of `values` sums to the
        difference.
    sizes : Sizes
        What global importance is computed from.
    sampled : int
        Rows drawn; those that are not in `rows` could not be explained.
    model_rows : int
        Rows that the model was shown.
    exact : bool
        Whether every combination of columns of every two rows of the table was evaluated.
    stopped : str
        Why no further rows were drawn.
    order : tuple of Order
        How each of the largest columns compares with the next; empty if fewer than two rows were explained.
    additivity : float or None
        Largest gap between base plus attributions and the output when the model is asked again, relative to
        the range of outputs (absolute where they do not vary); None if nothing finite was answered.
    """

    columns: tuple[str, ...]
    rows: Ints
    values: Floats
    errors: Floats
    base: Floats
    outputs: Floats
    sizes: Sizes
    sampled: int
    model_rows: int
    exact: bool
    stopped: str
    order: tuple[Order, ...]
    additivity: float | None

    @cached_property
    def ranked(self) -> Ints | None:
        """Columns by importance, largest first, shape (p,); None if fewer than two rows were explained."""
        if len(self.rows) < 2:
            return None
        return np.argsort(-self.sizes.middle.mean, kind="stable")


@dataclass(frozen=True, kw_only=True)
class _Drawn:
    blocks: tuple[Block, ...]
    rows: int
    looks: int
    settled: bool

    def joined(self, part: str) -> npt.NDArray[np.generic]:
        return np.concatenate([getattr(block, part) for block in self.blocks])

    def sizes(self, table: Values) -> Sizes:
        parts = ("values", "magnitude", "at_least", "at_most", "pull")
        rows = self.joined("rows").astype(np.intp)
        arrays = {part: self.joined(part).astype(np.float64) for part in parts}
        survey = Survey(table=table, rows=rows, attributions=arrays["values"])
        outputs = self.joined("outputs").astype(np.float64)
        return Sizes(**arrays, reach=float(np.ptp(outputs)) if len(outputs) else 0.0, survey=survey)


def explain(
    output: Output,
    frame: pd.DataFrame,
    seed: int,
    *,
    max_rows: int = MAX_ROWS,
    max_model_rows: int = MAX_MODEL_ROWS,
    level: float = LEVEL,
) -> Explanation:
    """Attribute the outputs of a sample of rows to the columns.

    Parameters
    ----------
    output : callable
        The number explained, see `aiaudit.explaining.output.explained_output`.
    frame : DataFrame of shape (n, p)
        The table, at least two rows and one column: background and source of the rows explained. Not changed.
    seed : int
        Same seed, same numbers, whatever the order of rows.
    max_rows, max_model_rows : int
        Limits on the rows explained and, about, on the rows that the model is shown.
    level : float
        Confidence in the order at which drawing stops.

    Returns
    -------
    Explanation
    """
    affordable = max(2, max_model_rows // most_model_rows(frame.shape[1]))
    wanted = min(len(frame), max_rows, affordable)
    places = canonical_order(frame, seed)[: max(wanted, min(CODED_ROWS, CODED_CELLS // frame.shape[1]))]
    sample, table = frame.take(places[:wanted]).reset_index(drop=True), coded(frame, places)
    drawn = _draw(output, sample, table, seed, level)
    sizes = drawn.sizes(table)
    rows, outputs = sizes.survey.rows, drawn.joined("outputs").astype(np.float64)
    base = drawn.joined("base").astype(np.float64)
    again = output(sample.take(rows).reset_index(drop=True)) if len(rows) else outputs
    return Explanation(
        columns=tuple(str(column) for column in frame.columns),
        rows=places[rows],
        values=sizes.values,
        errors=np.concatenate([_errors(block, len(frame)) for block in drawn.blocks]),
        base=base,
        outputs=outputs,
        sizes=sizes,
        sampled=drawn.rows,
        model_rows=sum(block.evaluated for block in drawn.blocks) + len(rows),
        exact=len(drawn.blocks) == 1 and drawn.blocks[0].exact and drawn.rows == len(frame),
        stopped=_reason(drawn.settled, wanted, len(frame), max_rows),
        order=order(sizes, level, drawn.looks) if len(rows) > 1 else (),
        additivity=_additivity(sizes.values.sum(axis=1) + base, again),
    )


def _draw(output: Output, sample: pd.DataFrame, table: Values, seed: int, level: float) -> _Drawn:
    rng = np.random.default_rng(seed)
    batches = np.array_split(np.arange(len(sample)), -(-len(sample) // BLOCK_ROWS))
    ends = np.cumsum([len(batch) for batch in batches])
    looks = max(1, int((ends >= FIRST_LOOK).sum()))
    drawn = _Drawn(blocks=(), rows=0, looks=looks, settled=False)
    for batch, end in zip(batches, ends, strict=True):
        drawn = replace(
            drawn,
            blocks=(*drawn.blocks, explain_block(output, sample, batch, rng, table.rows)),
            rows=int(end),
        )
        if FIRST_LOOK <= end < len(sample) and _settled(drawn.sizes(table), level, looks):
            return replace(drawn, settled=True)
    return drawn


def _settled(sizes: Sizes, level: float, looks: int) -> bool:
    return len(sizes.values) > 1 and Order.UNDECIDED not in order(sizes, level, looks)


def _reason(settled: bool, wanted: int, rows: int, max_rows: int) -> str:
    if settled:
        return "the order of the largest columns is settled"
    if wanted == rows:
        return "every row is explained"
    return "limit of rows" if wanted == max_rows else "limit of rows shown to the model"


def _errors(block: Block, n: int) -> Floats:
    """Add the error of a background that is a sample of the table's n rows."""
    size = max(1, len(block.rows))
    background = block.values.var(axis=0) / size * max(0.0, 1 - size / n) if len(block.rows) else 0.0
    return np.asarray(np.sqrt(block.errors**2 + background))


def _additivity(explained: Floats, outputs: Floats) -> float | None:
    if not len(outputs) or not np.isfinite(outputs).all():
        return None
    error = float(np.abs(explained - outputs).max()) / (float(np.ptp(outputs)) or 1.0)
    # What lies beyond is the rounding of this processor and its threads, not an error of the method.
    return round(error, 12)
