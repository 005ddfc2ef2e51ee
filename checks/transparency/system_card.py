"""What the system card says, what it leaves open, and whether what it claims is true."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.card import Attestation, State, faults, fields
from aiaudit.check import check
from aiaudit.facts import Better, Interval, Measurement
from aiaudit.metrics import value
from aiaudit.rates import LEVEL
from aiaudit.statistics.intervals import wilson
from aiaudit.subject import Subject

MITCHELL = "Mitchell et al. 2019, Model Cards for Model Reporting"
NOT_ESTIMATED = "read, not estimated"

FIELD = value(
    "field_present",
    "yes (1) or no (0)",
    "Whether a field of the card holds an answer.",
    MITCHELL,
    Better.HIGHER,
    1.0,
)
ATTESTATION = value(
    "attestation_given",
    "yes (1) or no (0)",
    "Whether a named person, with role, date and last day, stands by the statement.",
    "ISO/IEC 42001:2023, A.3.2; NIST AI RMF, GOVERN 2.1",
    Better.HIGHER,
    1.0,
)
CLAIM = value(
    "accuracy_claim_error",
    "share",
    "Accuracy that the card declares minus accuracy measured here.",
    "Regulation (EU) 2024/1689, Art. 15(3)",
    Better.TARGET,
)


@check(
    id="transparency.system-card",
    title="The system card is incomplete, outdated or wrong",
    needs=[],
    metrics=[FIELD, ATTESTATION, CLAIM],
    remediation=[
        "Answer the open fields; one honest sentence is enough, and 'we do not know' is an answer.",
        "Have the person who is responsible sign each statement with name, role, date and a last day.",
        "Correct declared numbers to those measured, and say on which rows they were measured.",
    ],
)
def system_card(subject: Subject) -> Iterator[Measurement]:
    """Read the system card and hold it against the measurements.

    ## Why it matters

    Somebody must answer for a system: what it is for, what it is not for, who may overrule it, whom to call.
    Where that is not written down, it is usually nobody. A card that states better numbers than the audit
    finds misleads everyone who relies on it.

    ## How it is computed

    Every field of the card is given, missing, a placeholder, or too short to be an answer. A statement counts
    if it names a person with role, date and last day; the judge, who is told the day, decides whether it is valid. The declared accuracy is set against the accuracy on the rows audited, with Wilson's interval.

    ## Known limits

    The words are not judged: a field can be filled with nonsense. Statements are not verified. Accuracy on
    these rows need not be accuracy on tomorrow's.

    ## References

    Mitchell et al. 2019; Gebru et al. 2021; Regulation (EU) 2024/1689, Art. 11, 13, 15.
    """
    for name, state in fields(subject.card):
        yield _read(FIELD.name, {"field": name}, state is State.GIVEN, state.value)
    if subject.card is None:
        return
    for attestation in subject.card.attestations:
        yield _attestation(attestation)
    declared = subject.card.metrics.declared.accuracy
    if declared is not None and subject.actual is not None and subject.predicted is not None and subject.n:
        yield _claim(declared, int(np.sum(subject.actual == subject.predicted)), subject.n)


def _read(
    metric: str, scope: dict[str, str], given: bool, state: str, attestation: Attestation | None = None
) -> Measurement:
    said = {} if attestation is None else {"name": attestation.name, "role": attestation.role}
    return Measurement(
        metric=metric,
        value=float(given),
        n=1,
        scope=scope,
        method="read from the system card",
        params={"state": state, "no_interval": NOT_ESTIMATED, **said},
        valid_from=None if attestation is None else attestation.date,
        expires=None if attestation is None else attestation.expires,
    )


def _attestation(attestation: Attestation) -> Measurement:
    found = faults(attestation)
    state = "; ".join(found) or State.GIVEN.value
    return _read(ATTESTATION.name, {"attestation": attestation.id}, not found, state, attestation)


def _claim(declared: float, right: int, n: int) -> Measurement:
    low, high = (float(end) for end in wilson(right, n, LEVEL))
    return Measurement(
        metric=CLAIM.name,
        value=declared - right / n,
        n=n,
        interval=Interval(low=declared - high, high=declared - low, level=LEVEL, method="Wilson"),
        method="declared minus measured accuracy; Wilson score interval of the measured one",
        params={"declared": declared, "right": right},
    )
