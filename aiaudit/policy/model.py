"""The types of a policy: requirements, waivers, and what they are founded on."""

from __future__ import annotations

import re
from datetime import date
from enum import IntEnum, StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from aiaudit.errors import did_you_mean, one_line


class Severity(IntEnum):
    """How much a failed requirement matters; ordered, so that ``severity >= fail_on`` gates."""

    INFO = 0
    LOW = 1
    MEDIUM = 2
    HIGH = 3
    BLOCKER = 4


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


_EXACT = r"-?[0-9]+(\.[0-9]+)?(e-[0-9]{1,2})?|-?[0-9]+/[0-9]+"


def _severity(value: object) -> object:
    names = {s.name.lower(): s for s in Severity}
    if isinstance(value, Severity):
        return value
    if value not in names:
        near = did_you_mean(str(value), names)
        raise ValueError(f"'{one_line(value, 60)}' is not one of: {', '.join(names)}.{near}")
    return names[str(value)]


def _fraction(value: object) -> Fraction:
    if isinstance(value, Fraction):
        return value
    # The decimal text, not the binary float: 0.8 must mean exactly four fifths.
    text = str(value).replace(" ", "")
    try:
        # Fraction's own grammar also takes '1_000', and exponents that fill the memory.
        return Fraction(text if len(text) <= 30 and re.fullmatch(_EXACT, text) else "no number")
    except (ValueError, ZeroDivisionError):
        raise ValueError("a threshold is a number such as 0.8, or a fraction such as 4/5") from None


SeverityField = Annotated[
    Severity,
    BeforeValidator(_severity),
    PlainSerializer(lambda s: s.name.lower(), return_type=str),
    WithJsonSchema({"enum": [s.name.lower() for s in Severity]}),
]
#: An exact number; written ``0.8`` or ``4/5``, stored as text so that nothing is lost.
Exact = Annotated[
    Fraction,
    BeforeValidator(_fraction),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({_EXACT})$"}]}),
]
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,79}$")]


class Strict(BaseModel):
    """Frozen, and closed against keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class ScopeFilter(Strict):
    """Which of a metric's measurements a requirement speaks of.

    `over` picks by the number of protected attributes in a scope: ``overall`` none, ``groups`` one,
    ``intersections`` two or more, ``all`` any number. `match` further demands a value, or one of a
    list, for named keys (``{attribute: race}`` demands that the scope has that attribute).
    """

    over: Literal["overall", "groups", "intersections", "all"] = "all"
    attributes: tuple[str, ...] | None = None
    match: dict[str, str | tuple[str, ...]] = Field(default_factory=dict)


class Requirement(Strict):
    """One thing that a policy asks for."""

    id: Id
    title: str
    kind: Kind = Kind.MEASURED
    check: str
    metric: str
    scope: ScopeFilter = ScopeFilter()
    reference: Literal["most_favoured", "largest", "rest", "named"] | None = None
    op: Op
    threshold: Exact
    basis: Basis
    source: str
    decide_on: DecideOn = DecideOn.SIGNIFICANCE
    min_n: int = Field(default=30, ge=1)
    severity: SeverityField = Severity.HIGH
    clause: str = ""
    applies_from: date | None = None
    rationale: str
    remediation: tuple[str, ...] = ()
    override_reason: str | None = None


class ErrorControl(Strict):
    """How the chance of a false alarm is held: its level, and over which family of comparisons."""

    alpha: float = Field(default=0.05, gt=0, lt=0.5)
    family: Literal["run", "requirement"] = "run"


class Instrument(Strict):
    """A law, rule or standard that a pack serves, and when its text was last checked."""

    citation: str
    status: str
    applies_from: date | None = None
    applies_until: date | None = None
    last_verified: date


class Policy(Strict):
    """A set of requirements with the rules for judging them."""

    version: Literal[1] = 1
    id: Id
    edition: str
    title: str
    summary: str = ""
    jurisdiction: str = ""
    authority: Literal["statute", "regulation", "guidance", "case", "standard", "house"] = "house"
    instruments: tuple[Instrument, ...] = ()
    extends: tuple[str, ...] = ()
    error_control: ErrorControl = ErrorControl()
    fail_on: SeverityField = Severity.HIGH
    strict: bool = False
    disclaimers: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    @model_validator(mode="after")
    def _unique_ids(self) -> Policy:
        seen: set[str] = set()
        for requirement in self.requirements:
            if requirement.id in seen:
                raise ValueError(f"requirement '{requirement.id}' is defined twice")
            seen.add(requirement.id)
        return self


class Waiver(Strict):
    """A person's decision to accept one failed requirement for a while; it never hides the finding."""

    requirement: Id
    scope: dict[str, str] = Field(default_factory=dict)
    reason: str = Field(min_length=10)
    owner: str = Field(min_length=2)
    approved_by: str = Field(min_length=2)
    created: date
    expires: date
    ticket: str | None = None

    @model_validator(mode="after")
    def _ends_within_a_year(self) -> Waiver:
        if self.expires < self.created:
            raise ValueError("a waiver must not expire before it was created")
        if (self.expires - self.created).days > 366:
            raise ValueError("a waiver lasts a year at most; renew it with a fresh look")
        return self


def plain(model: BaseModel) -> dict[str, Any]:
    """Return the JSON-ready form of a policy type."""
    return model.model_dump(mode="json", exclude_defaults=False)
