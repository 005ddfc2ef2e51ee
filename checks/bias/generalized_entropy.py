"""How unequally benefits are spread over people, and how much of that lies between groups."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.cells import cells, stacked
from aiaudit.measuring.inequality import between, entropy, theil, within
from aiaudit.measuring.summaries import tables_of
from aiaudit.metrics import difference, value
from aiaudit.subject import ACTUAL, PREDICTED, Subject

SPEICHER = "Speicher et al. 2018, doi:10.1145/3219819.3220046"

ENTROPY = value(
    "generalized_entropy",
    "entropy",
    "Half the squared coefficient of variation of benefits (order 2); 0 where everybody benefits alike.",
    SPEICHER,
)
THEIL = value("theil_index", "entropy", "Theil's index of benefits (order 1).", SPEICHER)
BETWEEN = value(
    "between_group_entropy",
    "entropy",
    "The generalized entropy if everybody had the mean benefit of their group.",
    SPEICHER,
)
WITHIN = value(
    "within_group_entropy", "entropy", "The generalized entropy that is left within groups.", SPEICHER
)
GAPS = {
    m.name: difference(f"{m.name}_difference", f"The group's {m.name} minus the reference group's.", SPEICHER)
    for m in (ENTROPY, THEIL)
}


@check(
    id="bias.generalized-entropy",
    title="Undeserved decisions make some people better off than others",
    needs=[Need.DECISIONS, Need.LABELS, Need.GROUPS],
    metrics=[ENTROPY, THEIL, BETWEEN, WITHIN, *GAPS.values()],
    remediation=[
        "Where the part between groups is small, the inequality is one of errors in general: fewer errors mend it.",
        "Where it is large, look at the groups' error rates to see which way their errors lean.",
        "Mind that a step that lowers the part between groups can raise the part within them.",
    ],
    effort=["hours", "hours", "hours"],
    weighted=True,
)
def generalized_entropy(subject: Subject) -> Iterator[Measurement]:
    """Measure how unequally the benefits of decisions are spread.

    ## Why it matters

    Measures of groups say nothing of people: two groups with equal error rates can hold lucky and unlucky members.
    Indices of inequality, as used for incomes, count both, and split into a part between groups and one within.

    ## How it is computed

    Each person's benefit is the decision minus the outcome plus 1: 2 where the decision is undeservedly favourable, 0
    where it is undeservedly not, else 1. Generalized entropy of order 2 is half the squared coefficient of variation
    of benefits, Theil's index is order 1. For each attribute (scope "attribute") the former is split: between groups,
    as if everybody had the group's mean, and within. Standard errors are first-order, and wrong decisions count as the sample; the part between groups, which
    is never exactly 0, has the interval of a noncentral chi-square and the test of equal means.

    ## Known limits

    An undeserved favour and an undeserved refusal count by the same step; the index cannot tell which is worse. The
    recorded outcome is taken as the truth. A model that is never wrong has no inequality, and no interval.

    ## References

    Speicher et al. 2018; Shorrocks 1980; Box and Andersen 1955; docs/statistics.md.
    """
    if not subject.favorable:
        raise NotApplicable(f"benefits are those of decisions; this is a {subject.task}")
    every = tables_of(stacked(subject, [ACTUAL, PREDICTED]))
    for summary in (entropy(ENTROPY), theil(THEIL)):
        found = summary.estimates(every)
        yield from found.measurements()
        for rule in subject.references:
            yield from found.differences(GAPS[summary.metric.name], rule)
    for attribute in subject.attributes if subject.n else ():
        groups = tables_of(cells(subject, [attribute], [ACTUAL, PREDICTED]))
        yield from between(BETWEEN, attribute.name, groups)
        yield from within(WITHIN, attribute.name, groups)
