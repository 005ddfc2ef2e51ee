"""Exact coverage and false alarms, by summing binomial probabilities; `--update` rewrites the tables in the docs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from scipy import stats

from aiaudit.statistics.hypothesis_tests import two_proportions
from aiaudit.statistics.intervals import newcombe, ratio_score, wilson

DOCS = Path(__file__).parents[2] / "docs" / "statistics.md"
SIZES = (5, 10, 30, 100, 1000)
RATES = (0.01, 0.05, 0.2, 0.5, 0.9)
LEVEL = 0.95
ALPHAS = (0.05, 1e-2, 1e-3, 1e-4)
#: Smallest expected count (successes or failures, either group) of the bands the tables are cut into.
BANDS = ((0, 1), (1, 5), (5, np.inf))
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

Interval = Callable[..., tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often an interval misses the truth, and how often there is none."""

    missed: float
    undefined: float
    sizes: tuple[int, int]
    rates: tuple[float, float]

    @property
    def covered(self) -> float:
        return 1 - self.missed

    @property
    def reported(self) -> float:
        """Coverage among the samples in which an interval is defined."""
        return 1 - self.missed / (1 - self.undefined)

    @property
    def smallest_expected(self) -> float:
        return min(n * min(p, 1 - p) for n, p in zip(self.sizes, self.rates, strict=True))


def outcomes(n: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the counts that matter, and their probabilities."""
    x = np.arange(n + 1)
    mass = stats.binom.pmf(x, n, p)
    return x[mass > 1e-13], mass[mass > 1e-13]


def wilson_coverage(n: int, p: float) -> float:
    x, mass = outcomes(n, p)
    low, high = wilson(x, n, LEVEL)
    return float(mass[(low <= p) & (p <= high)].sum())


def pair_coverage(
    interval: Interval, truth: float, sizes: tuple[int, int], rates: tuple[float, float]
) -> Coverage:
    (x1, mass1), (x2, mass2) = (outcomes(n, p) for n, p in zip(sizes, rates, strict=True))
    low, high = interval(x1[:, np.newaxis], sizes[0], x2, sizes[1], LEVEL)
    mass = mass1[:, np.newaxis] * mass2
    missed = (low > truth + 1e-12) | (high < truth - 1e-12)
    return Coverage(
        missed=float(mass[missed].sum()), undefined=float(mass[np.isnan(low)].sum()), sizes=sizes, rates=rates
    )


@cache
def grid(name: str, sizes: Sequence[int] = SIZES) -> tuple[Coverage, ...]:
    """Return the coverage of ``newcombe`` or ``ratio_score`` over every pair of sizes and of rates."""
    return tuple(
        pair_coverage(newcombe, p - q, (n, m), (p, q))
        if name == "newcombe"
        else pair_coverage(ratio_score, p / q, (n, m), (p, q))
        for n, m, p, q in product(sizes, sizes, RATES, RATES)
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


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def wilson_table() -> str:
    rows = ([f"n = {n}", *(percent(wilson_coverage(n, p)) for p in RATES)] for n in SIZES)
    return table(["", *(f"p = {p}" for p in RATES)], rows)


def percent(share: float) -> str:
    return f"{100 * share:.2f}"


def where(case: Coverage) -> str:
    return " against ".join(f"{n} at {p}" for n, p in zip(case.sizes, case.rates, strict=True))


def pair_table(name: str) -> str:
    header = ["smallest expected count", "cases", "lowest", "mean", "highest", "below 93 %", "above 98.5 %"]
    rows = []
    for low, high in BANDS:
        cases = [c for c in grid(name) if low <= c.smallest_expected < high]
        covered = np.array([c.covered for c in cases])
        rows.append(
            [
                f"{low} to below {high}" if np.isfinite(high) else f"{low} or more",
                str(len(cases)),
                *map(percent, (covered.min(), covered.mean(), covered.max())),
                str(np.sum(covered < 0.93)),
                str(np.sum(covered > 0.985)),
                percent(min(c.reported for c in cases)),
            ]
        )
    low_cases = sorted((round(c.covered, 6), where(c)) for c in grid(name) if c.covered < 0.93)
    listed = "; ".join(f"{percent(covered)} ({at})" for covered, at in low_cases)
    summary = table([*header, "lowest where there is an interval"], rows)
    return f"{summary}\n\n<details><summary>Every case below 93 %</summary>\n\n{listed}\n\n</details>"


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


SECTIONS: dict[str, Callable[[], str]] = {
    "wilson": wilson_table,
    "newcombe": lambda: pair_table("newcombe"),
    "ratio_score": lambda: pair_table("ratio_score"),
    "false_alarms": false_alarm_table,
    "scan": scan_table,
}


def with_tables(text: str) -> str:
    """Return the documentation with every generated table computed afresh."""
    for name, section in SECTIONS.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        head, rest = text.split(begin)
        text = f"{head}{begin}\n{section()}\n{end}{rest.split(end)[1]}"
    return text


if __name__ == "__main__":
    fresh = with_tables(DOCS.read_text(encoding="utf-8"))
    if "--update" in sys.argv[1:]:
        DOCS.write_text(fresh, encoding="utf-8")
    else:
        print(fresh)
