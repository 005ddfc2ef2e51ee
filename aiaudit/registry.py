"""Every check there is, ours and third parties', through one door: the entry points ``aiaudit.checks``."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from aiaudit.check import Check
from aiaudit.errors import IncompleteError, UsageError, did_you_mean, one_line

GROUP = "aiaudit.checks"


@cache
def checks() -> Mapping[str, Check]:
    """Return every registered check by id, sorted.

    Raises
    ------
    UsageError
        If nothing is installed, or two checks share an id.
    IncompleteError
        If an entry point cannot be imported: it is foreign code and may raise anything.
    """
    found: dict[str, tuple[Check, str]] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda p: (p.name, p.value)):
        for check in _load(point):
            plugin = plugin_of(point)
            if check.id in found and found[check.id][0] is not check:
                raise UsageError(
                    f"two checks are called '{one_line(check.id)}': one from {found[check.id][1]}, one from {plugin}",
                    "Uninstall one of the two packages.",
                )
            found[check.id] = (check, plugin)
    if not found:
        raise UsageError(
            "no checks are installed", "Install the package: pip install aiaudit (or pip install -e .)"
        )
    return {id: found[id][0] for id in sorted(found)}


def get(id: str) -> Check:
    """Return the check of that id.

    Raises
    ------
    UsageError
        If there is none.
    """
    known = checks()
    if id not in known:
        raise UsageError(
            f"there is no check '{one_line(id)}'.{did_you_mean(id, known)}",
            "aiaudit rules lists every check.",
        )
    return known[id]


def plugin_of(point: EntryPoint) -> str:
    """Return the name of the package behind an entry point."""
    return point.dist.name if point.dist is not None else point.value


def _load(point: EntryPoint) -> Iterator[Check]:
    try:
        module = point.load()
        yield from (check for part in _modules(module) for check in _checks_in(part))
    except Exception as error:
        raise IncompleteError(
            f"the checks of {plugin_of(point)} cannot be imported: {type(error).__name__}: {one_line(error)}",
            f"Repair or uninstall {plugin_of(point)}.",
        ) from error


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for info in pkgutil.walk_packages(getattr(module, "__path__", []), f"{module.__name__}."):
        yield import_module(info.name)


def _checks_in(module: ModuleType) -> Iterator[Check]:
    for name, thing in vars(module).items():
        if isinstance(thing, Check) and not name.startswith("_"):
            yield thing
