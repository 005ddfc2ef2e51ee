"""Which statements of the system card have evidence behind them, and what they cover."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.card import Attestation, State, day, evidence_state, faults
from aiaudit.check import check
from aiaudit.facts import Better, Measurement, Scope
from aiaudit.metrics import value
from aiaudit.subject import Subject

YES_NO = "yes (1) or no (0)"
FILE = "Regulation (EU) 2024/1689, Art. 11, 17 and 18; ISO/IEC 42001:2023, A.6.2.7"
GIVEN = value(
    "evidence_given",
    YES_NO,
    "Whether a signed statement names evidence that is there and unchanged.",
    FILE,
    Better.HIGHER,
    1.0,
)
STATED = value(
    "item_stated", YES_NO, "Whether a signed statement covers the point.", FILE, Better.HIGHER, 1.0
)
DOCUMENTED = value(
    "item_documented",
    YES_NO,
    "Whether a signed statement covers the point and its evidence is there and unchanged.",
    FILE,
    Better.HIGHER,
    1.0,
)


@check(
    id="transparency.evidence",
    title="Statements lack their evidence, or leave points out",
    needs=[],
    metrics=[GIVEN, STATED, DOCUMENTED],
    remediation=[
        "Put the document beside the card and name it under 'evidence'; with 'sha256' the audit notices any change.",
        "List under 'covers' the points that the document really speaks of, by the names the policy uses.",
        "Have whoever answers for the statement sign it again after the document changed.",
    ],
)
def evidence(subject: Subject) -> Iterator[Measurement]:
    """Read what stands behind each statement of the system card.

    ## Why it matters

    A duty to inform, to assess or to keep records is met by a document, not by the memory of one. Years later
    somebody must be able to find the very document that was meant.

    ## How it is computed

    A statement counts if it names a person with role, date and last day. Its evidence counts if the file is
    where the card says and, where the card states a SHA-256 digest, has that digest; the digest found goes
    into the record. A web address counts as given and is never opened. Every point that a statement covers is
    reported by itself.

    ## Known limits

    Documents are not read: that the file exists says nothing about what is in it.

    ## References

    Regulation (EU) 2024/1689, Art. 11, 17, 18; ISO/IEC 42001:2023, A.6.2.7.
    """
    if subject.card is None:
        return
    for attestation in subject.card.attestations:
        proven, signed = evidence_state(attestation), "; ".join(faults(attestation)) or State.GIVEN
        scope = {"attestation": attestation.id}
        yield _read(GIVEN.name, scope, proven, attestation)
        for item in dict.fromkeys(attestation.covers):
            yield _read(STATED.name, {**scope, "item": item}, signed, attestation)
            yield _read(DOCUMENTED.name, {**scope, "item": item}, proven, attestation)


def _read(metric: str, scope: Scope, state: str, a: Attestation) -> Measurement:
    found = None if a.evidence is None else a.evidence.found
    return Measurement(
        metric=metric,
        value=float(state == State.GIVEN),
        n=1,
        scope=scope,
        method="read from the system card",
        params={"state": str(state), "no_interval": "read, not estimated", "name": a.name, "sha256": found},
        valid_from=day(a.date),
        expires=day(a.expires),
    )
