"""Calibration by group: whether a probability means the same for everyone."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.means import means
from aiaudit.metrics import difference, value
from aiaudit.subject import Subject

BRIER_1950 = "Brier 1950, Monthly Weather Review 78"
STEYERBERG = "Steyerberg 2009, Clinical Prediction Models, chapter 15"

LARGE = value(
    "calibration_in_the_large",
    "share",
    "Mean probability of a favourable label minus the share of favourable outcomes: above 0, overrated.",
    STEYERBERG,
    Better.TARGET,
)
BRIER = value("brier_score", "squared share", "Mean squared distance of probability and outcome.", BRIER_1950)
LARGE_GAP = difference(
    "calibration_in_the_large_difference",
    "The group's calibration in the large minus the reference's.",
    "Pleiss et al. 2017, arXiv:1709.02012",
)
BRIER_GAP = difference("brier_score_difference", "The group's Brier score minus the reference's.", BRIER_1950)


@check(
    id="bias.calibration",
    title="Probabilities are too high for some groups and too low for others",
    needs=[Need.SCORES, Need.LABELS, Need.DECISIONS, Need.GROUPS],
    metrics=[LARGE, LARGE_GAP, BRIER, BRIER_GAP],
    remediation=[
        "Look at the calibration curve of the group concerned: a constant offset wants a missing feature or more "
        "of its rows, a wrong slope wants recalibration.",
        "Recalibrate on recent rows that were held out (isotonic regression or Platt scaling), for everybody first.",
        "Check that outcomes of the group are recorded as often, and as late, as those of the others.",
    ],
    effort=["hours", "days", "days"],
    weighted=True,
)
def calibration(subject: Subject) -> Iterator[Measurement]:
    """Measure whether probabilities agree with outcomes in each group, on the whole.

    ## Why it matters

    Whoever acts on a probability trusts that 0.7 means seven in ten. Where a group's probabilities are too low,
    its people are turned down though they would have done well, at any cut-off.

    ## How it is computed

    Calibration in the large is the mean of probability minus outcome (1 favourable, 0 not); the Brier score the
    mean of its square. Both have Student's t intervals and are set against a reference by Welch's test. With
    several favourable labels their probabilities are added up.

    ## Known limits

    Errors in opposite directions at low and high probabilities cancel in the large: see the calibration error.
    The Brier score also depends on the group's base rate. Groups with different base rates cannot be equal in
    calibration and in error rates at once, unless the model is never wrong.

    ## References

    Brier 1950; Steyerberg 2009; Pleiss et al. 2017; Kleinberg, Mullainathan and Raghavan 2016.
    """
    scores, deserved = subject.scores, subject.deserved
    if scores is None or deserved is None or not subject.favorable:
        raise NotApplicable(f"a {subject.task} model gives no probability of a favourable label")
    if not scores.probability:
        raise NotApplicable(f"these scores are no probabilities: {scores.source}")
    miss = scores.values - deserved
    for metric, gap, values, bounds in (
        (LARGE, LARGE_GAP, miss, (-1.0, 1.0)),
        (BRIER, BRIER_GAP, miss**2, (0.0, 1.0)),
    ):
        found = means(subject, metric, values, f"{scores.source} against outcomes", bounds=bounds)
        yield from found.measurements()
        for rule in subject.references:
            yield from found.differences(gap, rule)
