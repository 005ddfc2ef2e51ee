"""Joint distributions of two columns with a given Cramér's V."""

from __future__ import annotations

import numpy as np


def true_v(shares: np.ndarray) -> float:
    expected = shares.sum(axis=1, keepdims=True) * shares.sum(axis=0)
    return float(np.sqrt(((shares - expected) ** 2 / expected).sum() / (min(shares.shape) - 1)))


def associated(rows: np.ndarray, columns: np.ndarray, v: float) -> np.ndarray:
    """Mix independence with the closest coupling of both margins until Cramér's V is *v*."""
    rows, columns = rows / rows.sum(), columns / columns.sum()
    independent, coupled = np.outer(rows, columns), _coupled(rows.copy(), columns.copy())
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        below = true_v((1 - middle) * independent + middle * coupled) < v
        low, high = (middle, high) if below else (low, middle)
    return (1 - low) * independent + low * coupled


def _coupled(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    shares = np.zeros((len(rows), len(columns)))
    i = j = 0
    while i < len(rows) and j < len(columns):
        moved = min(rows[i], columns[j])
        shares[i, j] += moved
        rows[i], columns[j] = rows[i] - moved, columns[j] - moved
        i, j = (i + 1, j) if rows[i] <= 1e-12 else (i, j + 1)
    return shares
