"""Which statements of the system card have evidence behind them, and what they cover."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.card import Attestation, State, day, evidence_state, faults
from aiaudit.check import check
from aiaudit.facts import Better, Measurement, Metric, Scope
from aiaudit.measuring.stated import YES_NO, given
from aiaudit.metrics import value
from aiaudit.subject import Subject

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
    effort=["hours", "hours", "hours"],
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
        yield from _statement(attestation)


def _statement(a: Attestation) -> Iterator[Measurement]:
    proven, signed = evidence_state(a), "; ".join(faults(a)) or State.GIVEN
    found = None if a.evidence is None else a.evidence.found
    told: list[tuple[Metric, Scope, str]] = [(GIVEN, {}, proven)]
    for item in dict.fromkeys(a.covers):
        told += [(STATED, {"item": item}, signed), (DOCUMENTED, {"item": item}, proven)]
    for metric, point, state in told:
        scope = {"attestation": a.id, **point}
        yield given(metric, scope, state, day(a.date), day(a.expires), name=a.name, sha256=found)
