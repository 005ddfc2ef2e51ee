"""What a model answers when some of a person's columns are those of somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.output import explained_output
from aiaudit.facts import Measurement, Metric, Scope
from aiaudit.labels import Task
from aiaudit.loading.models import predict_in_batches
from aiaudit.measuring.counted import share_of
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.statistics.intervals import normal_mean
from aiaudit.subject import Subject

Floats = npt.NDArray[np.float64]

#: Outputs closer than this share of their range are the same number.
SAME = 1e-9


PAIRS = "columns exchanged between pairs of random rows"


@dataclass(frozen=True, kw_only=True)
class Change:
    """How answers changed, one element a row asked about.

    Parameters
    ----------
    decided : ndarray of bool, shape (m,)
        Whether the decision is another one (of a regression, whether the number is).
    output : ndarray of float, shape (m,)
        How far the output behind it moved, without sign; NaN where it is no finite number.
    """

    decided: npt.NDArray[np.bool_]
    output: Floats

    def share(self, metric: Metric, scope: Scope) -> Measurement:
        """Return the share of decisions that changed."""
        return share_of(metric, int(self.decided.sum()), len(self.decided), method=PAIRS, scope=scope)

    def distance(self, metric: Metric, scope: Scope, output: str) -> Measurement:
        """Return the mean distance by which *output*, as it is called, moved."""
        moved = self.output[np.isfinite(self.output)]
        n, lost = len(moved), len(self.output) - len(moved)
        error = moved.std(ddof=1) / np.sqrt(n) if n > 1 else np.nan
        mean = float(moved.mean()) if n else np.nan
        low, high = normal_mean(mean, error, LEVEL, max(n - 1, 1))
        sure = interval(max(float(low), 0.0), float(high), "Student's t")
        return Measurement(
            metric=metric.name,
            value=number(mean),
            n=n,
            interval=sure,
            scope=scope,
            method=f"{PAIRS}; mean, Student's t",
            params={"output": output, **({} if sure else {"no_interval": "fewer than two finite outputs"})},
            excluded={"output is not finite": lost} if lost else {},
        )


class Exchange:
    """Pairs of random rows: the first of each pair is asked about with columns of the second.

    No row is in two pairs, so that what is found in them is independent.

    Parameters
    ----------
    subject : Subject
        With a model, and at least two rows.
    most : int
        Pairs at most.
    """

    def __init__(self, subject: Subject, most: int) -> None:
        if subject.model is None or subject.features is None or subject.n < 2:
            raise ValueError("columns are exchanged between at least two rows that a model is given")
        order = subject.random_order
        size = min(most, subject.n // 2)
        self._model, self._regression = subject.model, subject.task is Task.REGRESSION
        self.rows = subject.features.iloc[order[:size]].reset_index(drop=True)
        self.donors = subject.features.iloc[order[size : 2 * size]].reset_index(drop=True)
        self.output, self._output = explained_output(subject)
        self._before = self._answers(self.rows)

    def change(self, columns: Sequence[object]) -> Change:
        """Return what changes when these columns are the donor's.

        Raises
        ------
        IncompleteError
            If the model fails on such rows.
        """
        given = self.rows.copy()
        for name in columns:
            given[name] = self.donors[name]
        decisions, outputs = self._answers(given)
        moved = np.abs(outputs - self._before[1])
        finite = self._before[1][np.isfinite(self._before[1])]
        other = (
            moved > SAME * np.ptp(finite)
            if self._regression and len(finite)
            else decisions != self._before[0]
        )
        return Change(decided=np.asarray(other, bool), output=moved)

    def _answers(self, frame: pd.DataFrame) -> tuple[npt.NDArray[np.generic], Floats]:
        decisions = predict_in_batches(self._model, frame)
        return decisions, decisions.astype(np.float64) if self._regression else self._output(frame)
