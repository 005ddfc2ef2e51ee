"""Which columns drive the model's output, how much, and how much of that is protected attributes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, check
from aiaudit.explaining.importance import LEVEL, MAX_ROWS, Explanation
from aiaudit.explaining.intervals import importances, share
from aiaudit.explaining.reporting import measurement, quality, zero
from aiaudit.explaining.shared import explained
from aiaudit.facts import Better, Measurement
from aiaudit.metrics import rate, value
from aiaudit.subject import Subject

SHAP = "Lundberg and Lee 2017, arXiv:1705.07874"
SIZE = "Mean absolute Shapley value of the column over the rows of the table."
OF_ALL = "The column's importance over the sum of all columns' importances."
PROTECTED = "Sum of the importance shares of those columns that are protected attributes."
GAP = (
    "Largest distance between base plus attributions and what the model answers when asked again, over the range "
    "of outputs; the bare distance where outputs do not vary."
)


@check(
    id="explainability.global-importance",
    title="What drives the decisions is unknown, or it is a protected attribute",
    needs=[Need.MODEL],
    metrics=[
        value("importance", "output units", SIZE, SHAP, Better.TARGET, None),
        value("importance_share", "share", OF_ALL, SHAP, Better.TARGET, None),
        value("protected_importance_share", "share", PROTECTED, "house"),
        value("additivity_error", "share of the output's range", GAP, SHAP),
        rate("explained_share", "Rows that could be explained, of all rows sampled.", "customary"),
    ],
    remediation=[
        "Go through the largest columns with somebody who knows the business: each should have a reason that "
        "can be told to the person concerned.",
        "If a protected attribute is among them, refit without it and audit again, then look for columns that "
        "stand in for it.",
        "If a column nobody expected is large, look for leakage: a value known only after the outcome.",
        "If rows could not be explained, find the values for which the model answers with no number.",
    ],
    effort=["hours", "days", "hours", "hours"],
    params={"max_rows": MAX_ROWS, "level": LEVEL},
)
def global_importance(subject: Subject) -> Iterator[Measurement]:
    """Measure how much each column moves the model's output.

    ## Why it matters

    Who is refused may ask why, and who decides must know. A column that carries much weight needs a reason; a
    protected attribute that carries any weight needs a lawyer.

    ## How it is computed

    In the columns of the table, before any encoding. A row's Shapley values share out the difference between
    its output and the average over the table. Random rows meet in pairs; in each pair the columns of one row
    replace those of the other one by one, in a random order and in its reverse. Least squares over all pairs
    gives each row's values. A column's importance is the mean of their absolute values, corrected by regression
    for values that the explained rows hold more or less often than the table does. Noise would make that mean
    too large: of two bounds it can only raise the one and only lower the other; the estimate lies between,
    where their first-order biases cancel, and the interval reaches beyond both. Rows are drawn until the order
    of the five largest is settled (each larger than the next, or within 2 % of the total) or a limit is
    reached. Small tables of few columns are computed without noise, from all pairs and all combinations.

    ## Known limits

    Values of different rows are combined, which can make rows that nobody has (a retired child); a model may
    answer such rows oddly. The interval is too narrow for a column that only a few rare values decide, in
    samples that hold few of them. A column that repeats another one shares its weight. A column without weight can
    still be carried by columns that stand in for it. Weight is not cause.

    ## References

    Lundberg and Lee 2017; Mitchell, Cooper, Frank and Holmes 2022, JMLR 23(43); Jiang, Lim, Yao and Ye 2011,
    Mathematical Programming 127; Cochran 1977, Sampling Techniques.
    """
    name, found = explained(subject)
    yield from _columns(found, name)
    names = [a.name for a in subject.attributes if a.name in found.columns]
    if names:
        part = None if found.ranked is None else share(found.sizes, np.isin(found.columns, names), LEVEL)
        yield measurement("protected_importance_share", found, part, output=name, protected=", ".join(names))
    else:
        reason = "the model is given none of the protected columns"
        yield zero("protected_importance_share", found, reason)
    yield from quality(found)


def _columns(found: Explanation, output: str) -> Iterator[Measurement]:
    """Largest first; in the order of the table where nothing could be explained."""
    p, ranked = len(found.columns), found.ranked
    sizes = [None] * p if ranked is None else importances(found.sizes, LEVEL)
    for rank, j in enumerate(range(p) if ranked is None else ranked):
        scope = {"column": found.columns[j]}
        then = found.order[rank].value if rank < len(found.order) else "not compared"
        yield measurement("importance", found, sizes[j], scope, output=output, rank=rank + 1, than_next=then)
        part = None if ranked is None else share(found.sizes, np.arange(p) == j, LEVEL)
        yield measurement("importance_share", found, part, scope, output=output)
