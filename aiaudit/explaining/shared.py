"""One survey of a subject for all checks that rest on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from aiaudit.check import NotApplicable
from aiaudit.explaining.importance import Explanation, explain
from aiaudit.explaining.output import explained_output
from aiaudit.subject import Subject

_KEPT = "explained"


def explained(subject: Subject) -> tuple[str, Explanation]:
    """Return the name of the number explained, and the attributions of a sample of the subject's rows.

    Computed once and kept with the subject, as its own cached properties are: a copy with other fields
    (`dataclasses.replace`) is explained anew.

    Raises
    ------
    NotApplicable
        There are fewer than two rows, or no column.
    """
    kept = vars(subject)
    if _KEPT not in kept:
        features = subject.features
        if features is None or len(features) < 2 or not features.shape[1]:
            raise NotApplicable("attributions need a table of at least two rows and one column")
        name, output = explained_output(subject)
        kept[_KEPT] = name, explain(output, features, subject.seed)
    found: tuple[str, Explanation] = kept[_KEPT]
    return found


def leading(subject: Subject, most: int) -> npt.NDArray[np.intp]:
    """Return the positions of the columns that are looked at one by one, the most important first, at most so many.

    Protected columns and those of which a direction is declared go before others; then global importance decides. In
    the order of the table where nothing could be explained.

    Raises
    ------
    NotApplicable
        There are fewer than two rows, or no column.
    """
    found = explained(subject)[1]
    ranked = np.arange(len(found.columns)) if found.ranked is None else found.ranked
    named = {*(a.name for a in subject.attributes), *subject.directions}
    passed_over = np.array([found.columns[j] not in named for j in ranked])
    return ranked[np.sort(np.argsort(passed_over, kind="stable")[:most])]
