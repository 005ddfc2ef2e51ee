"""Rows that occur more than once."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.counted import count_of, counts_by_group
from aiaudit.measuring.rows import identities
from aiaudit.metrics import rate
from aiaudit.subject import Subject

SAME = "rows that agree in every column, label and group"
SOURCE = "Regulation (EU) 2024/1689, Art. 10(3)"

SURPLUS = rate(
    "surplus_rate",
    "Rows that could be left out without losing a distinct one, of all rows.",
    SOURCE,
    Better.LOWER,
)
REPEATED = rate(
    "repeated_rate", "Rows that occur more than once, of all rows in the group.", SOURCE, Better.LOWER
)


@check(
    id="data.duplicates",
    title="Rows occur more than once",
    needs=[Need.COLUMNS],
    metrics=[SURPLUS, REPEATED],
    remediation=[
        "Find out whether they are one person twice or two people alike; a column that names the case "
        "(application number) tells.",
        "Remove repeated records before splitting the data, so that no copy lands on both sides.",
        "Where rows stand for several people on purpose, give the number as weights (--weights) instead.",
    ],
    effort=["hours", "hours", "hours"],
)
def duplicates(subject: Subject) -> Iterator[Measurement]:
    """Count rows that are the same in everything known about them.

    ## Why it matters

    A record that occurs twice counts twice: in training, in every rate of this audit, and in its certainty, since
    copies are no further people.

    ## How it is computed

    Rows are the same where features, recorded outcome, protected and control columns all agree; 1 and 1.0 agree,
    and so do two empty cells. Nothing is hashed, so that no two different rows can pass for one. Reported are the rows
    that could be left out, and in every group the rows that have a copy anywhere. These are counts of the table
    at hand, without sampling error.

    ## Known limits

    With few or coarse columns different people look alike, and the number grows with the table. The check cannot tell
    them from copies.

    ## References

    Regulation (EU) 2024/1689, Art. 10(3); Elmagarmid et al. 2007, doi:10.1109/TKDE.2007.250581.
    """
    rows = identities(subject)
    times = np.bincount(rows)
    surplus = subject.n - int(np.count_nonzero(times))
    yield count_of(SURPLUS, surplus, subject.n, method=SAME, params={"most_times": int(times.max(initial=0))})
    yield from counts_by_group(subject, REPEATED, times[rows] > 1, SAME)
