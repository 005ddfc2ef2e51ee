"""Files that a system card refers to: found beside it, with their digests."""

from __future__ import annotations

import csv
import hashlib
import math
from pathlib import Path
from statistics import median
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema

from aiaudit.policy.fields import Strict

_SHA256 = r"^(sha256:)?[0-9a-fA-F]{64}$"
#: What a file is: digests are taken of these alone, never of a device or a pipe.
_LARGEST = 2**30


class Found(Strict):
    """A file or a web address that a card names.

    Parameters
    ----------
    file : str
        Path from the card's folder, or a web address, which is never opened.
    sha256 : str or None
        Its digest when the card was written, where the card states one.
    found : str or None
        Its digest now, None where it is not there.
    """

    file: Annotated[str, Field(max_length=2000)]
    sha256: Annotated[str, Field(pattern=_SHA256)] | None = None
    found: str | None = None

    @property
    def state(self) -> str:
        """``given``, or what keeps it from being evidence."""
        if not self.file.strip():
            return "missing"
        if "://" in self.file:
            return "given"
        if self.found is None:
            return "the file is not there"
        declared = (self.sha256 or self.found).lower().removeprefix("sha256:")
        return "given" if declared == self.found else "the file was changed since the card was written"


class Reviews(Found):
    """A log of what people did with proposals, and what was counted in it.

    The file is a CSV with the columns ``proposed`` and ``final`` and, where known, ``seconds`` and ``reason``, one
    review a line, the oldest first.

    Parameters
    ----------
    reviews, overrides, with_reason : int or None
        Lines, those decided otherwise than proposed, and those of them with a reason; None where there is no log.
    since_override : int or None
        Lines after the last that was decided otherwise.
    median_seconds : float or None
        Median time of a review, where every line tells it.
    """

    reviews: int | None = None
    overrides: int | None = None
    with_reason: int | None = None
    since_override: int | None = None
    median_seconds: float | None = None


def _log(value: Any, info: ValidationInfo) -> Any:
    """Read the log where the card's folder is known; numbers written beside it do not count."""
    given = _file(value, info)
    folder = (info.context or {}).get("folder")
    if folder is None or not isinstance(given, dict):
        return given
    kept = {key: given[key] for key in ("file", "sha256", "found") if key in given}
    return {**kept, **_counted(Path(folder) / given["file"])} if given.get("found") else kept


def _counted(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (UnicodeDecodeError, csv.Error):
        raise ValueError("the decision log is no CSV in UTF-8") from None
    if rows and not {"proposed", "final"} <= set(rows[0]):
        raise ValueError("the decision log needs the columns 'proposed' and 'final'")
    otherwise = [i for i, row in enumerate(rows) if (row["proposed"] or "") != (row["final"] or "")]
    seconds = [_seconds(row.get("seconds")) for row in rows]
    return {
        "reviews": len(rows),
        "overrides": len(otherwise),
        "with_reason": sum(bool((rows[i].get("reason") or "").strip()) for i in otherwise),
        "since_override": len(rows) - (otherwise[-1] + 1 if otherwise else 0),
        "median_seconds": None
        if None in seconds or not rows
        else float(median(s for s in seconds if s is not None)),
    }


def _seconds(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _file(value: Any, info: ValidationInfo) -> Any:
    """Read a path, or a path with its digest; the file is looked for where the card's folder is known."""
    given = {"file": value} if isinstance(value, str) else value
    folder = (info.context or {}).get("folder")
    if folder is None or not isinstance(given, dict) or not isinstance(given.get("file"), str):
        return given
    return {**given, "found": _digest(Path(folder), given["file"])}


def _digest(folder: Path, name: str) -> str | None:
    if "://" in name or "\0" in name:
        return None
    path = folder / name
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return None
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        # Not readable is not there: the finding says so, and the audit goes on.
        return None


def _schema(*further: str) -> WithJsonSchema:
    """Return the schema of a path, or of a path with its digest (and what was read from it)."""
    properties: dict[str, Any] = {
        "file": {"type": "string"},
        "sha256": {"type": "string", "pattern": _SHA256},
        "found": {"type": ["string", "null"]},
    }
    properties |= {name: {"type": ["number", "null"]} for name in further}
    full = {"type": "object", "properties": properties, "required": ["file"], "additionalProperties": False}
    return WithJsonSchema({"anyOf": [{"type": "string"}, full]})


File = Annotated[Found, BeforeValidator(_file), _schema()]
Log = Annotated[
    Reviews,
    BeforeValidator(_log),
    _schema("reviews", "overrides", "with_reason", "since_override", "median_seconds"),
]
