"""How far apart the scores of groups are distributed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Form, Measurement, Reference
from aiaudit.measuring.distances import Distances, apart
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.means import means
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.ranked import ranked
from aiaudit.measuring.rates import number
from aiaudit.measuring.reference import Rule
from aiaudit.metrics import difference, value
from aiaudit.subject import Subject

SMIRNOV = "Smirnov 1948, Annals of Mathematical Statistics 19"
MEAN = value("mean_score", "score", "Mean score.", "customary", Better.HIGHER, None)
GAP = difference("mean_score_difference", "The group's mean score minus the reference group's.", "customary")
KS = difference(
    "kolmogorov_smirnov",
    "Largest difference between the shares of group and reference that score up to any one value.",
    SMIRNOV,
)
EARTH = difference(
    "wasserstein_distance",
    "Area between the two distribution functions: how far scores must be moved, on average, to make them one.",
    "Jiang et al. 2020, arXiv:1907.12059",
)


@check(
    id="bias.score-distribution",
    title="Scores are distributed differently between groups",
    needs=[Need.SCORES, Need.GROUPS],
    metrics=[MEAN, GAP, KS, EARTH],
    remediation=[
        "Look where the distributions part: a gap everywhere points to a feature that stands in for the group, a "
        "gap at the top to rare cases the model has not seen in it.",
        "Compare outcomes at equal scores (calibration) to tell a difference between people from one in the model.",
        "Remove or coarsen features that carry the gap without serving the purpose, and measure again.",
    ],
    effort=["hours", "hours", "days"],
    weighted=True,
)
def score_distribution(subject: Subject) -> Iterator[Measurement]:
    """Measure how differently scores are distributed.

    ## Why it matters

    A gap in selection shows at one cut-off only. Scores are also used for order, price and priority, where the
    whole distribution acts on people.

    ## How it is computed

    Mean scores with Student's t intervals and Welch's test; the Kolmogorov-Smirnov distance with its limiting
    test; the first Wasserstein distance in units of the score. The reference is the group of at least 30 people
    with the highest mean, or whom the policy asks for.

    ## Known limits

    A distance has no sign and is never below zero: it has no interval that could hold at no difference, and the
    distance of tiny groups is large by chance. Where rows are weighted, the test takes the weights for unrelated
    to the score. Different distributions may reflect different people.

    ## References

    Smirnov 1948; Jiang et al. 2020; Miroshnikov et al. 2022, arXiv:2011.03156.
    """
    scores = subject.scores
    if scores is None or not subject.n:
        raise NotApplicable("there is no row with a score")
    found = means(subject, MEAN, scores.values, scores.source)
    yield from found.measurements()
    for rule in subject.references:
        yield from found.differences(GAP, rule)
        for far, about in _apart(subject, scores.values, found, rule):
            test = {"ks": far.p_value} if np.isfinite(far.p_value) else {}
            yield Measurement(
                metric=KS.name,
                value=number(far.largest),
                p_value=number(far.p_value),
                method=f"{scores.source}; limiting test",
                **about,
            )
            yield Measurement(
                metric=EARTH.name, value=number(far.area), tests=test, method=scores.source, **about
            )


def _apart(
    subject: Subject, scores: Floats, found: Estimates, rule: Rule
) -> Iterator[tuple[Distances, dict[str, Any]]]:
    """Yield how far each group is from its reference, and what the measurements of it have in common."""
    pairs, groups = found.pairs(rule), subject.grouped
    for part, rows in ranked(subject, scores):
        for i, j, looks in (pair for pair in pairs if part.start <= pair[0] < part.stop):
            rest = rule == "rest"
            own = rows.only(i - part.start)
            theirs = rows.without(i - part.start) if rest else rows.only(j - part.start)
            size = len(own.rows)
            reference = Reference(
                scope={} if rest else groups.scopes[j],
                numerator=None,
                denominator=len(theirs.rows),
                rule=str(rule),
                looks=looks,
            )
            remarks = {**groups.remarks(i), "no_interval": "a distance is never below 0, not even by chance"}
            about = {"form": Form.DIFFERENCE, "n": size, "denominator": size, "scope": groups.scopes[i]}
            yield apart(own, theirs, subject.weights), about | {"reference": reference, "params": remarks}
