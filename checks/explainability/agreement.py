"""Whether another method finds the same columns important."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.reasons import MOST
from aiaudit.explaining.replacing import TOGETHER, alike, changes
from aiaudit.explaining.shared import explained, leading
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.metrics import value
from aiaudit.subject import Subject

FISHER = "Fisher, Rudin and Dominici 2019, Journal of Machine Learning Research 20(177)"
ALIKE = "Correlation, over columns, of mean sizes of attributions and of mean changes when one column is replaced."
SHARED = "Columns among the largest by both methods, of as many as are called the largest."
#: Rows and columns compared, at most.
ROWS, COLUMNS = 200, 50


@check(
    id="explainability.agreement",
    title="Another method finds other columns important",
    needs=[Need.MODEL],
    metrics=[
        value("importance_correlation", "correlation", ALIKE, FISHER, Better.HIGHER, 1.0),
        value("leading_columns_shared", "share", SHARED, FISHER, Better.HIGHER, 1.0),
    ],
    remediation=[
        "Look at explainability.interactions: where columns act together, single columns have no one importance.",
        "Where two columns tell nearly the same, name them together in whatever you say of the model.",
        "Say in the system card which method your explanations rest on, and why that one.",
    ],
    effort=["hours", "hours", "hours"],
    params={"level": LEVEL, "rows": ROWS, "columns": COLUMNS},
)
def agreement(subject: Subject) -> Iterator[Measurement]:
    """Measure whether replacing one column at a time ranks the columns as the attributions do.

    ## Why it matters

    Methods answer different questions. Where their answers agree it does not matter which was asked; where they do
    not, a list of important columns says as much about the method as about the model.

    ## How it is computed

    Of the rows explained, each column in turn (the fifty largest, where there are more) is given another random
    row's value, all else left as it is; its importance by this method is the mean change of the output. The
    correlation is that of these means with the mean sizes of the same rows' attributions; its interval is Student's
    t on Fisher's scale, the error by leaving out five rows at a time. The largest are four columns, or all but one
    where there are fewer than five.

    ## Known limits

    A correlation is ruled by the few largest columns, as an explanation is. Replacing one column makes rows that
    nobody has, and where columns act together their effects are counted for each of them.

    ## References

    Fisher, Rudin and Dominici 2019; Breiman 2001, Machine Learning 45, 5-32.
    """
    name, found = explained(subject)
    p, k, chosen = len(found.columns), min(ROWS, len(found.rows)), leading(subject, COLUMNS)
    if p < 3 or k < 4 * TOGETHER:
        raise NotApplicable(
            f"a correlation over columns needs three of them and {4 * TOGETHER} explained rows"
        )
    ours, theirs = found.sizes.magnitude[:k, chosen], changes(subject, found, k, chosen)
    known = np.isfinite(theirs).all(axis=1)
    ours, theirs, n = ours[known], theirs[known], int(known.sum())
    told: dict[str, str | int] = {"output": name, "columns": len(chosen)}
    r, low, high = alike(ours, theirs, LEVEL)
    sure = interval(low, high, "Student's t on Fisher's scale")
    yield Measurement(
        metric="importance_correlation",
        value=number(r),
        n=n,
        interval=sure,
        method="correlation of means over columns",
        params={
            **told,
            **({} if sure else {"no_interval": "the columns do not differ, or there is no spread"}),
        },
        excluded={"output is not finite": k - n} if n < k else {},
    )
    first, second = (np.argsort(-sizes.mean(axis=0), kind="stable") for sizes in (ours, theirs))
    most = min(MOST, len(chosen) - 1)
    yield Measurement(
        metric="leading_columns_shared",
        value=len(np.intersect1d(first[:most], second[:most])) / most if n else None,
        n=n,
        method="columns with the largest means",
        params={**told, "largest": most, "no_interval": "columns are no sample"},
    )
