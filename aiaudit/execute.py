"""Carry out a configured audit: read what it names, put the subject together, run, judge, record."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aiaudit.assemble import Inputs, assemble
from aiaudit.audit import Choices, audit, references, today
from aiaudit.config import Config
from aiaudit.errors import UsageError, one_line
from aiaudit.loading.models import open_model
from aiaudit.loading.joins import join_groups
from aiaudit.loading.tables import Table, read_table
from aiaudit.model import Model
from aiaudit.policy import check_attributes, load_policies, load_waivers
from aiaudit.policy.model import Policy
from aiaudit.record import Record
from aiaudit.subject import Declared

if TYPE_CHECKING:
    import pandas as pd

    from aiaudit.assemble import Progress
    from aiaudit.card import SystemCard
    from aiaudit.run import Told


@dataclass(frozen=True, kw_only=True)
class Watcher:
    """Who is told of the progress; by default nobody."""

    predicted: Progress | None = None
    checked: Told | None = None


def execute(config: Config, watcher: Watcher | None = None) -> Record:
    """Carry out an audit.

    Parameters
    ----------
    config : Config
        Files, columns, policies and choices.
    watcher : Watcher or None
        Told the progress.

    Raises
    ------
    UsageError
        Configuration or policy is wrong.
    IncompleteError
        The model was refused or failed, or the data cannot be read.
    """
    watcher = watcher or Watcher()
    day = today()
    # Cheap things first: a policy that cannot be read must not cost the loading of a model.
    loaded = load_policies(config.policy)
    policy = _gate(loaded.policy, config)
    waivers = load_waivers(config.waivers) if config.waivers else ()
    card = _card(config)
    declared = _declared(config)
    with ExitStack() as stack:
        table, groups, data, notes = _read(config, declared)
        model = _open(config)
        if model is not None:
            stack.callback(model.close)
        inputs = Inputs(
            table=table, model=model, card=card, groups=groups, data=data, notes=notes, seed=config.seed
        )
        subject = assemble(inputs, declared, watcher.predicted)
        check_attributes(policy, [a.name for a in subject.attributes])
        return audit(
            replace(subject, references=tuple(references(policy))),
            policy,
            Choices(
                select=config.select, ignore=config.ignore, waivers=waivers, sources=loaded.sources, today=day
            ),
            watcher.checked,
        )


def _gate(policy: Policy, config: Config) -> Policy:
    chosen: dict[str, object] = {}
    if config.gate.fail_on is not None:
        chosen["fail_on"] = config.gate.fail_on
    if config.gate.strict is not None:
        chosen["strict"] = config.gate.strict
    return policy.model_copy(update=chosen)


def _card(config: Config) -> SystemCard | None:
    if config.card is None:
        return None
    from aiaudit.card import load_card

    return load_card(config.card)


def _declared(config: Config) -> Declared:
    data = config.data
    return Declared(
        target=data.target,
        favorable=data.favorable,
        sensitive=data.sensitive,
        predictions=data.predictions,
        drop=data.drop,
        task=data.task,
        exclude_unlabeled=data.exclude_unlabeled,
    )


def _read(
    config: Config, declared: Declared
) -> tuple[Table, Mapping[str, pd.Series], dict[str, dict[str, str]], tuple[str, ...]]:
    if config.data.path is None:
        raise UsageError(
            "no data was named", "Run 'aiaudit check MODEL DATA', or 'aiaudit check DATA --predictions COL'."
        )
    protected = [sensitive.column for sensitive in declared.sensitive]
    needed = [c for c in (declared.target, declared.predictions) if c is not None]
    if config.data.groups is None:
        table = read_table(config.data.path, text_columns=[*needed, *protected])
        return table, {}, {"data": _file(table)}, ()
    other_path, key = config.data.groups.path, config.data.groups.on
    elsewhere = [c for c in read_table(other_path).frame.columns if c in protected and c != key]
    own = [c for c in protected if c not in elsewhere]
    table = read_table(config.data.path, text_columns=[*needed, *own, key])
    other = read_table(other_path, text_columns=[key, *elsewhere])
    joined = join_groups(table, other, key=key, columns=elsewhere)
    lost = joined.unmatched + joined.keyless
    note = f"{lost} row(s) have no match in {one_line(other.name)}: their groups count as missing"
    return table, joined.text, {"data": _file(table), "groups": _file(other)}, (note,) if lost else ()


def _file(table: Table) -> dict[str, str]:
    return {"name": table.name, "sha256": table.digest}


def _open(config: Config) -> Model | None:
    model = config.model
    if model.path is None:
        return None
    return open_model(
        model.path,
        trust=model.trust,
        module_path=[Path(p) for p in model.module_path],
        python=model.python,
        unsafe_pickle=model.unsafe_pickle,
        isolation=model.isolation,
        memory=model.memory,
        timeout=model.timeout,
    )
