"""What the exact sums share: binomial outcomes, and tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import stats


def outcomes(n: int, p: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the counts that matter, and their probabilities."""
    x = np.arange(n + 1)
    mass = stats.binom.pmf(x, n, p)
    return x[mass > 1e-13], mass[mass > 1e-13]


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(header), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
