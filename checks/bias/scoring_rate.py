"""Scoring rates: how often each group scores above the median of everybody."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Better, Measurement
from aiaudit.measuring.contrasts import contrasts
from aiaudit.measuring.rates import rates_of
from aiaudit.metrics import difference, rate, ratio, value
from aiaudit.subject import Subject

RULE = "6 RCNY 5-300 and 5-301(c) (New York City, Local Law 144 of 2021)"

RATE = rate("scoring_rate", "People whose score lies above the median of everybody, strictly, of all.", RULE)
RATIO = ratio("scoring_ratio", "The group's scoring rate over the reference group's.", RULE)
GAP = difference("scoring_rate_difference", "The group's scoring rate minus the reference group's.", RULE)
MEDIAN = value("score_median", "score", "Median score of everybody.", RULE, Better.TARGET, None)
TIED = value("score_ties", "rows", "Rows whose score is the median itself: not above it.", RULE)


@check(
    id="bias.scoring-rate",
    title="Groups score above the median at different rates",
    needs=[Need.SCORES, Need.GROUPS],
    metrics=[RATE, RATIO, GAP, MEDIAN, TIED],
    remediation=[
        "Compare how the group's scores are distributed (score distribution) before touching the score: a gap in "
        "the middle and a gap at the top have different causes.",
        "Find the features that carry the gap and ask of each whether the purpose of the score really needs it.",
        "Where many rows tie at the median, have the score computed more finely and measure again.",
    ],
    effort=["hours", "hours", "days"],
    weighted=True,
)
def scoring_rate(subject: Subject) -> Iterator[Measurement]:
    """Measure how often each group scores above the median.

    ## Why it matters

    A tool that only scores selects nobody itself; whoever reads its list does. Who is in the upper half says
    whom the list puts forward, before any cut-off is chosen. New York City asks for this number of hiring tools
    that score.

    ## How it is computed

    The median is that of all rows, weighted or not, people of unknown group included; a score equal to it is not above it. The
    share above, by group, is set against a reference by ratio and difference, with the intervals and tests of
    any other rate, the median taken as given. A regression's scores are its predictions. Scores run so that
    higher is better for the person: where they came the other way round they were turned, and the measurement's
    method says so.

    ## Known limits

    With many ties at the median fewer than half lie above it; the number of ties is reported. The rate says
    nothing about the distance from the median.

    ## References

    Rules of the City of New York, title 6, sections 5-300 and 5-301.
    """
    scores = subject.scores
    if scores is None or not subject.n:
        raise NotApplicable("there is no row with a score")
    median = float(np.median(scores.values))
    rates = rates_of(subject, RATE, scores.values > median)
    yield from rates.measurements()
    for rule in subject.references:
        found = contrasts(rates, rule)
        if found is not None:
            yield from found.ratios(RATIO)
            yield from found.differences(GAP)
    ties = int((scores.values == median).sum())
    for metric, number in ((MEDIAN, median), (TIED, float(ties))):
        yield Measurement(
            metric=metric.name,
            value=number,
            n=subject.n,
            method=scores.source,
            params={"no_interval": "a fact of these rows, not an estimate"},
        )
