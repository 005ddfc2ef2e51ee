"""Carry out a configured audit: read what it names, put the subject together, run, judge, record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from aiaudit.assemble import Inputs, assemble
from aiaudit.audit import Choices, audit, references, today
from aiaudit.circumstances import Circumstances
from aiaudit.config import Config
from aiaudit.declared import Declared
from aiaudit.errors import UsageError, one_line
from aiaudit.gate import overridden
from aiaudit.loading.joins import join_groups
from aiaudit.loading.models import open_model
from aiaudit.loading.tables import Table, read_table
from aiaudit.model import Model
from aiaudit.own_metrics import runnable
from aiaudit.policy import LoadedPolicy, check_attributes, load_policies, load_waivers
from aiaudit.policy.model import Policy
from aiaudit.record import Record
from aiaudit.subject import Subject

if TYPE_CHECKING:
    from aiaudit.assemble import Progress
    from aiaudit.card import SystemCard
    from aiaudit.explaining.dictionary import Dictionary
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
    # Cheap things first: a policy that cannot be read must not cost the loading of a model.
    return execute_under(load_policies(config.policy), config, card_of(config), today(), watcher)


def execute_under(
    loaded: LoadedPolicy, config: Config, card: SystemCard | None, day: date, watcher: Watcher | None = None
) -> Record:
    """Carry out an audit under a policy that was loaded already, with a card that was read, on a given day."""
    watcher = watcher or Watcher()
    policy, choices = chosen(loaded, config, day)
    with opened(config, card, watcher.predicted) as (subject, _):
        choices = replace(choices, last_audit=_last_audit(config, subject))
        return concluded(subject, policy, choices, watcher.checked)


def chosen(loaded: LoadedPolicy, config: Config, day: date) -> tuple[Policy, Choices]:
    """Return the policy with the gate that the configuration chose, and what else it chose.

    Raises
    ------
    UsageError
        If the waivers cannot be read, or the policy's own metrics are not vouched for.
    """
    policy, overrides = overridden(loaded.policy, config.gate.fail_on, config.gate.strict)
    runnable({}, policy.metrics, config.trust_metrics, config.model.module_path)
    return policy, Choices(
        select=config.select,
        ignore=config.ignore,
        waivers=load_waivers(config.waivers) if config.waivers else (),
        sources=loaded.sources,
        gate_overrides=overrides,
        trust_metrics=config.trust_metrics,
        module_path=config.model.module_path,
        today=day,
    )


def concluded(subject: Subject, policy: Policy, choices: Choices, told: Told | None = None) -> Record:
    """Run, judge and record a subject, once the policy is known to speak of its attributes."""
    check_attributes(policy, [a.name for a in subject.attributes], subject.reference_groups)
    subject = replace(
        subject,
        references=references(policy, subject.reference_groups),
        circumstances=Circumstances(limits=choices.sources, last_audit=choices.last_audit),
    )
    return audit(subject, policy, choices, told)


def _last_audit(config: Config, subject: Subject) -> date | None:
    """Return the day of the newest audit of the same system in the archive, None where there is none."""
    if config.archive.path is None or not config.archive.path.is_dir():
        return None
    from aiaudit.archive.contents import system_name
    from aiaudit.archive.lookup import last_day

    card = None if subject.card is None else subject.card.model_dump(mode="json")
    name = config.archive.system or system_name(
        card, None if subject.model is None else subject.model.facts, subject.data
    )
    return last_day(config.archive.path, name)


@contextmanager
def opened(
    config: Config, card: SystemCard | None = None, predicted: Progress | None = None
) -> Iterator[tuple[Subject, Table]]:
    """Read data and model, yield the subject that they make and the table as it was read, close the model.

    Raises
    ------
    UsageError
        Where the configuration does not fit the data.
    IncompleteError
        The model was refused or failed, or the data cannot be read.
    """
    declared, reasons = declared_in(config), reasons_of(config)
    with ExitStack() as stack:
        inputs = _read(config, declared)
        model = _open(config)
        if model is not None:
            stack.callback(model.close)
        inputs = replace(inputs, model=model, card=card, reasons=reasons, seed=config.seed)
        yield assemble(inputs, declared, predicted), inputs.table


def card_of(config: Config) -> SystemCard | None:
    """Read the card that a configuration names, if any."""
    if config.card is None:
        return None
    from aiaudit.card import load_card

    return load_card(config.card)


def reasons_of(config: Config) -> Dictionary | None:
    """Read the reason dictionary that a configuration names, if any."""
    if config.reasons is None:
        return None
    from aiaudit.explaining.dictionary import load_dictionary

    return load_dictionary(config.reasons)


def declared_in(config: Config) -> Declared:
    """Return what a configuration says about the data."""
    data = config.data
    return Declared(
        target=data.target,
        favorable=data.favorable,
        order=data.order,
        sensitive=data.sensitive,
        control=data.control,
        predictions=data.predictions,
        scores=data.scores,
        weights=data.weights,
        drop=data.drop,
        population=data.population,
        dependants=data.dependants,
        directions=data.directions,
        reference=data.reference,
        task=data.task,
        exclude_unlabeled=data.exclude_unlabeled,
    )


def _read(config: Config, declared: Declared) -> Inputs:
    if config.data.path is None:
        raise UsageError(
            "no data was named", "Run 'aiaudit check MODEL DATA', or 'aiaudit check DATA --predictions COL'."
        )
    inputs = _with_groups(config, declared, config.data.path)
    if config.data.train is None:
        return inputs
    train = _train(config.data.train, declared)
    return replace(inputs, train=train, data={**inputs.data, "train": _file(train)})


def _with_groups(config: Config, declared: Declared, path: Path) -> Inputs:
    if config.data.groups is None:
        table = read_table(path, text_columns=declared.as_text)
        return Inputs(table=table, data={"data": _file(table)})
    other_path, key = config.data.groups.path, config.data.groups.on
    protected = [sensitive.column for sensitive in declared.sensitive]
    elsewhere = [c for c in read_table(other_path).frame.columns if c in protected and c != key]
    own = [c for c in declared.as_text if c not in elsewhere]
    table = read_table(path, text_columns=[*own, key])
    other = read_table(other_path, text_columns=[key, *elsewhere])
    joined = join_groups(table, other, key=key, columns=elsewhere)
    lost = joined.unmatched + joined.keyless
    note = f"{lost} row(s) have no match in {one_line(other.name)}: their groups count as missing"
    return Inputs(
        table=table,
        groups=joined.text,
        data={"data": _file(table), "groups": _file(other)},
        notes=(note,) if lost else (),
    )


def _train(path: Path, declared: Declared) -> Table:
    """Read the training table like the data; columns that it lacks are left to the checks that want them."""
    columns = read_table(path, nrows=0).frame.columns
    return read_table(path, text_columns=[c for c in declared.as_text if c in columns])


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
