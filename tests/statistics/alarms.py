"""Exact false alarms and power of the tests of equal rates, by summing binomial probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from scipy import stats

from aiaudit.statistics.hypothesis_tests import two_proportions
from tests.statistics.sums import outcomes, table

ALPHAS = (0.05, 1e-2, 1e-3, 1e-4)
#: Group size, reference size, common rate.
NULLS = (
    (6, 500, 0.3),
    (20, 1000, 0.3),
    (30, 1000, 0.2),
    (50, 1000, 0.1),
    (100, 1000, 0.05),
    (100, 1000, 0.1),
    (300, 3000, 0.05),
    (200, 10000, 0.03),
    (300, 10000, 0.02),
    (1000, 10000, 0.05),
    (20, 20, 0.5),
    (30, 30, 0.5),
    (100, 100, 0.5),
    (200, 200, 0.5),
    (1000, 1000, 0.1),
)


@dataclass(frozen=True, kw_only=True)
class Alarms:
    """What a rule does at each of `ALPHAS`: actual over nominal false alarms, and power at a ratio of 0.6."""

    ratios: tuple[float, ...]
    power: tuple[float, ...]


@cache
def alarms(n1: int, n2: int, p: float) -> dict[str, Alarms]:
    """Return the behaviour of every rule where both rates are *p*."""
    x1 = np.union1d(outcomes(n1, p)[0], outcomes(n1, 0.6 * p)[0])
    x2, mass2 = outcomes(n2, p)
    equal, lower = (stats.binom.pmf(x1, n1, q)[:, np.newaxis] * mass2 for q in (p, 0.6 * p))
    test = two_proportions(x1[:, np.newaxis], n1, x2, n2)
    pooled_z = np.nan_to_num(test.pooled_z, nan=1.0)
    total = x1[:, np.newaxis] + x2
    customary = min(n1, n2) * np.minimum(total, n1 + n2 - total) / (n1 + n2) < 5
    rules = {
        "pooled Z": pooled_z,
        "Fisher": test.fisher,
        "Fisher below 5": np.where(customary, test.fisher, pooled_z),
        "Fisher below 30": test.p_value,
    }
    return {
        name: Alarms(
            ratios=tuple(float(equal[found <= a].sum() / a) for a in ALPHAS),
            power=tuple(float(lower[found <= a].sum()) for a in ALPHAS),
        )
        for name, found in rules.items()
    }


@cache
def scan() -> tuple[dict[str, Alarms], ...]:
    """Return the behaviour of every rule over a grid of sizes and rates with two or more expected."""
    cases = product((20, 50, 100, 300, 1000), (50, 300, 1000, 3000, 10000), (0.02, 0.05, 0.1, 0.2, 0.5))
    # The largest tables add seconds and no surprise: both tests agree there.
    return tuple(alarms(n, m, p) for n, m, p in cases if n <= m and n * p >= 2 and n * m * p <= 600_000)


def false_alarm_table() -> str:
    rows = []
    for n1, n2, p in NULLS:
        cells = (" · ".join(f"{r:.2f}" for r in found.ratios) for found in alarms(n1, n2, p).values())
        rows.append([f"{n1} against {n2}, {p}", *cells])
    return table(["sizes, common rate", *alarms(*NULLS[0])], rows)


def scan_table() -> str:
    rows = []
    for rule in scan()[0]:
        ratios = np.array([case[rule].ratios for case in scan()])
        power = np.array([case[rule].power for case in scan()])
        cells = (
            f"{w:.2f} · {m:.2f} · {b:.3f}"
            for w, m, b in zip(*(ratios.max(0), np.median(ratios, 0), power.mean(0)), strict=True)
        )
        rows.append([rule, *cells])
    return table([f"over {len(scan())} pairs", *(f"at {a:g}" for a in ALPHAS)], rows)
