"""Draw stratified tables again and again, and count misses, false alarms and detections."""

from __future__ import annotations

import numpy as np

from aiaudit.statistics.mantel_haenszel import risk_difference, risk_ratio
from aiaudit.statistics.stratified_tests import cochran_mantel_haenszel

#: Rows of the group and of the reference by stratum: few large strata, many small ones, and lopsided ones.
DESIGNS = {
    "one of 20 + 20": ([20], [20]),
    "one of 10 + 200": ([10], [200]),
    "5 of 4 + 40": ([4] * 5, [40] * 5),
    "3 of 100 + 100": ([100] * 3, [100] * 3),
    "Berkeley's sizes": ([108, 25, 593, 375, 393, 341], [825, 560, 325, 417, 191, 373]),
    "30 pairs": ([1] * 30, [1] * 30),
    "100 of 2 + 3": ([2] * 100, [3] * 100),
    "4 lopsided": ([2, 10, 3, 30], [30, 3, 100, 5]),
}
RATES = ("0.02", "0.1", "0.3", "0.5", "0.05 to 0.6")


def rates_of(rates, strata):
    """Return the reference's rate in every stratum."""
    return np.linspace(0.05, 0.6, strata) if " to " in rates else np.full(strata, float(rates))


def draw(design, first, second, draws, rng):
    """Return counts (x1, n1, x2, n2) of *draws* tables."""
    n1, n2 = (np.broadcast_to(np.array(n), (draws, len(n))) for n in DESIGNS[design])
    return rng.binomial(n1, first), n1, rng.binomial(n2, second), n2


def covered(kind, design, rates, effect, draws, rng):
    """Return how often the interval holds the true ratio (or difference) *effect*; no interval makes no claim."""
    second = rates_of(rates, len(DESIGNS[design][0]))
    first = second * effect if kind == "ratio" else second + effect
    found = (risk_ratio if kind == "ratio" else risk_difference)(
        *draw(design, first, second, draws, rng), 0.95
    )
    missed = (found.low > effect + 1e-12) | (found.high < effect - 1e-12)
    return 1 - np.mean(missed & np.isfinite(found.value))


def alarms(design, rates, draws, rng, ratio=1.0):
    """Return p-values of the test where the true ratio is *ratio*."""
    second = rates_of(rates, len(DESIGNS[design][0]))
    return cochran_mantel_haenszel(*draw(design, second * ratio, second, draws, rng)).p_value
