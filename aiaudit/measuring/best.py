"""Groups against the one with the highest rate, as statutes that know no smallest group define it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aiaudit.measuring.contrasts import Contrasts
from aiaudit.measuring.rates import Rates, partitions


def against_best(
    rates: Rates, eligible: npt.NDArray[np.bool_] | None = None
) -> tuple[Contrasts, frozenset[int]]:
    """Set every group against the one with the highest rate in its partition, however small, itself included.

    Parameters
    ----------
    rates : Rates
        The rates compared; groups without a row, and the whole table, are left out.
    eligible : ndarray of bool, shape (g,), or None
        Groups that the others may be set against; by default all.

    Returns
    -------
    contrasts : Contrasts
        One for every group.
    best : frozenset of int
        Positions of the groups that the others are set against.
    """
    groups: list[int] = []
    against: list[int] = []
    for part in partitions(rates.parts, len(rates.scopes)):
        inside = [i for i in range(part.start, part.stop) if rates.n[i] and rates.scopes[i]]
        able = [i for i in inside if eligible is None or eligible[i]]
        if able:
            # Exact: 3/5 and 6/10 are the same rate, and the larger category then serves.
            order = [(rates.x[i] / rates.n[i], rates.n[i]) for i in able]
            groups += inside
            against += [able[order.index(max(order))]] * len(inside)
    contrasts = Contrasts(
        rates=rates,
        rule="most_favoured",
        groups=np.array(groups, np.intp),
        x2=rates.x[against],
        n2=rates.n[against],
        references=tuple(rates.scopes[i] for i in against),
        looks=np.ones(len(groups)),
    )
    return contrasts, frozenset(against)
