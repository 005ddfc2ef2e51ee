"""What a system card may say, section by section."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal, Self

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from aiaudit.card_files import File, Log
from aiaudit.card_risk import Risk
from aiaudit.policy.fields import Strict, Version, refuse

Words = Annotated[str, Field(max_length=20_000)]
Share = Annotated[float, Field(ge=0, le=1)]


def _day(value: object) -> dt.date | str:
    """Return a day; text that is none is kept, as a form that still says TODO is a finding, not a fault."""
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value) if _ISO.fullmatch(value) else value
        except ValueError:
            return value
    if isinstance(value, dt.date):
        return value
    raise ValueError("a date is needed here; write year-month-day, for example 2026-11-21")


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Day = Annotated[dt.date | str, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


UseCase = Literal[
    "hiring",
    "promotion",
    "worker-management",
    "credit",
    "insurance",
    "housing",
    "education",
    "health",
    "essential-services",
    "pricing",
    "marketing",
    "other",
]
#: States and cities of the United States are named beside ``us``.
Jurisdiction = Literal[
    "us", "us-nyc", "us-nj", "us-ca", "us-il", "us-ct", "us-co", "us-tx", "eu", "uk", "ca", "sg", "other"
]


class Person(Strict):
    """Somebody who answers for something."""

    name: Words | None = None
    role: Words | None = None
    contact: Words | None = None


class Identity(Strict):
    """Which system this is, and whose."""

    name: Words | None = None
    version: Words | None = None
    organisation: Words | None = None
    owner: Person = Person()
    model_digest: Words | None = None


class Purpose(Strict):
    """What the system is for, and what it is not for."""

    decision: Words | None = None
    users: Words | None = None
    affected_people: Words | None = None
    out_of_scope: Words | None = None
    known_harmful_uses: Words | None = None


class Context(Strict):
    """Where, for what and by whom the system is used: it decides which requirements apply."""

    use_cases: tuple[UseCase, ...] = ()
    jurisdictions: tuple[Jurisdiction, ...] = ()
    roles: tuple[Literal["provider", "deployer"], ...] = ()
    first_use: Day | None = None
    decides_alone: bool | None = None
    profiles_people: bool | None = None
    special_categories: bool | None = None
    public_service: bool | None = None


class Role(Strict):
    """What weight the output has, and what people do with it."""

    output: Words | None = None
    human: Words | None = None
    override_route: Words | None = None
    contact_for_affected_people: Words | None = None


class Data(Strict):
    """Where the data come from, and on what ground they are used."""

    source: Words | None = None
    period: Words | None = None
    original_purpose: Words | None = None
    legal_basis: Words | None = None
    protected_attributes_origin: Words | None = None
    known_gaps: Words | None = None
    features: tuple[Words, ...] = ()
    date_column: Words | None = None
    first_day: Day | None = None
    last_day: Day | None = None


class Groups(Strict):
    """Whose treatment is audited."""

    audited: tuple[Words, ...] = ()
    reference_population: Words | None = None


class Declared(Strict):
    """Numbers that the organisation states about the system."""

    accuracy: Share | None = None


class Metrics(Strict):
    """By what the system is measured, and why by that."""

    primary_fairness_metric: Words | None = None
    reason: Words | None = None
    declared: Declared = Declared()


class Explanation(Strict):
    """How decisions are explained."""

    method: Words | None = None
    limits: Words | None = None


class Fallback(Strict):
    """What happens when the system is off or wrong."""

    procedure: Words | None = None
    last_drill: Day | None = None
    expires: Day | None = None


class Monitoring(Strict):
    """How the system is watched once it is used."""

    plan: Words | None = None
    next_audit: Day | None = None
    incident_contact: Words | None = None


class Oversight(Strict):
    """What people did with the output."""

    decision_log: Log | None = None


class Retention(Strict):
    """For how many days what is kept, and when protected data are deleted."""

    logs_days: Annotated[int, Field(ge=0)] | None = None
    decisions_days: Annotated[int, Field(ge=0)] | None = None
    documents_days: Annotated[int, Field(ge=0)] | None = None
    protected_data_deleted: Day | None = None


class Staff(Strict):
    """What the system changes for those who work with it."""

    jobs_and_skills: Words | None = None


class Attestation(Strict):
    """A named person's statement, valid for a while.

    `covers` lists the points that the statement and its evidence speak of, under the names that a policy asks for.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,79}$")]
    statement: Words | None = None
    name: Words | None = None
    role: Words | None = None
    date: Day | None = None
    expires: Day | None = None
    covers: tuple[Words, ...] = ()
    evidence: File | None = None


class SystemCard(Strict):
    """Everything that a card may say. Nothing is required here: what is missing is a finding, not a fault."""

    version: Version = 1
    identity: Identity = Identity()
    purpose: Purpose = Purpose()
    context: Context = Context()
    risk: Risk = Risk()
    role: Role = Role()
    data: Data = Data()
    groups: Groups = Groups()
    metrics: Metrics = Metrics()
    explanation: Explanation = Explanation()
    limitations: Words | None = None
    fallback: Fallback = Fallback()
    monitoring: Monitoring = Monitoring()
    oversight: Oversight = Oversight()
    retention: Retention = Retention()
    staff: Staff = Staff()
    environment: Words | None = None
    attestations: tuple[Attestation, ...] = ()

    @model_validator(mode="after")
    def _one_statement_an_id(self) -> Self:
        ids = [attestation.id for attestation in self.attestations]
        what = "'{}' is attested twice; keep the statement that holds now"
        refuse(
            "card",
            [(("attestations", i, "id"), what.format(id)) for i, id in enumerate(ids) if id in ids[:i]],
        )
        return self
