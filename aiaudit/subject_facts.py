"""What the record keeps of a subject: counts, names and digests, never rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from aiaudit.groups import Attribute
from aiaudit.labels import Task
from aiaudit.model import ModelFacts
from aiaudit.subject import Rows, Subject


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
class WeightFacts:
    """Weights of the rows: their sum, and how many equally weighted rows would tell as much (Kish)."""

    total: float
    effective_n: float


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
    order: tuple[str, ...] = ()
    controls: tuple[AttributeFacts, ...] = ()
    weights: WeightFacts | None = None
    population: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    dependants: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)


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
        order=subject.order,
        controls=tuple(_attribute_facts(a, features) for a in subject.controls),
        weights=_weight_facts(subject),
        population=subject.population,
        dependants=subject.dependants,
        directions=subject.directions,
    )


def _weight_facts(subject: Subject) -> WeightFacts | None:
    if subject.weights is None:
        return None
    total, squares = math.fsum(subject.weights), math.fsum(subject.weights**2)
    return WeightFacts(total=total, effective_n=total**2 / squares)


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
