"""A function of the user's, in every group: its value, and a standard error by bootstrap."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.facts import Metric
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.partitions import Bools, Floats, Ints
from aiaudit.subject import Subject

Values = npt.NDArray[Any]
#: Outcomes and decisions (or scores) of a group, shape (n,) each -> one number.
Function = Callable[[Values, Values], object]

REPLICATES = 100
#: Rows drawn for one replicate; of larger groups so many, and the error is scaled to all.
DRAWN = 10_000


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a function is given: outcomes, and decisions or scores, of all rows; shape (n,) each.

    `order` sorts the rows.
    """

    true: Values
    given: Values
    order: Ints

    def of(self, rows: Ints) -> tuple[Values, Values]:
        """Return outcomes and decisions of some rows."""
        return self.true[rows], self.given[rows]

    def partitions(self, subject: Subject, others: bool) -> Iterator[list[Ints]]:
        """Yield, for every partition, the rows of each group, or of everyone else."""
        for part, index in subject.grouped.rows():
            sorted_index = index[self.order]
            yield [
                self.order[(sorted_index != i) if others else (sorted_index == i)]
                for i in range(part.stop - part.start)
            ]


def disaggregated(groups: Sequence[Ints], of: Callable[[Ints], float]) -> Floats:
    """Return a number of each group of rows, by fairlearn's MetricFrame."""
    from fairlearn.metrics import MetricFrame

    if not groups:
        return np.empty(0)

    def measured(chosen: Ints, _: Ints) -> float:
        return of(np.concatenate([groups[i] for i in chosen]))

    # MetricFrame takes columns apart value by value, tens of microseconds a row. Given the numbers of groups
    # in place of rows, its cost does not grow with the table.
    numbers = np.arange(len(groups))
    named = pd.Series(numbers, name="group")
    frame = MetricFrame(metrics=measured, y_true=numbers, y_pred=numbers, sensitive_features=named)
    return np.asarray(frame.by_group.loc[numbers], float)


@dataclass(frozen=True, kw_only=True)
class Own:
    """A function of the user's, and how to speak of its number.

    Parameters
    ----------
    metric, gap, ratio : Metric
        The number in a group, and what it is set against the reference's.
    function : callable
        See `Function`.
    name : str
        Where the function comes from, for people.
    inputs : str
        ``decisions``, ``labels`` or ``scores``.
    counts : str
        What the number rests on: ``rows``, ``favorable`` or ``unfavorable`` true outcomes.
    """

    metric: Metric
    gap: Metric
    ratio: Metric
    function: Function = field(repr=False)
    name: str
    inputs: str
    counts: str

    def estimates(self, subject: Subject) -> Estimates:
        """Return the number in every group, and in everyone else where that is a reference.

        Raises
        ------
        TypeError, ValueError
            If the function gives anything but a finite number; what it raises itself is passed on.
        """
        true, given = _inputs(subject, self.inputs)
        # Sorted by content: the same samples are drawn in whatever order the rows stand.
        order = np.lexsort((given, true))
        sample = Sample(true=true, given=given, order=order)
        rest = self._estimates(subject, sample, True) if "rest" in subject.references else None
        return self._estimates(subject, sample, False, rest)

    def _estimates(
        self, subject: Subject, sample: Sample, others: bool, rest: Estimates | None = None
    ) -> Estimates:
        groups, counted = subject.grouped, _counted(subject, self.counts)
        found: list[tuple[float, float, int]] = []

        def number(rows: Ints) -> float:
            return self.number(*sample.of(rows)) if counted[rows].any() else np.nan

        for partition in sample.partitions(subject, others):
            values = disaggregated(partition, number)
            for value, rows in zip(values.tolist(), partition, strict=True):
                rng = np.random.default_rng([subject.seed, len(found)])
                found.append((value, self._error(value, *sample.of(rows), rng), int(counted[rows].sum())))
        value, error, n = np.array(found, float).reshape(-1, 3).T
        share = self.metric.unit == "share"
        return Estimates(
            metric=self.metric,
            scopes=({},) * len(groups.scopes) if others else groups.scopes,
            known=groups.known,
            value=value,
            error=error,
            n=n.astype(np.int64),
            rows=groups.counts(),
            method=f"{self.name}; error of {REPLICATES} bootstrap samples within the group",
            # A standard error made of so many samples is as uncertain as one of so many rows.
            df=np.clip(n - 1, 1, REPLICATES - 1),
            bounds=(0.0, 1.0) if share else (-np.inf, np.inf),
            on_logit=share,
            rest=rest,
            parts=groups.parts,
        )

    def _error(self, value: float, true: Values, given: Values, rng: np.random.Generator) -> float:
        """Return the bootstrap's standard error; NaN where the number is undefined, also in a drawn sample."""
        if np.isnan(value):
            return np.nan
        size = min(len(true), DRAWN)
        drawn = (rng.integers(len(true), size=size) for _ in range(REPLICATES))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            spread = float(np.std([self._replicate(true, given, rows) for rows in drawn], ddof=1))
        # All samples alike: too few rows to know the error, which is not none.
        return spread * math.sqrt(size / len(true)) if spread > 0 else np.nan

    def _replicate(self, true: Values, given: Values, drawn: Ints) -> float:
        try:
            return self.number(true[drawn], given[drawn])
        except Exception:  # noqa: BLE001 - a drawn sample may lack what the function needs: undefined there
            return np.nan

    def number(self, true: Values, given: Values) -> float:
        """Call the function; NaN where scikit-learn calls its own number undefined."""
        from sklearn.exceptions import UndefinedMetricWarning

        with warnings.catch_warnings():
            warnings.simplefilter("error", UndefinedMetricWarning)
            try:
                found = self.function(true, given)
            except UndefinedMetricWarning:
                return np.nan
        if isinstance(found, bool | np.bool_) or not isinstance(found, Real | np.number):
            raise TypeError(
                f"{self.name} returned {type(found).__name__}, not a number, for {len(true)} rows"
            )
        if not math.isfinite(found):
            hint = "; 'counts' in the policy can say what it divides by"
            raise ValueError(f"{self.name} returned {found} for {len(true)} rows{hint}")
        return float(found)


def _inputs(subject: Subject, inputs: str) -> tuple[Values, Values]:
    if subject.actual_values is not None and subject.predicted_values is not None:
        return subject.actual_values, subject.predicted_values
    assert subject.actual is not None and subject.predicted is not None  # noqa: PT018 - the plan saw to it
    if inputs == "labels":
        labels = np.array(subject.classes)
        return labels[subject.actual], labels[subject.predicted]
    deserved, selected = subject.deserved, subject.selected
    assert deserved is not None and selected is not None  # noqa: PT018
    if inputs == "scores":
        assert subject.scores is not None
        return deserved.astype(int), subject.scores.values
    return deserved.astype(int), selected.astype(int)


def _counted(subject: Subject, counts: str) -> Bools:
    if counts == "rows" or subject.deserved is None:
        return np.ones(subject.n, bool)
    return subject.deserved if counts == "favorable" else ~subject.deserved
