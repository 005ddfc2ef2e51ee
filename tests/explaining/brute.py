"""Shapley values by their definition: every coalition of columns against every row of the background."""

from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd


def worths_of(output, row, background):
    """Mean output by coalition: its values are the row's, the others those of each row of the background.

    The model is asked once for all coalitions; asking anew for each takes most of the time of the tests.
    """
    columns = list(background.columns)
    coalitions = [chosen for size in range(len(columns) + 1) for chosen in combinations(columns, size)]
    mixed = pd.concat([background] * len(coalitions), ignore_index=True)
    for column in columns:
        inside = np.repeat([column in chosen for chosen in coalitions], len(background))
        own = pd.Series([row[column]] * len(mixed), dtype=background[column].dtype)
        mixed[column] = mixed[column].where(~inside, own)
    means = np.asarray(output(mixed)).reshape(len(coalitions), len(background)).mean(axis=1)
    return dict(zip(coalitions, means, strict=True))


def shapley_of_row(output, row, background):
    columns = list(background.columns)
    p = len(columns)
    worths = worths_of(output, row, background)
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
