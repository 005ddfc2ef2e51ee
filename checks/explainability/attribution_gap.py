"""Which columns carry the difference between groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from aiaudit.check import Need, NotApplicable, check
from aiaudit.explaining.importance import LEVEL, Explanation
from aiaudit.explaining.shared import explained
from aiaudit.facts import Better, Form, Measurement, Metric
from aiaudit.measuring.means import means
from aiaudit.metrics import value
from aiaudit.subject import Subject

SHAP = "Lundberg and Lee 2017, arXiv:1705.07874"
MEAN = value(
    "mean_attribution",
    "output units",
    "Mean Shapley value of the column over the group's rows.",
    SHAP,
    Better.HIGHER,
    None,
)
GAP = Metric(
    name="attribution_gap",
    better=Better.TARGET,
    ideal=0.0,
    unit="output units",
    definition="The group's mean Shapley value of the column minus that of everyone else.",
    source="Begley et al. 2020, arXiv:2010.07389",
    form=Form.DIFFERENCE,
)
OUTPUT = replace(
    GAP,
    name="output_gap",
    definition="The group's mean output minus that of everyone else: the columns' gaps together.",
)


@check(
    id="explainability.attribution-gap",
    title="It is not known which columns make one group fare worse than the others",
    needs=[Need.MODEL, Need.GROUPS],
    metrics=[GAP, OUTPUT],
    remediation=[
        "Start with the column that carries most of the gap: does the decision need it, and is it as true for "
        "this group as for the others?",
        "If a column measures one group worse (breaks in careers, missing records), repair it or leave it out.",
        "Refit and audit again; other columns may take over what was removed.",
    ],
    effort=["hours", "days", "hours"],
    params={"level": LEVEL},
    weighted=True,
)
def attribution_gap(subject: Subject) -> Iterator[Measurement]:
    """Measure what each column contributes to the difference of mean outputs between groups.

    ## Why it matters

    That a group fares worse says nothing about where it comes from. The columns' parts add up to the whole
    difference, so that the largest of them is where to begin.

    ## How it is computed

    Each explained row's Shapley values (explainability.global-importance) add up to its output, less a base that
    is that of its batch; their means over a group, less the means over everyone else, therefore add up to the
    difference of mean outputs within batches of random rows. The standard error is that of rows drawn at random (it includes the noise of
    attributions), the interval and the test use Student's t after Welch.

    ## Known limits

    A part is not a cause, and not unfair as such. Parts of opposite sign cancel in the sum. People of several
    groups at once are not compared; only the explained rows serve, so small groups have wide intervals.

    ## References

    Lundberg and Lee 2017; Begley, Schwedes, Frye and Feige 2020.
    """
    name, found = explained(subject)
    if len(found.rows) < 2:
        raise NotApplicable("fewer than two rows could be explained")
    single = replace(subject, depth=1)
    for j, column in enumerate(found.columns):
        yield from _gaps(single, GAP, found, found.values[:, j], {"column": column}, name)
    yield from _gaps(single, OUTPUT, found, found.values.sum(axis=1), {}, name)


def _gaps(
    subject: Subject,
    metric: Metric,
    found: Explanation,
    values: npt.NDArray[np.float64],
    scope: dict[str, str],
    output: str,
) -> Iterator[Measurement]:
    every, among = np.zeros(subject.n), np.zeros(subject.n, bool)
    every[found.rows], among[found.rows] = values, True
    told: dict[str, str | int] = {"output": output, "explained": len(found.rows)}
    estimates = means(subject, MEAN, every, "mean over explained rows", among=among)
    for m in estimates.differences(metric, "rest"):
        yield replace(m, scope={**m.scope, **scope}, params={**m.params, **told})
