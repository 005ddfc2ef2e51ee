"""Documents that law or good custom asks for, written from a record and the card in it; templates hold the words."""

from __future__ import annotations

from aiaudit.errors import UsageError, one_line
from aiaudit.record import Record, Status
from aiaudit.render import documents_tables as tables
from aiaudit.render import limits, words
from aiaudit.render.detail import place
from aiaudit.render.documents import DOCUMENTS
from aiaudit.render.documents_sources import papers
from aiaudit.render.findings import findings, of_status
from aiaudit.render.markdown import text
from aiaudit.render.model_card import NOTHING, environment


def document(record: Record, name: str) -> str:
    """Return one of `DOCUMENTS` in Markdown.

    Raises
    ------
    UsageError
        If the record or its card lacks what the document cannot be written without.
    IncompleteError
        If the record holds a card that is none.
    """
    own = papers(record)
    lacking = [f"{s.where} ({s.state})" for s in map(own.source, DOCUMENTS[name]) if not s.given]
    if lacking:
        raise UsageError(
            f"{name} cannot be written, for it lacks: {one_line('; '.join(lacking), 1000)}",
            "Write what is missing into the system card, or select the check, and audit again.",
        )

    def field(source: str) -> str:
        found = own.source(source)
        return text(found.answer) if found.given else NOTHING

    found = findings(record)
    if name == "ll144-summary":
        tables.refuse_withheld(own)
    page = environment().get_template(f"{name}.md.j2")
    rendered = page.render(
        record=record,
        own=own,
        field=field,
        tables=tables,
        limits=limits.limits(record, found),
        gaps=of_status(found, Status.FAIL, Status.INCONCLUSIVE, Status.WAIVED),
        advice={a.requirement: a for a in record.advice},
        open_findings=of_status(found, *tables.OPEN),
        place=place,
        words=words,
    )
    return rendered.rstrip() + "\n"
