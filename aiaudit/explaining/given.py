"""What the model would say of the same people if a number of theirs were another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from aiaudit.explaining.output import explained_output
from aiaudit.explaining.sampling import canonical_order
from aiaudit.subject import Subject

#: Rows whose number is changed, and values of each band that each of them is given.
PEOPLE, VALUES = 500, 3


def changed(
    table: pd.DataFrame,
    rows: npt.NDArray[np.intp],
    position: int,
    values: pd.Series,
    taken: npt.NDArray[np.intp],
) -> pd.DataFrame:
    """Return *rows* of a table, (m,), with one column filled from other *values*, of which those *taken*, (m,)."""
    made = table.iloc[rows].reset_index(drop=True)
    made.isetitem(position, values.array.take(taken))
    return made


def outputs_given(
    subject: Subject, position: int, edges: Sequence[float]
) -> tuple[str, npt.NDArray[np.float64]]:
    """Return the mean output of people at random, were their number in each of the bands between *edges*.

    Parameters
    ----------
    subject : Subject
        With a model and at least one row.
    position : int
        The column of numbers that is changed; all else is kept.
    edges : sequence of float
        Where bands begin; a value on an edge belongs to the band above it.

    Returns
    -------
    name : str
        The number explained, fit to print.
    outputs : ndarray of float, shape (people, len(edges) + 1)
        Averages over values of the band that occur; NaN in bands to which no row belongs. People for whom the
        model has no number somewhere are left out.
    """
    features = subject.features
    assert features is not None
    column = features.iloc[:, position]
    values = column.to_numpy(float, na_value=np.nan)
    order = canonical_order(features, subject.seed)
    people = order[:PEOPLE]
    bands = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="right"))[order]
    name, output = explained_output(subject)
    found = np.full((len(people), len(edges) + 1), np.nan)
    for band in np.unique(bands[bands >= 0]):
        sources = order[bands == band]
        rows = np.repeat(people, VALUES)
        taken = sources[np.arange(len(rows)) % len(sources)]
        asked = changed(features, rows, position, column, taken)
        found[:, band] = output(asked).reshape(len(people), VALUES).mean(axis=1)
    occurring = found[:, np.unique(bands[bands >= 0])]
    return name, found[np.isfinite(occurring).all(axis=1)]


def student(values: npt.NDArray[np.float64], level: float) -> tuple[float, float, float, float]:
    """Return the mean of at least two values, the ends of its interval and the p-value of 0, by Student's t."""
    n, mean = len(values), float(values.mean())
    error = float(values.std(ddof=1) / np.sqrt(n))
    reach = float(-stdtrit(n - 1, (1 - level) / 2)) * error
    tail = float(2 * stdtr(n - 1, -abs(mean) / error)) if error else float(mean == 0)
    return mean, mean - reach, mean + reach, tail
