"""Shapley values by their definition, one coalition and one background row at a time."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd


def worth(output, row, background, coalition):
    """Mean output with the coalition's values from the row and the others from each row of the background."""
    mixed = background.copy()
    for column in coalition:
        mixed[column] = pd.Series([row[column]] * len(mixed), dtype=background[column].dtype)
    return float(np.mean(output(mixed)))


def shapley_of_row(output, row, background):
    columns = list(background.columns)
    p = len(columns)
    worths = {
        chosen: worth(output, row, background, chosen)
        for size in range(p + 1)
        for chosen in combinations(columns, size)
    }
    values = []
    for column in columns:
        others = [c for c in columns if c != column]
        total = 0.0
        for size in range(p):
            weight = factorial(size) * factorial(p - size - 1) / factorial(p)
            for chosen in combinations(others, size):
                joined = tuple(c for c in columns if c in chosen or c == column)
                total += weight * (worths[joined] - worths[chosen])
        values.append(total)
    return values


def shapley(output, frame):
    """Values of every row of a table against all of its rows, shape (n, p)."""
    frame = frame.reset_index(drop=True)
    return np.array([shapley_of_row(output, frame.loc[i], frame) for i in range(len(frame))])
