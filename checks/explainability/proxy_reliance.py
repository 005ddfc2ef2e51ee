"""How much of what moves the decisions goes together with protected attributes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, check
from aiaudit.explaining.importance import LEVEL
from aiaudit.explaining.intervals import share
from aiaudit.explaining.reporting import measurement
from aiaudit.explaining.shared import explained
from aiaudit.facts import Measurement
from aiaudit.measuring.association import crossed
from aiaudit.metrics import value
from aiaudit.statistics.association import strength
from aiaudit.subject import Subject

RELIANCE = (
    "Sum over columns of importance share times Cramér's V with the protected attribute; the attribute's own "
    "column counts in full."
)
LARGEST = 3


@check(
    id="explainability.proxy-reliance",
    title="The decisions rest on columns that stand in for a protected attribute",
    needs=[Need.MODEL, Need.GROUPS],
    metrics=[value("proxy_reliance", "share", RELIANCE, "house")],
    remediation=[
        "Look at the columns named: each is both important and closely tied to the protected attribute.",
        "Keep those of which you can say why the decision needs them; coarsen or drop the others and refit.",
        "Look at explainability.attribution-gap: it says which of them carries the gap between groups.",
    ],
    effort=["hours", "days", "hours"],
    params={"level": LEVEL},
)
def proxy_reliance(subject: Subject) -> Iterator[Measurement]:
    """Measure how much of the model's output rests on a protected attribute and on what goes together with it.

    ## Why it matters

    Leaving a protected column out changes little if the model leans on others that tell nearly the same.

    ## How it is computed

    Each column's share of the importance (explainability.global-importance) is weighted with its association
    with the attribute: Cramér's V, corrected for bias, from 0 to 1; the attribute's own column counts with 1.
    The sum is 0 if nothing that matters goes together with the attribute and 1 if the model uses nothing
    else. The columns that add most are named. The interval is that of the importances; the association is taken
    from the whole table as it is.

    ## Known limits

    Columns that tell the attribute only together are not seen (bias.proxy-prediction). Association is no proof
    of use: a column may matter for the part of it that has nothing to do with the attribute. The interval
    leaves out the error of the association, which is small beside that of the importance from some hundred rows
    on.

    ## References

    Lundberg and Lee 2017, arXiv:1705.07874; Bergsma 2013, doi:10.1016/j.jkss.2012.10.002.
    """
    name, found = explained(subject)
    features = subject.features
    assert features is not None  # it has been explained
    ties = {
        (attribute, str(label)): strength(table.counts)
        for label in features
        for attribute, table in crossed(subject, str(label), features[label]).items()
    }
    parts = np.zeros(len(found.columns)) if found.ranked is None else np.maximum(found.sizes.middle.mean, 0)
    for attribute in subject.attributes:
        weights = np.nan_to_num([ties.get((attribute.name, c), 0.0) for c in found.columns])
        weights[[c == attribute.name for c in found.columns]] = 1.0
        estimate = None if found.ranked is None else share(found.sizes, weights, LEVEL)
        added = np.argsort(-parts * weights, kind="stable")[:LARGEST]
        carriers = ", ".join(found.columns[j] for j in added if parts[j] * weights[j] > 0)
        scope = {"attribute": attribute.name}
        yield measurement("proxy_reliance", found, estimate, scope, output=name, columns=carriers)
