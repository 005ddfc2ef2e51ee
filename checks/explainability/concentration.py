"""How few columns the decisions rest on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, check
from aiaudit.explaining.importance import LEVEL
from aiaudit.explaining.intervals import share
from aiaudit.explaining.reporting import measurement
from aiaudit.explaining.shared import explained
from aiaudit.facts import Better, Measurement
from aiaudit.metrics import value
from aiaudit.subject import Subject

SHAP = "Lundberg and Lee 2017, arXiv:1705.07874"
#: Part of the total importance that is looked for in as few columns as possible.
MOST = 0.9
LARGEST = "Importance of the most important column over the sum of all columns' importances."
FEW = "Fewest columns that together hold nine tenths of the total importance."
IDLE = "Columns that changed the output of no row that was explained."


@check(
    id="explainability.concentration",
    title="The decisions hang on very few columns, or columns are collected for nothing",
    needs=[Need.MODEL],
    metrics=[
        value("largest_importance_share", "share", LARGEST, SHAP, ideal=None),
        value("columns_for_most", "columns", FEW, "house", Better.TARGET, None),
        value("idle_columns", "columns", IDLE, "GDPR Article 5(1)(c)"),
    ],
    remediation=[
        "Ask what happens to people when the largest column is wrong, late or missing, and test it.",
        "If one column alone decides, check that it is not the outcome in other clothes.",
        "Stop collecting columns that change nothing; fewer data about people are owed to them.",
    ],
    effort=["days", "hours", "days"],
    params={"level": LEVEL, "most": MOST},
)
def concentration(subject: Subject) -> Iterator[Measurement]:
    """Measure on how few columns the model's output rests.

    ## Why it matters

    A decision that hangs on one column is as good as that column, and easy to game. A column that changes
    nothing was collected without need.

    ## How it is computed

    From the attributions of explainability.global-importance: the share of the largest column, with the same
    interval; the fewest columns that together reach nine tenths of the total; and how many columns never
    changed the output of any explained row.

    ## Known limits

    The largest column is picked by its size: where several are about equal, its share is a little too large.
    A column that changed nothing in the sample may matter in rows that were not explained; how much at most is
    the interval of its importance. Columns that tell the same share their weight and look less concentrated.

    ## References

    Lundberg and Lee 2017; Regulation (EU) 2016/679, Article 5(1)(c).
    """
    name, found = explained(subject)
    ranked, p = found.ranked, len(found.columns)
    counted = {"no_interval": "counted from estimated shares"}
    means = np.zeros(p) if ranked is None else np.maximum(found.sizes.middle.mean[ranked], 0)
    estimate = None if ranked is None else share(found.sizes, np.arange(p) == ranked[0], LEVEL)
    told = {} if ranked is None else {"column": found.columns[ranked[0]]}
    yield measurement("largest_importance_share", found, estimate, output=name, **told)
    reached = np.cumsum(means) >= MOST * means.sum() * (1 - 1e-12)
    few = float(np.argmax(reached) + 1) if means.any() else None
    idle = None if ranked is None else float((~found.values.any(axis=0)).sum())
    for metric, number in (("columns_for_most", few), ("idle_columns", idle)):
        yield Measurement(
            metric=metric,
            value=number,
            n=len(found.rows),
            method="counted among the columns of explained rows",
            params={**counted, "columns": p, "output": name},
        )
