"""Exact coverage of the intervals, by summing binomial probabilities; `--update` rewrites the tables in the docs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from pathlib import Path

import numpy as np
from scipy import stats

from aiaudit.statistics.count_intervals import difference_interval, rate_interval, ratio_interval
from aiaudit.statistics.intervals import newcombe, ratio_score, wilson
from tests.statistics.alarms import false_alarm_table, scan_table
from tests.statistics.sums import outcomes, table

DOCS = Path(__file__).parents[2] / "docs" / "statistics.md"
SIZES = (5, 10, 30, 100, 1000)
RATES = (0.01, 0.05, 0.2, 0.5, 0.9)
LEVEL = 0.95
#: Level at which the judge reads one of fifty intervals, and the sizes looked at there.
STRICT, STRICT_SIZES = 0.999, (30, 100, 1000)
#: Largest samples of which every pair of counts is looked at, not only those that matter.
WHOLE = 100
#: Smallest expected count (successes or failures, either group) of the bands the tables are cut into.
BANDS = ((0, 1), (1, 5), (5, np.inf))
DIFFERENCES = {"plain": newcombe, "modified": difference_interval}
RATIOS = {"plain": ratio_score, "modified": ratio_interval}

Interval = Callable[..., tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """How often an interval misses the truth, how often there is none, and how wide it is on average."""

    missed: float
    undefined: float
    width: float
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

    def __str__(self) -> str:
        return " against ".join(f"{n} at {p}" for n, p in zip(self.sizes, self.rates, strict=True))


@lru_cache(maxsize=1)
def rate_limits(interval: Interval, n: int, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits for every count: one rate after the other is set against the same ones."""
    return interval(np.arange(n + 1), n, level)


