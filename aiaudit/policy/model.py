"""The types of a policy: requirements, waivers, and what they are founded on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field, StringConstraints, model_validator

from aiaudit.facts import Effort
from aiaudit.policy.evidence import SHORTHAND
from aiaudit.policy.fields import (
    Exact,
    Id,
    PolicyId,
    Reason,
    Severity,
    SeverityField,
    Strict,
    Text,
    Version,
    Word,
    Words,
    refuse,
)
from aiaudit.policy.own_metrics import OwnMetric, clashing


class Basis(StrEnum):
    """Where a threshold's number comes from."""

    LEGAL = "legal"
    GUIDANCE = "guidance"
    CUSTOMARY = "customary"
    HOUSE = "house"


class Op(StrEnum):
    """How a value is set against the threshold; ``within`` means |value| <= threshold."""

    AT_LEAST = ">="
    AT_MOST = "<="
    WITHIN = "within"


class DecideOn(StrEnum):
    """What decides a requirement: the bare value, significance beside it, or the interval."""

    VALUE = "value"
    SIGNIFICANCE = "significance"
    INTERVAL = "interval"


class Kind(StrEnum):
    """How a requirement is met: by a measurement, a named person's word, or a document."""

    MEASURED = "measured"
    ATTESTED = "attested"
    DOCUMENTED = "documented"


class ScopeFilter(Strict):
    """Which of a metric's measurements a requirement speaks of.

    `over` picks by the number of protected attributes in a scope: ``overall`` none, ``groups`` one,
    ``intersections`` two or more, ``all`` any number. `attributes` leaves out scopes with any other
    attribute. `match` demands a value, or one of a list, for named keys
    (``{field: purpose.decision}``, ``{sex: [female, other]}``).
    """

    over: Literal["overall", "groups", "intersections", "all"] = "all"
    attributes: Words | None = None
    match: dict[str, Words] = Field(default_factory=dict)


class Requirement(Strict):
    """One thing that a policy asks for.

    `applies_if` names answers of the system card: where the card gives another one, the requirement is not
    applicable; where it gives none, it applies. `max_age` is the age in days that dated evidence may have.
    `effort` says what each step of the remediation costs.
    """

    #: Keys that a file may use instead of check, metric, scope, op, threshold and decide_on.
    SHORTHAND: ClassVar[tuple[str, ...]] = SHORTHAND

    id: Id
    title: Text
    kind: Kind = Kind.MEASURED
    check: str
    metric: str
    scope: ScopeFilter = ScopeFilter()
    reference: Literal["most_favoured", "largest", "rest", "declared"] | None = None
    op: Op
    threshold: Exact
    basis: Basis
    source: Text
    decide_on: DecideOn = DecideOn.SIGNIFICANCE
    min_n: int = Field(default=30, ge=1)
    severity: SeverityField = Field(default=Severity.HIGH, json_schema_extra={"default": "high"})
    clause: str = ""
    applies_from: date | None = None
    applies_if: dict[str, Words] = Field(default_factory=dict)
    max_age: int | None = Field(default=None, ge=1)
    rationale: Text
    remediation: tuple[Text, ...] = ()
    effort: tuple[Effort, ...] = ()
    override_reason: Reason | None = None

    @model_validator(mode="after")
    def _names_its_clause(self) -> Requirement:
        if self.basis is Basis.LEGAL and not self.clause:
            what = "a legal threshold names its clause: add 'clause', or choose another basis"
            refuse("requirement", [(("basis",), what)])
        return self


class ErrorControl(Strict):
    """How the chance of a false alarm is held: its level, and over which family of comparisons."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    family: Literal["run", "requirement"] = "run"


class Instrument(Strict):
    """A law, rule or standard that a pack serves, and when its text was last checked."""

    citation: Text
    status: Text
    applies_from: date | None = None
    applies_until: date | None = None
    last_verified: date


class Disabled(Strict):
    """A requirement of an extended pack that is not asked for here, and why."""

    id: Id
    override_reason: Reason


class Policy(Strict):
    """A set of requirements with the rules for judging them."""

    version: Version = 1
    id: PolicyId
    edition: Text
    title: Text
    summary: str = ""
    jurisdiction: str = ""
    authority: Literal["statute", "regulation", "guidance", "case", "standard", "house"] = "house"
    instruments: tuple[Instrument, ...] = ()
    extends: tuple[str, ...] = ()
    error_control: ErrorControl = ErrorControl()
    fail_on: SeverityField = Field(default=Severity.HIGH, json_schema_extra={"default": "high"})
    strict: bool = False
    override_reason: Reason | None = None
    disclaimers: tuple[Text, ...] = ()
    disable: tuple[Disabled, ...] = ()
    metrics: tuple[OwnMetric, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @model_validator(mode="after")
    def _unique_ids(self) -> Policy:
        listed = [r.id for r in self.requirements]
        twice: list[tuple[tuple[str | int, ...], str]] = [
            (("requirements", i, "id"), f"requirement '{id}' is defined twice")
            for i, id in enumerate(listed)
            if id in listed[:i]
        ]
        for i in clashing(self.metrics):
            twice.append((("metrics", i, "name"), f"metric '{self.metrics[i].name}' is defined twice"))
        refuse("policy", twice)
        return self


class Waiver(Strict):
    """A person's decision to accept one failed requirement for a while; it never hides the finding."""

    requirement: Id
    scope: dict[str, Word] = Field(default_factory=dict)
    reason: Reason
    owner: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]
    approved_by: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]
    created: date
    expires: date
    ticket: str | None = None

    @model_validator(mode="after")
    def _ends_within_a_year(self) -> Waiver:
        days = (self.expires - self.created).days
        if days < 0:
            refuse("waiver", [(("expires",), "a waiver must not expire before it was created")])
        if days > 366:
            refuse("waiver", [(("expires",), "a waiver lasts a year at most; renew it with a fresh look")])
        return self


@dataclass(frozen=True, kw_only=True)
class PolicySource:
    """One policy file that was read: law asks for *prior defined* limits, so its date counts.

    `dated` is the day of its last change, `dated_by` what tells it, or why nothing does. `lines` says where, counted
    from 1, a file of the user's sets the requirements that stand; empty for a pack.
    """

    id: str
    edition: str
    title: str
    origin: str
    digest: str
    committed: date | None = None
    dated: date | None = None
    dated_by: str = ""
    lines: Mapping[str, int] = dataclass_field(default_factory=dict)


def plain(model: BaseModel) -> dict[str, Any]:
    """Return the JSON-ready form of a policy type."""
    return model.model_dump(mode="json", exclude_defaults=False)


__all__ = [
    "Basis",
    "DecideOn",
    "Disabled",
    "ErrorControl",
    "Exact",
    "Instrument",
    "Kind",
    "Op",
    "Policy",
    "PolicySource",
    "Requirement",
    "ScopeFilter",
    "Severity",
    "Strict",
    "Waiver",
    "plain",
]
