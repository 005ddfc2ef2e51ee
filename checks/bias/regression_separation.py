"""Separation and sufficiency of predicted numbers: like compared with like."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Form, Measurement
from aiaudit.measuring.estimates import Compared
from aiaudit.measuring.means import means
from aiaudit.measuring.strata import quantile_bins, stratified
from aiaudit.metrics import difference, value
from aiaudit.subject import Subject

STEINBERG = "Steinberg, Reid and O'Callaghan 2020, arXiv:2001.06089"
BINS = 10

LEVEL = value(
    "mean_prediction", "units of the target", "Mean predicted number.", "customary", Better.TARGET, None
)
SEPARATION = difference(
    "separation_gap",
    f"Mean prediction of the group minus the reference's, within each of {BINS} classes of equal outcome.",
    STEINBERG,
)
SUFFICIENCY = difference(
    "sufficiency_gap",
    f"Mean outcome of the group minus the reference's, within each of {BINS} classes of equal prediction.",
    STEINBERG,
)


@check(
    id="bias.regression-separation",
    title="People alike in outcome are predicted differently, or the same prediction means different outcomes",
    needs=[Need.PREDICTIONS, Need.LABELS, Need.GROUPS],
    metrics=[SEPARATION, SUFFICIENCY],
    params={"bins": BINS},
    remediation=[
        "A gap in separation: look for features that stand in for the group, for people of the same outcome.",
        "A gap in sufficiency: recalibrate the predictions on recent held-out rows, and look for features that the "
        "model lacks about the group.",
        "Both cannot vanish where mean outcomes differ; decide, and write down, which one the purpose asks for.",
    ],
    effort=["days", "days", "days"],
    weighted=True,
)
def regression_separation(subject: Subject) -> Iterator[Measurement]:
    """Compare predictions at equal outcomes, and outcomes at equal predictions.

    ## Why it matters

    Mean predictions may differ because people do. Among people whose true number is about the same, a gap in
    predictions is the model's own (separation). Among people predicted about the same, a gap in outcomes means
    that the number cannot be read alike for everyone (sufficiency).

    ## How it is computed

    Outcomes (or predictions) are cut into ten classes at their deciles; within each class the group's mean is
    set against the reference's, and the classes are averaged with the weights of Cochran, Mantel and Haenszel.
    Student's t on the spread within classes gives interval and test; weighted rows count by their effective number. The reference is the group of at least 30
    people with the highest mean prediction, or whom the policy asks for. Groups that share no class with the
    reference have no number.

    ## Known limits

    Within a class people still differ: with strong relations between outcome and prediction a part of a raw gap
    remains in the wide outer classes. Errors of an outcome that was itself measured with bias stay hidden.

    ## References

    Steinberg, Reid and O'Callaghan 2020; Barocas, Hardt and Narayanan 2023, chapter 3; Cochran 1954.
    """
    predicted, actual = subject.predicted_values, subject.actual_values
    if predicted is None or actual is None or not subject.n:
        raise NotApplicable(f"a {subject.task} model predicts labels, not numbers")
    chosen = means(subject, LEVEL, predicted, "predicted numbers")
    for metric, values, classes in ((SEPARATION, predicted, actual), (SUFFICIENCY, actual, predicted)):
        own, rest = stratified(subject.grouped, values, quantile_bins(classes, BINS), BINS, subject.weights)
        for rule in subject.references:
            i, j = chosen.positions(rule)
            compared = Compared.by(*own.difference(rest if rule == "rest" else own, i, j))
            method = f"means within {BINS} quantile classes, Cochran's weights"
            yield from chosen.contrasted(metric, rule, Form.DIFFERENCE, compared, method)
