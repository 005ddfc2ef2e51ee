"""Where policies are: packs that ship with the package, and files of the user's."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from aiaudit.errors import UsageError, did_you_mean, one_line, some

BUILT_IN = "built-in"
_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, kw_only=True)
class Location:
    """One policy file.

    Parameters
    ----------
    path : Path
        Where it is.
    name : str
        What error messages call it.
    built_in : bool
        Whether it ships with the package.
    """

    path: Path
    name: str
    built_in: bool

    @property
    def key(self) -> str:
        """The same for the same file, however it was named."""
        return os.path.realpath(self.path)

    @property
    def origin(self) -> str:
        """What the record says: ``built-in``, or the file's name without its folder."""
        return BUILT_IN if self.built_in else self.path.name


@cache
def built_in_ids() -> tuple[str, ...]:
    """Return the ids of the packs that ship with the package, sorted."""
    return tuple(
        sorted(
            f.name.removesuffix(".yaml")
            for f in files("aiaudit.policies").iterdir()
            if f.name.endswith(".yaml")
        )
    )


def is_path(ref: str) -> bool:
    """Return whether a reference is a file's path: it has a slash, or ends in ``.yaml`` or ``.yml``."""
    return ref.endswith(_SUFFIXES) or "/" in ref or os.sep in ref


def locate(ref: str, base: Path) -> Location:
    """Find a policy by the id of a pack or the path of a file.

    Parameters
    ----------
    ref : str
        ``smb-baseline``, or a path: anything with a slash or ending in ``.yaml`` or ``.yml``.
    base : Path
        The folder that relative paths start from.

    Raises
    ------
    UsageError
        If there is no such pack, or *ref* is a web address.
    """
    if "://" in ref:
        raise UsageError(
            f"'{one_line(ref)}' is a web address; policies are read from files only",
            "Download the file, look at it, and give its path.",
        )
    if is_path(ref):
        return Location(path=base / ref, name=str(base / ref), built_in=False)
    if ref not in built_in_ids():
        raise UsageError(
            f"there is no policy pack '{one_line(ref)}'."
            f"{did_you_mean(ref, built_in_ids()) or f' The packs are {some(built_in_ids())}'}",
            "'aiaudit policy list' shows the packs; a file of your own ends in .yaml or has a slash in its path.",
        )
    return Location(
        path=Path(str(files("aiaudit.policies") / f"{ref}.yaml")), name=f"{ref}.yaml", built_in=True
    )
