"""Labels with an order: how high groups are placed, and how far off."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.functions import Tables
from aiaudit.measuring.means import means
from aiaudit.measuring.partitions import Ints
from aiaudit.measuring.rates import rates_of, together
from aiaudit.measuring.summaries import weighted_kappa
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.subject import Subject

COHEN = "Cohen 1968, Psychological Bulletin 70"
BACCIANELLA = "Baccianella, Esuli and Sebastiani 2009, doi:10.1109/ISDA.2009.230"
STEPS = "steps of the order"
REACHED = rate(
    "at_least_rate", "People placed at the label or better, of all people in the group.", "cumulative rates"
)
REACHED_RATIO = ratio(
    "at_least_ratio", "The group's at-least rate over the reference group's.", "cumulative rates"
)
PLACE = value(
    "mean_place", STEPS, "Mean position of the label given, 0 the worst.", "customary", Better.HIGHER, None
)
OFF = value("ordinal_error", STEPS, "Mean number of steps between label given and true label.", BACCIANELLA)
LEAN = value(
    "ordinal_lean",
    STEPS,
    "Mean steps by which the label given is better than the true one.",
    "customary",
    Better.TARGET,
)
KAPPA = value(
    "weighted_kappa",
    "agreement",
    "Agreement beyond chance, squared steps as weights.",
    COHEN,
    Better.HIGHER,
    1.0,
)
GAPS = {
    m.name: difference(f"{m.name}_difference", f"The group's {m.name} minus the reference group's.", m.source)
    for m in (PLACE, OFF, LEAN, KAPPA)
}


@check(
    id="bias.ordinal",
    title="Some groups are placed lower in the order, or further from where they belong",
    needs=[Need.DECISIONS, Need.GROUPS],
    metrics=[REACHED, REACHED_RATIO, PLACE, OFF, LEAN, KAPPA, *GAPS.values()],
    remediation=[
        "Find the step at which the group falls behind: the rates of reaching each label show it.",
        "Look by hand at people of the group who were placed lower than they should be, two steps and more first.",
        "Refit with a loss that counts steps, and compare the groups again.",
    ],
    effort=["hours", "hours", "days"],
    weighted=True,
)
def ordinal(subject: Subject) -> Iterator[Measurement]:
    """Measure labels that have an order.

    ## Why it matters

    A grade one step too low and one that is three steps too low are both wrong. Where labels have an order,
    counting wrong ones misses how far people are moved, and which way.

    ## How it is computed

    For every label but the worst, the share placed at it or better, set against the reference by ratio (scope
    "label"). Mean place, mean steps off and mean lean (better minus worse) have Student's t intervals and Welch's
    test. Cohen's kappa with squared weights measures agreement beyond chance, with its first-order error. The
    order is the one declared.

    ## Known limits

    Steps count alike, which an order does not promise. Kappa falls where a group has little spread.

    ## References

    Cohen 1968; Fleiss, Cohen and Everitt 1969; Baccianella, Esuli and Sebastiani 2009.
    """
    if not subject.order or subject.predicted is None:
        raise NotApplicable("no order of the labels was declared (--order)")
    place = np.array([subject.order.index(label) for label in subject.classes])
    given = place[subject.predicted]
    yield from _reached(subject, given)
    yield from _compared(subject, means(subject, PLACE, given.astype(float), "places of labels"))
    if subject.actual is not None:
        true = place[subject.actual]
        steps = (given - true).astype(float)
        yield from _compared(subject, means(subject, OFF, np.abs(steps), "steps off", bounds=(0.0, np.inf)))
        yield from _compared(subject, means(subject, LEAN, steps, "steps too high"))
        size = len(place)
        tables = Tables.of(subject, true * size + given, size**2)
        yield from _compared(subject, weighted_kappa(KAPPA, size).estimates(tables))


def _reached(subject: Subject, given: Ints) -> Iterator[Measurement]:
    labels = list(enumerate(subject.order))[1:]
    rates = together([rates_of(subject, REACHED, given >= k, label=label) for k, label in labels])
    yield from rates.measurements()
    for rule in subject.references:
        found = contrasts(rates, rule)
        if found is not None:
            yield from found.ratios(REACHED_RATIO)


def _compared(subject: Subject, found: Estimates) -> Iterator[Measurement]:
    yield from found.measurements()
    for rule in subject.references:
        yield from found.differences(GAPS[found.metric.name], rule)
