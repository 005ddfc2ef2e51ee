"""Empty cells, and whether some groups have more of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from aiaudit.check import Need, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.partitions import Bools
from aiaudit.measuring.rates import Rates, rates_of, together
from aiaudit.metrics import difference, rate, ratio
from aiaudit.subject import Subject

RUBIN = "Rubin 1976, Biometrika 63:581"

INCOMPLETE = rate(
    "incomplete_rate", "Rows with an empty cell in any column, of all rows.", RUBIN, Better.LOWER
)
INCOMPLETE_GAP = difference(
    "incomplete_rate_difference", "The group's incomplete rate minus the reference group's.", RUBIN
)
MISSING = rate("missing_rate", "Rows whose cell in the column is empty, of all rows.", RUBIN, Better.LOWER)
MISSING_GAP = difference(
    "missing_rate_difference", "The group's missing rate in the column minus the reference group's.", RUBIN
)
MISSING_RATIO = ratio(
    "missing_rate_ratio",
    "The group's missing rate in the column over the reference group's.",
    RUBIN,
    Better.LOWER,
)


@check(
    id="data.missing-values",
    title="Some groups have more empty cells than others",
    needs=[Need.COLUMNS],
    metrics=[INCOMPLETE, INCOMPLETE_GAP, MISSING, MISSING_GAP, MISSING_RATIO],
    remediation=[
        "Find out why cells are empty: a question that was not asked, an answer refused, a source that lacks "
        "these people.",
        "Fill the gap at its source first. Filling cells with averages makes the people with empty cells look "
        "like everybody else.",
        "Compare errors of rows with and without empty cells before relying on the model for either.",
    ],
    effort=["hours", "weeks", "hours"],
    weighted=True,
)
def missing_values(subject: Subject) -> Iterator[Measurement]:
    """Measure how often cells are empty, by column and by group.

    ## Why it matters

    What is not known about people is filled in or ignored by the model, and both serve the people least for whom
    it happens most. Cells are rarely empty by chance.

    ## How it is computed

    The share of rows with an empty cell anywhere, and in each column that has one, among all rows and in each
    group of each attribute, with modified Wilson intervals; groups are set against their reference by difference
    and ratio, tested by Fisher's or the pooled Z test. Pairs of attributes are left out: they would multiply the
    comparisons. Empty is an empty cell as the table's reader tells it: no value, or a mark such as NA.

    ## Known limits

    A stand-in for an empty cell ("unknown", -1, 9999) is a value. A column is not set against its own groups.

    ## References

    Rubin 1976; Regulation (EU) 2024/1689, Art. 10(3).
    """
    single = replace(subject, depth=1)
    assert subject.columns is not None  # the plan saw to it
    empty = subject.columns.isna().to_numpy(bool)
    names = [str(name) for name in subject.columns.columns]
    whole = rates_of(single, INCOMPLETE, np.asarray(empty.any(axis=1)))
    yield from whole.measurements()
    for rule in subject.references:
        compared = contrasts(whole, rule)
        if compared is not None:
            yield from compared.differences(INCOMPLETE_GAP)
    columns = [_rates(single, names[i], empty[:, i]) for i in np.flatnonzero(empty.any(axis=0)).tolist()]
    if columns:
        yield from _compared(subject, together(columns))


def _rates(subject: Subject, column: str, empty: Bools) -> Rates:
    """Return the column's missing rates; a protected column is not divided by its own groups."""
    others = tuple(a for a in subject.attributes if a.name != column)
    if len(others) < len(subject.attributes):
        subject = replace(subject, attributes=others)
    return rates_of(subject, MISSING, empty, column=column)


def _compared(subject: Subject, rates: Rates) -> Iterator[Measurement]:
    yield from rates.measurements()
    for rule in subject.references:
        compared = contrasts(rates, rule)
        if compared is not None:
            yield from compared.differences(MISSING_GAP)
            yield from compared.ratios(MISSING_RATIO)
