"""The audit as a function, for notebooks and tests: the command's judge, on objects in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from aiaudit.assemble import Inputs, assemble
from aiaudit.audit import today as this_day
from aiaudit.baseline import against, load_baseline
from aiaudit.config import DEFAULT_POLICY, Config, load_config, overlay
from aiaudit.declared import Declared
from aiaudit.errors import IncompleteError, UsageError, one_line, some
from aiaudit.execute import card_of, chosen, concluded, declared_in, execute, reasons_of
from aiaudit.loading.models import LocalModel
from aiaudit.loading.tables import Table, frame_table
from aiaudit.policy import load_policies

if TYPE_CHECKING:
    from aiaudit.record import Record


def audit_model(
    model: Any,
    frame: pd.DataFrame,
    *,
    target: str | None = None,
    favorable: str | Sequence[str] = (),
    sensitive: str | Sequence[str | Mapping[str, Sequence[float]]] = (),
    policy: str | Path | Sequence[str | Path] = DEFAULT_POLICY,
    predictions: str | None = None,
    weights: str | None = None,
    control: str | Sequence[str | Mapping[str, Sequence[float]]] = (),
    train: pd.DataFrame | None = None,
    card: str | Path | None = None,
    baseline: str | Path | None = None,
    today: date | None = None,
    **settings: Any,
) -> Record:
    """Audit a fitted model on a data frame against a policy.

    The model runs in this process, unlocked: what the command does for files of unknown origin is not done here.

    Parameters
    ----------
    model : object or None
        A fitted estimator or pipeline, anything with ``predict``; None to audit a column of *predictions*.
    frame : pandas.DataFrame, shape (rows, columns)
        Data that the model has not seen. It is not changed.
    target : str, optional
        Column of true outcomes.
    favorable : str or sequence of str
        Labels that help the person.
    sensitive, control : str or sequence of str or mapping
        Protected columns, and columns within whose values groups are compared too; edges of a number as
        ``"age:40,62"`` or ``{"age": [40, 62]}``.
    policy : path or sequence of path
        Ids of packs, or policy files.
    predictions, weights : str, optional
        Columns of decisions made elsewhere, and of the rows' weights.
    train : pandas.DataFrame, optional
        Data that the model was fitted on.
    card, baseline : path, optional
        System card; an earlier record or baseline whose failures do not gate (`aiaudit.baseline.against`).
    today : date, optional
        Day of judgement; by default that of ``SOURCE_DATE_EPOCH``, or today.
    **settings
        Further settings by the names of the command's options: `scores`, `order`, `reference`, `directions`, `drop`,
        `task`, `exclude_unlabeled`, `reasons`, `waivers`, `select`, `ignore`, `seed`, `fail_on`, `strict`,
        `trust_metrics`.

    Returns
    -------
    Record
        Its `exit_code` says whether the policy is met; a notebook shows its report.

    Raises
    ------
    UsageError
        An argument does not fit the data, or the policy is wrong.
    IncompleteError
        The model or the data cannot be audited.

    Examples
    --------
    >>> import pandas as pd
    >>> from aiaudit import audit_model
    >>> decided = pd.DataFrame(
    ...     {"sex": ["f", "m"] * 200, "hired": ["no", "yes"] * 120 + ["yes", "no"] * 20 + ["no"] * 120}
    ... )
    >>> record = audit_model(None, decided, predictions="hired", favorable="yes", sensitive="sex")
    >>> record.exit_code
    1
    >>> failed = [v for v in record.verdicts if v.status == "fail" and v.scope == {"sex": "f"}]
    >>> [(v.requirement, round(v.measurement.value, 3)) for v in failed]
    [('selection-gap', 0.167)]
    """
    config = overlay(
        Config(),
        target=target,
        favorable=_several(favorable),
        sensitive=_several(sensitive),
        policy=tuple(os.fspath(p) for p in _several(policy)),
        predictions=predictions,
        weights=weights,
        control=_several(control),
        card=card,
        baseline=baseline,
        **settings,
    )
    loaded = load_policies(config.policy)
    known = None if baseline is None else load_baseline(baseline)
    conditions, choices = chosen(loaded, config, today or this_day())
    subject = assemble(_inputs(model, frame, train, config), declared_in(config))
    record = concluded(subject, conditions, choices)
    return record if known is None else against(record, known)


def audit_config(path: str | Path) -> Record:
    """Carry out the audit that an ``aiaudit.yaml`` describes, its baseline with it; nothing is written.

    Raises
    ------
    UsageError
        Configuration, policy or baseline is wrong.
    IncompleteError
        The model was refused or failed, or the data cannot be read.
    """
    config = load_config(path)
    known = None if config.gate.baseline is None else load_baseline(config.gate.baseline)
    record = execute(config)
    return record if known is None else against(record, known)


def _several(given: Any) -> tuple[Any, ...]:
    return (given,) if isinstance(given, str | os.PathLike | Mapping) else tuple(given)


def _inputs(model: Any, frame: pd.DataFrame, train: pd.DataFrame | None, config: Config) -> Inputs:
    if model is not None and (config.data.predictions or config.data.scores):
        raise UsageError(
            "decisions come from the model or from a column, not from both",
            "Pass None as the model, or leave predictions and scores out.",
        )
    declared = declared_in(config)
    tables = {"data": _table(frame, "the data frame", declared)}
    if train is not None:
        tables["train"] = _table(train, "the training frame", declared, partly=True)
    return Inputs(
        table=tables["data"],
        model=None if model is None else LocalModel(model),
        card=card_of(config),
        reasons=reasons_of(config),
        data={role: {"name": table.name, "sha256": ""} for role, table in tables.items()},
        train=tables.get("train"),
        seed=config.seed,
    )


def _table(frame: pd.DataFrame, name: str, declared: Declared, partly: bool = False) -> Table:
    """Make a table of a frame; one that is *partly* like the data may lack declared columns, as files may."""
    if not isinstance(frame, pd.DataFrame):
        raise UsageError(
            f"{name} is a {one_line(type(frame).__name__, 60)}, not a pandas DataFrame",
            "Read it with pandas.read_csv, or make a DataFrame of it.",
        )
    if frame.empty:
        raise IncompleteError(f"{name} holds no rows", "Give rows that the model has not seen.")
    odd = [column for column in frame.columns if not isinstance(column, str)]
    odd += frame.columns[frame.columns.duplicated()].tolist()
    if odd:
        raise UsageError(
            f"{name} has columns without a name of their own: {some([str(column) for column in odd])}",
            "Give every column one name that is text, for example frame.columns = frame.columns.astype(str).",
        )
    wanted = [c for c in declared.as_text if not partly or c in frame.columns]
    return frame_table(frame, name=name, text_columns=wanted)
