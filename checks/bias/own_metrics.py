"""Metrics of the user's own, in every group: made for a policy that names some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aiaudit.check import Check, Need, check
from aiaudit.facts import Measurement, Metric
from aiaudit.measuring.own import Own
from aiaudit.subject import Subject

ID = "bias.own-metrics"


def own_metrics(metrics: Sequence[Metric], needs: Sequence[Need], functions: Sequence[Own] = ()) -> Check:
    """Return the check that measures functions of the user's.

    Parameters
    ----------
    metrics : sequence of Metric
        Everything that it may report.
    needs : sequence of Need
        Inputs that the functions take.
    functions : sequence of Own
        The functions; none where only the declaration is wanted.
    """

    @check(
        id=ID,
        title="Groups differ in a metric of your own",
        needs=needs,
        metrics=metrics,
        remediation=[
            "Ask what the metric counts and whom a difference in it costs; the policy that names it should say.",
            "Look at rows of the group that is behind, and find what sets them apart in this metric.",
            "Change the model or the cut-off for everybody, and audit again on data the model has not seen.",
        ],
    )
    def measure(subject: Subject) -> Iterator[Measurement]:
        """Measure functions of the user's in every group.

        ## Why it matters

        A business knows costs that no textbook lists: a wrong refusal of a regular customer, a late payment of a
        large sum. Whom they fall on is a question like any other.

        ## How it is computed

        The function that the policy names is called with the true outcomes and the decisions (or scores) of each
        group, by fairlearn's MetricFrame. Its standard error is that of 100 bootstrap samples within the group (of
        10,000 rows where there are more, scaled); intervals are Student's t, on the logit for shares. Groups are set
        against their reference by difference and ratio, and tested by Welch's t on both errors. What scikit-learn calls undefined is
        undefined; a function that raises, or gives no finite number, fails the check.

        ## Known limits

        The function is trusted to mean what its name says. A number that rests on few rows has an error that is too
        small, and a minimum or maximum over rows has none that a bootstrap could find.

        ## References

        Efron 1979, doi:10.1214/aos/1176344552; Bickel, Goetze and van Zwet 1997; fairlearn, MetricFrame.
        """
        for own in functions:
            found = own.estimates(subject)
            yield from found.measurements()
            for rule in subject.references:
                yield from found.differences(own.gap, rule)
                yield from found.ratios(own.ratio, rule)

    return measure
