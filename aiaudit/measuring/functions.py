"""Functions of a group's table of counts (F1, MCC, kappa), with the standard error of first-order expansion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Metric, Scope
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.partitions import Bools, Floats, Ints
from aiaudit.measuring.rates import partitions
from aiaudit.subject import Subject

Complex = npt.NDArray[np.complex128]
#: Shares of the cells, shape (..., c) -> one number each; it divides, multiplies and adds, NaN where undefined.
Function = Callable[[Complex], Complex]
#: Step of the derivative along the imaginary axis: nothing is subtracted, so it may be as small as it likes.
STEP = 1e-30


@dataclass(frozen=True, kw_only=True)
class Tables:
    """Rows by group and cell, of stacked partitions.

    Parameters
    ----------
    scopes : tuple of Scope, length g
        Groups.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known.
    parts : tuple of int
        Groups in each partition.
    sums : ndarray of float, shape (3, g, c)
        Rows, sums of their weights, and sums of the squared weights (three times the rows, without weights).
    weighted : bool
        Whether there are weights.
    """

    scopes: tuple[Scope, ...]
    known: Bools
    parts: tuple[int, ...]
    sums: Floats
    weighted: bool

    @classmethod
    def of(cls, subject: Subject, cell: Ints, size: int) -> Tables:
        """Count the rows of each group by *cell*, one of *size*, shape (n,)."""
        groups = subject.grouped
        terms = [None] * 3 if subject.weights is None else [None, subject.weights, subject.weights**2]
        return cls(
            scopes=groups.scopes,
            known=groups.known,
            parts=groups.parts,
            sums=np.array([groups.sums(term, cell, size) for term in terms]),
            weighted=subject.weights is not None,
        )


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A number that summarises a table of counts.

    Parameters
    ----------
    metric : Metric
        What it is called.
    function : callable
        See `Function`.
    size : callable
        Counts, shape (g, c) -> what the number rests on, shape (g,): members of the smaller class.
    bounds : tuple of float
        Least and greatest value; between finite ones the interval is symmetric on the logit, above a finite one on the
        logarithm.
    """

    metric: Metric
    function: Function
    size: Callable[[Floats], Floats]
    bounds: tuple[float, float] = (0.0, 1.0)

    def estimates(self, tables: Tables) -> Estimates:
        """Return the number in every group, and in everyone else.

        Notes
        -----
        With shares p and derivatives d of the function, its variance is that of the sum of p d over rows drawn at
        random, each with its weight: the delta method (Agresti 2013, Categorical Data Analysis, section 16.1).
        """
        others = np.zeros_like(tables.sums)
        for part in partitions(tables.parts, len(tables.scopes)):
            own = tables.sums[:, part]
            others[:, part] = own.sum(axis=1, keepdims=True) - own
        rest = self._estimates(tables, others, ({},) * len(tables.scopes), None)
        return self._estimates(tables, tables.sums, tables.scopes, rest)

    def _estimates(
        self, tables: Tables, sums: Floats, scopes: tuple[Scope, ...], rest: Estimates | None
    ) -> Estimates:
        value, error, effective = _expanded(sums, self.function)
        return Estimates(
            metric=self.metric,
            scopes=scopes,
            known=tables.known,
            value=value,
            error=error,
            n=np.rint(self.size(sums[0])).astype(np.int64),
            rows=np.rint(sums[0].sum(axis=1)).astype(np.int64),
            method="function of counts with first-order error",
            bounds=self.bounds,
            on_logit=bool(np.isfinite(self.bounds[0])),
            effective=effective if tables.weighted else None,
            rest=rest,
            parts=tables.parts,
        )


def _expanded(sums: Floats, function: Function) -> tuple[Floats, Floats, Floats]:
    """Return value, standard error and effective number of rows."""
    _, weights, squares = sums
    total = weights.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = weights / total[:, None]
        cells = shares.shape[1]
        bumped = shares[:, None, :] + 1j * STEP * np.eye(cells)
        slopes = function(bumped).imag / STEP
        value = function(shares.astype(complex)).real
        centred = slopes - np.sum(shares * slopes, axis=1, keepdims=True)
        variance = np.sum(squares * centred**2, axis=1) / total**2
        effective = np.nan_to_num(total**2 / squares.sum(axis=1))
    # No spread in the cells that occur (nobody wrong) is no certainty.
    sure = np.isfinite(value) & (variance > 0)
    return np.where(np.isfinite(value), value, np.nan), np.where(sure, np.sqrt(variance), np.nan), effective
