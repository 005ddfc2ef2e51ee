"""``aiaudit.yaml``: which model, which data, which policies."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator

from aiaudit.config_fields import (
    Dependants,
    Direction,
    Labels,
    Location,
    NameOrPath,
    Population,
    Protected,
    ReferenceGroups,
    Size,
    once,
)
from aiaudit.errors import UsageError
from aiaudit.labels import Task
from aiaudit.policy.document import FileErrors
from aiaudit.policy.fields import SeverityField, Strict, Text, Version, Word, refuse
from aiaudit.policy.validate import in_words
from aiaudit.policy.yaml import parse, read_yaml

DEFAULT_POLICY = "smb-baseline"
#: What stands in a file where a decision is still to be made.
OPEN = "TODO"
_UNDECIDED = "this is still to be decided; replace TODO by your answer"


class ModelSettings(Strict):
    """The model file and how it may be opened."""

    path: Location | None = None
    python: NameOrPath | None = None
    trust: tuple[Text, ...] = ()
    module_path: tuple[Location, ...] = ()
    unsafe_pickle: bool = False
    isolation: Literal["auto", "strict", "none"] = "auto"
    memory: Size | None = None
    timeout: float | None = Field(default=None, gt=0)


class GroupsSettings(Strict):
    """A file that holds the protected columns, and the column that joins it to the data."""

    path: Location
    on: Word


class DataSettings(Strict):
    """The data, and what its columns mean."""

    path: Location | None = None
    target: Word | None = None
    favorable: Labels = ()
    sensitive: Annotated[tuple[Protected, ...], AfterValidator(once)] = ()
    control: Annotated[tuple[Protected, ...], AfterValidator(once)] = ()
    order: Labels = ()
    drop: tuple[Word, ...] = ()
    predictions: Word | None = None
    scores: Word | None = None
    weights: Word | None = None
    population: Population = Field(default_factory=dict)
    dependants: Dependants = Field(default_factory=dict)
    directions: Mapping[Word, Direction] = Field(default_factory=dict)
    reference: ReferenceGroups = Field(default_factory=dict)
    train: Location | None = None
    task: Task | None = None
    exclude_unlabeled: bool = False
    groups: GroupsSettings | None = None


class GateSettings(Strict):
    """Replaces what the policy says about its gate; failures that the baseline knows do not gate."""

    fail_on: SeverityField | None = None
    strict: bool | None = None
    baseline: Location | None = None


class ArchiveSettings(Strict):
    """The archive that keeps each audit, whose key signs it, and how it is found again."""

    path: Location | None = None
    sign_key: Location | None = None
    sign_key_env: Word = "AIAUDIT_SIGN_KEY"
    system: Text | None = None
    tags: tuple[Word, ...] = ()


class Config(Strict):
    """Everything that decides what an audit does; the command line lays its options over it."""

    version: Version = 1
    model: ModelSettings = ModelSettings()
    data: DataSettings = DataSettings()
    policy: tuple[NameOrPath, ...] = Field(default=(DEFAULT_POLICY,), min_length=1)
    trust_metrics: tuple[Text, ...] = ()
    card: Location | None = None
    reasons: Location | None = None
    waivers: Location | None = None
    gate: GateSettings = GateSettings()
    select: tuple[Text, ...] = ()
    ignore: tuple[Text, ...] = ()
    seed: int = Field(default=0, ge=0, lt=2**32)
    output: tuple[Location, ...] = ()
    archive: ArchiveSettings = ArchiveSettings()

    @model_validator(mode="after")
    def _one_source_of_decisions(self) -> Self:
        for role, things in (("predictions", "decisions"), ("scores", "scores")):
            if self.model.path is not None and getattr(self.data, role) is not None:
                what = f"{things} come from the model or from a column, not from both; remove one of the two"
                refuse("config", [(("data", role), what)])
        return self


def load_config(path: str | Path) -> Config:
    """Read ``aiaudit.yaml``; relative paths in it start from its own folder.

    Raises
    ------
    UsageError
        If the file cannot be read.
    FileErrors
        With everything that is wrong with it, each error with its line and column; a value that is still
        ``TODO`` is a decision that nobody has made.
    """
    document = read_yaml(path)
    still_open = [place for place in document.values if document.at(place) == OPEN]
    if still_open:
        raise FileErrors([document.fault(place, _UNDECIDED) for place in still_open])
    return parse(document, Config, context={"folder": Path(path).parent})


#: Options of the command line, by the section they belong to.
_SECTIONS: Mapping[str, Sequence[str]] = {
    "model": ("python", "trust", "module_path", "unsafe_pickle", "isolation", "memory", "timeout"),
    "data": (
        *("target", "favorable", "order", "sensitive", "control", "drop", "predictions", "scores", "weights"),
        *("train", "task", "exclude_unlabeled", "directions", "reference"),
    ),
    "gate": ("fail_on", "strict", "baseline"),
    "archive": ("sign_key", "system", "tags"),
}


def _absent(value: object) -> bool:
    return value is None or value is False or value == () or value == {}


def _set(section: Strict) -> dict[str, object]:
    return {name: value for name, value in section if name in section.model_fields_set}


def overlay(
    config: Config,
    *,
    model: str | os.PathLike[str] | None = None,
    data: str | os.PathLike[str] | None = None,
    groups: str | os.PathLike[str] | None = None,
    on: str | None = None,
    archive: str | os.PathLike[str] | None = None,
    **options: Any,
) -> Config:
    """Lay options of the command line over a configuration.

    Parameters
    ----------
    config : Config
        What the file says.
    model, data, groups : path or None
        Files; None leaves what the file says. A model replaces a column of predictions and the reverse.
    on : str or None
        Column that joins *groups* to the data.
    archive : path or None
        Where the audit is kept.
    **options
        Settings by their name in the file; None, False and an empty tuple mean that the option was not
        given, but ``strict`` may be False.

    Raises
    ------
    UsageError
        If a value is none that the setting takes.
    """
    given = {k: v for k, v in options.items() if not _absent(v) or (k == "strict" and v is False)}
    sections = {name: {k: given.pop(k) for k in keys if k in given} for name, keys in _SECTIONS.items()}
    if model is not None:
        sections["model"]["path"] = model
        sections["data"] = {"predictions": None, "scores": None} | sections["data"]
    elif "predictions" in sections["data"]:
        sections["model"]["path"] = None
    if data is not None:
        sections["data"]["path"] = data
    if groups is not None:
        sections["data"]["groups"] = {"path": groups, "on": on}
    if archive is not None:
        sections["archive"]["path"] = archive
    changed = {name: _set(getattr(config, name)) | values for name, values in sections.items() if values}
    try:
        return Config.model_validate({**dict(config), **changed, **given})
    except ValidationError as error:
        first = error.errors()[0]
        named = [str(part) for part in first["loc"] if isinstance(part, str)]
        option = next((name for name in named if name in options), named[-1] if named else "option")
        raise UsageError(
            f"--{option.replace('_', '-')}: {in_words(first)}", "See 'aiaudit check --help'."
        ) from None
