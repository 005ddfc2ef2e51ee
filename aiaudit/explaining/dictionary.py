"""The reason dictionary: what columns are called in a letter, and how they may change."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aiaudit.errors import UsageError, one_line, some
from aiaudit.policy.fields import Strict, Text, Version, Word, Words, refuse
from aiaudit.policy.yaml import parse, read_yaml

#: What Regulation B (12 CFR 1002.9(b)(2)) names as insufficient, in the forms in which it is met.
_GENERIC = re.compile(
    r"internal (standard|polic|criteri)|(low|insufficient|inadequate|failing|qualifying) (credit |total )?score|"
    r"score (is )?(too low|below)|model (decision|output)|algorithm",
    re.IGNORECASE,
)


class Column(Strict):
    """One column: its reason in a letter, and in which ways it may change."""

    reason: Text | None = None
    name: Text | None = None
    immutable: bool = False
    direction: Literal["up", "down"] | None = None
    range: Annotated[tuple[float, float], Field()] | None = None
    choices: Words = ()

    @model_validator(mode="after")
    def _specific(self) -> Self:
        if self.reason is not None and _GENERIC.search(self.reason):
            what = "a reason must be specific to the column; internal policies and low scores are none"
            refuse("column", [(("reason",), what)])
        if self.range is not None and self.range[0] > self.range[1]:
            refuse("column", [(("range",), "a range is the least and the greatest value, in this order")])
        return self


class Dictionary(Strict):
    """The file as a whole."""

    version: Version = 1
    columns: Mapping[Word, Column] = Field(default_factory=dict)

    def of(self, column: str) -> Column:
        """Return what is said of a column; nothing, where it is not listed."""
        return self.columns.get(column, Column())

    def named(self, column: str) -> str:
        """Return what a column is called in text."""
        return self.of(column).name or column

    def reason(self, column: str) -> str | None:
        """Return the reason that stands for a column in a letter."""
        return self.of(column).reason


def load_dictionary(path: str | Path, known: Iterable[str]) -> Dictionary:
    """Read a reason dictionary.

    Parameters
    ----------
    path : path
        A YAML file: ``columns``, and under each column ``reason``, ``name``, ``immutable``, ``direction``,
        ``range``, ``choices``.
    known : iterable of str
        The model's columns.

    Raises
    ------
    FileErrors
        With everything that is wrong with the file.
    UsageError
        It speaks of columns that the model does not have.
    """
    found = parse(read_yaml(path), Dictionary)
    columns = set(known)
    strange = [column for column in found.columns if column not in columns]
    if strange:
        raise UsageError(
            f"{one_line(path)} speaks of columns that the model is not given: {some(strange)}",
            f"The model's columns are {some(sorted(columns), 20)}.",
        )
    return found
