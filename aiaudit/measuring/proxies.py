"""How well the columns of a table give protected groups away, on rows that the rule was not made from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.facts import Scope
from aiaudit.groups import Attribute
from aiaudit.measuring.encoding import encoded
from aiaudit.measuring.order import sample_with_rare
from aiaudit.measuring.rates import LEVEL
from aiaudit.statistics.discriminant import Separation, separations
from aiaudit.subject import Subject

#: Rows drawn whatever their group, and members of each group to have where there are so many.
MAX_ROWS, MAX_MEMBERS = 5_000, 500
#: How often groups are shuffled to see what chance can do.
PERMUTATIONS = 199


class Told(NamedTuple):
    """A group, how well it is told from everybody else, its rows in the table, and the columns it is told by."""

    scope: Scope
    found: Separation
    rows: int
    columns: int


def told(subject: Subject, columns: pd.DataFrame) -> Iterator[Told]:
    """Yield every group that occurs, of every attribute that has other columns beside it.

    Parameters
    ----------
    subject : Subject
        Gives the attributes; people of unknown group are left out.
    columns : DataFrame, shape (n, p)
        Columns of any type; that of the attribute itself is not looked at.
    """
    order = subject.random_order
    samples = [_sample(attribute, order) for attribute in subject.attributes]
    rows = np.unique(np.concatenate([sample for sample, _ in samples]))
    x, column = encoded(columns.iloc[rows])
    names = np.array([str(name) for name in columns])[column]
    for attribute, (sample, drawn) in zip(subject.attributes, samples, strict=True):
        others = names != attribute.name
        if not others.any():
            continue
        found = separations(
            x[np.searchsorted(rows, sample)][:, others],
            attribute.codes[sample],
            _known(attribute),
            level=LEVEL,
            permutations=PERMUTATIONS,
            seed=subject.seed,
            drawn=drawn,
        )
        sizes = np.bincount(attribute.codes, minlength=len(attribute.levels)).tolist()
        for level, one, size in zip(attribute.levels, found, sizes, strict=False):
            if size:
                yield Told({attribute.name: level}, one, size, int(others.sum()))


def _known(attribute: Attribute) -> int:
    """Return how many levels are groups: those of missing values come last."""
    return len(attribute.levels) - bool(attribute.missing)


def _sample(
    attribute: Attribute, order: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    known = order[attribute.codes[order] < _known(attribute)]
    return sample_with_rare(known, attribute.codes, _known(attribute), MAX_ROWS, MAX_MEMBERS)
