"""The principal reasons of many decisions as one table: CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import pandas as pd

from aiaudit.errors import UsageError, one_line
from aiaudit.explaining.decision import Decision
from aiaudit.explaining.dictionary import Dictionary
from aiaudit.explaining.reasons import MOST
from aiaudit.render.csv import safe

REASONS = tuple(f"reason_{i}" for i in range(1, MOST + 1))
COLUMNS = ("row", "decision", "baseline", "output", *REASONS, "withheld")

#: A line of the table; None where there is nothing to say.
Line = Sequence[str | int | float | None]


def lines(decisions: Iterable[Decision], dictionary: Dictionary) -> list[Line]:
    """Return a line for each decision and baseline, in the words of the dictionary; see `COLUMNS`.

    Rows are counted from 1; `withheld` names the protected columns that counted against the person.
    """
    found: list[Line] = []
    for decision in decisions:
        for compared in decision.compared:
            texts = [dictionary.reason(r.column) or dictionary.named(r.column) for r in compared.reasons]
            found.append(
                (
                    decision.row + 1,
                    one_line(decision.label),
                    compared.baseline.name,
                    float(f"{float(compared.found.outputs[0]):.6g}"),
                    *map(one_line, texts),
                    *[None] * (MOST - len(texts)),
                    one_line("; ".join(compared.withheld)) or None,
                )
            )
    return found


def to_csv(table: Iterable[Line]) -> str:
    """Return the lines as CSV that no spreadsheet takes for formulas."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe(cell) for cell in line] for line in table)
    return out.getvalue()


def require_parquet(path: str) -> None:
    """Make sure that Parquet can be written.

    Raises
    ------
    UsageError
        pyarrow is not installed.
    """
    try:
        import pyarrow  # noqa: F401
    except ImportError as error:
        raise UsageError(
            f"{one_line(path)} would be a Parquet file, and pyarrow is not installed",
            "Install it with: pip install 'aiaudit[parquet]'; or name a file that ends with .csv.",
        ) from error


def to_parquet(table: Sequence[Line]) -> bytes:
    """Return the lines as Parquet; text where a column holds text, also where it is empty."""
    import pyarrow
    from pyarrow import parquet

    kinds = {"row": pyarrow.int64(), "output": pyarrow.float64()}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in COLUMNS])
    frame = pd.DataFrame(list(table), columns=list(COLUMNS), dtype=object)
    out = pyarrow.BufferOutputStream()
    parquet.write_table(pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False), out)
    return bytes(out.getvalue())
