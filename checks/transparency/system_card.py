"""What the system card says, what it leaves open, and whether what it claims is true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.card import Attestation, State, SystemCard, day, faults, fields, validity
from aiaudit.check import check
from aiaudit.facts import Better, Interval, Measurement
from aiaudit.measuring.rates import LEVEL
from aiaudit.measuring.stated import YES_NO, given
from aiaudit.metrics import value
from aiaudit.statistics.intervals import wilson
from aiaudit.subject import Subject

MITCHELL = "Mitchell et al. 2019, Model Cards for Model Reporting"
SIGNED = "ISO/IEC 42001:2023, A.3.2; NIST AI RMF, GOVERN 2.1"
CLAIMED = "Regulation (EU) 2024/1689, Art. 15(3)"
NAMED = "Whether a named person, with role, date and last day, stands by the statement."
MINUS = "Accuracy that the card declares minus accuracy measured here."
FIELD = value("field_present", YES_NO, "Whether a field holds an answer.", MITCHELL, Better.HIGHER, 1.0)
ATTESTATION = value("attestation_given", YES_NO, NAMED, SIGNED, Better.HIGHER, 1.0)
CLAIM = value("accuracy_claim_error", "share", MINUS, CLAIMED, Better.TARGET)


@check(
    id="transparency.system-card",
    title="The system card is incomplete, outdated or wrong",
    needs=[],
    metrics=[FIELD, ATTESTATION, CLAIM],
    remediation=[
        "Answer the open fields; one honest sentence is enough, and 'we do not know, because …' is an answer.",
        "Have the person who is responsible sign each statement with name, role, date and a last day.",
        "Correct declared numbers to those measured, and say on which rows they were measured.",
    ],
    effort=["hours", "days", "hours"],
)
def system_card(subject: Subject) -> Iterator[Measurement]:
    """Read the system card and hold it against the measurements.

    ## Why it matters

    Somebody must answer for a system: what it is for, what it is not for, who may overrule it, whom to call.
    Where that is not written down, it is usually nobody. A card that states better numbers than the audit
    finds misleads everyone who relies on it.

    ## How it is computed

    Every field of the card is given, missing, a placeholder, no date where one is due, or too short to be an
    answer. A statement counts if it names a person with role, date and last day; whether the day has come or
    gone is for the judge to say, who is told the day. A declared model digest is compared with the model's,
    and the declared accuracy with the accuracy on the rows audited, with Wilson's interval.

    ## Known limits

    The words are not judged: a field can be filled with nonsense. Statements are not verified. Accuracy on
    these rows need not be accuracy on tomorrow's.

    ## References

    Mitchell et al. 2019; Gebru et al. 2021; Regulation (EU) 2024/1689, Art. 11, 13, 15.
    """
    card = subject.card
    for name, state in fields(card):
        first, last = (None, None) if card is None else validity(card, name)
        yield given(FIELD, {"field": name}, state, first, last)
    if card is not None:
        yield from _model_named(card, subject)
        yield from map(_attestation, card.attestations)
        yield from _claim(card, subject)


def _model_named(card: SystemCard, subject: Subject) -> Iterator[Measurement]:
    named = card.identity.model_digest
    if named and subject.model is not None and subject.model.facts.digest:
        same = named.strip().lower().removeprefix("sha256:") == subject.model.facts.digest
        state = State.GIVEN if same else "names another model"
        yield given(FIELD, {"field": "identity.model_digest"}, state, None, None)


def _attestation(attestation: Attestation) -> Measurement:
    a, state = attestation, "; ".join(faults(attestation)) or State.GIVEN
    signed = None if a.date is None else str(a.date)
    scope, days = {"attestation": a.id}, (day(a.date), day(a.expires))
    return given(ATTESTATION, scope, state, *days, name=a.name, role=a.role, date=signed)


def _claim(card: SystemCard, subject: Subject) -> Iterator[Measurement]:
    declared, n = card.metrics.declared.accuracy, subject.n
    if declared is None or subject.actual is None or subject.predicted is None or not n:
        return
    right = int(np.count_nonzero(subject.actual == subject.predicted))
    low, high = (float(end) for end in wilson(right, n, LEVEL))
    yield Measurement(
        metric=CLAIM.name,
        value=declared - right / n,
        n=n,
        interval=Interval(low=declared - high, high=declared - low, level=LEVEL, method="Wilson"),
        method="declared minus measured accuracy; Wilson score interval of the measured one",
        params={"declared": declared, "numerator": right, "denominator": n},
    )
