"""Calibration error and curve by group: where along the scale probabilities go wrong, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from aiaudit.check import Need, NotApplicable, check
from aiaudit.facts import Measurement
from aiaudit.measuring.partitions import Bools, Floats, Ints
from aiaudit.measuring.rates import LEVEL, Rates, interval, number
from aiaudit.measuring.tabled import tabled, tables
from aiaudit.metrics import rate, value
from aiaudit.statistics.calibration import expected_calibration_error
from aiaudit.subject import Subject

NAEINI = "Naeini, Cooper and Hauskrecht 2015 (AAAI)"
BINS = 10

ECE = value(
    "expected_calibration_error",
    "share",
    f"Distance of mean probability and share of favourable outcomes in each of {BINS} equal bins, averaged over rows.",
    NAEINI,
)
CURVE = rate("calibration_curve", "Favourable outcomes, of rows whose probability lies in the bin.", NAEINI)


@check(
    id="bias.calibration-error",
    title="Probabilities cannot be taken at their word for some groups",
    needs=[Need.SCORES, Need.LABELS, Need.DECISIONS, Need.GROUPS],
    metrics=[ECE, CURVE],
    params={"bins": BINS},
    remediation=[
        "Compare the group's curve with everybody's: bins far from the diagonal show which decisions suffer.",
        "Recalibrate on recent rows that were held out, and measure again on others.",
        "Where the group is too small for a curve of its own, collect outcomes before relying on its probabilities.",
    ],
    effort=["hours", "days", "weeks"],
    weighted=True,
)
def calibration_error(subject: Subject) -> Iterator[Measurement]:
    """Measure how far probabilities are from outcomes along their scale, in each group.

    ## Why it matters

    A model can be right on the whole and still promise too much to those it rates high and too little to those
    it rates low. Decisions are made at one place of the scale; the error there is what people feel.

    ## How it is computed

    Probabilities are cut into ten bins of equal width. In each bin the distance of mean probability and share
    of favourable outcomes is taken, and averaged over rows. Distances add up by chance even where every
    probability is right; the interval takes that into account and may reach 0. The curve counts each bin of the
    whole table and of each group of one attribute, with its interval.

    ## Known limits

    The number depends on the bins, and in small groups more on chance than on the model. The interval is
    cautious, and there is no test against another group: gate calibration in the large or the Brier score
    instead.

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
    yield from _curve(subject, bins, deserved)


def _errors(subject: Subject, bins: Ints, chance: Floats, favorable: Bools) -> Iterator[Measurement]:
    groups = subject.grouped
    w = np.ones(subject.n) if subject.weights is None else subject.weights
    n, expected, observed, squares = (
        groups.sums(w * values, bins, BINS) for values in (1.0, chance, favorable, w)
    )
    error, low, high = expected_calibration_error(n, expected, observed, LEVEL, squares)
    rows = groups.counts()
    for i, scope in enumerate(groups.scopes):
        sure = interval(low[i], high[i], "chance distance")
        why = {} if sure else {"no_interval": "the rows weigh nothing"}
        yield Measurement(
            metric=ECE.name,
            value=number(error[i]),
            n=int(rows[i]),
            scope=scope,
            interval=sure,
            method=f"{BINS} bins of equal width",
            params={**groups.remarks(i), **why},
        )


def _curve(subject: Subject, bins: Ints, favorable: Bools) -> Iterator[Measurement]:
    groups = subject.grouped
    found = [t.reshape(-1, BINS, 2) for t in tables(subject, bins * 2 + favorable, BINS * 2)]
    at = np.argwhere((found[0].sum(axis=2) > 0) & (groups.attributes[:, None] < 2))
    i, b = at.T
    x, n, weighted = tabled([(t[i, b, 1], t[i, b].sum(axis=1)) for t in found])
    rates = Rates(
        metric=CURVE,
        scopes=tuple(groups.scopes[j] for j in i),
        known=groups.known[i],
        x=x,
        n=n,
        rows=groups.counts()[i],
        weighted=weighted,
    )
    for m, start in zip(rates.measurements(), b.tolist(), strict=True):
        yield replace(m, params={**m.params, "from": start / BINS, "to": (start + 1) / BINS})
