from __future__ import annotations

import numpy as np
import pandas as pd

from aiaudit.loading.tables import (
    Table,
    frame_table,
)


def table_of(**columns: object) -> Table:
    return frame_table(pd.DataFrame(columns), name="frame", text_columns=list(columns))


def test_typed_columns_as_text() -> None:
    table = table_of(
        whole=np.array([1, 2], dtype=np.int8),
        big=[2**63 - 1, 0],
        integral=[1.0, np.nan],
        half=[0.5, 1e300],
        single=np.array([0.1, 3], dtype=np.float32),
        truth=[True, False],
        group=pd.Categorical(["b", None], categories=["a", "b"]),
        codes=pd.Categorical([2, 1]),
        nullable=pd.array([1, None], dtype="Int64"),
        day=pd.to_datetime(["2026-01-02", None]),
        mixed=pd.Series([1, True], dtype=object),
        other=pd.Series([1.0, None], dtype=object),
        strings=["NA", ""],
        raw=[b"x", b"\xff"],
    )
    assert {name: list(column) for name, column in table.text.items()} == {
        "whole": ["1", "2"],
        "big": ["9223372036854775807", "0"],
        "integral": ["1", None],
        "half": ["0.5", "1e+300"],
        "single": ["0.1", "3"],
        "truth": ["True", "False"],
        "group": ["b", None],
        "codes": ["2", "1"],
        "nullable": ["1", None],
        "day": ["2026-01-02 00:00:00", None],
        "mixed": ["1", "True"],
        "other": ["1", None],
        "strings": ["NA", None],
        "raw": ["x", "\\xff"],
    }
    assert all(column.dtype == object for column in table.text.values())
