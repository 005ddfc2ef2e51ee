"""Beginning an archive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from aiaudit.archive.envelope import canonical, write_keys
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import FORMAT, Archive, archive_id, now, open_archive
from aiaudit.archive.storage import incoming, place, reporting, settle
from aiaudit.errors import UsageError, one_line

#: Ten years, as Article 18 of Regulation (EU) 2024/1689 asks.
RETENTION = 120


def create(folder: str | Path, *, signer: Signer | None = None, retention: int = RETENTION) -> Archive:
    """Begin an archive in an empty or new folder.

    Parameters
    ----------
    folder : path
        Where.
    signer : Signer or None
        Whose signature every record must bear; None begins an unsigned archive.
    retention : int
        Months for which an audit is kept whose policies name no term.

    Raises
    ------
    UsageError
        If the folder holds anything.
    IncompleteError
        If it cannot be written.
    """
    keys = {} if signer is None else {signer.keyid: signer.public}
    data: dict[str, Any] = {
        "format": FORMAT,
        "created": now(),
        "nonce": os.urandom(16).hex(),
        "keys": write_keys(keys),
        "retention": retention,
    }
    data["id"] = archive_id(data)
    draft = Archive(folder=Path(folder), id=data["id"], digest="", keys=keys, retention=retention)
    ours = {draft.records.name, draft.objects.name, draft.incoming.name}
    with reporting(draft):
        draft.folder.mkdir(parents=True, exist_ok=True)
        if set(os.listdir(draft.folder)) - ours:
            raise UsageError(
                f"{one_line(folder)} is not empty", "Name a new folder; an archive has its folder to itself."
            )
        for part in (draft.records, draft.objects, draft.incoming):
            part.mkdir(exist_ok=True)
        # archive.json comes last: a folder without it is no archive yet.
        with incoming(draft, canonical(data)) as temporary:
            place(temporary, draft.folder / "archive.json")
        settle([draft.folder, draft.folder.absolute().parent])
    return open_archive(folder)
