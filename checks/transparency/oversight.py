"""Whether people who review the output ever decide otherwise, and how long they take."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.check import check
from aiaudit.facts import Better, Form, Measurement, Metric
from aiaudit.measuring.rates import LEVEL, interval
from aiaudit.metrics import rate, value
from aiaudit.statistics.count_intervals import rate_interval
from aiaudit.subject import Subject

LAW = "Regulation (EU) 2024/1689, Art. 14(4); 11 CCR 7001(e)(1)"
OVERRIDES = rate("override_rate", "Reviews decided otherwise than proposed, of all reviews.", LAW)
REASONS = rate("override_reason_rate", "Of the reviews decided otherwise, those with a written reason.", LAW)
SINCE = value("reviews_since_override", "reviews", "Reviews since the last that was decided otherwise.", LAW)
SECONDS = value("median_review_seconds", "seconds", "Median time of a review.", LAW, Better.TARGET, None)


@check(
    id="transparency.oversight",
    title="Reviewers follow the output without looking",
    needs=[],
    metrics=[OVERRIDES, REASONS, SINCE, SECONDS],
    remediation=[
        "Let reviewers decide a part of the cases without seeing the output, and compare.",
        "Give them time, the whole file and the authority to decide otherwise; thank those who do.",
        "Ask for one sentence whenever somebody decides otherwise, and read these sentences every month.",
    ],
    effort=["weeks", "ongoing", "ongoing"],
)
def oversight(subject: Subject) -> Iterator[Measurement]:
    """Measure from a log of reviews how often people decide otherwise than the output proposes.

    ## Why it matters

    Oversight on paper is easy. Where nobody ever disagrees, people have become a signature, and the decision is
    automated in all but name.

    ## How it is computed

    From the log that the system card names (oversight.decision_log): reviews whose final decision is not the
    proposed one, with a modified Wilson interval; of these, how many have a written reason; how many reviews came
    since the last such one, in the order of the log; and the median time, where every review tells its own. The
    record keeps these counts, never a line of the log. Nothing is measured without a log.

    ## Known limits

    A perfect output would never be overruled, and a careless reviewer may overrule at random. A log can be made up.

    ## References

    Regulation (EU) 2024/1689, Art. 14(4)(b) and (d); 11 CCR 7001(e)(1); C.R.S. 6-1-1701(15).
    """
    log = None if subject.card is None else subject.card.oversight.decision_log
    if log is None or log.reviews is None or log.state != "given":
        return
    yield _rate(OVERRIDES, log.overrides or 0, log.reviews)
    yield _rate(REASONS, log.with_reason or 0, log.overrides or 0)
    for metric, number in ((SINCE, log.since_override), (SECONDS, log.median_seconds)):
        if number is not None:
            yield Measurement(
                metric=metric.name,
                value=float(number),
                n=log.reviews,
                method="counted in the log of reviews",
                params={"no_interval": "a fact of this log"},
            )


def _rate(metric: Metric, hits: int, of: int) -> Measurement:
    low, high = (float(end) for end in rate_interval(hits, of, LEVEL))
    sure = interval(low, high, "modified Wilson")
    return Measurement(
        metric=metric.name,
        form=Form.RATE,
        value=hits / of if of else None,
        n=of,
        numerator=hits,
        denominator=of,
        interval=sure,
        method="share of reviews in the log; modified Wilson interval",
        params={} if sure else {"no_interval": "undefined: the denominator is 0"},
    )
