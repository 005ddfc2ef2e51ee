"""How long before its first use the system was announced."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.card import day, faults
from aiaudit.check import check
from aiaudit.facts import Better, Measurement
from aiaudit.metrics import value
from aiaudit.subject import Subject

LAW = "6 RCNY 5-304; Regulation (EU) 2024/1689, Art. 26(7)"
BUSINESS = value(
    "business_days_before_use",
    "days",
    "Days from Monday to Friday from the day of a statement to the day before first use.",
    LAW,
    Better.HIGHER,
    None,
)
CALENDAR = value(
    "days_before_use", "days", "Days from the day of a statement to first use.", LAW, Better.HIGHER, None
)


@check(
    id="transparency.notices",
    title="People were told too late, or after the system was in use",
    needs=[],
    metrics=[BUSINESS, CALENDAR],
    remediation=[
        "Write the day of first use into the card (context.first_use), and the day on which the notice went out as "
        "the date of its statement.",
        "Do not switch the system on before the notice has stood for as long as the law asks.",
    ],
    effort=["hours", "weeks"],
)
def notices(subject: Subject) -> Iterator[Measurement]:
    """Count the days between each statement and the first use of the system.

    ## Why it matters

    A notice that arrives with the decision, or after it, leaves nobody time to ask for another way.

    ## How it is computed

    From the date of each signed statement to the day of first use that the card names: in days, and in days from
    Monday to Friday. Negative numbers are statements made after first use. Nothing is measured where either day is
    missing.

    ## Known limits

    Public holidays are counted as business days; add a day for each. Whether the statement is a notice, the
    policy knows.

    ## References

    Rules of the City of New York, title 6, section 5-304; Regulation (EU) 2024/1689, Art. 26(7).
    """
    card = subject.card
    first_use = None if card is None else day(card.context.first_use)
    if card is None or first_use is None:
        return
    for attestation in card.attestations:
        told = day(attestation.date)
        if told is None or faults(attestation):
            continue
        working = int(np.busday_count(np.datetime64(told), np.datetime64(first_use)))
        for metric, days in ((BUSINESS, working), (CALENDAR, (first_use - told).days)):
            yield Measurement(
                metric=metric.name,
                value=float(days),
                n=1,
                scope={"attestation": attestation.id},
                method="counted between two days of the system card",
                params={"no_interval": "counted", "told": str(told), "first_use": str(first_use)},
                valid_from=told,
                expires=day(attestation.expires),
            )
