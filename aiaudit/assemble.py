"""Put a subject together: columns to groups, labels and features; the model's decisions; row accounting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.errors import IncompleteError, UsageError, did_you_mean, one_line, some
from aiaudit.groups import Attribute, attribute, parse_sensitive
from aiaudit.labels import Task, favorable_labels, infer_task, label_text, sorted_labels
from aiaudit.loading.models import predict_in_batches
from aiaudit.loading.tables import Table, reject_missing, require_columns
from aiaudit.model import Model
from aiaudit.subject import Declared, Rows, Subject

if TYPE_CHECKING:
    from aiaudit.card import SystemCard

Progress = Callable[[int, int], None]
Rowwise = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What was read, before it is put together.

    `groups` holds protected columns that came from a file of their own, aligned with the table's rows.
    """

    table: Table
    model: Model | None = None
    card: SystemCard | None = None
    groups: Mapping[str, pd.Series] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    seed: int = 0


def assemble(inputs: Inputs, declared: Declared, progress: Progress | None = None) -> Subject:
    """Put a subject together.

    Parameters
    ----------
    inputs : Inputs
        What was read.
    declared : Declared
        What the user says about it.
    progress : callable or None
        Told (rows predicted, rows in all).

    Raises
    ------
    UsageError
        Where the declaration does not fit the data.
    IncompleteError
        Where the model cannot decide on the data.
    """
    _check_columns(inputs, declared)
    kept, rows = _kept_rows(inputs.table, declared)
    attributes = tuple(_attribute(text, inputs, kept) for text in declared.sensitive)
    features = None if inputs.model is None else _features(inputs.table, inputs.model, declared)[kept]
    decisions = _decisions(inputs, declared, features, kept, progress)
    subject = Subject(
        task=_task(inputs, declared, decisions, kept),
        attributes=attributes,
        features=features,
        model=inputs.model,
        rows=rows,
        target=declared.target,
        card=inputs.card,
        seed=inputs.seed,
        data=inputs.data,
        notes=(*inputs.table.notes, *inputs.notes),
    )
    if subject.task is Task.REGRESSION:
        return _with_values(subject, inputs.table, decisions, kept)
    return _with_labels(subject, inputs.table, declared, decisions, kept)


def _check_columns(inputs: Inputs, declared: Declared) -> None:
    table = inputs.table
    for names, what in (
        ((declared.target,), "--target"),
        ((declared.predictions,), "--predictions"),
        (declared.drop, "--drop"),
    ):
        require_columns(table, [name for name in names if name is not None], what)
    columns = [*table.frame.columns, *inputs.groups]
    for text in declared.sensitive:
        name = parse_sensitive(text, columns).column
        if name not in columns:
            raise UsageError(
                f"{one_line(table.name)} has no column '{one_line(name)}' (--sensitive)",
                f"Its columns are {some(columns, 12)}.{did_you_mean(name, columns)}",
            )
    if declared.target is not None and declared.target == declared.predictions:
        raise UsageError(
            f"column '{one_line(declared.target)}' is both the target and the predictions",
            "Name the column of true outcomes as --target, the decisions as --predictions.",
        )
    if inputs.model is None and declared.predictions is None:
        raise UsageError(
            "there is neither a model nor a column of decisions",
            "Give MODEL and DATA, or DATA alone with --predictions COL.",
        )


def _kept_rows(table: Table, declared: Declared) -> tuple[Rowwise, Rows]:
    read = len(table.frame)
    kept = np.ones(read, bool)
    if declared.predictions is not None:
        reject_missing(table, declared.predictions, "decision")
    if declared.target is not None:
        if declared.exclude_unlabeled:
            kept = table.labels(declared.target).notna().to_numpy(bool)
        else:
            reject_missing(table, declared.target, "outcome")
    left_out = int(read - kept.sum())
    if left_out == read:
        raise IncompleteError(
            f"no row of {one_line(table.name)} has an outcome in column '{one_line(declared.target)}'",
            "Name another --target, or leave it out to audit decisions alone.",
        )
    excluded = {"no outcome in the target column": left_out} if left_out else {}
    return kept, Rows(read=read, assessed=read - left_out, excluded=excluded)


def _attribute(text: str, inputs: Inputs, kept: Rowwise) -> Attribute:
    sensitive = parse_sensitive(text, [*inputs.table.frame.columns, *inputs.groups])
    own_file = sensitive.column in inputs.groups
    values = inputs.groups[sensitive.column] if own_file else inputs.table.labels(sensitive.column)
    found = attribute(sensitive, values[kept])
    if len(found.levels) < 2:
        raise IncompleteError(
            f"column '{one_line(found.name)}' holds one group only, {some(found.levels)}",
            "Groups can be compared only where there are two; audit more rows, or name another column.",
        )
    return found


