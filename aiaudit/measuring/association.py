"""How closely the columns of a table go together with protected attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from aiaudit.groups import Attribute
from aiaudit.loading.text import as_text
from aiaudit.measuring.coding import coded, may_be_codes, numbers
from aiaudit.measuring.places import Place
from aiaudit.measuring.rates import LEVEL
from aiaudit.statistics.association import Association, cramers_v
from aiaudit.statistics.multiplicity import benjamini_hochberg
from aiaudit.subject import Subject

#: Tables drawn with the same margins where counts are small.
PERMUTATIONS = 999
#: Rows for each bin of a number and for each name that stays by itself, and the most there may be of these.
BIN_ROWS, NAME_ROWS, MAX_BINS, MAX_NAMES = 50, 20, 10, 200


@dataclass(frozen=True, kw_only=True)
class Pair:
    """A protected attribute, a column, and how closely they go together.

    Parameters
    ----------
    attribute : Attribute
        The protected attribute.
    column : str
        The column.
    area : bool
        Whether only the first characters of postal codes were looked at.
    rows : int
        Rows whose protected value is known.
    found : Association
        Cramér's V.
    q_value : float
        Its p-value after correction for all pairs; NaN where there was nothing to test.
    """

    attribute: Attribute
    column: str
    area: bool
    rows: int
    found: Association
    q_value: float


def associations(subject: Subject, columns: pd.DataFrame, places: Mapping[str, Place]) -> Iterator[Pair]:
    """Yield every protected attribute with every other column.

    Parameters
    ----------
    subject : Subject
        Gives the attributes; people of unknown group are left out.
    columns : DataFrame, shape (n, p)
        Columns of any type.
    places : mapping of str to Place
        Those of them that hold places; postal codes are looked at whole and by area.
    """
    found = [
        (attribute, name, area, *_associated(attribute, name, values, subject.seed))
        for attribute in subject.attributes
        for name, area, values in _versions(columns, places)
        if name != attribute.name
    ]
    tested = [np.nan if one.test == "none" else one.p_value for *_, one in found]
    for (attribute, name, area, rows, one), q in zip(found, benjamini_hochberg(tested), strict=True):
        yield Pair(attribute=attribute, column=name, area=area, rows=rows, found=one, q_value=float(q))


def _versions(columns: pd.DataFrame, places: Mapping[str, Place]) -> Iterator[tuple[str, bool, pd.Series]]:
    for label in columns:
        name = str(label)
        known = places.get(name)
        if known is None or known.area is None:
            yield name, False, columns[label]
        else:
            yield name, False, known.text
            yield name, True, known.area


def _associated(attribute: Attribute, name: str, values: pd.Series, seed: int) -> tuple[int, Association]:
    groups = len(attribute.levels) - bool(attribute.missing)
    rows = np.flatnonzero(attribute.codes < groups)
    bins, names = (
        max(3, min(most, len(rows) // each)) for most, each in ((MAX_BINS, BIN_ROWS), (MAX_NAMES, NAME_ROWS))
    )
    numeric = numbers(values)
    codes = numeric is not None and may_be_codes(numeric)
    column = coded(name, as_text(values) if codes else values, bins, names, rows)
    size = len(column.levels)
    cells = attribute.codes[rows].astype(np.int64) * size + column.codes[rows]
    table = np.bincount(cells, minlength=groups * size).reshape(groups, size)
    return len(rows), cramers_v(table, LEVEL, PERMUTATIONS, seed)
