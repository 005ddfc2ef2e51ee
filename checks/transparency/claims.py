"""Whether the columns, groups and period that the card names are those of the audit."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from aiaudit.card import SystemCard, day
from aiaudit.check import check
from aiaudit.errors import some
from aiaudit.facts import Measurement, Metric
from aiaudit.metrics import value
from aiaudit.subject import Subject

LAW = "Regulation (EU) 2024/1689, Art. 11 and Annex IV, 2"
FEATURES = value(
    "feature_disagreements",
    "columns",
    "Columns that the card names and the model lacks, or the reverse.",
    LAW,
)
GROUPS = value(
    "unaudited_groups", "attributes", "Attributes that the card calls audited and the audit did not see.", LAW
)
PERIOD = value("rows_outside_period", "rows", "Rows dated before or after the period of the card.", LAW)


@check(
    id="transparency.claims",
    title="The system card names other columns, groups or years than the audit saw",
    needs=[],
    metrics=[FEATURES, GROUPS, PERIOD],
    remediation=[
        "Correct the card where it is out of date; where it is right, find out which model or data this is.",
        "Audit every attribute that the card calls audited (--sensitive).",
    ],
    effort=["hours", "hours"],
)
def claims(subject: Subject) -> Iterator[Measurement]:
    """Hold what the card says about columns, groups and period against what the audit saw.

    ## Why it matters

    A card is copied from version to version. Where it names other columns than the model takes, or years that the
    data are not of, it describes another system.

    ## How it is computed

    The declared features are compared with the columns that the model is given, both ways. Attributes listed as
    audited are looked for among the protected columns, without regard to case. Where the card names a column of
    dates and a first or last day, rows outside are counted; values that are no ISO dates are left out and
    counted. Nothing is measured where the card is silent.

    ## Known limits

    Without a model the columns it was given are unknown. A column of dates is found only if it is among the
    columns of the audit.

    ## References

    Regulation (EU) 2024/1689, Art. 11 and Annex IV; Mitchell et al. 2019.
    """
    card = subject.card
    if card is None:
        return
    if card.data.features and subject.features is not None:
        declared, given = set(card.data.features), {str(c) for c in subject.features.columns}
        yield _count(
            FEATURES, declared ^ given, subject.n, lacking=declared - given, unnamed=given - declared
        )
    if card.groups.audited:
        seen = {a.name.casefold() for a in subject.attributes}
        unseen = {name for name in card.groups.audited if name.strip().casefold() not in seen}
        yield _count(GROUPS, unseen, subject.n, unseen=unseen)
    yield from _period(card, subject)


def _period(card: SystemCard, subject: Subject) -> Iterator[Measurement]:
    first, last, column = day(card.data.first_day), day(card.data.last_day), card.data.date_column
    columns = subject.columns
    if column is None or columns is None or column not in columns or (first is None and last is None):
        return
    dates = pd.to_datetime(columns[column].astype(str), format="ISO8601", errors="coerce", utc=True).dt.date
    known = dates.dropna()
    outside = sum((first is not None and d < first) or (last is not None and d > last) for d in known)
    yield Measurement(
        metric=PERIOD.name,
        value=float(outside) if len(known) else None,
        n=len(known),
        scope={"column": column},
        method="counted",
        params={"no_interval": "counted", "period": f"{first or 'any day'} to {last or 'any day'}"},
        excluded={"no date": len(dates) - len(known)} if len(dates) > len(known) else {},
    )


def _count(metric: Metric, named: set[str], n: int, **said: set[str]) -> Measurement:
    lists = {key: some(sorted(names)) for key, names in said.items() if names}
    return Measurement(
        metric=metric.name,
        value=float(len(named)),
        n=n,
        method="compared with the system card",
        params={"no_interval": "counted", **lists},
    )
