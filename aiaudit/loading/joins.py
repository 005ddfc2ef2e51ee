"""Protected attributes that live in a file of their own, looked up by a key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from aiaudit.errors import UsageError, one_line, some
from aiaudit.loading.tables import Table, require_columns
from aiaudit.loading.text import text_series


@dataclass(frozen=True, kw_only=True)
class Join:
    """Attributes looked up by key.

    Parameters
    ----------
    text : mapping of str to pandas.Series
        Each attribute as text aligned with the table's rows; None where it is not known.
    unmatched : int
        Rows whose key does not occur in the other file.
    keyless : int
        Rows whose key is empty.
    """

    text: Mapping[str, pd.Series]
    unmatched: int
    keyless: int


def join_groups(table: Table, groups: Table, *, key: str, columns: Collection[str]) -> Join:
    """Look up protected attributes that live in a file of their own.

    Parameters
    ----------
    table : Table
        The data; *key* is one of its text columns and may repeat.
    groups : Table
        The attributes; *key* and *columns* are text columns of it, and each key occurs once.
    key : str
        Name of the column that both tables share.
    columns : collection of str
        Attributes wanted.

    Raises
    ------
    UsageError
        A column that does not exist, a key that repeats in *groups*, or tables that share no key.
    """
    require_columns(table, [key], "join key")
    require_columns(groups, [key], "join key")
    require_columns(groups, columns, "protected column")
    known, wanted = groups.labels(key).dropna(), table.labels(key)
    twice = known[known.duplicated()].unique()
    if len(twice):
        raise UsageError(
            f"{one_line(groups.name)}: the join key '{one_line(key)}' repeats {some(twice)}",
            "Keep one row for each key.",
        )
    at = pd.Index(known, dtype=object).get_indexer(pd.Index(wanted, dtype=object))
    found = at >= 0
    if not found.any():
        raise UsageError(
            f"no value of '{one_line(key)}' in {one_line(table.name)} occurs in {one_line(groups.name)} "
            f"({some(wanted.dropna().unique()[:2])} against {some(known[:2])})",
            "Check that both files write the key in the same way.",
        )
    text = {}
    for column in columns:
        cells = groups.labels(column)[known.index].to_numpy()[at]
        cells[~found] = None
        text[column] = text_series(cells)
    keyless = int(wanted.isna().sum())
    return Join(text=text, keyless=keyless, unmatched=int((~found).sum()) - keyless)
