"""Protected attributes: which group each row belongs to, and how numbers were cut into groups."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.errors import UsageError, one_line
from aiaudit.facts import RESERVED_SCOPES
from aiaudit.labels import sorted_labels

MISSING = "(missing)"
#: A numeric column with more values than this is cut into bins; with fewer, each value is a group.
DISTINCT_NUMBERS = 10
#: United States law draws lines at 40 (ADEA) and 62 (Regulation B, elderly applicant).
AGE_EDGES = (40.0, 62.0)


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    """A protected column as the user declared it: its name and, for numbers, the edges of its bins."""

    column: str
    edges: tuple[float, ...] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Attribute:
    """A protected attribute of the rows under audit.

    Parameters
    ----------
    name : str
        The column.
    levels : tuple of str
        Group labels, sorted (numbers by size); a group of missing values comes last.
    codes : ndarray of uint16, shape (n,)
        Each row's position in `levels`.
    missing : int
        Rows whose value is missing.
    edges : tuple of float
        Where a numeric column was cut; empty for a column of names.
    edges_from : str
        Who chose the edges: ``config``, or the default rule in words.
    """

    name: str
    levels: tuple[str, ...]
    codes: npt.NDArray[np.uint16]
    missing: int
    edges: tuple[float, ...] = ()
    edges_from: str = ""

    @property
    def missing_level(self) -> str | None:
        """Label of the group of missing values, None where nothing is missing."""
        return self.levels[-1] if self.missing else None


#: ``COL:25,40.5``: what follows the last colon is edges only if it is numbers.
DECLARATION = re.compile(r"(?P<column>.+):(?P<edges>-?\d[\d.]*(?:,-?\d[\d.]*)*)", re.DOTALL)


def parse_sensitive(text: str) -> Sensitive:
    """Read ``COL`` or ``COL:25,40,60``; a colon that numbers do not follow belongs to the name."""
    found = DECLARATION.fullmatch(text)
    if found is None:
        return Sensitive(column=text)
    try:
        edges = tuple(float(edge) for edge in found["edges"].split(","))
    except ValueError:
        raise UsageError(
            f"'{one_line(text)}': the edges after the colon are not numbers",
            f"Write edges as numbers with commas between, for example --sensitive {one_line(found['column'])}:40,62",
        ) from None
    return Sensitive(column=found["column"], edges=edges)


def attribute(sensitive: Sensitive, values: pd.Series) -> Attribute:
    """Code a column of exact text into groups.

    Parameters
    ----------
    sensitive : Sensitive
        The declaration.
    values : Series of str or None, shape (n,)
        The column's text; only None is missing.

    Raises
    ------
    UsageError
        If edges are declared for a column that is not numeric, or do not ascend.
    """
    if sensitive.column in RESERVED_SCOPES:
        raise UsageError(
            f"a protected column cannot be called '{sensitive.column}'", "Rename the column in the data."
        )
    # Each distinct text is looked at once; a million rows hold few of them.
    codes, distinct = pd.factorize(values.to_numpy(object))
    unique = [str(value) for value in distinct]
    numbers = np.asarray(pd.to_numeric(pd.Series(unique, dtype=object), errors="coerce"), float)
    edges, source = sensitive.edges, "declared"
    if edges is not None:
        _check_edges(sensitive, edges, unique, numbers)
    elif len(unique) and np.isfinite(numbers).all() and len(np.unique(numbers)) > DISTINCT_NUMBERS:
        edges, source = _default_edges(sensitive.column, numbers[codes[codes >= 0]])
    if edges is None:
        return _named(sensitive.column, codes, unique)
    return _binned(sensitive.column, codes, numbers, edges, source)


def _check_edges(
    sensitive: Sensitive, edges: tuple[float, ...], unique: Sequence[str], numbers: npt.NDArray[np.float64]
) -> None:
    if not edges or list(edges) != sorted(set(edges)) or not all(np.isfinite(edges)):
        raise UsageError(
            f"the edges of '{one_line(sensitive.column)}' do not ascend",
            "List each edge once, smallest first; one at least.",
        )
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise UsageError(
            f"column '{one_line(sensitive.column)}' has edges but holds text, such as '{one_line(unique[bad[0]])}'",
            "Remove the edges, or give the column numbers.",
        )


def _default_edges(column: str, numbers: npt.NDArray[np.float64]) -> tuple[tuple[float, ...], str]:
    if re.search(r"(?:^|[^a-z])age(?:p|s)?(?:$|[^a-z])", column.lower()):
        return AGE_EDGES, "default for ages: 40 (ADEA) and 62 (Regulation B)"
    quartiles = np.unique(np.quantile(numbers, [0.25, 0.5, 0.75]))
    inside = quartiles[quartiles > numbers.min()]
    if len(inside):
        return tuple(float(q) for q in inside), "default: quartiles of these rows"
    above = numbers[numbers > numbers.min()].min()
    return (float(above),), "default: the smallest value, which most rows hold, against the rest"


def _number(value: float) -> str:
    # Every digit: two edges that look alike would make one group of two.
    return repr(value).removesuffix(".0")


def bin_labels(edges: Sequence[float]) -> list[str]:
    """Return what the bins between *edges* are called; there is at least one edge, and they ascend."""
    return [
        f"under {_number(edges[0])}",
        *(f"{_number(a)} to under {_number(b)}" for a, b in pairwise(edges)),
        f"{_number(edges[-1])} or over",
    ]


def _binned(
    column: str,
    codes: npt.NDArray[np.intp],
    numbers: npt.NDArray[np.float64],
    edges: tuple[float, ...],
    source: str,
) -> Attribute:
    bins = np.searchsorted(np.asarray(edges), numbers, side="right")
    return _attribute(column, bin_labels(edges), bins, codes, edges, source)


def _named(column: str, codes: npt.NDArray[np.intp], unique: Sequence[str]) -> Attribute:
    levels = sorted_labels(unique)
    position = {level: i for i, level in enumerate(levels)}
    return _attribute(column, list(levels), np.array([position[value] for value in unique], int), codes)


def _attribute(
    column: str,
    labels: list[str],
    level_of: npt.NDArray[np.integer],
    codes: npt.NDArray[np.intp],
    edges: tuple[float, ...] = (),
    edges_from: str = "",
) -> Attribute:
    """Compose the attribute of rows whose distinct value is *codes* (-1: missing), of level *level_of* each."""
    if len(labels) >= 2**16 - 1:
        raise UsageError(
            f"column '{one_line(column)}' has {len(labels)} different values: it names people, not groups",
            "Choose a column with fewer groups, or declare edges for a number.",
        )
    missing = int((codes < 0).sum())
    # The last place is for the rows without a value, whose code is -1.
    levels = np.array([*level_of, len(labels)])[codes]
    if missing:
        # A group whose real name is the label for missing values must not be counted with them.
        name = MISSING
        while name in labels:
            name = f"({name})"
        labels = [*labels, name]
    return Attribute(
        name=column,
        levels=tuple(labels),
        codes=levels.astype(np.uint16),
        missing=missing,
        edges=edges,
        edges_from=edges_from,
    )
