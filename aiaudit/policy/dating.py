"""On which day a policy was last changed, and what tells it: law asks for limits that were set beforehand."""

from __future__ import annotations

import os
import re
import subprocess
from datetime import date
from pathlib import Path

from aiaudit.policy.model import Policy
from aiaudit.policy.sources import Location

#: What tells the day of a file that git holds unchanged.
COMMIT = "git commit"
_DAY = re.compile(r"([0-9]{4})[.-]([0-9]{2})(?:[.-]([0-9]{2}))?")


def dated(location: Location, policy: Policy) -> tuple[date | None, str]:
    """Return the day of a policy's last change, and what tells it.

    A pack is as old as the newest look at the law behind it. Of a file, git's commit counts where git holds it; only
    where there is no git does the file's own edition.

    Parameters
    ----------
    location : Location
        Where the policy is.
    policy : Policy
        What it says.

    Returns
    -------
    tuple of (date or None, str)
        Without a day, the reason.
    """
    edition = _day(policy.edition)
    if location.built_in:
        looked_up = [instrument.last_verified for instrument in policy.instruments]
        return max(looked_up, default=edition), "ships with aiaudit"
    state = _state(location.path)
    if state is None:
        return (
            edition,
            "its own edition" if edition else "neither git nor its edition tells when it was changed",
        )
    day = committed(location.path)
    return day, COMMIT if day else "it was changed after its last commit, or never committed"


def committed(path: Path) -> date | None:
    """Return the day of the last commit of a file that git holds unchanged; None where that is unknown.

    It is provenance, not a condition: without git, outside a work tree, or after a change it is unknown.
    """
    if _state(path) != "":
        return None
    day = _git(path.parent, "log", "-1", "--format=%cd", "--date=short-local", "--", path.name)
    return date.fromisoformat(day) if day else None


def _day(edition: str) -> date | None:
    """Return the day that an edition names; a month counts from its first day."""
    found = _DAY.fullmatch(edition)
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1)) if found else None
    except ValueError:
        return None


def _state(path: Path) -> str | None:
    """Return what git says of a file: empty where it holds it unchanged, None where there is no git."""
    return _git(path.parent, "status", "--porcelain", "--ignored", "--", path.name)


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git prints; the settings keep a foreign repository from starting programs of its own."""
    command = ["git", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
            stdin=subprocess.DEVNULL,
            # The day of judgement is one of UTC; east of it a commit's own day would still be to come.
            env={**os.environ, "TZ": "UTC"},
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
