"""The errors of each group in one number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.cells import stacked
from aiaudit.measuring.confusion import BERK, LEAN
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.rates import Rates, interval, number
from aiaudit.measuring.summaries import DIFFERENCES, SUMMARIES, tables_of
from aiaudit.metrics import difference, value
from aiaudit.subject import ACTUAL, PREDICTED, Subject

LEAN_GAP = difference(
    "false_positive_share_difference", "The group's false positive share minus the reference group's.", BERK
)
TREATMENT = value(
    "treatment_ratio",
    "ratio",
    "False positives for each false negative (treatment equality).",
    BERK,
    Better.TARGET,
    None,
)


@check(
    id="bias.error-summaries",
    title="All errors taken together, the model serves some groups worse",
    needs=[Need.DECISIONS, Need.LABELS, Need.GROUPS],
    metrics=[*(s.metric for s in SUMMARIES), *DIFFERENCES.values(), LEAN.metric, LEAN_GAP, TREATMENT],
    remediation=[
        "Look at the error rates first: a summary says that a group is served worse, the rates say how.",
        "Where the errors of a group lean one way (treatment ratio), compare its calibration: its scores may all "
        "be too high or too low.",
        "Collect more rows of the group and refit; judge the summary again on rows the model has not seen.",
    ],
    effort=["hours", "hours", "weeks"],
    weighted=True,
)
def error_summaries(subject: Subject) -> Iterator[Measurement]:
    """Measure balanced accuracy, F1, Matthews' correlation, average odds, conditional use and treatment.

    ## Why it matters

    Where outcomes are rare, plain accuracy praises a model that finds nobody. These numbers weigh both kinds of
    error, and show in one line which group is served worse.

    ## How it is computed

    From the four counts of outcome and decision in every protected attribute and every pair. Standard errors are
    of first order (delta method), intervals symmetric on the logit; groups are set against the reference by
    difference and Z test. Balanced accuracy averages the rates of people with each outcome, conditional use
    accuracy those of people with each decision; average odds averages true and false positive rate, so that its
    difference is the average odds difference. Treatment counts false positives for each false negative; their
    share of all errors is set against the reference by counts, as any other rate.

    ## Known limits

    A summary hides which error moved: two groups with opposite errors may have equal ones. Where nobody is wrong,
    or one outcome or decision does not occur, there is no number or no error of it. First-order errors are rough
    where the smaller class has fewer than about 30 people.

    ## References

    Brodersen et al. 2010; Matthews 1975; Bellamy et al. 2018; Berk et al. 2021; Agresti 2013.
    """
    if not subject.favorable:
        raise NotApplicable(f"errors in decisions are counted; this is a {subject.task}")
    groups = stacked(subject, [ACTUAL, PREDICTED])
    tables = tables_of(groups)
    for summary in SUMMARIES:
        found = summary.estimates(tables)
        yield from found.measurements()
        for rule in subject.references:
            yield from found.differences(DIFFERENCES[summary.metric.name], rule)
    lean = LEAN.rates(groups)
    yield from lean.measurements()
    yield from _treatment(lean)
    for rule in subject.references:
        against = contrasts(lean, rule)
        if against is not None:
            yield from against.differences(LEAN_GAP)


def _treatment(lean: Rates) -> Iterator[Measurement]:
    """Yield the ratio of the two errors: the odds of the share, and so are the ends of its interval."""
    with np.errstate(invalid="ignore", divide="ignore"):
        odds, low, high = (share / (1 - share) for share in (lean.value, *lean.ends))
    for i, scope in enumerate(lean.scopes):
        sure = interval(low[i], high[i], "odds of the share's interval") if np.isfinite(odds[i]) else None
        yield Measurement(
            metric=TREATMENT.name,
            value=number(odds[i]),
            n=int(lean.rows[i]),
            effective_n=lean.effective(i),
            scope=scope,
            interval=sure,
            method="odds of the false positive share",
            params=lean.remarks(i, None if sure else "undefined: no false negative"),
        )
