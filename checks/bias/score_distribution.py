"""How far apart the scores of groups are distributed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Form, Measurement, Reference
from aiaudit.measuring.distances import distances
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.means import means
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.ranked import ranked
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
    distance of tiny groups is large by chance. Different distributions may reflect different people.

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
        for own, theirs, about in _samples(subject, scores.values, found, rule):
            apart = distances(own, theirs)
            test = {"ks": apart.p_value}
            yield Measurement(
                metric=KS.name,
                value=apart.largest,
                p_value=apart.p_value,
                method=f"{scores.source}; limiting test",
                **about,
            )
            yield Measurement(metric=EARTH.name, value=apart.area, tests=test, method=scores.source, **about)


def _samples(
    subject: Subject, scores: Floats, found: Estimates, rule: Rule
) -> Iterator[tuple[Floats, Floats, dict[str, Any]]]:
    """Yield the sorted scores of group and reference, and what their measurements have in common."""
    pairs, groups = found.pairs(rule), subject.grouped
    for part, rows in ranked(subject, scores):
        for i, j, looks in (pair for pair in pairs if part.start <= pair[0] < part.stop):
            own = rows.scores_of(i - part.start)
            rest = rule == "rest"
            theirs = rows.without(i - part.start).score if rest else rows.scores_of(j - part.start)
            reference = Reference(
                scope={} if rest else groups.scopes[j],
                numerator=None,
                denominator=len(theirs),
                rule=str(rule),
                looks=looks,
            )
            yield (
                own,
                theirs,
                {
                    "form": Form.DIFFERENCE,
                    "n": len(own),
                    "denominator": len(own),
                    "scope": groups.scopes[i],
                    "reference": reference,
                    "params": {
                        **groups.remarks(i),
                        "no_interval": "a distance is never below 0, not even by chance",
                    },
                },
            )
