"""From the names of policies to one policy that can be judged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aiaudit.errors import UsageError
from aiaudit.policy.dating import COMMIT, dated
from aiaudit.policy.document import Document, Fault, FileErrors
from aiaudit.policy.evidence import spell_out
from aiaudit.policy.extend import extend
from aiaudit.policy.lint import lint
from aiaudit.policy.merge import Pack, combine, unique
from aiaudit.policy.model import Policy, PolicySource
from aiaudit.policy.sources import BUILT_IN, Location, locate
from aiaudit.policy.validate import parse
from aiaudit.policy.yaml import read_yaml

MAX_CHAIN = 16


@dataclass(frozen=True, kw_only=True)
class LoadedPolicy:
    """A policy ready to judge by, and the files it was read from, those extended first."""

    policy: Policy
    sources: tuple[PolicySource, ...]


def load_policies(refs: Sequence[str], *, base: Path | None = None) -> LoadedPolicy:
    """Load packs and files, resolve what they extend, merge them, and lint the result.

    Parameters
    ----------
    refs : sequence of str
        Ids of built-in packs (``smb-baseline``) or paths of files.
    base : Path or None
        The folder that relative paths start from; by default the current one.

    Raises
    ------
    UsageError
        If a file is missing, or *refs* is empty.
    FileErrors
        With everything that is wrong with the files, each error with its line and column.
    """
    from aiaudit.own_metrics import declared
    from aiaudit.registry import checks

    pack = resolve(refs, base=base)
    known = declared(checks(), pack.policy.metrics)
    faults = [_fault(pack, p.requirement, p.field, p.what) for p in lint(pack.policy, known)]
    if faults:
        raise FileErrors(sorted(faults, key=lambda f: (f.file, f.line, f.column)))
    return LoadedPolicy(policy=pack.policy, sources=_placed(pack))


def _placed(pack: Pack) -> tuple[PolicySource, ...]:
    """Return the sources, each with the lines of the requirements that it was the last to set."""
    lines: dict[str, dict[str, int]] = {}
    for requirement in pack.policy.requirements:
        document, i = pack.homes[requirement.id][0]
        lines.setdefault(document.digest, {})[requirement.id] = document.values["requirements", i][0]
    return tuple(
        source if source.origin == BUILT_IN else replace(source, lines=lines.get(source.digest, {}))
        for source in pack.sources
    )


def resolve(refs: Sequence[str], *, base: Path | None = None) -> Pack:
    """Do what `load_policies` does, but for the lint: no check is imported."""
    if not refs:
        raise UsageError("no policy was named", "Name one, for example --policy smb-baseline.")
    locations = {location.key: location for location in (locate(ref, base or Path()) for ref in refs)}
    return combine([_load(location, ()) for location in locations.values()])


def _load(location: Location, trail: tuple[Location, ...]) -> Pack:
    document = spell_out(read_yaml(location.path, location.name))
    parents = _parents(document, location, (*trail, location))
    pack = extend(document, combine(parents)) if parents else _pack(document)
    policy = pack.policy
    day, told_by = dated(location, policy)
    source = PolicySource(
        id=policy.id,
        edition=policy.edition,
        title=policy.title,
        origin=location.origin,
        digest=document.digest,
        committed=day if told_by == COMMIT else None,
        dated=day,
        dated_by=told_by,
    )
    return replace(pack, sources=unique([*pack.sources, source]))


def _pack(document: Document) -> Pack:
    policy = parse(document, Policy)
    if policy.disable:
        raise FileErrors(
            [document.fault(("disable",), "there is nothing to disable: this file extends no policy")]
        )
    homes = {r.id: ((document, i),) for i, r in enumerate(policy.requirements)}
    return Pack(policy=policy, document=document, sources=(), homes=homes)


def _parents(document: Document, location: Location, trail: tuple[Location, ...]) -> list[Pack]:
    """Load what a file extends; a list that is none is left for validation to report."""
    refs = document.data.get("extends") if isinstance(document.data, dict) else None
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        return []
    found, faults = [], []
    for i, ref in enumerate(refs):
        path = ("extends", i)
        try:
            parent = locate(ref, location.path.parent)
            if parent.key in [seen.key for seen in trail] or len(trail) >= MAX_CHAIN:
                chain = " extends ".join(seen.name for seen in (*trail, parent))
                faults.append(document.fault(path, f"policies extend each other without end: {chain}"))
            else:
                found.append(_load(parent, trail))
        except FileErrors:
            raise
        except UsageError as error:
            faults.append(document.fault(path, error.message))
    if faults:
        raise FileErrors(faults)
    return found


def _fault(pack: Pack, id: str | None, field: str, what: str) -> Fault:
    return pack.document.fault((field,), what) if id is None else pack.fault(id, field, what)
