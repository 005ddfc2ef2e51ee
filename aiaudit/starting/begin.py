"""Begin an audit: look, propose, and write the files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aiaudit.audit import today
from aiaudit.config import OPEN
from aiaudit.errors import UsageError, one_line
from aiaudit.groups import Sensitive
from aiaudit.loading.scan import scan_model
from aiaudit.starting.compose import CONFIG, JOBS, Start, compose
from aiaudit.starting.look import MODELS, TABLES, Look, find, look_at
from aiaudit.starting.place import place, refuse_existing
from aiaudit.starting.propose import Proposal, propose


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What was written, whether a decision is open in it, what is to be told, and what there is to do beyond it."""

    written: tuple[Path, ...]
    undecided: bool
    told: tuple[str, ...]
    afterwards: tuple[str, ...]


def begin(folder: Path, *, model: Path | None, data: Path | None, ci: str | None, force: bool) -> Begun:
    """Write the files that an audit starts with.

    Parameters
    ----------
    folder : Path
        Where they go; looked through for *model* and *data* where these are None.
    model, data : Path or None
        The files to look at. The model is looked at without loading it.
    ci : str or None
        ``github``, ``gitlab``, ``none``; None takes the one that the repository uses.
    force : bool
        Replace files that are there.

    Raises
    ------
    UsageError
        If a file is there already, a file named is not, or several could be meant.
    IncompleteError
        If the table cannot be read, or a file cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{one_line(folder)} is not a folder", "Name the folder for the configuration.")
    root = _root(folder)
    model, data = model or find(folder, MODELS, "model"), data or find(folder, TABLES, "data")
    start = Start(
        folder=folder,
        root=root,
        model=model,
        data=data,
        scan=None if model is None else scan_model(model),
        proposals=propose(Look(name="", rows=0, columns=()) if data is None else look_at(data)),
        ci=ci or _pipeline(root),
        day=today(),
    )
    files = compose(start)
    refuse_existing(files, force=force)
    place(files)
    return Begun(
        written=tuple(files),
        undecided=f": {OPEN}\n" in files[folder / CONFIG],
        told=tuple(_told(start)),
        afterwards=tuple(_afterwards(start)),
    )


def _root(folder: Path) -> Path:
    """Return the top of the repository that a folder is in, or the folder itself."""
    here = folder.resolve()
    top = next((parent for parent in (here, *here.parents) if (parent / ".git").exists()), here)
    return folder if top == here else top


def _pipeline(root: Path) -> str:
    if (root / ".gitlab-ci.yml").exists():
        return "gitlab"
    return "github" if (root / ".github").is_dir() else "none"


def _told(start: Start) -> Iterator[str]:
    found = start.proposals
    yield f"model      {_shown(start.model)}"
    if start.scan is not None and start.scan.message:
        yield f"           would not be opened as it is: {one_line(start.scan.message)}"
    yield f"data       {_shown(start.data)}"
    yield f"target     {_line(found.target)}"
    yield f"favorable  {_line(found.favorable)}"
    for name, proposals in (("sensitive", found.sensitive), ("drop", found.drop)):
        yield from (f"{name:<11}{_line(proposal)}" for proposal in proposals)
        if not proposals:
            yield f"{name:<11}nothing was found"


def _shown(path: Path | None) -> str:
    return "TODO: nothing was found" if path is None else one_line(path)


def _line(proposal: Proposal) -> str:
    value = proposal.value
    if value is None:
        return f"TODO: {proposal.reason}"
    name = value.column if isinstance(value, Sensitive) else value
    return f"{one_line(name, 60)} (proposed: {proposal.reason})"


def _afterwards(start: Start) -> Iterator[str]:
    if start.ci == "gitlab":
        yield f"include it in .gitlab-ci.yml: include: [{{local: {JOBS['gitlab']}}}]"
    outside = [p for p in (start.model, start.data) if p and not _within(p, start.root)]
    if outside and start.ci in JOBS:
        yield f"bring {' and '.join(one_line(p) for p in outside)} into the repository, or fetch it in the job"
    if start.ci == "none":
        yield "for a pipeline's job, run this again with --ci github --force (or gitlab), before you change a file"


def _within(path: Path, root: Path) -> bool:
    return path.resolve().is_relative_to(root.resolve())
