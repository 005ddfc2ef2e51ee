"""How often the whole bias family accuses a model without any gap: every contrast it tests, gated at parity.

`python tests/simulation/family.py [RUNS]` prints a table.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date

import numpy as np
from joblib import Parallel, delayed

from aiaudit.audit import Choices, audit
from aiaudit.facts import Better, Form
from aiaudit.gate import Exit, exit_code
from aiaudit.groups import Attribute
from aiaudit.labels import Task
from aiaudit.policy.model import Policy
from aiaudit.registry import checks
from aiaudit.scores import Scores
from aiaudit.subject import Rows, Subject


@dataclass(frozen=True, kw_only=True)
class World:
    """Simulated people: groups of one attribute and of a second, strata of a control, rows; weighted or not."""

    groups: int
    crossed: int
    strata: int
    n: int
    weighted: bool = False


WORLDS = (
    World(groups=2, crossed=0, strata=2, n=300),
    World(groups=6, crossed=0, strata=3, n=300),
    World(groups=6, crossed=2, strata=3, n=1_000),
    World(groups=6, crossed=2, strata=3, n=1_000, weighted=True),
    World(groups=3, crossed=2, strata=4, n=5_000),
)


def everything() -> Policy:
    """Return a policy that asks parity of every contrast that a bias check tests."""
    asked = []
    for check in checks().values():
        for metric in check.metrics:
            if check.family != "bias" or metric.form not in (Form.DIFFERENCE, Form.RATIO):
                continue
            op = {Form.DIFFERENCE: "within", Form.RATIO: "<=" if metric.better is Better.LOWER else ">="}
            asked.append(
                {
                    "id": f"{check.id}-{metric.name}".replace(".", "-").replace("_", "-"),
                    "title": metric.definition,
                    "check": check.id,
                    "metric": metric.name,
                    "op": op[metric.form],
                    "threshold": 0 if metric.form is Form.DIFFERENCE else 1,
                    "basis": "house",
                    "source": "a simulation",
                    "rationale": "Every question there is, asked at once.",
                }
            )
    return Policy.model_validate({"id": "everything", "edition": "1", "title": "t", "requirements": asked})


def people(world: World, rng: np.random.Generator, gap: float = 0.0) -> Subject:
    """Return people whose scores are right in every group, and higher by *gap* in the first."""
    n = world.n
    group = rng.choice(world.groups, n, p=_sizes(world.groups))
    codes = {"g": (world.groups, group)}
    if world.crossed:
        codes["h"] = (world.crossed, rng.integers(0, world.crossed, n))
    chance = np.clip(rng.beta(2, 3, n) + gap * (group == 0), 0, 1)
    attributes = tuple(_attribute(name, size, own) for name, (size, own) in codes.items())
    return Subject(
        task=Task.BINARY,
        classes=("0", "1"),
        favorable=("1",),
        actual=(rng.random(n) < chance).astype(np.uint16),
        predicted=(chance > 0.45).astype(np.uint16),
        given_scores=Scores(values=chance, probability=True, source="simulated"),
        attributes=attributes,
        controls=(_attribute("c", world.strata, rng.integers(0, world.strata, n)),),
        weights=rng.gamma(2, 1, n) if world.weighted else None,
        rows=Rows(read=n, assessed=n),
    )


def failed(world: World, runs: int, gap: float = 0.0) -> float:
    """Return the share of audits that fail."""
    policy, choices = everything(), Choices(select=("bias",), today=date(2026, 1, 1))
    rng = np.random.default_rng([world.groups, world.crossed, world.n, world.weighted])
    codes = [exit_code(audit(people(world, rng, gap), policy, choices)) for _ in range(runs)]
    return float(np.mean([code is Exit.NOT_MET for code in codes]))


def _sizes(groups: int) -> np.ndarray:
    raw = 2.0 ** -np.arange(groups)
    return raw / raw.sum()


def _attribute(name: str, size: int, codes: np.ndarray) -> Attribute:
    levels = tuple(f"{name}{i}" for i in range(size))
    return Attribute(name=name, levels=levels, codes=codes.astype(np.uint16), missing=0)


def main() -> None:
    """Simulate and print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    found = Parallel(n_jobs=2)(delayed(failed)(world, runs) for world in WORLDS)
    print("| groups | crossed with | strata | rows | weights | accused |\n|--:|--:|--:|--:|---|--:|")
    for world, share in zip(WORLDS, found, strict=True):
        weights = "random" if world.weighted else "none"
        print(
            f"| {world.groups} | {world.crossed or '-'} | {world.strata} | {world.n:,} | {weights} | {share:.1%} |"
        )
    print(len(everything().requirements), "requirements;", runs, "audits a row")
    print("a gap of 0.15 in the scores is found in", f"{failed(WORLDS[2], 100, 0.15):.0%}")


if __name__ == "__main__":
    main()
