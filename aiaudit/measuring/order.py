"""A random order of the rows that is the same however the table is sorted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from aiaudit.subject import Subject


def random_order(subject: Subject) -> npt.NDArray[np.intp]:
    """Return the rows in a random order that depends on what they hold and on the seed, not on their places.

    Samples, folds and halves cut from it are random ones; rows that are equal in everything are interchangeable, so
    the same table in another order gives the same samples.

    Parameters
    ----------
    subject : Subject
        Its columns, groups, controls, decisions, outcomes and weights tell rows apart; `seed` seeds the order.

    Returns
    -------
    ndarray of int, shape (n,)
        Positions of rows.
    """
    rowwise = (
        *(each.codes for each in (*subject.attributes, *subject.controls)),
        *(
            subject.predicted,
            subject.actual,
            subject.predicted_values,
            subject.actual_values,
            subject.weights,
        ),
    )
    known: list[npt.NDArray[np.generic]] = [key for key in rowwise if key is not None]
    if subject.columns is not None:
        known.append(pd.util.hash_pandas_object(subject.columns, index=False).to_numpy())
    content = np.lexsort(known) if known else np.arange(subject.n)
    return content[np.random.default_rng(subject.seed).permutation(subject.n)]


def sample_with_rare(
    order: npt.NDArray[np.intp], codes: npt.NDArray[np.integer], size: int, most: int, each: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Take the first rows of a random order, and of each rare class more than chance would.

    Parameters
    ----------
    order : ndarray of int
        Rows in a random order.
    codes : ndarray of int
        Class of every row, below *size*.
    size : int
        How many classes there are.
    most : int
        Rows drawn whatever their class.
    each : int
        Members of each class to have, where there are so many.

    Returns
    -------
    rows : ndarray of int, shape (m,)
        In the random order.
    drawn : ndarray of bool, shape (m,)
        False of those added because their class is rare.
    """
    classes = codes[order]
    drawn = np.arange(len(order)) < most
    kept = drawn.copy()
    for g in range(size):
        kept[np.flatnonzero(classes == g)[:each]] = True
    return order[kept], drawn[kept]
