"""Discrimination by group: how well scores tell apart those who did well from those who did not."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement, Scope
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.partitions import Bools, Floats, Partitions
from aiaudit.measuring.ranked import Auc, auc, ranked
from aiaudit.metrics import difference, value
from aiaudit.subject import Subject

DELONG = "DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44"

AUC = value(
    "auc",
    "chance",
    "Chance that of two people of the group, one with each outcome, the one who did well has the higher score.",
    DELONG,
    Better.HIGHER,
    1.0,
)
GAP = difference("auc_difference", "The group's AUC minus the reference group's.", DELONG)


@check(
    id="bias.score-auc",
    title="Scores tell people apart less well in some groups",
    needs=[Need.SCORES, Need.LABELS, Need.DECISIONS, Need.GROUPS],
    metrics=[AUC, GAP],
    remediation=[
        "Ask which features say less about this group (missing more often, measured differently) and mend them at "
        "the source.",
        "Collect more rows of the group and refit; compare a model with group-specific interactions.",
        "Until then do not rank the group's people against others by this score alone: send them to a person.",
    ],
    effort=["days", "weeks", "ongoing"],
    weighted=True,
)
def score_auc(subject: Subject) -> Iterator[Measurement]:
    """Measure how well scores rank people within each group.

    ## Why it matters

    A score that ranks one group almost at random spreads its errors over that group by luck. No cut-off, and no
    recalibration, repairs that.

    ## How it is computed

    The area under the ROC curve within each group, ties counting half, with DeLong's standard error; groups are
    separate people, so differences are tested by Z on both errors. The smaller of the two outcome classes counts
    as the sample. Weighted rows count by their weight, and the error is linearized.

    ## Known limits

    It looks at ranks within a group only: a group whose scores are all too low has the same AUC. Where everybody
    is told apart without error there is no spread to estimate, and no interval.

    ## References

    DeLong, DeLong and Clarke-Pearson 1988; Sun and Xu 2014; Borkan et al. 2019, arXiv:1903.04561.
    """
    scores, deserved = subject.scores, subject.deserved
    if scores is None or deserved is None or not subject.favorable:
        raise NotApplicable(f"a {subject.task} model gives no score of a favourable label")
    found = _estimates(subject, scores.values, deserved, "rest" in subject.references)
    yield from found.measurements()
    for rule in subject.references:
        yield from found.differences(GAP, rule)


def _estimates(subject: Subject, scores: Floats, deserved: Bools, with_rest: bool) -> Estimates:
    own, others = [], []
    for _, partition in ranked(subject, scores):
        own.append(auc(partition, deserved, subject.weights))
        if with_rest:
            others += [auc(partition.without(i), deserved, subject.weights) for i in range(partition.size)]
    groups = subject.grouped
    rest = _joined(groups, others, ({},) * len(groups.scopes), None) if with_rest else None
    return _joined(groups, own, groups.scopes, rest)


def _joined(
    groups: Partitions, found: list[Auc], scopes: tuple[Scope, ...], rest: Estimates | None
) -> Estimates:
    positives, negatives = (
        np.concatenate([getattr(a, side) for a in found]) for side in ("positives", "negatives")
    )
    return Estimates(
        metric=AUC,
        scopes=scopes,
        known=groups.known,
        value=np.concatenate([a.value for a in found]),
        error=np.concatenate([a.error for a in found]),
        n=np.minimum(positives, negatives),
        rows=groups.counts(),
        method="area under the ROC curve with DeLong's error",
        bounds=(0.0, 1.0),
        on_logit=True,
        rest=rest,
        parts=groups.parts,
    )
