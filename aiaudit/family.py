"""The family of comparisons of one run, and what looking at all of them costs each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aiaudit.facts import Form, Measurement
from aiaudit.policy.model import DecideOn, ErrorControl, Kind, Requirement
from aiaudit.statistics.multiplicity import holm

#: What makes two tests the same test: the check, the two groups, and the table up to swapping yes and no.
Hypothesis = tuple[object, ...]


@dataclass(frozen=True, kw_only=True)
class Family:
    """Adjusted p-values of the hypotheses tested, and how many comparisons they stand for."""

    adjusted: Mapping[Hypothesis, float]
    size: int

    def p(self, requirement: Requirement, measurement: Measurement) -> float | None:
        """Return the adjusted p-value of a measurement, None where it was not tested."""
        return self.adjusted.get(hypothesis(requirement, measurement))


def hypothesis(requirement: Requirement, measurement: Measurement) -> Hypothesis:
    """Return the identity of the hypothesis behind a contrast.

    A ratio, a difference and the ratio of the complements all ask whether two rates are equal; asked of
    the same table they are one question and cost one comparison.
    """
    reference = measurement.reference
    x1, n1 = measurement.numerator, measurement.denominator
    if reference is None or x1 is None or n1 is None or reference.numerator is None:
        against = () if reference is None else (reference.rule, _items(reference.scope))
        return (requirement.check, measurement.metric, _items(measurement.scope), against)
    x2, n2 = reference.numerator, reference.denominator
    table = min((x1, x2), (n1 - x1, n2 - x2))
    return (requirement.check, _items(measurement.scope), _items(reference.scope), n1, n2, table)


def _items(scope: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(scope.items()))


def smallest_denominator(measurement: Measurement) -> int:
    """Return the rows that decide whether a sample is too small: the smaller denominator, not all rows."""
    sizes = [measurement.n if measurement.denominator is None else measurement.denominator]
    if measurement.reference is not None:
        sizes.append(measurement.reference.denominator)
    if measurement.effective_n is not None:
        sizes.append(math.floor(measurement.effective_n))
    return min(sizes)


def tested(requirement: Requirement, measurement: Measurement) -> bool:
    """Return whether the measurement enters the family: sizes decide that, never the outcome."""
    return (
        requirement.decide_on is DecideOn.SIGNIFICANCE
        and requirement.kind is Kind.MEASURED
        and measurement.form in (Form.RATIO, Form.DIFFERENCE)
        and measurement.value is not None
        and measurement.p_value is not None
        and smallest_denominator(measurement) >= requirement.min_n
    )


def families(pairs: Iterable[tuple[Requirement, Measurement]], control: ErrorControl) -> Mapping[str, Family]:
    """Return the family each requirement belongs to, by requirement id.

    Parameters
    ----------
    pairs : iterable of (Requirement, Measurement)
        Everything that will be judged.
    control : ErrorControl
        Whether one family spans the run, or each requirement has its own.

    Returns
    -------
    mapping of str to Family
        Holm's adjusted p-values; the size counts intervals read together as well.
    """
    members: dict[str, list[tuple[Requirement, Measurement]]] = {}
    names: dict[str, str] = {}
    for requirement, measurement in pairs:
        name = "run" if control.family == "run" else requirement.id
        names[requirement.id] = name
        members.setdefault(name, []).append((requirement, measurement))
    found = {name: _family(listed) for name, listed in members.items()}
    return {id: found[name] for id, name in names.items()}


def _family(pairs: list[tuple[Requirement, Measurement]]) -> Family:
    raw: dict[Hypothesis, float] = {}
    looks: dict[Hypothesis, float] = {}
    read = 0.0
    for requirement, measurement in pairs:
        cost = 1.0 if measurement.reference is None else measurement.reference.looks
        if tested(requirement, measurement) and measurement.p_value is not None:
            key = hypothesis(requirement, measurement)
            raw[key] = measurement.p_value
            looks[key] = max(looks.get(key, 1.0), cost)
        elif _read_by_interval(requirement, measurement):
            read += cost
    size = math.ceil(sum(looks.values()) + read - 1e-9)
    adjusted = holm(list(raw.values()), size)
    return Family(adjusted=dict(zip(raw, (float(p) for p in adjusted), strict=True)), size=max(size, 1))


def _read_by_interval(requirement: Requirement, measurement: Measurement) -> bool:
    return (
        requirement.decide_on is DecideOn.INTERVAL
        and requirement.kind is Kind.MEASURED
        and measurement.value is not None
        and smallest_denominator(measurement) >= requirement.min_n
    )
