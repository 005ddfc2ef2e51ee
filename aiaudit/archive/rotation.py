"""Handing an archive over from one key to the next, in a record that both have signed."""

from __future__ import annotations

from aiaudit.archive.append import Content, append
from aiaudit.archive.envelope import KEYS
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import Archive, Head
from aiaudit.errors import UsageError


def rotate(archive: Archive, new: Signer, old: Signer | None) -> Head:
    """Record that from the next record on another key signs.

    Parameters
    ----------
    archive : Archive
        Where.
    new : Signer
        The key to come; it signs too, so that nobody is locked out by a wrong file.
    old : Signer or None
        The key in force; None where nothing was signed so far.

    Raises
    ------
    UsageError
        If the old key is not the one in force, or is the new one.
    IncompleteError
        If the record cannot be written.
    """
    if old is not None and old.keyid == new.keyid:
        raise UsageError("both keys are the same", "Make a new one with 'aiaudit archive keygen FILE'.")
    content = Content(kind=KEYS, predicate={}, objects={}, keys={new.keyid: new.public})
    return append(archive, content, [*([old] if old is not None else []), new])
