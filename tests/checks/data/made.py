"""Subjects of a table of columns, without a model."""

import numpy as np
import pandas as pd

from aiaudit.loading.tables import frame_table
from aiaudit.testing import subject_of


def table(columns, actual=None, groups=None, train=None, **others):
    """Make a subject of columns; `train` is a frame whose column "y" holds the outcomes."""
    frame = pd.DataFrame(columns)
    n = len(frame)
    groups = {"g": ["a", "b"] * (n // 2) + ["a"] * (n % 2)} if groups is None else groups
    if train is not None:
        text = [name for name in ("y", "g") if name in train]
        others["train"] = frame_table(pd.DataFrame(train), name="train.csv", text_columns=text)
    decided = ["1", "0"] * (n // 2) + ["1"] * (n % 2)
    return subject_of(
        groups,
        decided,
        None if actual is None else [str(v) for v in np.asarray(actual)],
        table=frame,
        target="y",
        **others,
    )
