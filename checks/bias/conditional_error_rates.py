"""Error rates compared within the values of control columns."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.conditional import tables
from aiaudit.measuring.confusion import HARDT, SHAPES
from aiaudit.metrics import difference, ratio
from aiaudit.subject import ACTUAL, PREDICTED, Subject

#: Equalized odds: who of the deserving is selected, and who of the others.
ODDS = tuple(s for s in SHAPES if s.metric.name in ("true_positive_rate", "false_positive_rate"))
RATIOS = {
    s.metric.name: ratio(
        f"conditional_{s.metric.name}_ratio",
        f"The group's {s.metric.name} over the reference group's, within the values of the control and pooled.",
        HARDT,
        s.metric.better,
    )
    for s in ODDS
}
DIFFERENCES = {
    s.metric.name: difference(
        f"conditional_{s.metric.name}_difference",
        f"The group's {s.metric.name} minus the reference group's, within the values of the control and pooled.",
        HARDT,
    )
    for s in ODDS
}


@check(
    id="bias.conditional-error-rates",
    title="Among people alike in a legitimate reason, the model errs on some groups more often",
    needs=[Need.DECISIONS, Need.LABELS, Need.GROUPS, Need.CONTROLS],
    metrics=[*RATIOS.values(), *DIFFERENCES.values()],
    remediation=[
        "Where the gap in errors remains within the control, look at the wrong decisions of the group by hand.",
        "Where it vanishes, the model errs on a kind of case rather than on a group: collect more such cases.",
        "Refit under an error-rate constraint (equalized odds) and audit again.",
    ],
    effort=["hours", "weeks", "days"],
    weighted=True,
)
def conditional_error_rates(subject: Subject) -> Iterator[Measurement]:
    """Compare true and false positive rates among people who share the value of a control column.

    ## Why it matters

    A group that is wrongly refused more often may be met where cases are harder for everybody. Comparing errors
    among cases of one kind tells whether the group is treated worse or only found elsewhere.

    ## How it is computed

    As in bias.conditional-selection-rate, over the people whose outcome was favourable (equal opportunity) and over
    the others: strata by each control and by all controls crossed, pooled with Mantel and Haenszel's weights, ratio
    with Greenland and Robins' interval, difference with Klingenberg's, equality by Cochran, Mantel and
    Haenszel's test. The most favoured group is the one whose rate within strata is the best: the highest true positive
    rate, the lowest false positive rate.

    ## Known limits

    The recorded outcome is taken as the truth. A control that was decided on with the outcome in view explains
    away what it should not.

    ## References

    Hardt, Price and Srebro 2016; Mantel and Haenszel 1959; docs/statistics.md.
    """
    if not subject.favorable:
        raise NotApplicable(f"error rates are those of decisions; this is a {subject.task}")
    for table in tables(subject, [ACTUAL, PREDICTED]):
        for shape in ODDS:
            found = table.of(shape.rates(table.cells))
            for rule in subject.references:
                yield from found.pooled(rule, RATIOS[shape.metric.name], DIFFERENCES[shape.metric.name])
