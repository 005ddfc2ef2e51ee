"""Outcomes: what kind of task this is, which labels there are, and which of them help the person."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterable, Sequence
from enum import StrEnum

import numpy as np

from aiaudit.errors import UsageError, did_you_mean, one_line, some


class Task(StrEnum):
    """What the model decides."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    OUTLIER = "outlier"


#: Pairs whose first word plainly helps the person and whose second plainly does not. Nothing like yes/no
#: or 1/0: "1" may mean "defaulted", and "yes" may mean "subscribed" or "left".
UNAMBIGUOUS = (
    ("approved", "denied"),
    ("approved", "rejected"),
    ("approve", "deny"),
    ("approve", "reject"),
    ("accepted", "rejected"),
    ("accepted", "declined"),
    ("admitted", "rejected"),
    ("eligible", "ineligible"),
    ("granted", "refused"),
    ("granted", "denied"),
    ("hired", "rejected"),
    ("hire", "reject"),
    ("invited", "rejected"),
    ("qualified", "unqualified"),
    ("selected", "rejected"),
    ("pass", "fail"),
    ("passed", "failed"),
    ("good", "bad"),
)


#: A whole number as software writes it; "01" is a name.
WHOLE_NUMBER = re.compile(r"(-?(?:0|[1-9]\d*))(?:\.0*)?")


def label_text(value: object) -> str:
    """Return the canonical text of a label, so that 1, 1.0 and '1' are the same label, True and 'true' too."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, float | np.floating) and math.isfinite(value) and float(value).is_integer():
        return str(int(value))
    text = str(value).strip()
    if text.lower() in ("true", "false"):
        return text.capitalize()
    whole = WHOLE_NUMBER.fullmatch(text)
    return whole[1] if whole else text


def sorted_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Sort labels as numbers where all are numbers, otherwise as text."""
    unique = sorted(set(labels))
    try:
        return tuple(sorted(unique, key=float))
    except ValueError:
        return tuple(unique)


def favorable_labels(asked: Sequence[str], classes: Sequence[str], task: Task) -> tuple[tuple[str, ...], str]:
    """Return the labels that help the person, and how they were found.

    Parameters
    ----------
    asked : sequence of str
        What the user named; may be empty.
    classes : sequence of str
        Every label that occurs or that the model knows, as canonical text.
    task : Task
        An outlier detector's inliers (1) need no asking.

    Raises
    ------
    UsageError
        If a named label does not occur, all labels are named, or none is named and none is plain.
    """
    if asked:
        return _asked(asked, classes), "declared"
    if task is Task.OUTLIER:
        return ("1",), "inferred: an outlier detector marks ordinary rows with 1"
    by_lower = {label.lower(): label for label in classes}
    for good, bad in UNAMBIGUOUS:
        if set(by_lower) == {good, bad}:
            return (by_lower[good],), f"inferred from the labels '{by_lower[good]}' and '{by_lower[bad]}'"
    raise UsageError(
        f"which label is good for the person? The labels are {some(classes)}",
        f"Name it, for example --favorable {shlex.quote(one_line(classes[-1] if classes else 'LABEL'))} "
        "(repeat the option for several); it is never guessed.",
    )


def _asked(asked: Sequence[str], classes: Sequence[str]) -> tuple[str, ...]:
    chosen = tuple(dict.fromkeys(label_text(label) for label in asked))
    for label in chosen:
        if label not in classes:
            raise UsageError(
                f"favourable label '{one_line(label)}' does not occur; the labels are {some(classes)}",
                f"Pass one of them to --favorable.{did_you_mean(label, classes)}",
            )
    if len(chosen) == len(classes) > 1:
        raise UsageError(
            f"every label is named favourable: {some(chosen)}",
            "Leave out the labels that do not help the person.",
        )
    return chosen


def infer_task(estimator_type: str, n_classes: int | None, decisions: Sequence[str]) -> Task:
    """Infer what is decided from the model's own type, or from the decisions where there is no model.

    Parameters
    ----------
    estimator_type : str
        ``classifier``, ``regressor``, ``outlier_detector``, or empty where there is no model.
    n_classes : int or None
        Labels a classifier knows.
    decisions : sequence of str
        Distinct decisions and labels, as canonical text.
    """
    if estimator_type == "regressor":
        return Task.REGRESSION
    if estimator_type == "outlier_detector":
        return Task.OUTLIER
    distinct = n_classes if n_classes is not None else len(set(decisions))
    if n_classes is None and distinct > 20 and all(_is_number(d) for d in decisions):
        return Task.REGRESSION
    return Task.BINARY if distinct <= 2 else Task.MULTICLASS


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
