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
from aiaudit.groups import Attribute, Sensitive
from aiaudit.labels import Task
from aiaudit.model import Model, ModelFacts
from aiaudit.tally import Axis, Tally, tally

if TYPE_CHECKING:
    import pandas as pd

    from aiaudit.card import SystemCard

#: Names of the tally's label axes; the leading NUL keeps them apart from any column's name.
ACTUAL, PREDICTED = "\0actual", "\0predicted"


@dataclass(frozen=True, kw_only=True)
class Declared:
    """What the user says about the data.

    Parameters
    ----------
    target : str or None
        Column of true outcomes.
    favorable : tuple of str
        Labels that help the person.
    sensitive : tuple of Sensitive
        Protected columns, with the edges of numeric ones.
    predictions : str or None
        Column of decisions made elsewhere; then there is no model.
    drop : tuple of str
        Columns that are not features (identifiers).
    task : Task or None
        Overrides what would be inferred.
    exclude_unlabeled : bool
        Leave rows without an outcome out, and count them, instead of refusing the table.
    """

    target: str | None = None
    favorable: tuple[str, ...] = ()
    sensitive: tuple[Sensitive, ...] = ()
    predictions: str | None = None
    drop: tuple[str, ...] = ()
    task: Task | None = None
    exclude_unlabeled: bool = False


@dataclass(frozen=True, kw_only=True)
class Rows:
    """Row accounting: read = assessed + excluded."""

    read: int
    assessed: int
    excluded: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.read != self.assessed + sum(self.excluded.values()):
            raise ValueError(f"rows do not add up: {self}")


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Everything a check may look at; checks must not change it.

    Parameters
    ----------
    task : Task
        What is decided.
    classes : tuple of str
        Labels, as canonical text; empty for a regression.
    favorable : tuple of str
        The labels that help the person.
    favorable_from : str
        Who said so: ``declared``, or how it was inferred.
    actual, predicted : ndarray of uint16, shape (n,), or None
        Position of each row's label in `classes`.
    actual_values, predicted_values : ndarray of float, shape (n,), or None
        The same for a regression.
    attributes : tuple of Attribute
        Protected attributes, coded.
    features : DataFrame or None
        What the model was given, in the user's own columns.
    model : Model or None
        The model, where there is one.
    rows : Rows
        Row accounting.
    card : SystemCard or None
        The system card, where one was given.
    seed : int
        Seed of everything random.
    depth : int
        How many attributes are crossed at most.
    references : tuple of str
        Rules by which groups are contrasted (see `aiaudit.contrasts.contrasts`).
    data : mapping of str to str
        Name and digest of the data files, by role.
    notes : tuple of str
        What was inferred or noticed, said aloud.
    """

    task: Task
    classes: tuple[str, ...] = ()
    favorable: tuple[str, ...] = ()
    favorable_from: str = ""
    actual: npt.NDArray[np.uint16] | None = None
    predicted: npt.NDArray[np.uint16] | None = None
    actual_values: npt.NDArray[np.float64] | None = None
    predicted_values: npt.NDArray[np.float64] | None = None
    attributes: tuple[Attribute, ...] = ()
    features: pd.DataFrame | None = None
    model: Model | None = None
    rows: Rows
    target: str | None = None
    card: SystemCard | None = None
    seed: int = 0
    depth: int = 2
    references: tuple[str, ...] = ("most_favoured",)
    data: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """Rows assessed."""
        return self.rows.assessed

    @cached_property
    def tally(self) -> Tally:
        """Counts over protected attributes, actual and predicted labels: see `aiaudit.tally`."""
        axes = [Axis(name=a.name, levels=a.levels) for a in self.attributes]
        codes: list[npt.NDArray[np.integer]] = [a.codes for a in self.attributes]
        for name, labels in ((ACTUAL, self.actual), (PREDICTED, self.predicted)):
            if labels is not None:
                axes.append(Axis(name=name, levels=self.classes))
                codes.append(labels)
        return tally(axes, codes)

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
        has = {
            Need.PREDICTIONS: self.predicted is not None or self.predicted_values is not None,
            Need.DECISIONS: self.predicted is not None,
            Need.LABELS: self.actual is not None or self.actual_values is not None,
            Need.GROUPS: bool(self.attributes),
            Need.MODEL: self.model is not None,
        }
        return tuple(need for need in needs if not has[need])


@dataclass(frozen=True, kw_only=True)
class GroupFacts:
    """One group of one attribute, counted."""

    label: str
    n: int


@dataclass(frozen=True, kw_only=True)
class AttributeFacts:
    """A protected attribute, as the record tells it."""

    name: str
    groups: tuple[GroupFacts, ...]
    missing: int
    edges: tuple[float, ...]
    edges_from: str
    is_feature: bool


@dataclass(frozen=True, kw_only=True)
class SubjectFacts:
    """What was audited: counts, names and digests, never rows."""

    task: Task
    target: str | None
    classes: tuple[str, ...]
    favorable: tuple[str, ...]
    favorable_from: str
    rows: Rows
    features: tuple[str, ...]
    attributes: tuple[AttributeFacts, ...]
    model: ModelFacts | None
    data: Mapping[str, Mapping[str, str]]
    seed: int
    notes: tuple[str, ...]


def facts_of(subject: Subject) -> SubjectFacts:
    """Return what the record keeps of a subject."""
    features = () if subject.features is None else tuple(str(c) for c in subject.features.columns)
    return SubjectFacts(
        task=subject.task,
        target=subject.target,
        classes=subject.classes,
        favorable=subject.favorable,
        favorable_from=subject.favorable_from,
        rows=subject.rows,
        features=features,
        attributes=tuple(_attribute_facts(a, features) for a in subject.attributes),
        model=None if subject.model is None else subject.model.facts,
        data=subject.data,
        seed=subject.seed,
        notes=subject.notes,
    )


def _attribute_facts(attribute: Attribute, features: Sequence[str]) -> AttributeFacts:
    counts = np.bincount(attribute.codes, minlength=len(attribute.levels))
    return AttributeFacts(
        name=attribute.name,
        groups=tuple(
            GroupFacts(label=label, n=int(n)) for label, n in zip(attribute.levels, counts, strict=True)
        ),
        missing=attribute.missing,
        edges=attribute.edges,
        edges_from=attribute.edges_from,
        is_feature=attribute.name in features,
    )
