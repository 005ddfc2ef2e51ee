"""Files that a system card refers to: found beside it, with their digests."""

from __future__ import annotations

import hashlib
from pathlib import Path
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


File = Annotated[
    Found,
    BeforeValidator(_file),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "file": {"type": "string"},
                        "sha256": {"type": "string", "pattern": _SHA256},
                        "found": {"type": ["string", "null"]},
                    },
                    "required": ["file"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
