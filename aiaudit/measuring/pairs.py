"""Which counts are set against which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from aiaudit.facts import Scope
from aiaudit.measuring.partitions import Floats
from aiaudit.measuring.rates import Rates
from aiaudit.measuring.reference import Rule, choose


class Pairs(NamedTuple):
    """Compared groups of one partition, and what each is set against: counts and sums of weights, (k, c)."""

    groups: npt.NDArray[np.intp]
    second: Floats
    references: Sequence[Scope]
    looks: Floats


def pair(rates: Rates, part: slice, rule: Rule) -> Pairs | None:
    """Set the groups of one partition, whose places are *part*, against their reference; None where there is none."""
    n, known = rates.n[part], rates.known[part]
    # Counts stay exact as floats below 2**53.
    sums = np.array([rates.x, rates.n, *(rates.weighted or ())], float)[:, part]
    if rule == "rest":
        if np.count_nonzero(n) < 2 or not known[n > 0].any():
            return None
        others = np.maximum(sums.sum(axis=1, keepdims=True) - sums, 0)
        return Pairs(part.start + np.arange(len(n)), others, [{}] * len(n), np.ones(len(n)))
    chosen = choose(rates.scopes[part], rates.value[part], n, known, rates.metric.better, rule)
    if chosen is None:
        return None
    size, best = len(chosen.others), chosen.best
    references = [rates.scopes[part.start + best]] * size
    return Pairs(part.start + chosen.others, sums[:, [best] * size], references, chosen.looks)
