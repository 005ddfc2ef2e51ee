"""The training data beside the rows under audit: outcomes and groups coded alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from aiaudit.labels import label_text
from aiaudit.measuring.partitions import Ints
from aiaudit.measuring.rows import value_codes
from aiaudit.subject import Subject


def train_outcomes(subject: Subject) -> tuple[Ints, Ints] | None:
    """Return the outcomes of the rows under audit and of the training rows, coded alike; None where one lacks them.

    0 is missing; labels that are written differently but mean the same (1, 1.0) are one.
    """
    train, target = subject.train, subject.target
    if train is None or target is None or target not in train.text:
        return None
    if subject.actual_values is not None:
        return value_codes(pd.Series(subject.actual_values), train.frame[target])  # type: ignore[return-value]
    if subject.actual is None:
        return None
    own = _labels(subject.classes, subject.actual)
    return value_codes(own, labels_of(train.labels(target)))  # type: ignore[return-value]


def labels_of(text: pd.Series) -> pd.Series:
    """Return a column of exact text as canonical labels, None where a cell is empty."""
    return text.map(label_text, na_action="ignore")


def pairs_of_columns(subject: Subject) -> tuple[list[tuple[str, pd.Series, pd.Series]], list[str]]:
    """Return what both tables hold, and the columns that the training data lack.

    Returns
    -------
    list of (name, training values, values under audit)
        Features, then the outcome, then protected columns of names that are no features.
    list of str
        Features that the training data lack.
    """
    train, columns = subject.train, subject.columns
    assert train is not None and columns is not None  # noqa: PT018 - who asks has looked
    there = set(train.frame.columns)
    found = [(str(c), train.frame[c], columns[c]) for c in columns.columns if c in there]
    target = subject.target
    if target is not None and target in train.text:
        if subject.actual_values is not None:
            found.append((target, train.frame[target], pd.Series(subject.actual_values)))
        elif subject.actual is not None:
            found.append((target, labels_of(train.labels(target)), _labels(subject.classes, subject.actual)))
    for a in subject.attributes:
        if a.name in train.text and not a.edges and a.name not in columns.columns:
            values = _labels(a.levels, a.codes)
            found.append((a.name, train.labels(a.name), values.mask(values == a.missing_level, None)))
    return found, [str(c) for c in columns.columns if c not in there]


def _labels(levels: Sequence[str], codes: Ints) -> pd.Series:
    return pd.Series(np.array(levels, object)[codes], dtype=object)
