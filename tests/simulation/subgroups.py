"""How often the scan confirms subgroups where there are none, and how often it finds a planted one.

`python -m tests.simulation.subgroups` prints the table of docs/statistics.md and writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from aiaudit.measuring.subgroups import Subgroup, scan
from aiaudit.subject import Subject
from aiaudit.testing import subject_of
from tests.simulation.pages import write

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
RUNS = 300
#: Columns of independent names, all equally frequent; the first is protected.
COLUMNS, LEVELS = 8, 4
RATE = 0.5


@dataclass(frozen=True, kw_only=True)
class World:
    """People of whom half are selected, but for one slice.

    Parameters
    ----------
    n : int
        Rows.
    planted : int
        Columns that the slice is made of: it holds people whose first so many columns are all "0".
    gap : float
        By how much its selection rate is lower.
    """

    n: int
    planted: int = 0
    gap: float = 0.0

    def chance(self, conditions: Mapping[str, str]) -> float:
        """Return the true selection rate of the people of a slice."""
        names = [f"c{j}" for j in range(self.planted)]
        if not names or any(conditions.get(name, "0") != "0" for name in names):
            return RATE
        return float(RATE - self.gap / LEVELS ** sum(name not in conditions for name in names))

    def worse(self, conditions: Mapping[str, str]) -> bool:
        """Return whether a slice is truly worse than everybody and than each slice that it is part of."""
        parents = [{k: v for k, v in conditions.items() if k != name} for name in conditions]
        return all(self.chance(conditions) < self.chance(each) - 1e-12 for each in parents)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Shares of scans and of confirmed subgroups.

    Parameters
    ----------
    alarmed : float
        Scans that confirmed at least one slice which is not truly worse.
    false : float
        Mean share of such slices among those confirmed (none of none counts as 0).
    exact : float
        Scans that confirmed the planted slice itself.
    unheld : float
        Scans in which the first slice found looks significant in the rows that were searched.
    """

    alarmed: float
    false: float
    exact: float
    unheld: float


WORLDS = [
    *(World(n=n) for n in (500, 2_000, 10_000)),
    *(World(n=n, planted=1, gap=0.15) for n in (500, 2_000)),
    *(World(n=n, planted=2, gap=0.25) for n in (1_000, 2_000, 5_000)),
    *(World(n=n, planted=3, gap=0.35) for n in (5_000, 10_000, 20_000)),
]


def subject(world: World, seed: int) -> Subject:
    """Draw people, decisions, and outcomes that have nothing to do with either."""
    rng = np.random.default_rng([seed, world.n, world.planted])
    table = pd.DataFrame({f"c{j}": rng.integers(0, LEVELS, world.n).astype(str) for j in range(COLUMNS)})
    inside = (table[[f"c{j}" for j in range(world.planted)]] == "0").all(axis=1) & (world.planted > 0)
    selected = rng.random(world.n) < RATE - world.gap * inside
    return subject_of(
        {"c0": list(table["c0"])},
        list(selected.astype(int)),
        list(rng.integers(0, 2, world.n)),
        features=table,
        seed=seed,
    )


@dataclass(kw_only=True)
class _Counted:
    alarmed: list[bool] = field(default_factory=list)
    false: list[float] = field(default_factory=list)
    exact: list[bool] = field(default_factory=list)
    unheld: list[bool] = field(default_factory=list)


def simulate(world: World, runs: int) -> Found:
    """Scan so many draws; errors are those of decisions against coins, and follow the selection rate's slices."""
    planted = {f"c{j}": "0" for j in range(world.planted)}
    counted = _Counted()
    for seed in range(runs):
        found = scan(subject(world, seed)).subgroups
        confirmed = [dict(g.scope) for g in found if g.adjusted <= 0.05]
        # Outcomes are coins, so that only rates of selection (and of refusal) can be worse: and only there.
        real = [
            g.effect.name in ("selection_rate", "false_negative_rate") and world.worse(g.scope)
            for g in found
            if g.adjusted <= 0.05
        ]
        counted.alarmed.append(not all(real))
        counted.false.append(1 - float(np.mean(real)) if real else 0.0)
        counted.exact.append(planted in confirmed)
        counted.unheld.append(bool(found) and _passes_unheld(found[0]))
    return Found(**{name: float(np.mean(values)) for name, values in vars(counted).items()})


def _passes_unheld(group: Subgroup) -> bool:
    inside, outside = group.searched
    gap = abs(inside.mean - outside.mean)
    return bool(gap > 1.96 * np.hypot(inside.error, outside.error))


def table(found: dict[World, Found]) -> str:
    """Return the table in Markdown."""
    head = (
        "| planted slice | rows | any false one confirmed | false among confirmed | slice itself found "
        "| p below 5 % in the rows searched |\n|---|--:|--:|--:|--:|--:|"
    )
    rows = [
        f"| {_described(w)} | {w.n:,} | {f.alarmed:.1%} | {f.false:.1%} | "
        + (f"{f.exact:.0%}" if w.planted else "–")
        + f" | {f.unheld:.0%} |"
        for w, f in found.items()
    ]
    return "\n".join([head, *rows])


def _described(world: World) -> str:
    if not world.planted:
        return "none"
    share = 1 / LEVELS**world.planted
    columns = "one column" if world.planted == 1 else f"{world.planted} columns"
    return f"{columns}, {share:.1%} of people, {world.gap:g} below {RATE}"


def main() -> None:
    """Simulate every world, print the table and write it to the page."""
    text = table({world: simulate(world, RUNS) for world in WORLDS})
    print(text)
    write(PAGE, "subgroups", text)


if __name__ == "__main__":
    main()
