"""How often the interval of a proxy's AUC holds the truth, and how often chance is taken for a proxy.

`python -m tests.simulation.proxies` prints the table of docs/statistics.md and writes it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.special import ndtr, ndtri
from sklearn.linear_model import Ridge

from aiaudit.statistics.auc import auc
from aiaudit.statistics.discriminant import FOLDS, _folds, separations
from tests.simulation.pages import write

PAGE = Path(__file__).parents[2] / "docs" / "statistics.md"
RUNS = 500


@dataclass(frozen=True, kw_only=True)
class Case:
    """People of two groups whose columns are normal, moved apart in one direction.

    Parameters
    ----------
    n, columns : int
        Size of the table.
    share : float
        Of the group.
    best : float
        AUC of the best possible rule.
    """

    n: int
    columns: int
    share: float
    best: float

    def but(self, **changed: float) -> Case:
        return replace(self, **changed)


@dataclass(frozen=True, kw_only=True)
class Covered:
    """Mean AUC, share of intervals that hold it, the same without enlargement, share of p-values up to 5 %."""

    auc: float
    covered: float
    plain: float
    alarms: float


CASES = [
    Case(n=n, columns=columns, share=share, best=best)
    for n, columns, share in ((200, 5, 0.5), (200, 40, 0.3), (1000, 5, 0.1), (1000, 100, 0.5))
    for best in (0.5, 0.6, 0.7, 0.85, 0.95)
]


def cover(case: Case, runs: int) -> Covered:
    """Simulate one case; the truth is the mean over the folds of the AUC that the fold's rule has on everybody."""
    shift = np.sqrt(2) * ndtri(case.best) * np.ones(case.columns) / np.sqrt(case.columns)
    held, plain, alarms, values = 0, 0, 0, []
    for run in range(runs):
        rng = np.random.default_rng([run, case.n, case.columns])
        labels = (rng.random(case.n) < case.share).astype(int)
        x = rng.normal(size=(case.n, case.columns)) + np.outer(labels, shift)
        found = separations(x, labels, 2, level=0.95, permutations=19, seed=run)[1]
        fold, truths, variance = _folds(labels, 2), [], 0.0
        for k in range(FOLDS):
            rule = Ridge(alpha=case.columns).fit(x[fold != k], labels[fold != k])
            truths.append(ndtr(rule.coef_ @ shift / np.linalg.norm(rule.coef_) / np.sqrt(2)))
            variance += auc(rule.predict(x[fold == k]), labels[fold == k] == 1).variance / FOLDS**2
        truth = float(np.mean(truths))
        held += found.low <= truth <= found.high
        plain += abs(found.auc - truth) <= 1.96 * np.sqrt(variance)
        alarms += found.p_value <= 0.05
        values.append(truth)
    return Covered(auc=float(np.mean(values)), covered=held / runs, plain=plain / runs, alarms=alarms / runs)


def table(found: dict[Case, Covered]) -> str:
    """Return the table in Markdown."""
    head = (
        "| rows, columns, share of the group | best possible AUC | AUC | held | held without enlargement | p at most 5 % |"
        "\n|---|--:|--:|--:|--:|--:|"
    )
    rows = [
        f"| {c.n:,}, {c.columns}, {c.share:.0%} | {c.best:g} | {f.auc:.2f} | {f.covered:.1%} | {f.plain:.1%} "
        f"| {f.alarms:.1%} |"
        for c, f in found.items()
    ]
    return "\n".join([head, *rows])


def main() -> None:
    """Simulate every case, print the table and write it to the page."""
    text = table({case: cover(case, RUNS) for case in CASES})
    print(text)
    write(PAGE, "proxies", text)


if __name__ == "__main__":
    main()
