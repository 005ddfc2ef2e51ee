"""Rows that agree in every feature and differ in their outcome."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.counted import count_of, counts_by_group
from aiaudit.measuring.rows import joined, row_numbers
from aiaudit.metrics import rate
from aiaudit.subject import Subject

NORTHCUTT = "Northcutt, Athalye and Mueller 2021, arXiv:2103.14749"
ALIKE = "rows that agree in every feature"

CONFLICT = rate(
    "label_conflict_rate",
    "Rows that another row equals in every feature but not in its outcome, of all rows in the group.",
    NORTHCUTT,
    Better.LOWER,
)
UNAVOIDABLE = rate(
    "unavoidable_error_rate",
    "Rows whose outcome is not the commonest among rows with the same features: no model of these features is "
    "right on more.",
    "Bayes error of the table",
    Better.LOWER,
)


@check(
    id="data.label-conflicts",
    title="Rows alike in every feature have different outcomes",
    needs=[Need.COLUMNS, Need.LABELS],
    metrics=[CONFLICT, UNAVOIDABLE],
    remediation=[
        "Read pairs of such rows: a wrong label, a copy that was corrected later, or two people whom the features "
        "cannot tell apart.",
        "Mend wrong labels at their source, for every group alike.",
        "Where people cannot be told apart, find the feature that is missing, or have a person decide such cases.",
    ],
    effort=["hours", "days", "weeks"],
)
def label_conflicts(subject: Subject) -> Iterator[Measurement]:
    """Count rows that agree in every feature and differ in their outcome.

    ## Why it matters

    If the same facts led to different outcomes, then labels are wrong or a fact is missing. A model can only be
    wrong about some of these people; where they are more of one group, so are the errors.

    ## How it is computed

    Rows are alike where all features agree, exactly; protected columns count only where they are features. In
    every group, the rows with an equal of another outcome; over all rows, those whose outcome is not the commonest of
    their equals. Counts of the table at hand, without sampling error.

    ## Known limits

    Columns with many values make every row unlike any other, so that no conflict can show. Coarse ones make
    conflicts that are no errors.

    ## References

    Northcutt et al. 2021; Regulation (EU) 2024/1689, Art. 10(3).
    """
    if subject.actual is None:
        raise NotApplicable("outcomes that are numbers differ without being in conflict")
    assert subject.columns is not None  # the plan saw to it
    rows = row_numbers(subject.columns)[0]
    pairs = joined(rows, subject.actual)
    times = np.bincount(rows, minlength=1)
    # How often each (row, outcome) occurs, and which row it is of.
    seen, of = np.bincount(pairs), np.zeros(int(pairs.max(initial=-1)) + 1, np.int64)
    of[pairs] = rows
    commonest = np.zeros(len(times), np.int64)
    np.maximum.at(commonest, of, seen[: len(of)])
    yield from counts_by_group(subject, CONFLICT, commonest[rows] < times[rows], ALIKE)
    wrong = subject.n - int(commonest.sum())
    yield count_of(
        UNAVOIDABLE, wrong, subject.n, method=ALIKE, params={"distinct_rows": len(np.unique(rows))}
    )
