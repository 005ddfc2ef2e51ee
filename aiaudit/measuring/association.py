"""How closely the columns of a table go together with protected attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.groups import Attribute
from aiaudit.loading.text import as_text
from aiaudit.measuring.coding import Coded, coded, may_be_codes, numbers
from aiaudit.measuring.places import Place
from aiaudit.measuring.rates import LEVEL
from aiaudit.statistics.association import Association, cramers_v
from aiaudit.statistics.multiplicity import benjamini_hochberg
from aiaudit.subject import Subject

Ints = npt.NDArray[np.integer]

#: Tables drawn with the same margins where counts are small.
PERMUTATIONS = 999
#: Rows for each bin of a number and for each name that stays by itself, and the most there may be of these.
BIN_ROWS, NAME_ROWS, MAX_BINS, MAX_NAMES = 50, 20, 10, 200
_KEPT = "crossed"


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
    versions = [
        (name, form == "area", crossed(subject, name, values, form))
        for name, form, values in _versions(columns, places)
    ]
    found = [
        (attribute, name, area, by[attribute.name])
        for attribute in subject.attributes
        for name, area, by in versions
        if attribute.name in by
    ]
    strengths = [cramers_v(one.counts, LEVEL, PERMUTATIONS, subject.seed) for *_, one in found]
    tested = [np.nan if one.test == "none" else one.p_value for one in strengths]
    q_values = benjamini_hochberg(tested).tolist()
    for (attribute, name, area, own), one, q in zip(found, strengths, q_values, strict=True):
        yield Pair(attribute=attribute, column=name, area=area, rows=own.rows, found=one, q_value=q)


def _versions(columns: pd.DataFrame, places: Mapping[str, Place]) -> Iterator[tuple[str, str, pd.Series]]:
    """Yield each column's name, form and values."""
    for label in columns:
        name = str(label)
        known = places.get(name)
        if known is None or known.area is None:
            yield name, "", columns[label]
        else:
            yield name, "place", known.text
            yield name, "area", known.area


class Crossed(NamedTuple):
    """How many rows have a known group, and their counts by group and by value of a column, shape (g, v)."""

    rows: int
    counts: Ints


def crossed(subject: Subject, name: str, values: pd.Series, form: str = "") -> Mapping[str, Crossed]:
    """Count a column's values within the groups of each protected attribute but the one of its own name.

    Made once and kept with the subject, as its own cached properties are.

    Parameters
    ----------
    subject : Subject
        Gives the attributes; people of unknown group are left out.
    name : str
        The column.
    values : Series, shape (n,)
        Its values.
    form : str
        Tells apart several forms of one column.
    """
    kept: dict[tuple[str, str], Mapping[str, Crossed]] = vars(subject).setdefault(_KEPT, {})
    if (name, form) not in kept:
        kept[name, form] = dict(_crossed(subject.attributes, name, values))
    return kept[name, form]


def _crossed(attributes: Sequence[Attribute], name: str, values: pd.Series) -> Iterator[tuple[str, Crossed]]:
    everybody = None
    for attribute in attributes:
        if attribute.name == name:
            continue
        groups = len(attribute.levels) - bool(attribute.missing)
        rows = np.flatnonzero(attribute.codes < groups)
        if len(rows) == len(values):
            column = everybody = everybody or _column(name, values, rows)
        else:
            column = _column(name, values, rows)
        size = len(column.levels)
        cells = attribute.codes[rows].astype(np.int64) * size + column.codes[rows]
        counts = np.bincount(cells, minlength=groups * size).reshape(groups, size)
        yield attribute.name, Crossed(len(rows), counts)


def _column(name: str, values: pd.Series, rows: Ints) -> Coded:
    """Return a column with the bins and names that these rows suffice for."""
    bins, names = (
        max(3, min(most, len(rows) // each)) for most, each in ((MAX_BINS, BIN_ROWS), (MAX_NAMES, NAME_ROWS))
    )
    numeric = numbers(values)
    codes = numeric is not None and may_be_codes(numeric)
    return coded(name, as_text(values) if codes else values, bins, names, rows)
