"""How often intervals of the checks of the data hold the truth, and how often chance is taken for a finding.

`python -m tests.simulation.tables` prints the table of docs/statistics.md and writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from aiaudit.measuring.determined import rank_auc
from aiaudit.measuring.drift import Counts, shift, stability
from aiaudit.measuring.overlap import Overlap
from aiaudit.measuring.own import Own
from aiaudit.metrics import difference
from aiaudit.policy.own_metrics import OwnMetric
from aiaudit.testing import subject_of

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
RUNS = 500
EXCESS = difference("copy_excess", "", "")

#: One sample: low, high and truth of an interval, and the p-value; None where nothing is tested.
Drawn = tuple[float, float, float, float | None]
Draw = Callable[[np.random.Generator], Drawn]


def copies(kinds: int, rows: int, train: int, copied: int) -> Draw:
    """Rows of so many equally frequent kinds, some of them copied from the training data."""

    def draw(rng: np.random.Generator) -> Drawn:
        old, new = rng.integers(kinds, size=train), rng.integers(kinds, size=rows)
        new[:copied] = rng.choice(old, copied, replace=False)
        found = Overlap.of(new, old).excess(EXCESS)
        truth = copied / rows * (1 - 1 / kinds) ** train
        assert found.interval is not None
        return found.interval.low, found.interval.high, truth, found.p_value

    return draw


def index(bins: int, train: int, rows: int, tilt: float) -> Draw:
    """Shares of bins tilted away from equality."""
    p = np.full(bins, 1 / bins)
    q = p * np.exp(tilt * np.linspace(-1, 1, bins))
    q /= q.sum()
    truth = float(np.sum((q - p) * np.log(q / p)))

    def draw(rng: np.random.Generator) -> Drawn:
        counts = Counts(old=rng.multinomial(train, p), new=rng.multinomial(rows, q), unseen=0)
        found = stability(counts)
        return found.low, found.high, truth, found.p_value

    return draw


def moved(train: int, rows: int, by: float) -> Draw:
    """Normal numbers, moved."""

    def draw(rng: np.random.Generator) -> Drawn:
        found = shift(rng.normal(size=train), rng.normal(by, 1, rows))
        assert found is not None
        return found.low, found.high, float(2 * ndtr(abs(by) / 2) - 1), found.p_value

    return draw


def leak(rows: int, by: float) -> Draw:
    """A normal column, moved for half the rows."""

    def draw(rng: np.random.Generator) -> Drawn:
        outcome = rng.random(rows) < 0.5
        found = rank_auc(rng.normal(size=rows) + by * outcome, outcome)
        return found.low, found.high, float(ndtr(by / np.sqrt(2))), None

    return draw


def cost(sizes: tuple[int, int]) -> Draw:
    """A cost of errors that is the same in two groups; the interval is that of their difference."""
    value, gap, ratio = OwnMetric(name="cost", function="a:b", better="lower").declared
    own = Own(
        metric=value,
        gap=gap,
        ratio=ratio,
        function=lambda true, given: 5 * np.mean(true > given) + np.mean(true < given),
        name="cost",
        inputs="decisions",
        counts="rows",
    )

    def draw(rng: np.random.Generator) -> Drawn:
        n = sum(sizes)
        true = rng.random(n) < 0.5
        given = rng.random(n) < np.where(true, 0.8, 0.2)
        groups = {"g": np.repeat(["a", "b"], sizes).tolist()}
        subject = subject_of(groups, list(given * 1), list(true * 1), seed=int(rng.integers(2**31)))
        (found,) = own.estimates(subject).differences(gap, "largest")
        assert found.interval is not None
        return found.interval.low, found.interval.high, 0.0, found.p_value

    return draw


CASES: dict[str, Draw] = {
    **{
        f"copy excess, {kinds:,} kinds of rows, {rows:,} against {train:,}, {copied} copied": copies(
            kinds, rows, train, copied
        )
        for kinds, rows, train in ((1_000, 200, 800), (20_000, 1_000, 5_000), (10**6, 1_000, 5_000))
        for copied in (0, 20)
    },
    **{
        f"stability index, {bins} bins, {rows:,} against {train:,}, tilt {tilt:g}": index(
            bins, train, rows, tilt
        )
        for bins, train, rows in ((2, 100, 100), (10, 500, 200), (10, 5_000, 1_000))
        for tilt in (0.0, 0.15, 1.0)
    },
    **{
        f"training distance, {rows:,} against {train:,}, moved by {by:g}": moved(train, rows, by)
        for train, rows in ((50, 50), (5_000, 1_000))
        for by in (0.0, 0.5)
    },
    **{
        f"AUC of one column, {rows} rows, moved by {by:g}": leak(rows, by)
        for rows in (100, 1_000)
        for by in (0.5, 2.0)
    },
    **{f"difference of own metrics, groups of {a} and {b}": cost((a, b)) for a, b in ((60, 200), (300, 300))},
}


def simulate(draw: Draw, runs: int) -> tuple[float, float | None]:
    """Return the share of intervals that hold the truth, and of p-values up to 5 %."""
    drawn = [draw(np.random.default_rng([run, 7])) for run in range(runs)]
    held = np.mean([low - 1e-12 <= truth <= high + 1e-12 for low, high, truth, _ in drawn])
    tested = [p for *_, p in drawn if p is not None]
    return float(held), float(np.mean(np.array(tested) <= 0.05)) if tested else None


def main() -> None:
    """Simulate every case, print the table and write it to the page."""
    from tests.simulation.pages import write

    lines = ["| number, and how the data were made | held | p at most 5 % |", "|---|--:|--:|"]
    for name, draw in CASES.items():
        held, alarms = simulate(draw, RUNS)
        lines.append(f"| {name} | {held:.1%} | {'' if alarms is None else f'{alarms:.1%}'} |")
        print(lines[-1], flush=True)
    write(PAGE, "tables", "\n".join(lines))


if __name__ == "__main__":
    main()
