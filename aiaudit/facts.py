"""What a check reports: metrics, intervals, measurements, and the outcome of one check."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

#: Where a measurement was made: ``{"race": "black"}``, ``{"race": "black", "sex": "female"}``,
#: ``{"column": "age"}``; empty means the whole table.
Scope = Mapping[str, str]

#: Keys of a scope that do not name a protected attribute; no protected column may be called so.
RESERVED_SCOPES = frozenset(
    {"attribute", "at", "column", "control", "field", "attestation", "item", "label", "policy", "top", "with"}
)

#: What a step costs: hours, days or weeks of work, or a little of it from now on.
Effort = Literal["hours", "days", "weeks", "ongoing"]


class Better(StrEnum):
    """In which direction a metric improves."""

    HIGHER = "higher"
    LOWER = "lower"
    TARGET = "target"


class Form(StrEnum):
    """How a measurement's value follows from its counts; a judge recomputes it exactly from them.

    ``RATE`` is numerator / denominator; ``RATIO`` and ``DIFFERENCE`` set that rate against the
    reference's; ``VALUE`` is any other number and cannot be recomputed.
    """

    RATE = "rate"
    RATIO = "ratio"
    DIFFERENCE = "difference"
    VALUE = "value"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A quantity that a check declares it can measure.

    Parameters
    ----------
    name : str
        The field's standard term, in snake case (``selection_rate``).
    better : Better
        Direction of improvement.
    ideal : float or None
        The value at which nothing is left to improve, where there is one.
    unit : str
        ``"share"``, ``"ratio"``, ``"rows"``, … printed beside the number.
    definition : str
        One sentence that says how it is computed.
    source : str
        Where the definition comes from.
    form : Form
        How the value follows from its counts.
    """

    name: str
    better: Better
    ideal: float | None
    unit: str
    definition: str
    source: str
    form: Form = Form.VALUE


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A two-sided confidence interval; both ends are finite and ordered."""

    low: float
    high: float
    level: float
    method: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and self.low <= self.high):
            raise ValueError(f"not an interval: [{self.low}, {self.high}]")


@dataclass(frozen=True, kw_only=True)
class Reference:
    """What a contrast is measured against.

    Parameters
    ----------
    scope : Scope
        The reference group.
    numerator : int or None
        Its count, None where the number compared is no count.
    denominator : int
        What the count is a part of, otherwise the rows that the number rests on.
    rule : str
        How it was chosen: ``most_favoured``, ``largest``, ``rest`` or ``named``.
    looks : float
        How many comparisons this one stands for. A reference picked *because* its rate is extreme was
        compared with every candidate on the way; the correction for multiplicity must count them.
    value : float or None
        Its own number, where that is no count (or a weighted one).
    """

    scope: Scope
    numerator: int | None
    denominator: int
    rule: str
    looks: float = 1.0
    value: float | None = None


@dataclass(frozen=True, kw_only=True)
class Measurement:
    """One number, how sure it is, and on how many rows it rests.

    Parameters
    ----------
    metric : str
        Name of a declared `Metric`.
    value : float or None
        The number; None when it is undefined (0/0), never a stand-in.
    n : int
        Rows the scope holds.
    effective_n : float or None
        For weighted numbers, the rows of equal weight that would tell as much (Kish), the smaller of group
        and reference; the value then does not follow from the counts.
    form : Form
        How value follows from the counts.
    numerator, denominator : int or None
        Counts behind a rate (of the scope's own group, for a contrast).
    interval : Interval or None
        Uncertainty of the value; where it is None, `params["no_interval"]` says why.
    p_value : float or None
        Two-sided test of "no difference from the reference".
    tests : mapping of str to float
        Every test statistic and p-value computed, by name.
    scope : Scope
        Where it was measured.
    reference : Reference or None
        What a contrast is set against.
    method : str
        How value, interval and test were computed.
    params : mapping
        Settings the number depends on, and remarks in data form.
    excluded : mapping of str to int
        Rows left out of this measurement, by reason.
    valid_from, expires : date or None
        First and last day on which the fact may be relied on (dated evidence).
    """

    metric: str
    value: float | None
    n: int
    effective_n: float | None = None
    form: Form = Form.VALUE
    numerator: int | None = None
    denominator: int | None = None
    interval: Interval | None = None
    p_value: float | None = None
    tests: Mapping[str, float] = field(default_factory=dict)
    scope: Scope = field(default_factory=dict)
    reference: Reference | None = None
    method: str = ""
    params: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)
    valid_from: date | None = None
    expires: date | None = None

    def __post_init__(self) -> None:
        for number in (self.value, self.p_value, *self.tests.values(), *self.params.values()):
            if isinstance(number, float) and not math.isfinite(number):
                raise ValueError(f"{self.metric}: {number} is not a measurement; an undefined value is None")
        if self.value is not None and not self._defined():
            raise ValueError(f"{self.metric}: a value, but its counts divide by 0")

    def _defined(self) -> bool:
        """Whether the counts, where there are any, give a value."""
        if self.form is Form.VALUE or self.numerator is None or self.denominator is None:
            return True
        reference = self.reference if self.form in (Form.RATIO, Form.DIFFERENCE) else None
        if reference is None:
            return self.denominator > 0
        divided = reference.numerator if self.form is Form.RATIO else 1
        return min(self.denominator, reference.denominator, divided or 0) > 0

    @property
    def counted(self) -> bool:
        """Whether the value follows exactly from the counts."""
        return (
            self.form is not Form.VALUE
            and self.effective_n is None
            and self.numerator is not None
            and self.denominator is not None
            and (self.reference is None or self.reference.numerator is not None)
        )


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A check that ran to its end."""

    check: str
    version: int
    measurements: tuple[Measurement, ...]
    metrics: tuple[Metric, ...] = ()
    notes: tuple[str, ...] = ()
    status: Literal["measured"] = "measured"


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """A check that did not run, and why.

    `applicable` is False where the question makes no sense here (error rates of a regression), True where
    it does but an input is missing (no labels, no protected column).
    """

    check: str
    reason: str
    applicable: bool
    status: Literal["skipped"] = "skipped"


@dataclass(frozen=True, kw_only=True)
class Errored:
    """A check that crashed: never a pass."""

    check: str
    error: str
    plugin: str
    status: Literal["errored"] = "errored"


Outcome = Measured | Skipped | Errored
