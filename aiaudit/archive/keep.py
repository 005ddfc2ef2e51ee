"""An archive made ready before an audit, so that one that cannot take it costs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from aiaudit.archive.append import append, head, ready
from aiaudit.archive.contents import content, system_name
from aiaudit.archive.keys import Signer, load
from aiaudit.archive.layout import Archive, Head, open_archive
from aiaudit.archive.since import since_last
from aiaudit.record import Record

if TYPE_CHECKING:
    from aiaudit.config import ArchiveSettings


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """An archive that waits for an audit.

    Parameters
    ----------
    archive : Archive
        Where it will be kept.
    before : Head
        The archive's head before the audit.
    signers : sequence of Signer
        Who signs.
    system : str or None
        What is audited, in the user's words.
    tags : sequence of str
        Words to find it by.
    """

    archive: Archive
    before: Head
    signers: Sequence[Signer] = ()
    system: str | None = None
    tags: Sequence[str] = ()

    def linked(self, record: Record) -> Record:
        """Return the record with the head before it, and with what changed since the last audit of its system.

        Whoever has its report can tell by the head whether the part before was cut.

        Raises
        ------
        Tampered
            If the last audit is not as it was written.
        """
        linked = replace(record, provenance=replace(record.provenance, archive_head=str(self.before)))
        system = self.system or system_name(record.card, record.subject.model, record.subject.data)
        return since_last(linked, self.archive, system)

    def keep(self, record: Record) -> Head:
        """Append the record, and return the new head.

        Raises
        ------
        IncompleteError
            If it cannot be written; then nothing was added.
        """
        return append(self.archive, content(record, system=self.system, tags=self.tags), self.signers)


def keeper(settings: ArchiveSettings) -> Keeper | None:
    """Open the archive that the settings name; None where they name none.

    Raises
    ------
    UsageError
        If the key cannot be read, or is not the archive's.
    IncompleteError
        If there is no archive, or nothing can be written to it.
    """
    if settings.path is None:
        return None
    archive, signer = open_archive(settings.path), load(settings.sign_key, settings.sign_key_env)
    signers = [] if signer is None else [signer]
    ready(archive, signers)
    return Keeper(
        archive=archive, before=head(archive), signers=signers, system=settings.system, tags=settings.tags
    )
