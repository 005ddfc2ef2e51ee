"""Error rates by group: who is wrongly refused, who is wrongly accepted, and how groups compare."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.cells import stacked
from aiaudit.measuring.confusion import DIFFERENCES, RATES, RATIOS, SHAPES, accuracy
from aiaudit.measuring.contrasts import contrasts
from aiaudit.subject import ACTUAL, PREDICTED, Subject


@check(
    id="bias.error-rates",
    title="The model is wrong about some groups more often than about others",
    needs=[Need.DECISIONS, Need.LABELS, Need.GROUPS],
    metrics=[*RATES, *DIFFERENCES.values(), *RATIOS.values()],
    version=2,
    remediation=[
        "Look at the wrong decisions of the group concerned by hand: wrong labels, missing values and unusual "
        "but valid cases are found fastest that way.",
        "Collect more rows of that group and refit: a group the model saw rarely is a group it errs on.",
        "Check that the outcome column itself was recorded alike for every group; errors against a biased "
        "record mislead.",
        "Refit under an error-rate constraint (equalized odds) and compare the price in accuracy, or send "
        "borderline cases of every group to a person.",
    ],
    effort=["hours", "weeks", "days", "days"],
    weighted=True,
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
    reference is the group with the best rate among those whose denominator is at least 30, or whom the policy
    asks for: the largest group, or everyone else. Wilson intervals for rates, Newcombe's for differences,
    Koopman's for ratios, Fisher's exact test or the pooled Z test for equality.

    ## Known limits

    The recorded outcome is taken as the truth. Outcomes seen only for people who were once accepted say
    nothing of those who were not. When groups differ in their share of favourable outcomes, predictive
    parity and equalized odds cannot both hold unless the model is never wrong.

    ## References

    Hardt, Price and Srebro 2016; Chouldechova 2017; Kleinberg, Mullainathan and Raghavan 2016.
    """
    if not subject.favorable:
        raise NotApplicable(f"error rates are those of decisions; this is a {subject.task}")
    groups = stacked(subject, [ACTUAL, PREDICTED])
    for rates in (accuracy(groups), *(shape.rates(groups) for shape in SHAPES)):
        yield from rates.measurements()
        for rule in subject.references:
            found = contrasts(rates, rule)
            if found is not None:
                yield from found.differences(DIFFERENCES[rates.metric.name])
                yield from found.ratios(RATIOS[rates.metric.name])
