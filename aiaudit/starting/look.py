"""What is looked at before anything is proposed: the files of a folder, a model unopened, a table's columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aiaudit.errors import UsageError, one_line, some
from aiaudit.labels import label_text, sorted_labels
from aiaudit.loading.tables import Table, read_table

if TYPE_CHECKING:
    import pandas as pd

MODELS = (".joblib", ".pkl", ".pickle", ".skops", ".onnx")
TABLES = (".csv", ".csv.gz", ".csv.bz2", ".csv.xz", ".tsv", ".parquet")
#: Distinct values of a column of labels; with more it is taken for a number or a name.
FEW = 20


@dataclass(frozen=True, kw_only=True)
class Column:
    """What is known of a column.

    Parameters
    ----------
    name : str
        The column.
    distinct, missing : int
        Different values; empty cells.
    labels : tuple of str
        The values as labels, where there are no more than `FEW`; otherwise empty.
    numeric : bool
        Whether it holds numbers.
    low, high : float
        The range of its numbers; 0 where it holds none.
    unique : bool
        Whether no value occurs twice and none is missing.
    """

    name: str
    distinct: int
    missing: int
    labels: tuple[str, ...]
    numeric: bool
    low: float
    high: float
    unique: bool


@dataclass(frozen=True, kw_only=True)
class Look:
    """A table as it was looked at: how many rows, and its columns in order."""

    name: str
    rows: int
    columns: tuple[Column, ...]


def find(folder: Path, endings: Iterable[str], what: str) -> Path | None:
    """Return the one file of a folder, or of a folder in it, with such an ending; None where there is none.

    Raises
    ------
    UsageError
        If there are several: choosing is not ours.
    """
    if not folder.is_dir():
        return None
    patterns = [f"{depth}*{ending}" for ending in endings for depth in ("", "*/")]
    found = sorted({p for pattern in patterns for p in folder.glob(pattern) if _ordinary(p, folder)})
    if len(found) > 1:
        names = some([path.relative_to(folder) for path in found])
        raise UsageError(
            f"{one_line(folder)} holds several {what} files: {names}", f"Name one of them with --{what} FILE."
        )
    return found[0] if found else None


def _ordinary(path: Path, folder: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
    return path.is_file() and not hidden


def look_at(path: Path) -> Look:
    """Read a table strictly and return what its columns hold.

    Raises
    ------
    UsageError, IncompleteError
        If it cannot be read.
    """
    frame = read_table(path).frame
    few = [str(c) for c in frame.columns if frame[c].nunique(dropna=False) <= FEW + 1]
    # The labels are read as the audit will read them: exact text, in which "NA" is a name.
    table = read_table(path, text_columns=few)
    return Look(
        name=table.name, rows=len(frame), columns=tuple(_column(table, str(c)) for c in frame.columns)
    )


def _column(table: Table, name: str) -> Column:
    values = table.frame[name]
    exact = table.labels(name) if name in table.text else values
    distinct, missing = int(exact.nunique()), int(exact.isna().sum())
    low, high = _range(values)
    labels = {label_text(value) for value in exact.dropna()} if name in table.text else set()
    return Column(
        name=name,
        distinct=distinct,
        missing=missing,
        labels=sorted_labels(labels) if len(labels) <= FEW else (),
        numeric=low is not None,
        low=low or 0.0,
        high=high or 0.0,
        unique=distinct == len(values) > 1,
    )


def _range(values: pd.Series) -> tuple[float | None, float | None]:
    """Return the smallest and the largest number, None where the column holds none."""
    if values.dtype.kind not in "iuf" or not values.notna().any():
        return None, None
    return float(values.min()), float(values.max())
