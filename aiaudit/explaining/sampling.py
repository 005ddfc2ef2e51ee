"""An order of rows that depends on what they hold and on the seed, not on where they stand."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

# The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every input bit reaches every output bit.
GOLDEN, MIX_1, MIX_2 = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


def canonical_order(frame: pd.DataFrame, seed: int) -> npt.NDArray[np.intp]:
    """Return the positions of all rows in a random order that shuffling the table leaves unchanged.

    Each row's key mixes a hash of its values, how many identical rows came before it, and the seed; the rows
    are sorted by key. The first k rows are a simple random sample without replacement. The count keeps
    identical rows from coming in one lump; which of them comes first does not matter, as they are identical.
    Costs one pass over the table and one sort: about a microsecond a row for fifteen columns.

    Parameters
    ----------
    frame : DataFrame of shape (n, p)
        Any columns that pandas can hash.
    seed : int
        Another seed, another order.

    Returns
    -------
    ndarray of intp, shape (n,)
    """
    hashes = np.asarray(pd.util.hash_pandas_object(frame, index=False), np.uint64)
    seeded = _mixed(np.array([seed % 2**64], np.uint64))
    keys = _mixed(np.asarray(hashes + GOLDEN * _earlier_copies(hashes) + seeded, np.uint64))
    return np.argsort(keys, kind="stable")


def _earlier_copies(hashes: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    lengths = np.diff(np.r_[starts, len(hashes)])
    copies = np.empty(len(hashes), np.uint64)
    copies[order] = np.arange(len(hashes)) - np.repeat(starts, lengths)
    return copies


def _mixed(keys: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    keys = (keys ^ (keys >> np.uint64(30))) * MIX_1
    keys = (keys ^ (keys >> np.uint64(27))) * MIX_2
    return cast("npt.NDArray[np.uint64]", keys ^ (keys >> np.uint64(31)))