@lru_cache(maxsize=1)
def whole_table(interval: Interval, sizes: tuple[int, int], level: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the limits for every pair of counts, likewise."""
    x1, x2 = (np.arange(n + 1) for n in sizes)
    return interval(x1[:, np.newaxis], sizes[0], x2, sizes[1], level)


def rate_coverage(interval: Interval, n: int, p: float, level: float = LEVEL) -> float:
    x, mass = outcomes(n, p)
    low, high = (ends[x] for ends in rate_limits(interval, n, level))
    return float(mass[(low <= p) & (p <= high)].sum())


def lowest_anywhere(interval: Interval, n: int) -> float:
    """Return the lowest coverage over all rates: it is reached next to an end of some interval."""
    x = np.arange(n + 1)
    low, high = interval(x, n, LEVEL)
    ends = np.concatenate([low - 1e-9, high + 1e-9])
    ends = ends[(ends > 0) & (ends < 1), np.newaxis]
    held = (low <= ends) & (ends <= high)
    return float((stats.binom.pmf(x, n, ends) * held).sum(axis=1).min())


def pair_coverage(
    contrasts: dict[str, Interval],
    kind: str,
    sizes: tuple[int, int],
    rates: tuple[float, float],
    level: float,
) -> Coverage:
    """Return the coverage of one interval of a difference, or (on the scale of logarithms) of a ratio."""
    interval = contrasts[kind]
    truth = rates[0] - rates[1] if contrasts is DIFFERENCES else rates[0] / rates[1]
    (x1, mass1), (x2, mass2) = (outcomes(n, p) for n, p in zip(sizes, rates, strict=True))
    if max(sizes) > WHOLE:
        low, high = interval(x1[:, np.newaxis], sizes[0], x2, sizes[1], level)
    else:
        low, high = (ends[np.ix_(x1, x2)] for ends in whole_table(interval, sizes, level))
    mass = mass1[:, np.newaxis] * mass2
    missed = (low > truth + 1e-12) | (high < truth - 1e-12)
    with np.errstate(divide="ignore"):
        width = high - low if contrasts is DIFFERENCES else np.log(high) - np.log(low)
    finite = np.isfinite(width)
    return Coverage(
        missed=float(mass[missed].sum()),
        undefined=float(mass[np.isnan(low)].sum()),
        width=float((mass[finite] * width[finite]).sum()),
        sizes=sizes,
        rates=rates,
    )


@cache
def grid(form: str, kind: str, sizes: tuple[int, ...] = SIZES, level: float = LEVEL) -> tuple[Coverage, ...]:
    """Return the coverage of a difference or ratio over every pair of sizes and of rates."""
    contrasts = DIFFERENCES if form == "difference" else RATIOS
    cases = product(sizes, sizes, RATES, RATES)
    return tuple(pair_coverage(contrasts, kind, (n, m), (p, q), level) for n, m, p, q in cases)


@cache
def scattered(form: str, kind: str) -> tuple[Coverage, ...]:
    """Return the coverage between the points of the grid: 300 pairs drawn with a fixed seed, half of them rare."""
    rng = np.random.default_rng(11)
    contrasts = DIFFERENCES if form == "difference" else RATIOS
    sizes = rng.integers(5, 101, (300, 2))
    rates = np.where(rng.random((300, 2)) < 0.5, 0.005 * 200 ** rng.random((300, 2)), rng.random((300, 2)))
    return tuple(
        pair_coverage(contrasts, kind, (int(n), int(m)), (float(p), float(q)), LEVEL)
        for (n, m), (p, q) in zip(sizes, np.clip(rates, 0.005, 0.995), strict=True)
    )


def percent(share: float) -> str:
    return f"{100 * share:.2f}"


def rate_table() -> str:
    rows = (
        [
            f"n = {n}",
            *(percent(rate_coverage(rate_interval, n, p)) for p in RATES),
            percent(lowest_anywhere(rate_interval, n)),
            percent(lowest_anywhere(wilson, n)),
        ]
        for n in SIZES
    )
    header = ["", *(f"p = {p}" for p in RATES), "lowest at any p", "the same, Wilson"]
    return table(header, rows)


def banded(*aligned: Iterable[Coverage]) -> Iterable[tuple[str, list[tuple[Coverage, ...]]]]:
    pairs = list(zip(*aligned, strict=True))
    for low, high in BANDS:
        name = f"{low} to below {high}" if np.isfinite(high) else f"{low} or more"
        yield name, [p for p in pairs if low <= p[0].smallest_expected < high]


def pair_table(form: str) -> str:
    rows = []
    for name, cases in banded(grid(form, "modified"), grid(form, "plain")):
        covered = np.array([[c.covered for c in case] for case in cases])
        width = np.mean([new.width / old.width for new, old in cases])
        rows.append(
            [
                name,
                str(len(cases)),
                *map(percent, (covered[:, 0].min(), covered[:, 0].mean(), covered[:, 0].max())),
                str(np.sum(covered[:, 0] > 0.985)),
                f"{width:.3f}",
                percent(min(new.reported for new, _ in cases)),
                f"{percent(covered[:, 1].min())} ({np.sum(covered[:, 1] < 0.93)})",
            ]
        )
    header = ["smallest expected count", "cases", "lowest", "mean", "highest", "above 98.5 %", "width"]
    summary = table([*header, "lowest where there is an interval", "unmodified: lowest (below 93 %)"], rows)
    listed = "; ".join(f"{percent(c.covered)} ({c})" for c in conservative(form))
    return f"{summary}\n\n<details><summary>Every case above 98.5 %</summary>\n\n{listed}\n\n</details>"


def conservative(form: str, sizes: tuple[int, ...] = SIZES) -> list[Coverage]:
    found = [c for c in grid(form, "modified", sizes) if c.covered > 0.985]
    return sorted(found, key=lambda c: (-round(c.covered, 6), str(c)))


def strict_table() -> str:
    rows = []
    for form, kind in product(("difference", "ratio"), ("plain", "modified")):
        cells = []
        for _, cases in banded(grid(form, kind, STRICT_SIZES, STRICT)):
            missed = np.array([c.missed for (c,) in cases]) / (1 - STRICT)
            cells.append(f"{missed.max():.2f} · {missed.mean():.2f}")
        rows.append([f"{form}, {'unmodified' if kind == 'plain' else kind}", *cells])
    return table(["", *(f"expected {name}" for name, _ in banded([]))], rows)


SECTIONS: dict[str, Callable[[], str]] = {
    "rate": rate_table,
    "difference": lambda: pair_table("difference"),
    "ratio": lambda: pair_table("ratio"),
    "strict": strict_table,
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
