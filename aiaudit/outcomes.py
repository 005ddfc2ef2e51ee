"""Decisions and true outcomes of a subject: the task, the labels, and which of them are favourable."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.declared import Declared
from aiaudit.errors import IncompleteError, UsageError, one_line, some
from aiaudit.labels import Task, favorable_labels, infer_task, label_text, sorted_labels
from aiaudit.model import Model
from aiaudit.subject import Subject

#: Decisions or labels as they were read or predicted, shape (n,).
Raw = npt.NDArray[Any]


def task_of(model: Model | None, declared: Declared, decisions: Raw, actual: Raw | None) -> Task:
    """Return what is decided: declared, or inferred from the model or from decisions and outcomes."""
    if declared.task is not None:
        return declared.task
    labels = [*_labels(decisions), *([] if actual is None else _labels(actual))]
    if model is None or declared.predictions is not None:
        return infer_task("", None, labels)
    classes = model.classes
    return infer_task(model.facts.estimator_type, None if classes is None else len(classes), labels)


def with_outcomes(subject: Subject, declared: Declared, decisions: Raw, actual: Raw | None) -> Subject:
    """Return the subject with decisions and true outcomes.

    Raises
    ------
    UsageError
        If decisions and outcomes are not written alike, the favourable label is not plain, or labels are
        spoken of where numbers are predicted.
    IncompleteError
        If a row is not decided, the outcomes are all the same, or are not numbers where numbers are decided.
    """
    target = one_line(declared.target)
    if subject.task is Task.REGRESSION:
        _no_labels(declared)
        return replace(
            subject,
            predicted_values=numbers(decisions, "the decisions"),
            actual_values=None if actual is None else numbers(actual, f"the target column '{target}'"),
        )
    _check_decided(decisions)
    decided, closed = _decided(subject, declared, decisions)
    classes = decided if actual is None else _joint(decided, _labels(actual), target, closed)
    ordered = sorted_labels(classes)
    if subject.task is Task.BINARY and len(ordered) > 2:
        raise UsageError(
            f"a binary task has two labels, but there are {len(ordered)}: {some(ordered)}",
            "Declare --task multiclass, and name every label that helps the person with --favorable.",
        )
    favorable, source = favorable_labels(declared.favorable, ordered, subject.task)
    return replace(
        subject,
        classes=ordered,
        favorable=favorable,
        favorable_from=source,
        order=_order(declared.order, ordered),
        predicted=_codes(decisions, ordered),
        actual=None if actual is None else _codes(actual, ordered),
    )


def _no_labels(declared: Declared) -> None:
    for option, labels in (("--favorable", declared.favorable), ("--order", declared.order)):
        if labels:
            raise UsageError(
                f"numbers are predicted here, and {option} speaks of labels: {some(labels)}",
                f"Leave {option} out; or, if these numbers are labels, pass --task binary or --task multiclass.",
            )


def _labels(values: Raw) -> list[str]:
    return list(dict.fromkeys(label_text(value) for value in pd.unique(values)))


def _check_decided(decisions: Raw) -> None:
    undecided = int(pd.isna(pd.Series(decisions)).sum())
    if undecided:
        raise IncompleteError(
            f"the model decided nothing (NaN or None) in {undecided} of {len(decisions)} rows",
            "Save the whole pipeline with its imputer, or leave the rows that it cannot decide out of the data.",
        )


def _decided(subject: Subject, declared: Declared, decisions: Raw) -> tuple[list[str], bool]:
    """Return the labels that may be decided, and whether no others can be."""
    seen = _labels(decisions)
    if subject.task is Task.OUTLIER:
        return list(dict.fromkeys(["-1", "1", *seen])), True
    if subject.model is None or subject.model.classes is None or declared.predictions is not None:
        return seen, False
    known = [label_text(label) for label in subject.model.classes]
    return list(dict.fromkeys([*known, *seen])), True


def _joint(decided: list[str], true: list[str], target: str, closed: bool) -> list[str]:
    if len(true) < 2:
        raise IncompleteError(
            f"the target column '{target}' holds one label only, {some(true)}",
            "Errors can be measured only where both outcomes occur; leave --target out to audit decisions alone.",
        )
    unknown = [label for label in true if label not in decided]
    if unknown and (closed or len(unknown) == len(true)):
        raise UsageError(
            f"the target column '{target}' holds {some(unknown)}, which is never decided: "
            f"the decisions are {some(decided)}",
            "Name the column of true outcomes as --target, written with the same labels as the decisions.",
        )
    return list(dict.fromkeys([*decided, *true]))


def _codes(values: Raw, classes: tuple[str, ...]) -> npt.NDArray[np.uint16]:
    codes, unique = pd.factorize(values)
    position = {label: i for i, label in enumerate(classes)}
    return np.array([position[label_text(value)] for value in unique], np.uint16)[codes]


def _order(asked: tuple[str, ...], classes: tuple[str, ...]) -> tuple[str, ...]:
    order = tuple(label_text(label) for label in asked)
    if order and sorted(order) != sorted(classes):
        raise UsageError(
            f"the order {some(order)} does not hold each label once; the labels are {some(classes)}",
            "Give --order once for every label, from the worst to the best for the person.",
        )
    return order


def numbers(
    values: Raw,
    what: str,
    hint: str = "A regression is audited on numbers; for labels pass --task binary or --task multiclass.",
) -> npt.NDArray[np.float64]:
    """Return *values* as numbers.

    Raises
    ------
    IncompleteError
        If *what* holds anything that is no finite number; *hint* says how to mend it.
    """
    found = np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), np.float64)
    bad = ~np.isfinite(found)
    if bad.any():
        raise IncompleteError(
            f"{what} should hold numbers but holds {some(pd.unique(pd.Series(values[bad])))}", hint
        )
    return found
