"""How often whole audits are wrong: simulated models under `smb-baseline`, and the table of docs/verdicts.md.

`python tests/simulation/table.py` prints the table and writes it; with ``--json`` it prints the numbers of the
worlds in `QUICK`, which a test can afford.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed

from aiaudit.audit import Choices, audit
from aiaudit.gate import Exit, exit_code
from aiaudit.groups import Attribute
from aiaudit.labels import Task
from aiaudit.policy import load_policies
from aiaudit.policy.model import Policy
from aiaudit.record import Record
from aiaudit.subject import Rows, Subject

PAGE = Path(__file__).parents[2] / "docs" / "verdicts.md"
START, END = "<!-- table:start -->", "<!-- table:end -->"
RUNS = 400
#: Positions of two fair worlds of six groups, one of two, and of the one with a gap.
QUICK = (1, 5, 6, 14)
#: Share of favourable outcomes, alike in every group, so that equalized odds is equal selection too.
FAVOURABLE = 0.4


@dataclass(frozen=True, kw_only=True)
class World:
    """Where simulated people and decisions come from.

    Parameters
    ----------
    model : str
        What the model does, in words.
    sizes : tuple of float
        Shares of the groups.
    n : int
        Rows of an audit.
    selected : tuple of (float, float)
        Chance of the favourable decision given an unfavourable and a favourable outcome, by group.
    crossed : int
        Groups of a second attribute, independent of everything; 0 for none.
    """

    model: str
    sizes: tuple[float, ...]
    n: int
    selected: tuple[tuple[float, float], ...]
    crossed: int = 0


@dataclass(frozen=True, kw_only=True)
class Found:
    """Shares of audits."""

    model: str
    groups: str
    n: int
    failed: float
    bare: float


def _sizes(groups: int) -> tuple[float, ...]:
    """Return unequal shares: halving for few groups, one over the rank for many."""
    raw = [2.0**-i for i in range(groups)] if groups < 12 else [1 / i for i in range(1, groups + 1)]
    return tuple(size / sum(raw) for size in raw)


def _worlds() -> list[World]:
    blind, by_outcome, gap = (
        "blind to group and outcome",
        "right about 70 % and 85 %",
        "selects 30 % and 18 %",
    )
    fair = [
        World(model=blind, sizes=_sizes(k), n=n, selected=((0.3, 0.3),) * k)
        for k in (2, 6, 12)
        for n in (60, 200, 1_000, 5_000)
    ]
    crossed = World(model=blind, sizes=(1 / 6,) * 6, n=1_000, selected=((0.3, 0.3),) * 6, crossed=2)
    outcome = World(model=by_outcome, sizes=_sizes(6), n=1_000, selected=((0.15, 0.7),) * 6)
    unequal = World(model=gap, sizes=(0.5, 0.5), n=1_000, selected=((0.3, 0.3), (0.18, 0.18)))
    return [*fair, crossed, outcome, unequal]


def _subject(world: World, rng: np.random.Generator) -> Subject:
    group = rng.choice(len(world.sizes), world.n, p=world.sizes)
    actual = rng.random(world.n) < FAVOURABLE
    chance = np.asarray(world.selected)[group, actual.astype(int)]
    attributes = [_attribute("g", len(world.sizes), group)]
    if world.crossed:
        attributes.append(_attribute("h", world.crossed, rng.integers(0, world.crossed, world.n)))
    return Subject(
        task=Task.BINARY,
        classes=("0", "1"),
        favorable=("1",),
        favorable_from="declared",
        actual=actual.astype(np.uint16),
        predicted=(rng.random(world.n) < chance).astype(np.uint16),
        attributes=tuple(attributes),
        rows=Rows(read=world.n, assessed=world.n),
    )


def _attribute(name: str, groups: int, codes: np.ndarray) -> Attribute:
    levels = tuple(f"{name}{i:02}" for i in range(groups))
    return Attribute(name=name, levels=levels, codes=codes.astype(np.uint16), missing=0)


def _below_four_fifths(record: Record) -> bool:
    """Return whether a bare comparison with four fifths would have flagged any group."""
    ratios = [v for v in record.verdicts if v.requirement == "selection-gap" and v.margin is not None]
    return any(v.margin is not None and v.margin < 0 for v in ratios)


def _found(world: World, policy: Policy, seed: tuple[int, int]) -> Found:
    rng = np.random.default_rng(seed)
    # The checks whose numbers the pack judges; the rest of the family would only take time.
    choices = Choices(select=("bias.selection-rate", "bias.error-rates"), today=date(2026, 1, 1))
    records = [audit(_subject(world, rng), policy, choices) for _ in range(RUNS)]
    return Found(
        model=world.model,
        groups=f"{len(world.sizes)}" + (f" × {world.crossed}" if world.crossed else ""),
        n=world.n,
        failed=float(np.mean([exit_code(record) is Exit.NOT_MET for record in records])),
        bare=float(np.mean([_below_four_fifths(record) for record in records])),
    )


def simulate(positions: Sequence[int]) -> list[Found]:
    """Return what was found in the worlds at these positions."""
    policy, worlds = load_policies(["smb-baseline"]).policy, _worlds()
    jobs = (delayed(_found)(worlds[i], policy, (2026, i)) for i in positions)
    return list(Parallel(n_jobs=2)(jobs))


def table(found: list[Found]) -> str:
    """Return the table in Markdown."""
    head = "| the model | groups | rows | exit 1 | bare four-fifths rule |\n|---|--:|--:|--:|--:|"
    rows = [f"| {f.model} | {f.groups} | {f.n:,} | {f.failed:.1%} | {f.bare:.1%} |" for f in found]
    return "\n".join([head, *rows])


def main() -> None:
    """Simulate; print the numbers, or print the table and write it to the page."""
    if "--json" in sys.argv:
        print(json.dumps([asdict(f) for f in simulate(QUICK)]))
        return
    found = simulate(range(len(_worlds())))
    print(table(found))
    page = PAGE.read_text("utf-8") if PAGE.exists() else f"{START}\n{END}\n"
    before, after = page.split(START)[0], page.split(END)[1]
    PAGE.write_text(f"{before}{START}\n{table(found)}\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main()
