"""Put a subject together: columns to groups, labels and features; the model's decisions; row accounting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from aiaudit.declared import Declared, check_columns
from aiaudit.errors import IncompleteError, UsageError, did_you_mean, one_line, some
from aiaudit.groups import Attribute, Sensitive, attribute
from aiaudit.loading.models import predict_in_batches
from aiaudit.loading.tables import Table, reject_missing
from aiaudit.measuring.coding import numbers as scale
from aiaudit.model import Model
from aiaudit.outcomes import numbers, task_of, with_outcomes
from aiaudit.scores import column_scores
from aiaudit.subject import Rows, Subject

if TYPE_CHECKING:
    from aiaudit.card import SystemCard
    from aiaudit.explaining.dictionary import Dictionary

Progress = Callable[[int, int], None]
Rowwise = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What was read, before it is put together.

    `groups` holds protected columns that came from a file of their own, aligned with the table's rows;
    `train` is the table that the model was fitted on.
    """

    table: Table
    model: Model | None = None
    card: SystemCard | None = None
    reasons: Dictionary | None = None
    groups: Mapping[str, pd.Series] = field(default_factory=dict)
    data: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    train: Table | None = None
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
    check_columns(declared, inputs.table.name, list(inputs.table.frame.columns), inputs.groups)
    kept, rows = _kept_rows(inputs.table, declared)
    features = None if inputs.model is None else _features(inputs.table, inputs.model, declared)[kept]
    if inputs.reasons is not None and features is not None:
        inputs.reasons.require_known([str(column) for column in features.columns])
    attributes = tuple(_protected(sensitive, inputs, kept) for sensitive in declared.sensitive)
    target = declared.target
    actual = None if target is None else inputs.table.labels(target)[kept].to_numpy(object)
    decisions = _decisions(inputs, declared, features, kept, progress)
    subject = Subject(
        task=task_of(inputs.model, declared, decisions, actual),
        attributes=attributes,
        controls=tuple(
            attribute(control, inputs.table.labels(control.column)[kept]) for control in declared.control
        ),
        weights=_weights(inputs.table, declared.weights, kept),
        population=declared.population,
        dependants=declared.dependants,
        directions=_directions(declared, features),
        reference_groups=_reference_groups(declared, attributes),
        train=inputs.train,
        features=features,
        table=_others(inputs, declared, features)[kept],
        model=inputs.model,
        rows=rows,
        target=target,
        card=inputs.card,
        reasons=inputs.reasons,
        seed=inputs.seed,
        data=inputs.data,
        notes=(*inputs.table.notes, *inputs.notes),
    )
    return _with_scores(with_outcomes(subject, declared, decisions, actual), inputs.table, declared, kept)


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


def _protected(sensitive: Sensitive, inputs: Inputs, kept: Rowwise) -> Attribute:
    own_file = sensitive.column in inputs.groups
    values = inputs.groups[sensitive.column] if own_file else inputs.table.labels(sensitive.column)
    found = attribute(sensitive, values[kept])
    occurring = [found.levels[code] for code in np.unique(found.codes)]
    if len(occurring) < 2:
        raise IncompleteError(
            f"column '{one_line(found.name)}' holds one group only, {some(occurring)}",
            "Groups can be compared only where there are two; audit more rows, declare other edges of a number, "
            "or name another column.",
        )
    return found


def _reference_groups(declared: Declared, attributes: Sequence[Attribute]) -> Mapping[str, str]:
    groups = {a.name: [label for label in a.levels if label != a.missing_level] for a in attributes}
    for column, label in declared.reference.items():
        if label not in groups[column]:
            raise UsageError(
                f"column '{one_line(column)}' has no group '{one_line(label)}' (--reference)",
                f"Its groups are {some(groups[column], 12)}.{did_you_mean(label, groups[column])}",
            )
    return declared.reference


def _directions(declared: Declared, features: pd.DataFrame | None) -> Mapping[str, str]:
    """Refuse directions that no model can be held to; without a model they wait for one."""
    if features is None:
        return declared.directions
    for column in declared.directions:
        if column not in features.columns:
            raise UsageError(
                f"the model is not given column '{one_line(column)}' (--direction)",
                f"Its columns are {some(features.columns, 12)}.{did_you_mean(column, features.columns)}",
            )
        if scale(features[column]) is None:
            raise UsageError(
                f"column '{one_line(column)}' holds no numbers, so that none is more than another (--direction)",
                "Declare directions of columns of numbers alone.",
            )
    return declared.directions


def _weights(table: Table, column: str | None, kept: Rowwise) -> npt.NDArray[np.float64] | None:
    if column is None:
        return None
    what = f"the weights in column '{one_line(column)}'"
    weights = numbers(
        table.frame[column][kept].to_numpy(), what, "Give every row a weight, or leave --weights out."
    )
    if (weights < 0).any() or not weights.any():
        raise IncompleteError(
            f"{what} are {'all 0' if (weights >= 0).all() else 'negative in some rows'}",
            "A weight says how many people a row stands for: 0 or more.",
        )
    return weights


def _with_scores(subject: Subject, table: Table, declared: Declared, kept: Rowwise) -> Subject:
    if declared.scores is None or subject.selected is None:
        return subject
    what = f"the scores in column '{one_line(declared.scores)}'"
    values = numbers(table.frame[declared.scores][kept].to_numpy(), what, "Give every row a score.")
    return replace(subject, given_scores=column_scores(declared.scores, values, subject.selected))


def _others(inputs: Inputs, declared: Declared, features: pd.DataFrame | None) -> pd.DataFrame:
    """Return the columns that no model was given, and that have no role in the audit."""
    frame = inputs.table.frame
    if features is None:
        return frame.drop(columns=list(declared.no_features))
    roles = (declared.target, declared.predictions, declared.scores, declared.weights)
    audited = [s.column for s in (*declared.sensitive, *declared.control)]
    return frame.drop(columns=[c for c in frame.columns if c in {*features.columns, *roles, *audited}])


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
    candidate = frame.drop(columns=list(declared.no_features))
    protected = {sensitive.column for sensitive in declared.sensitive}
    without = candidate.drop(columns=[c for c in candidate.columns if c in protected])
    for choice in (candidate, without):
        if model.n_features in (None, choice.shape[1]):
            return choice
    raise IncompleteError(
        f"the model was fitted on {model.n_features} unnamed columns; {one_line(table.name)} has "
        f"{candidate.shape[1]} beside the target ({without.shape[1]} without the protected ones)",
        "Leave out what is not a feature with --drop COL, or refit the model on a DataFrame so that it keeps names.",
    )


def _decisions(
    inputs: Inputs,
    declared: Declared,
    features: pd.DataFrame | None,
    kept: Rowwise,
    progress: Progress | None,
) -> npt.NDArray[Any]:
    if declared.predictions is not None:
        decided: npt.NDArray[Any] = inputs.table.labels(declared.predictions)[kept].to_numpy(object)
        return decided
    if inputs.model is None or features is None:
        raise UsageError(
            "there is neither a model nor a column of decisions",
            "Give MODEL and DATA, or DATA alone with --predictions COL.",
        )
    return predict_in_batches(inputs.model, features, progress=progress)
