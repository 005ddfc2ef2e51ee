"""Several labels: each against all others, by group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement, Metric
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import Rates
from aiaudit.measuring.tabled import tabled, tables
from aiaudit.metrics import difference, rate, ratio
from aiaudit.subject import Subject

SOURCE = "one label against the rest; Putzel and Lee 2022, arXiv:2206.12183"
DECIDED = rate("label_rate", "People given the label, of all people in the group.", SOURCE)
RECALL = rate("label_recall", "People given the label, of people whose outcome it is.", SOURCE)
FALSE = rate(
    "label_false_positive_rate",
    "People given the label, of people whose outcome it is not.",
    SOURCE,
    Better.LOWER,
)
PRECISION = rate("label_precision", "People whose outcome is the label, of people given it.", SOURCE)
RATES = (DECIDED, RECALL, FALSE, PRECISION)
GAPS = {
    m.name: difference(f"{m.name}_difference", f"The group's {m.name} minus the reference group's.", SOURCE)
    for m in RATES
}
RATIOS = {
    m.name: ratio(f"{m.name}_ratio", f"The group's {m.name} over the reference group's.", SOURCE, m.better)
    for m in RATES
}


@check(
    id="bias.multiclass",
    title="Some labels go to some groups more often, or more often wrongly",
    needs=[Need.DECISIONS, Need.GROUPS],
    metrics=[*RATES, *GAPS.values(), *RATIOS.values()],
    remediation=[
        "Start with the label that decides most about a person: read wrong decisions of the group that is behind.",
        "Check whether features that tell neighbouring labels apart are rarer in the group.",
        "Collect more rows of group and label together: the pair is what the model saw rarely.",
    ],
    effort=["hours", "hours", "weeks"],
    weighted=True,
)
def multiclass(subject: Subject) -> Iterator[Measurement]:
    """Measure each label against all others in every group.

    ## Why it matters

    With several labels a group can get its share of favourable ones and still be steered to particular labels:
    the dearer tariff, the lower grade, the fraud queue.

    ## How it is computed

    From counts of outcome and decision, label by label: how often it is given, found where it is true (recall),
    given where it is not, and true where it was given (precision), in the whole table and in every group of one
    attribute. The scope names the label. Intervals and tests are those of any other rate; the reference of each
    label is the group with the best rate of it.

    ## Known limits

    Whether more of a label is better for the person is not known here, except by the favourable labels, which
    the selection rate counts; a high rate of any label makes the reference. Crossed attributes are left out: the
    cells of group, outcome and decision would be too small.

    ## References

    Putzel and Lee 2022; Denis et al. 2024 (Fairness guarantees in multi-class classification).
    """
    size = len(subject.classes)
    if size < 3 or subject.predicted is None:
        raise NotApplicable("there are two labels: see selection and error rates")
    actual = np.zeros(subject.n, np.int64) if subject.actual is None else subject.actual.astype(np.int64)
    pairs = tables(subject, actual * size + subject.predicted, size**2)
    counted = [table.reshape(-1, size, size) for table in pairs]
    for metric in (DECIDED,) if subject.actual is None else RATES:
        rates = _rates(subject, counted, metric)
        yield from rates.measurements()
        for rule in subject.references:
            found = contrasts(rates, rule)
            if found is not None:
                yield from found.differences(GAPS[metric.name])
                yield from found.ratios(RATIOS[metric.name])


def _rates(subject: Subject, counted: Sequence[Floats], metric: Metric) -> Rates:
    """Stack the rates of all labels, one label after another."""
    groups, size = subject.grouped, len(subject.classes)
    single, parts = groups.single()
    x, n, weighted = tabled([_sides(table[single], metric) for table in counted])
    return Rates(
        metric=metric,
        scopes=tuple({**groups.scopes[i], "label": label} for label in subject.classes for i in single),
        known=np.tile(groups.known[single], size),
        x=x,
        n=n,
        rows=np.tile(groups.counts()[single], size),
        parts=parts * size,
        weighted=weighted,
    )


def _sides(table: Floats, metric: Metric) -> tuple[Floats, Floats]:
    """Return numerator and denominator of a rate, label by label, from sums by group, outcome and decision."""
    rows, hits = table.sum(axis=(1, 2)), np.diagonal(table, axis1=1, axis2=2)
    true, given = table.sum(axis=2), table.sum(axis=1)
    x, n = {
        DECIDED.name: (given, np.broadcast_to(rows[:, None], given.shape)),
        RECALL.name: (hits, true),
        FALSE.name: (given - hits, rows[:, None] - true),
        PRECISION.name: (hits, given),
    }[metric.name]
    return x.T.ravel(), n.T.ravel()
