"""What changed since the audit before, in the PDF's annex."""

from __future__ import annotations

from collections.abc import Iterator

from aiaudit.comparison import Moved
from aiaudit.record import Record
from aiaudit.render import changes, words
from aiaudit.render.pdf_blocks import Block, Line, items, name, table, text


def since(record: Record) -> Iterator[Block]:
    """Return what is another than in the earlier audit, or that there was none to compare with."""
    then = record.since
    if then is None:
        yield text(
            "This audit was set against no earlier one: no archive or baseline that holds one was named."
        )
        return
    told = f"{changes.since_text(then)} Record of then: "
    yield text(told, {"code": name(then.record)}, f". {changes.compared_text(then)}")
    if then.inputs:
        yield text("What else is another than then:")
        yield items(name(line, 400) for line in then.inputs)
    if then.moved:
        judged = {r.id for r in record.policy.requirements}
        head = ["Requirement", "Where", "Change", "Value", "Adjusted p", "Verdict"]
        rows = [_moved(moved, judged) for moved in then.moved]
        yield table(head, rows, widths=[22, 30, 18, 24, 12, 22], numeric=[4])


def _moved(moved: Moved, judged: set[str]) -> list[Line]:
    known = {"to": f"r-{moved.requirement}", "text": moved.requirement}
    return [
        known if moved.requirement in judged else name(moved.requirement),
        changes.where(moved),
        changes.kind(moved),
        [f"{changes.values(moved)} ", {"soft": name(moved.metric)}],
        "" if moved.p_adjusted is None else words.p_text(moved.p_adjusted),
        changes.statuses(moved),
    ]
