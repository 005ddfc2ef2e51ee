"""Predicted numbers by group: how high they are, and how wrong."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.estimates import Estimates
from aiaudit.measuring.means import means, root
from aiaudit.metrics import difference, ratio, value
from aiaudit.subject import Subject

AGARWAL = "Agarwal, Dudik and Wu 2019, arXiv:1905.12843"
CUSTOM = "customary"

PREDICTION = value(
    "mean_prediction", "units of the target", "Mean predicted number.", AGARWAL, Better.TARGET, None
)
RESIDUAL = value(
    "mean_residual",
    "units of the target",
    "Mean of prediction minus outcome: above 0 the group is overestimated.",
    CUSTOM,
    Better.TARGET,
)
MAE = value("mean_absolute_error", "units of the target", "Mean distance of prediction and outcome.", CUSTOM)
RMSE = value("root_mean_squared_error", "units of the target", "Root of the mean squared distance.", CUSTOM)
METRICS = (PREDICTION, RESIDUAL, MAE, RMSE)
GAPS = {
    m.name: difference(f"{m.name}_difference", f"The group's {m.name} minus the reference group's.", m.source)
    for m in METRICS
}
RATIOS = {
    m.name: ratio(f"{m.name}_ratio", f"The group's {m.name} over the reference group's.", m.source, m.better)
    for m in (PREDICTION, MAE, RMSE)
}


@check(
    id="bias.regression",
    title="Predicted numbers are higher, or further off, for some groups",
    needs=[Need.PREDICTIONS, Need.GROUPS],
    metrics=[*METRICS, *GAPS.values(), *RATIOS.values()],
    remediation=[
        "Compare the groups' mean outcome with the mean prediction first: a residual that differs is the model's "
        "doing, a prediction that follows the outcome was in the data.",
        "Plot residuals of the group against the strongest features: a bend that others do not have wants a "
        "further feature or more rows.",
        "Where the number sets a price or a sum, cap what the error can cost a person and review large ones.",
    ],
    effort=["hours", "hours", "days"],
    weighted=True,
)
def regression(subject: Subject) -> Iterator[Measurement]:
    """Measure predicted numbers and their errors in each group.

    ## Why it matters

    A number that sets a price, a sum or a priority harms by being too high or too low, and by being unreliable.
    A mean residual apart from zero moves money between groups; a larger error is borne by the group.

    ## How it is computed

    Mean prediction, mean residual and mean absolute error have Student's t intervals; the root of the mean
    squared error has its interval by first-order expansion. Groups are set against a reference by difference
    (Welch's test) and, where both numbers are positive, by ratio (the same test of the logarithm). The most
    favoured group is the one with the smaller error, or the higher prediction or residual.

    ## Known limits

    Whether a high number is good for a person is not known here. A ratio of means makes sense only for numbers
    with a true zero. A few extreme outcomes rule the root of the mean squared error.

    ## References

    Agarwal, Dudik and Wu 2019; Steinberg, Reid and O'Callaghan 2020, arXiv:2001.06089.
    """
    predicted, actual = subject.predicted_values, subject.actual_values
    if predicted is None:
        raise NotApplicable(f"a {subject.task} model predicts labels, not numbers")
    yield from _compared(subject, means(subject, PREDICTION, predicted, "predicted numbers"))
    if actual is None:
        return
    miss = predicted - actual
    yield from _compared(subject, means(subject, RESIDUAL, miss, "predicted minus true numbers"))
    distance = means(subject, MAE, np.abs(miss), "distance of numbers", bounds=(0.0, np.inf))
    yield from _compared(subject, distance)
    yield from _compared(subject, root(means(subject, RMSE, miss**2, "squared distance of numbers"), RMSE))


def _compared(subject: Subject, found: Estimates) -> Iterator[Measurement]:
    name = found.metric.name
    yield from found.measurements()
    for rule in subject.references:
        yield from found.differences(GAPS[name], rule)
        if name in RATIOS:
            yield from found.ratios(RATIOS[name], rule)
