"""The file of waivers."""

from __future__ import annotations

from pathlib import Path

from aiaudit.policy.fields import Strict, Version
from aiaudit.policy.model import Waiver
from aiaudit.policy.yaml import parse, read_yaml


class Waivers(Strict):
    """A file of waivers."""

    version: Version
    waivers: tuple[Waiver, ...]


def load_waivers(path: str | Path) -> tuple[Waiver, ...]:
    """Read a file of waivers.

    Raises
    ------
    UsageError
        If the file cannot be read.
    FileErrors
        If a waiver lacks its reason, owner, approver or last day, or lasts longer than a year.
    """
    return parse(read_yaml(path), Waivers).waivers
