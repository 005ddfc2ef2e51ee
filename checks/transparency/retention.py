"""For how long logs, decisions and documents are kept."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.stated import stated
from aiaudit.metrics import value
from aiaudit.subject import Subject

KEPT = value(
    "retention_days",
    "days",
    "Days for which the card says that the records are kept.",
    "Regulation (EU) 2024/1689, Art. 18, 19 and 26(6); 2 CCR 11013(c); 12 CFR 1002.12(b)",
    Better.HIGHER,
    None,
)
FIELDS = ("logs_days", "decisions_days", "documents_days")


@check(
    id="transparency.retention",
    title="Records are not kept as long as they may be asked for",
    needs=[],
    metrics=[KEPT],
    remediation=[
        "Set the retention of logs, of decisions with their data, and of documents to the longest that the laws you "
        "are under ask for, and write it into the card in days.",
        "Give protected attributes a day of deletion of their own: they are to be kept for as short as possible.",
    ],
    effort=["hours", "hours"],
)
def retention(subject: Subject) -> Iterator[Measurement]:
    """Read how long the records of the system are kept.

    ## Why it matters

    Whoever is refused may ask why after months, and an authority after years. What was deleted by then can
    neither explain nor defend the decision.

    ## How it is computed

    The days that the system card states, for logs, for decisions with their data, and for documents. Nothing
    is measured where the card is silent.

    ## Known limits

    A promise is read, not a backup. How long is long enough is for the policy to say.

    ## References

    Regulation (EU) 2024/1689, Art. 18, 19, 26(6); 2 CCR 11013(c); 12 CFR 1002.12(b).
    """
    for name in FIELDS:
        days = None if subject.card is None else getattr(subject.card.retention, name)
        if days is not None:
            yield stated(KEPT, float(days), {"field": f"retention.{name}"})
