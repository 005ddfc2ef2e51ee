"""Combinations of protected and control columns that few people share."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from aiaudit.check import Need, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.counted import COUNTED, Params, count_of
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

SWEENEY = "Sweeney 2002, doi:10.1142/S0218488502001648"
CROSSED = "all protected and control columns crossed"
#: Customary limits: of publishing counts, of k-anonymity, and of telling anything about a group.
SIZES = (5, 10, 30)

SMALLEST = value(
    "smallest_cell",
    "rows",
    "Rows of the smallest combination that occurs: the k of k-anonymity.",
    SWEENEY,
    Better.HIGHER,
    None,
)
BELOW = {
    size: rate(
        f"rows_in_cells_below_{size}",
        f"Rows whose combination occurs fewer than {size} times, of all rows.",
        SWEENEY,
        Better.LOWER,
    )
    for size in SIZES
}


@check(
    id="data.small-cells",
    title="Few people share a combination of protected columns",
    needs=[Need.GROUPS],
    metrics=[SMALLEST, *BELOW.values()],
    remediation=[
        "Coarsen the columns (wider age bands, regions instead of districts) until each combination holds enough "
        "people to say something about them.",
        "Do not publish the table, or counts of it, while single people can be found by these columns.",
        "Read the results of small combinations as open questions: no gap was found because none could be.",
    ],
    effort=["hours", "hours", "hours"],
)
def small_cells(subject: Subject) -> Iterator[Measurement]:
    """Count how many people share each combination of protected and control columns.

    ## Why it matters

    A combination that one person holds names that person to whoever knows the columns, and no rate of such a
    group means anything. Both call for coarser columns or more people.

    ## How it is computed

    All protected and control columns are crossed, whatever depth the audit compares groups to; a missing value is a
    value of its own. Reported are the rows of the smallest combination that occurs, and the rows in combinations below
    5, 10 and 30. These are counts of the table at hand and carry no sampling error.

    ## Known limits

    Other columns can give people away too; this speaks of the declared ones. Weights are not used: a person is found
    in the rows, not in what they stand for.

    ## References

    Sweeney 2002; Regulation (EU) 2024/1689, Art. 10(3).
    """
    names = [a.name for a in (*subject.attributes, *subject.controls)]
    counts = subject.tally.over(names).counts
    counts = counts[counts > 0]
    said: Params = {"columns": ", ".join(names), "cells": len(counts)}
    yield Measurement(
        metric=SMALLEST.name,
        value=float(counts.min()) if len(counts) else None,
        n=subject.n,
        method=CROSSED,
        params={**said, "cells_of_that_size": _smallest(counts), "no_interval": COUNTED},
    )
    for size, metric in BELOW.items():
        below = counts[counts < size]
        yield count_of(
            metric, int(below.sum()), subject.n, method=CROSSED, params={**said, "cells_below": len(below)}
        )


def _smallest(counts: npt.NDArray[np.int64]) -> int:
    return int(np.count_nonzero(counts == counts.min(initial=np.iinfo(np.int64).max)))
