"""Predicted numbers by quantile: who is among the highest."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.rates import rates_of, together
from aiaudit.metrics import difference, rate, ratio
from aiaudit.subject import Subject

AGARWAL = "Agarwal, Dudik and Wu 2019, arXiv:1905.12843"
#: Shares of everybody that a predicted number is compared with, from the top.
TOPS = {
    "the highest tenth": 0.9,
    "the highest quarter": 0.75,
    "the upper half": 0.5,
    "all but the lowest quarter": 0.25,
}

RATE = rate(
    "quantile_rate", "People whose predicted number lies above the quantile of everybody, of all.", AGARWAL
)
RATIO = ratio("quantile_rate_ratio", "The group's quantile rate over the reference group's.", AGARWAL)
GAP = difference(
    "quantile_rate_difference", "The group's quantile rate minus the reference group's.", AGARWAL
)


@check(
    id="bias.regression-quantiles",
    title="High predicted numbers go to some groups more often",
    needs=[Need.PREDICTIONS, Need.GROUPS],
    metrics=[RATE, RATIO, GAP],
    remediation=[
        "Find where along the scale the group is missing, and which features decide there.",
        "Compare with true outcomes (separation) before calling the gap the model's own.",
        "If only the highest numbers matter in use, say so in the policy, and judge that quantile alone.",
    ],
    effort=["hours", "hours", "hours"],
    weighted=True,
)
def regression_quantiles(subject: Subject) -> Iterator[Measurement]:
    """Measure how often each group's predicted number lies above quantiles of everybody.

    ## Why it matters

    Equal means can hide that a group is absent at the top or crowded at the bottom, where decisions are made.
    Independence of a number and a group means that the whole distribution is the same.

    ## How it is computed

    Quantiles of the predicted numbers of all rows; the share strictly above each, by group, with the intervals
    and tests of any other rate, the quantile taken as given. The scope names the quantile.

    ## Known limits

    Tied predictions at a quantile are not above it, so that less than the nominal share may be. Whether a high
    number is good for a person is not known here.

    ## References

    Agarwal, Dudik and Wu 2019; Steinberg, Reid and O'Callaghan 2020, arXiv:2001.06089.
    """
    predicted = subject.predicted_values
    if predicted is None or not subject.n:
        raise NotApplicable(f"a {subject.task} model predicts labels, not numbers")
    above = {top: predicted > np.quantile(predicted, share) for top, share in TOPS.items()}
    rates = together([rates_of(subject, RATE, hits, top=top) for top, hits in above.items()])
    yield from rates.measurements()
    for rule in subject.references:
        found = contrasts(rates, rule)
        if found is not None:
            yield from found.ratios(RATIO)
            yield from found.differences(GAP)
