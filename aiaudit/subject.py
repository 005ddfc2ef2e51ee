"""The subject of an audit: decisions, outcomes and groups of the same rows, and the model behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from aiaudit.check import Need
from aiaudit.circumstances import UNKNOWN, Circumstances
from aiaudit.errors import AuditError
from aiaudit.groups import Attribute
from aiaudit.labels import Task
from aiaudit.measuring.order import random_order
from aiaudit.measuring.partitions import Partitions, partitions_of
from aiaudit.measuring.reference import Rule
from aiaudit.model import Model
from aiaudit.scores import Scores, model_scores
from aiaudit.tally import Axis, Tally, tally

if TYPE_CHECKING:
    import pandas as pd

    from aiaudit.card import SystemCard
    from aiaudit.explaining.dictionary import Dictionary
    from aiaudit.loading.tables import Table

#: Names of the tally's label axes; the leading NUL keeps them apart from any column's name.
ACTUAL, PREDICTED = "\0actual", "\0predicted"


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Row accounting: read = assessed + excluded."""

    read: int
    assessed: int
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.assessed + sum(self.excluded.values()):
            raise ValueError(f"rows do not add up: {self}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """Everything a check may look at; checks must not change it.

    Parameters
    ----------
    task : Task
        What is decided.
    classes, favorable : tuple of str
        Labels, as canonical text (empty for a regression), and those that help the person.
    favorable_from : str
        Who said so: ``declared``, or how it was inferred.
    order : tuple of str
        All labels from the worst to the best, where they have an order.
    actual, predicted : ndarray of uint16, shape (n,), or None
        Position of each row's label in `classes`.
    actual_values, predicted_values : ndarray of float, shape (n,), or None
        The same for a regression.
    attributes : tuple of Attribute
        Protected attributes, coded.
    controls : tuple of Attribute
        Columns within whose values groups are compared too, coded alike.
    given_scores : Scores or None
        Scores that came with the decisions; ask `scores`.
    weights : ndarray of float, shape (n,), or None
        What each row stands for: finite, none negative, not all 0.
    population : mapping of str to mapping of str to float
        Declared share of each group in the population, by attribute.
    dependants : mapping of str to tuple of str
        Columns that change with a protected one.
    directions : mapping of str to str
        ``up`` or ``down`` for columns of which more should help, or harm, the person.
    reference_groups : mapping of str to str
        Group of reference that the user named, by attribute.
    train, features : Table or None, DataFrame or None
        The table the model was fitted on; what it was given here, in the user's own columns.
    table : DataFrame or None
        What no model was given: columns without a role here. Without a model, all that could be features; ask `columns`.
    model, card : Model or None, SystemCard or None
        The model and the system card, where there are any.
    rows : Rows
        Row accounting.
    circumstances : Circumstances
        When the limits were set, and the last audit was.
    reasons : Dictionary or None
        The reason dictionary, where one was given.
    seed : int
        Seed of everything random.
    depth : int
        How many attributes are crossed at most.
    references : tuple of str or DeclaredReference
        Rules by which groups are contrasted (see `aiaudit.measuring.contrasts.contrasts`).
    data : mapping of str to str
        Name and digest of the data files, by role.
    notes : tuple of str
        What was inferred or noticed, said aloud.
    """

    task: Task
    classes: tuple[str, ...] = ()
    favorable: tuple[str, ...] = ()
    favorable_from: str = ""
    order: tuple[str, ...] = ()
    actual: npt.NDArray[np.uint16] | None = None
    predicted: npt.NDArray[np.uint16] | None = None
    actual_values: npt.NDArray[np.float64] | None = None
    predicted_values: npt.NDArray[np.float64] | None = None
    attributes: tuple[Attribute, ...] = ()
    controls: tuple[Attribute, ...] = ()
    given_scores: Scores | None = None
    weights: npt.NDArray[np.float64] | None = None
    population: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    dependants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    reference_groups: Mapping[str, str] = field(default_factory=dict)
    train: Table | None = None
    features: pd.DataFrame | None = None
    table: pd.DataFrame | None = None
    model: Model | None = None
    rows: Rows
    target: str | None = None
    card: SystemCard | None = None
    reasons: Dictionary | None = None
    circumstances: Circumstances = UNKNOWN
    seed: int = 0
    depth: int = 2
    references: tuple[Rule, ...] = ("most_favoured",)
    data: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Rows assessed."""
        return self.rows.assessed

    @property
    def columns(self) -> pd.DataFrame | None:
        """What is known about each row: what the model was given, else the table without decisions and outcomes."""
        return self.table if self.features is None else self.features

    @cached_property
    def tally(self) -> Tally:
        """Counts over protected attributes, controls, actual and predicted labels: see `aiaudit.tally`.

        Where rows are weighted, its sums are those of the weights and of their squares, both in parts of
        `weight_unit` and its square.
        """
        axes = [Axis(name=a.name, levels=a.levels) for a in (*self.attributes, *self.controls)]
        codes: list[npt.NDArray[np.integer]] = [a.codes for a in (*self.attributes, *self.controls)]
        for name, labels in ((ACTUAL, self.actual), (PREDICTED, self.predicted)):
            if labels is not None:
                axes.append(Axis(name=name, levels=self.classes))
                codes.append(labels)
        if self.weights is None:
            return tally(axes, codes)
        shares = self.weights / self.weight_unit
        return tally(axes, codes, [shares, shares**2])

    @cached_property
    def weight_unit(self) -> float:
        """Power of 2 that no weight exceeds: divided by it, the tally sums whole weights exactly."""
        return (
            1.0 if self.weights is None else float(2.0 ** np.ceil(np.log2(self.weights.max(initial=1e-300))))
        )

    @cached_property
    def grouped(self) -> Partitions:
        """The rows by group of every partition, for sums that no tally holds."""
        return partitions_of(self.attributes, self.partitions(), self.n)

    @cached_property
    def random_order(self) -> npt.NDArray[np.intp]:
        """The rows in a random order that does not depend on their places: see `aiaudit.measuring.order`."""
        return random_order(self)

    @cached_property
    def scores(self) -> Scores | None:
        """Scores behind the decisions: given, or asked of the model once; a regression's are its numbers.

        Raises
        ------
        IncompleteError
            If the model fails.
        """
        if self.given_scores is not None:
            return self.given_scores
        if self.predicted_values is not None:
            return Scores(values=self.predicted_values, probability=False, source="the predicted numbers")
        if self.model is None or self.features is None:
            return None
        return model_scores(self.model, self.features, self.favorable)

    @property
    def selected(self) -> npt.NDArray[np.bool_] | None:
        """Whether each decision is favourable, shape (n,)."""
        return None if self.predicted is None else np.isin(self.predicted, self.favorable_codes)

    @property
    def deserved(self) -> npt.NDArray[np.bool_] | None:
        """Whether each true outcome is favourable, shape (n,)."""
        return None if self.actual is None else np.isin(self.actual, self.favorable_codes)

    @property
    def favorable_codes(self) -> npt.NDArray[np.intp]:
        """Positions of the favourable labels in `classes`."""
        return np.flatnonzero([label in self.favorable for label in self.classes])

    def partitions(self) -> tuple[tuple[Attribute, ...], ...]:
        """Return the whole table (no attribute), every attribute, every pair, … up to `depth` together."""
        sizes = range(min(self.depth, len(self.attributes)) + 1)
        return tuple(chosen for size in sizes for chosen in combinations(self.attributes, size))

    def lacks(self, needs: Sequence[Need]) -> tuple[Need, ...]:
        """Return those of *needs* that this subject cannot serve."""
        return tuple(need for need in needs if not self._has(need))

    def _has(self, need: Need) -> bool:
        match need:
            case Need.PREDICTIONS:
                return self.predicted is not None or self.predicted_values is not None
            case Need.DECISIONS:
                return self.predicted is not None
            case Need.LABELS:
                return self.actual is not None or self.actual_values is not None
            case Need.GROUPS:
                return bool(self.attributes)
            case Need.MODEL | Need.TRAIN | Need.REASONS:
                return getattr(self, need.value) is not None
            case Need.CONTROLS | Need.POPULATION | Need.DIRECTIONS:
                return bool(getattr(self, need.value))
            case Need.SCORES:
                return self._has_scores()
            case Need.COLUMNS:
                return self.columns is not None and self.columns.shape[1] > 0

    def _has_scores(self) -> bool:
        try:
            return self.scores is not None
        except AuditError:
            # A model that fails is no missing input: the check that asks again reports it.
            return True
