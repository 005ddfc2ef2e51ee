"""Error rates by group: who is wrongly refused, who is wrongly accepted, and how groups compare."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.contrasts import contrasts
from aiaudit.facts import Better, Measurement, Metric
from aiaudit.metrics import difference, rate
from aiaudit.rates import Cells, Rates, cells
from aiaudit.subject import ACTUAL, PREDICTED, Subject

HARDT = "Hardt, Price and Srebro 2016, arXiv:1610.02413"
CHOULDECHOVA = "Chouldechova 2017, doi:10.1089/big.2016.0047"

#: Rate -> (counted cells, of which cells), each cell an (actual, predicted) pair of favourable (1) or not (0).
COUNTED = {
    "true_positive_rate": ([(1, 1)], [(1, 0), (1, 1)]),
    "false_positive_rate": ([(0, 1)], [(0, 0), (0, 1)]),
    "false_negative_rate": ([(1, 0)], [(1, 0), (1, 1)]),
    "positive_predictive_value": ([(1, 1)], [(0, 1), (1, 1)]),
}
ACCURACY = rate("accuracy", "Decisions equal to the recorded outcome, of all decisions.", "customary")
RATES = (
    ACCURACY,
    rate("true_positive_rate", "Favourable decisions, of people whose outcome was favourable.", HARDT),
    rate(
        "false_positive_rate",
        "Favourable decisions, of people whose outcome was unfavourable.",
        HARDT,
        Better.LOWER,
    ),
    rate(
        "false_negative_rate",
        "Unfavourable decisions, of people whose outcome was favourable.",
        HARDT,
        Better.LOWER,
    ),
    rate(
        "positive_predictive_value",
        "Favourable outcomes, of people given a favourable decision.",
        CHOULDECHOVA,
    ),
)
DIFFERENCES = {
    r.name: difference(f"{r.name}_difference", f"The group's {r.name} minus the reference group's.", r.source)
    for r in RATES
}


@check(
    id="bias.error-rates",
    title="The model is wrong about some groups more often than about others",
    needs=[Need.DECISIONS, Need.LABELS, Need.GROUPS],
    metrics=[*RATES, *DIFFERENCES.values()],
    remediation=[
        "Look at the wrong decisions of the group concerned by hand: wrong labels, missing values and unusual "
        "but valid cases are found fastest that way.",
        "Collect more rows of that group and refit: a group the model saw rarely is a group it errs on.",
        "Check that the outcome column itself was recorded alike for every group; errors against a biased "
        "record mislead.",
        "Refit under an error-rate constraint (equalized odds) and compare the price in accuracy, or send "
        "borderline cases of every group to a person.",
    ],
)
def error_rates(subject: Subject) -> Iterator[Measurement]:
    """Measure how often the model is right and wrong about each group.

    ## Why it matters

    A qualified person who is refused bears the error. Where one group bears more of them, equal selection
    rates hide it. Equal true positive rates are called equal opportunity; equal true and false positive
    rates together, equalized odds; equal positive predictive values, predictive parity.

    ## How it is computed

    From counts of actual and predicted favourable labels in every protected attribute and every pair: each
    rate over its own denominator (the qualified, for a true positive rate), never over all rows. The
    reference is the group with the best rate among those whose denominator is at least 30. Wilson intervals
    for rates, Newcombe's for differences, Fisher's exact test or the pooled Z test for equality.

    ## Known limits

    The recorded outcome is taken as the truth. Outcomes seen only for people who were once accepted say
    nothing of those who were not. When groups differ in their share of favourable outcomes, predictive
    parity and equalized odds cannot both hold unless the model is never wrong.

    ## References

    Hardt, Price and Srebro 2016; Chouldechova 2017; Kleinberg, Mullainathan and Raghavan 2016.
    """
    if not subject.favorable:
        raise NotApplicable(f"error rates are those of decisions; this is a {subject.task}")
    for partition in subject.partitions():
        groups = cells(subject, partition, [ACTUAL, PREDICTED])
        for metric in RATES:
            rates = _rates(groups, metric)
            yield from rates.measurements()
            for rule in subject.references:
                found = contrasts(rates, rule)
                if found is not None:
                    yield from found.differences(DIFFERENCES[metric.name])


def _rates(groups: Cells, metric: Metric) -> Rates:
    rows = groups.counts.sum(axis=(1, 2))
    x, n = groups.right, rows
    if metric is not ACCURACY:
        counted, of = ([groups.counts[:, a, p] for a, p in pairs] for pairs in COUNTED[metric.name])
        x, n = np.sum(counted, axis=0), np.sum(of, axis=0)
    return Rates(metric=metric, scopes=groups.scopes, known=groups.known, x=x, n=n, rows=rows)
