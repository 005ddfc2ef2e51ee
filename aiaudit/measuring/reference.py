"""Which group the others are set against, and what choosing it by its number costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aiaudit.facts import RESERVED_SCOPES, Better, Scope

#: Rows a group needs before it may serve as the most favoured: the luckiest of many tiny groups is no yardstick.
REFERENCE_MIN = 30


@dataclass(frozen=True, kw_only=True)
class DeclaredReference:
    """The rule that sets every group against the one that the user named.

    Parameters
    ----------
    groups : mapping of str to str
        The group of reference, by attribute.
    """

    groups: Mapping[str, str]

    def __str__(self) -> str:
        return "declared"

    def names(self, scope: Scope) -> bool:
        """Return whether *scope* is the group named in every attribute that defines it."""
        own = {key: label for key, label in scope.items() if key not in RESERVED_SCOPES}
        return bool(own) and all(self.groups.get(key) == label for key, label in own.items())


#: How the group that others are set against is found: see `choose`.
Rule = str | DeclaredReference


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A group chosen as the reference.

    Parameters
    ----------
    best : int
        Its position.
    others : ndarray of int, shape (c,)
        Positions of the groups set against it.
    looks : ndarray of float, shape (c,)
        Comparisons that each contrast stands for: see `aiaudit.facts.Reference`.
    """

    best: int
    others: npt.NDArray[np.intp]
    looks: npt.NDArray[np.float64]


def choose(
    scopes: Sequence[Scope],
    value: npt.NDArray[np.float64],
    n: npt.NDArray[np.int64],
    known: npt.NDArray[np.bool_],
    better: Better,
    rule: Rule,
) -> Choice | None:
    """Choose the reference among groups whose number is defined.

    Parameters
    ----------
    scopes : sequence of Scope, length g
        The groups.
    value : ndarray of float, shape (g,)
        Each group's number; NaN where undefined.
    n : ndarray of int, shape (g,)
        What the number rests on.
    known : ndarray of bool, shape (g,)
        Whether the group's protected values are known; only such a group may serve.
    better : Better
        In which direction the number improves; without one the highest is taken.
    rule : str or DeclaredReference
        ``most_favoured`` (the best number among groups of at least `REFERENCE_MIN` known people, or among all
        where none is that large), ``largest`` (rests on most), or the group that was named.

    Returns
    -------
    Choice or None
        None where fewer than two groups have a number, or the group named has none.
    """
    usable = np.flatnonzero(~np.isnan(value))
    candidates = usable[known[usable]]
    if isinstance(rule, DeclaredReference):
        candidates = np.array([i for i in usable.tolist() if rule.names(scopes[i])], np.intp)
    if len(usable) < 2 or not len(candidates):
        return None
    ranked = -value if better is Better.LOWER else value
    if rule == "largest":
        best = max(candidates, key=lambda i: (n[i], ranked[i]))
    else:
        large = candidates[n[candidates] >= REFERENCE_MIN]
        candidates = large if len(large) else candidates
        best = max(candidates, key=lambda i: (ranked[i], n[i]))
    others = np.array([i for i in range(len(value)) if i != best], np.intp)
    # All pairs of C candidates are spread over the C - 1 contrasts shown; an outsider meets all C of them.
    c = len(candidates)
    looks = (
        np.where(np.isin(others, candidates), c / 2, c) if rule == "most_favoured" else np.ones(len(others))
    )
    return Choice(best=int(best), others=others, looks=looks)
