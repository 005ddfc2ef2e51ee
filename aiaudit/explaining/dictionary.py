"""The reason dictionary: what columns are called in a letter, and how they may change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aiaudit.errors import UsageError, did_you_mean, some
from aiaudit.explaining.wording import Fault, fault
from aiaudit.policy.document import FileErrors
from aiaudit.policy.fields import Strict, Text, Version, Word, Words, refuse
from aiaudit.policy.yaml import parse, read_yaml

#: What no letter may say, and what to write instead.
_UNFIT = {
    Fault.PLACEHOLDER: "this reason is still to be written; put it in plain words, or leave it out",
    Fault.INSUFFICIENT: "a reason must be specific to the column; internal policies and low scores are none",
}


class Column(Strict):
    """One column: its reason in a letter, and in which ways it may change."""

    reason: Text | None = None
    name: Text | None = None
    immutable: bool = False
    direction: Literal["up", "down"] | None = None
    range: Annotated[tuple[float, float], Field()] | None = None
    choices: Words = ()

    @model_validator(mode="after")
    def _ordered(self) -> Self:
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

    def fault(self, column: str) -> Fault | None:
        """Return what is wrong with a column's reason; None where there is none, or nothing is."""
        reason = self.reason(column)
        return None if reason is None else fault(column, reason)

    def require_known(self, known: Collection[str]) -> None:
        """Refuse what is said of columns that are not among *known*, the model's.

        Raises
        ------
        UsageError
            Naming them.
        """
        strange = [column for column in self.columns if column not in known]
        if strange:
            raise UsageError(
                f"the reason dictionary speaks of columns that the model is not given: {some(strange)}",
                f"The model's columns are {some(sorted(known), 20)}.{did_you_mean(strange[0], known)}",
            )


def load_dictionary(path: str | Path, *, for_letters: bool = False) -> Dictionary:
    """Read a reason dictionary.

    Parameters
    ----------
    path : path
        A YAML file: ``columns``, and under each column ``reason``, ``name``, ``immutable``, ``direction``,
        ``range``, ``choices``.
    for_letters : bool
        Refuse reasons that no letter may state; an audit reads them and counts them.

    Raises
    ------
    FileErrors
        With everything that is wrong with the file.
    """
    document = read_yaml(path)
    found = parse(document, Dictionary)
    unfit = [
        document.fault(("columns", column, "reason"), _UNFIT[wrong])
        for column in found.columns
        if for_letters and (wrong := found.fault(column)) in _UNFIT
    ]
    if unfit:
        raise FileErrors(unfit)
    return found
