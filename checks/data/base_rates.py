"""How often outcomes were favourable in each group, before any model."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.cells import stacked
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.means import means
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.subject import ACTUAL, Subject

KLEINBERG = "Kleinberg, Mullainathan and Raghavan 2016, arXiv:1609.05807"

RATE = rate("base_rate", "People whose true outcome is favourable, of all people in the group.", KLEINBERG)
RATIO = ratio("base_rate_ratio", "The group's base rate over the reference group's.", KLEINBERG)
GAP = difference("base_rate_difference", "The group's base rate minus the reference group's.", KLEINBERG)
MEAN = value("mean_outcome", "target", "Mean of the recorded outcome.", "customary", Better.HIGHER, None)
MEAN_GAP = difference(
    "mean_outcome_difference", "The group's mean outcome minus the reference group's.", "customary"
)


@check(
    id="data.base-rates",
    title="Outcomes in the data differ between groups",
    needs=[Need.LABELS, Need.GROUPS],
    metrics=[RATE, RATIO, GAP, MEAN, MEAN_GAP],
    remediation=[
        "Ask how the outcome came to be recorded: by whom, for whom, and whether a past decision had a hand in it.",
        "Where the outcome is known only of people who were once accepted, find outcomes of others before "
        "training on it.",
        "Choose the measure of equal treatment knowing this gap: with different base rates, equal selection and "
        "equal error rates cannot both hold.",
    ],
    effort=["hours", "weeks", "hours"],
    weighted=True,
)
def base_rates(subject: Subject) -> Iterator[Measurement]:
    """Measure how often the recorded outcome is favourable in each group.

    ## Why it matters

    A model learns the gaps of its data. Where outcomes differ between groups, a perfect model selects them at
    different rates, and equal error rates, equal selection and calibration cannot all be had.

    ## How it is computed

    From counts: favourable true outcomes over people, in every protected attribute and every pair of them, set
    against the reference by ratio and difference, with the intervals and tests of selection rates. Where the
    outcome is a number, means with Student's t intervals and Welch's test.

    ## Known limits

    The recorded outcome is taken as true. Outcomes that past decisions caused (no loan, no default) or that were
    watched for more closely in one group carry those decisions on.

    ## References

    Kleinberg et al. 2016; Chouldechova 2017, doi:10.1089/big.2016.0047.
    """
    if subject.actual_values is not None:
        found = means(subject, MEAN, subject.actual_values, "recorded outcomes")
        yield from found.measurements()
        for rule in subject.references:
            yield from found.differences(MEAN_GAP, rule)
        return
    if not subject.favorable:
        raise NotApplicable(f"a {subject.task} model has no favourable outcome")
    rates = stacked(subject, [ACTUAL]).rates(RATE, [(1,)], [(0,), (1,)])
    yield from rates.measurements()
    for rule in subject.references:
        compared = contrasts(rates, rule)
        if compared is not None:
            yield from compared.ratios(RATIO)
            yield from compared.differences(GAP)
