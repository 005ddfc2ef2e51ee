"""The same rows explained several times, against other people each time."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.explaining.attribute import Attributions, attribute, exactly
from aiaudit.explaining.sampling import canonical_order
from aiaudit.subject import Subject

BACKGROUNDS = 3
#: Rows explained and rows of each background, where values are exact and where they are sampled.
EXACT, SAMPLED = (50, 500), (5, 30)
#: Rows that the model is shown for each sampled row.
MODEL_ROWS = 10_000

Ints = npt.NDArray[np.intp]


def repeated(subject: Subject, features: pd.DataFrame) -> tuple[Attributions, ...]:
    """Explain a few rows `BACKGROUNDS` times, against backgrounds that share no row, with seeds of their own.

    Parameters
    ----------
    subject : Subject
        With a model.
    features : DataFrame of shape (n, p)
        Its table; at least eight rows.
    """
    order = canonical_order(features, subject.seed)
    rows, parts = _drawn(order, *EXACT)
    first = exactly(subject, features.iloc[rows], features.iloc[parts[0]])
    if isinstance(first, Attributions):
        begun = [first]
    else:
        begun, (rows, parts) = [], _drawn(order, *SAMPLED)
    further = (
        attribute(subject, features.iloc[rows], features.iloc[part], subject.seed + k, MODEL_ROWS)
        for k, part in enumerate(parts[len(begun) :])
    )
    return (*begun, *further)


def _drawn(order: Ints, rows: int, size: int) -> tuple[Ints, list[Ints]]:
    rows = min(rows, len(order) // 4)
    size = min(size, (len(order) - rows) // BACKGROUNDS)
    return order[:rows], [order[rows + k * size : rows + (k + 1) * size] for k in range(BACKGROUNDS)]