def _features(table: Table, model: Model, declared: Declared) -> pd.DataFrame:
    frame = table.frame
    names = model.feature_names
    if names is not None:
        absent = [name for name in names if name not in frame.columns]
        if absent:
            raise IncompleteError(
                f"the model needs {len(absent)} column(s) that {one_line(table.name)} lacks: {some(absent)}",
                "Give the data the columns the model was fitted on."
                + did_you_mean(str(absent[0]), frame.columns),
            )
        return frame[list(names)]
    outcome = [c for c in (declared.target, declared.predictions, *declared.drop) if c is not None]
    candidate = frame.drop(columns=outcome)
    protected = [parse_sensitive(text, list(frame.columns)).column for text in declared.sensitive]
    without = candidate.drop(columns=[c for c in protected if c in candidate.columns])
    for choice in (candidate, without):
        if model.n_features in (None, choice.shape[1]):
            return choice
    raise IncompleteError(
        f"the model was fitted on {model.n_features} unnamed columns; {one_line(table.name)} has "
        f"{candidate.shape[1]} beside the target ({without.shape[1]} without the protected ones)",
        "Leave out what is not a feature with --drop COL, or refit the model on a DataFrame so that it keeps names.",
    )


def _decisions(
    inputs: Inputs, declared: Declared, features: pd.DataFrame | None, kept: Rowwise, progress: Progress | None
) -> npt.NDArray[Any]:
    if inputs.model is not None and features is not None and declared.predictions is None:
        return predict_in_batches(inputs.model, features, progress=progress)
    assert declared.predictions is not None  # noqa: S101 - _check_columns made sure
    return inputs.table.labels(declared.predictions)[kept].to_numpy(object)


def _task(inputs: Inputs, declared: Declared, decisions: npt.NDArray[Any], kept: Rowwise) -> Task:
    if declared.task is not None:
        return declared.task
    model = inputs.model
    if model is not None:
        classes = model.classes
        known = None if classes is None else len(classes)
        return infer_task(model.facts.estimator_type, known, _texts(np.unique(decisions[:10_000])))
    labels = pd.unique(pd.Series(decisions)).tolist()
    if declared.target is not None:
        labels += inputs.table.labels(declared.target)[kept].unique().tolist()
    return infer_task("", None, _texts(labels))


def _texts(values: Any) -> list[str]:
    return list(dict.fromkeys(label_text(value) for value in values))


def _label_codes(values: npt.NDArray[Any], classes: tuple[str, ...]) -> npt.NDArray[np.uint16]:
    codes, unique = pd.factorize(values)
    position = {label: i for i, label in enumerate(classes)}
    return np.array([position[label_text(value)] for value in unique], np.uint16)[codes]


def _with_labels(
    subject: Subject, table: Table, declared: Declared, decisions: npt.NDArray[Any], kept: Rowwise
) -> Subject:
    known = None if subject.model is None else subject.model.classes
    decided = _texts(pd.unique(pd.Series(decisions)))
    model_labels = decided if known is None else list(dict.fromkeys([*_texts(known), *decided]))
    if subject.task is Task.OUTLIER:
        model_labels = ["-1", "1"]
    actual = None
    classes = model_labels
    if declared.target is not None:
        actual = table.labels(declared.target)[kept].to_numpy(object)
        classes = _joint_labels(model_labels, _texts(pd.unique(pd.Series(actual))), declared, known is not None)
    ordered = sorted_labels(classes)
    favorable, source = favorable_labels(declared.favorable, ordered, subject.task)
    return replace(
        subject,
        classes=ordered,
        favorable=favorable,
        favorable_from=source,
        predicted=_label_codes(decisions, ordered),
        actual=None if actual is None else _label_codes(actual, ordered),
    )


def _joint_labels(decided: list[str], true: list[str], declared: Declared, closed: bool) -> list[str]:
    target = one_line(declared.target)
    if len(true) < 2:
        raise IncompleteError(
            f"the target column '{target}' holds one label only, {some(true)}",
            "Errors can be measured only where both outcomes occur; leave --target out to audit decisions alone.",
        )
    unknown = [label for label in true if label not in decided]
    if unknown and (closed or not set(true) & set(decided)):
        raise UsageError(
            f"the target column '{target}' holds {some(unknown)}, which the model never answers: "
            f"it answers {some(decided)}",
            "Name the column of true outcomes as --target, written with the model's own labels.",
        )
    return list(dict.fromkeys([*decided, *true]))


def _with_values(subject: Subject, table: Table, decisions: npt.NDArray[Any], kept: Rowwise) -> Subject:
    actual = None
    if subject.target is not None:
        actual = _numbers(table.labels(subject.target)[kept], f"the target column '{one_line(subject.target)}'")
    return replace(
        subject,
        predicted_values=_numbers(pd.Series(decisions), "the decisions"),
        actual_values=actual,
    )


def _numbers(values: pd.Series, what: str) -> npt.NDArray[np.float64]:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64)
    bad = ~np.isfinite(numbers)
    if bad.any():
        raise IncompleteError(
            f"{what} should hold numbers but holds {some(values[bad].unique())}",
            "A regression is audited on numbers; for labels pass --task binary or --task multiclass.",
        )
    return numbers
