"""Look at a model file without loading it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aiaudit.errors import IncompleteError, one_line
from aiaudit.loading import process
from aiaudit.loading.looking import (
    Look,
    exact_names,
    existing_file,
    look,
    memory_for,
    read_model,
    refuse_unlisted,
    unlisted,
)
from aiaudit.loading.names import load_inert
from aiaudit.loading.releases import check_release
from aiaudit.loading.surroundings import Settings

_TIMEOUT = 120.0


class Verdict(StrEnum):
    """What a static look can say of a file; none of it says that a model is good."""

    LISTED = "listed"
    UNKNOWN = "unknown names"
    OTHER_RELEASE = "saved by another release"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Scan:
    """The outcome of a static look.

    Parameters
    ----------
    name : str
        File name without its folder.
    digest : str
        SHA-256 of its bytes, in hex.
    verdict : Verdict
        Whether everything the file names is on the allow-list (or trusted).
    look : Look or None
        What it holds; None where it is no model file.
    unknown : tuple of str
        Names that are neither on the list nor trusted, sorted.
    replaced : tuple of str
        Names for which an object that does nothing is put: other loaders would run what they stand for.
    message, hint : str
        Why it would not be opened and how to mend it; empty where nothing stands in its way.
    """

    name: str
    digest: str
    verdict: Verdict
    look: Look | None
    unknown: tuple[str, ...]
    replaced: tuple[str, ...]
    message: str
    hint: str

    @property
    def exit_code(self) -> int:
        """0 where the file would be opened, 3 where not."""
        return 3 if self.message else 0


def scan_model(path: str | Path, *, trust: Sequence[str] = (), memory: int | None = None) -> Scan:
    """Return what a static look at the file at *path* finds; nothing in it is built or imported.

    Parameters
    ----------
    path : path
        The model file.
    trust : sequence of str
        Exact names that count as known.
    memory : int, optional
        Bytes that the look may use.

    Raises
    ------
    UsageError
        There is no such file, or a name to trust is not exact.
    """
    path = existing_file(path)
    trusted = exact_names(trust)
    seen, problem = None, None
    file = read_model(path)
    worker = process.start(
        Settings(path=path, memory=memory or memory_for(path), timeout=_TIMEOUT, load=False)
    )
    try:
        seen = look(worker, file.content)
        refuse_unlisted(seen.names, trusted)
        check_release(seen, worker.versions)
    except IncompleteError as error:
        problem = error
    finally:
        worker.end()
    strangers = () if seen is None else unlisted(seen.names, trusted)
    return Scan(
        name=one_line(path.name, 200),
        digest=file.digest,
        verdict=_verdict(seen, strangers, problem),
        look=seen,
        unknown=strangers,
        replaced=() if seen is None else tuple(sorted(load_inert().intersection(seen.names))),
        message=problem.message if problem else "",
        hint=problem.hint if problem else "",
    )


def _verdict(seen: Look | None, strangers: tuple[str, ...], problem: IncompleteError | None) -> Verdict:
    if seen is None:
        return Verdict.REFUSED
    if strangers:
        return Verdict.UNKNOWN
    return Verdict.LISTED if problem is None else Verdict.OTHER_RELEASE
