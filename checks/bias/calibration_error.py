"""Calibration error and curve by group: where along the scale probabilities go wrong, and for whom."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Form, Measurement
from aiaudit.measuring.partitions import Bools, Floats, Ints, Partitions
from aiaudit.measuring.rates import LEVEL, interval, number
from aiaudit.metrics import rate, value
from aiaudit.statistics.intervals import wilson
from aiaudit.subject import Subject

NAEINI = "Naeini, Cooper and Hauskrecht 2015 (AAAI)"
BINS = 10

ECE = value(
    "expected_calibration_error",
    "share",
    f"Distance of mean probability and share of favourable outcomes in each of {BINS} equal bins, averaged over rows.",
    NAEINI,
)
CHANCE = value(
    "calibration_error_by_chance",
    "share",
    "What the expected calibration error would be on average, were every probability right.",
    "normal approximation of each bin's share",
    ideal=None,
)
CURVE = rate("calibration_curve", "Favourable outcomes, of rows whose probability lies in the bin.", NAEINI)


@check(
    id="bias.calibration-error",
    title="Probabilities cannot be taken at their word for some groups",
    needs=[Need.SCORES, Need.LABELS, Need.DECISIONS, Need.GROUPS],
    metrics=[ECE, CHANCE, CURVE],
    params={"bins": BINS},
    remediation=[
        "Compare the group's curve with everybody's: bins far from the diagonal show which decisions suffer.",
        "Recalibrate on recent rows that were held out, and measure again on others.",
        "Where the group is too small for a curve of its own, collect outcomes before relying on its probabilities.",
    ],
    weighted=True,
)
def calibration_error(subject: Subject) -> Iterator[Measurement]:
    """Measure how far probabilities are from outcomes along their scale, in each group.

    ## Why it matters

    A model can be right on the whole and still promise too much to those it rates high and too little to those
    it rates low. Decisions are made at one place of the scale; the error there is what people feel.

    ## How it is computed

    Probabilities are cut into ten bins of equal width. In each bin the distance of mean probability and share
    of favourable outcomes is taken, and averaged over rows. Because distances add up even where every
    probability is right, the error that chance alone would bring stands beside it. The curve counts each bin of
    the whole table and of each group of one attribute, with Wilson's interval.

    ## Known limits

    The number depends on the bins, and in small groups more on chance than on the model. It has no interval and
    no test for that reason; gate calibration in the large or the Brier score instead.

    ## References

    Naeini, Cooper and Hauskrecht 2015; Roelofs et al. 2022, arXiv:2012.08668.
    """
    scores, deserved = subject.scores, subject.deserved
    if scores is None or deserved is None or not subject.favorable:
        raise NotApplicable(f"a {subject.task} model gives no probability of a favourable label")
    if not scores.probability:
        raise NotApplicable(f"these scores are no probabilities: {scores.source}")
    bins = np.minimum((scores.values * BINS).astype(np.int64), BINS - 1)
    yield from _errors(subject, bins, scores.values, deserved)
    yield from _curve(subject.grouped, bins, deserved, {"unweighted": subject.weights is not None})


def _errors(subject: Subject, bins: Ints, chance: Floats, favorable: Bools) -> Iterator[Measurement]:
    groups = subject.grouped
    weights = np.ones(subject.n) if subject.weights is None else subject.weights
    terms = (weights, weights * (chance - favorable), weights**2 * chance * (1 - chance))
    total, miss, spread = (groups.sums(term, bins, BINS) for term in terms)
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.abs(miss).sum(axis=1) / total.sum(axis=1)
        by_chance = np.sqrt(2 / np.pi) * np.sqrt(np.maximum(spread, 0)).sum(axis=1) / total.sum(axis=1)
    rows, why = groups.counts(), "distances add up by chance alone: see calibration_error_by_chance"
    for metric, found in ((ECE, error), (CHANCE, by_chance)):
        for i, scope in enumerate(groups.scopes):
            yield Measurement(
                metric=metric.name,
                value=number(found[i]),
                n=int(rows[i]),
                scope=scope,
                method=f"{BINS} bins of equal width",
                params={**groups.remarks(i), "no_interval": why},
            )


def _curve(groups: Partitions, bins: Ints, favorable: Bools, about: dict[str, bool]) -> Iterator[Measurement]:
    n = groups.counts(bins, BINS)
    x = n - groups.counts(np.where(favorable, BINS, bins), BINS + 1)[:, :BINS]
    low, high = wilson(x, n, LEVEL)
    for i, b in np.argwhere((n > 0) & (groups.attributes[:, None] < 2)).tolist():
        yield Measurement(
            metric=CURVE.name,
            form=Form.RATE,
            value=int(x[i, b]) / int(n[i, b]),
            n=int(n[i].sum()),
            numerator=int(x[i, b]),
            denominator=int(n[i, b]),
            scope=groups.scopes[i],
            interval=interval(low[i, b], high[i, b], "Wilson"),
            method="share of counts; Wilson score interval",
            params={**groups.remarks(i), **about, "from": b / BINS, "to": (b + 1) / BINS},
        )
