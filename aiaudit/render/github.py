"""Annotations for GitHub Actions: workflow commands, one a line, for the log of a job."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from aiaudit.policy.model import Severity
from aiaudit.record import Record, Status
from aiaudit.render.findings import Finding, crashes, findings
from aiaudit.render.sentences import crash, message, verdict_sentence
from aiaudit.render.words import count, name, scope_text

#: GitHub shows this many annotations of a kind for each step; what is beyond is cut by us, and said.
SHOWN = 10
#: Findings are about no line of the repository; they are hung on the file that ordered the audit.
FILE = "aiaudit.yaml"
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def render(record: Record, exit_code: int) -> str:
    """Return the workflow commands: what gates as errors, other failures as warnings, open questions and waived failures as notices."""
    lines = [
        _command("notice" if exit_code == 0 else "error", "aiaudit", verdict_sentence(record, exit_code))
    ]
    lines += [_command("error", name(o.check), crash(o)) for o in crashes(record)[: SHOWN - 2]]
    spoken = [f for f in findings(record) if _kind(f)]
    for kind, group in groupby(
        sorted(spoken, key=lambda f: ("error", "warning", "notice").index(_kind(f))), _kind
    ):
        own = sorted(group, key=lambda f: -f.requirement.severity)
        # The verdict takes one place of its own kind.
        room = SHOWN - sum(line.startswith(f"::{kind} ") for line in lines)
        lines += _annotations(kind, own, room, record.subject.favorable)
    return "\n".join(lines) + "\n"


def _kind(f: Finding) -> str:
    if f.gating:
        return "error"
    if f.verdict.status in (Status.FAIL, Status.ERROR):
        return "warning" if f.verdict.in_force and f.requirement.severity > Severity.LOW else "notice"
    return "notice" if f.verdict.status in (Status.INCONCLUSIVE, Status.WAIVED) else ""


def _annotations(kind: str, own: list[Finding], room: int, favorable: tuple[str, ...]) -> Iterator[str]:
    fits = len(own) <= room
    for f in own if fits else own[: room - 1]:
        scope = f" ({scope_text(f.verdict.scope)})" if f.verdict.scope else ""
        yield _command(kind, f"{f.requirement.id}{scope}", message(f, favorable))
    if not fits:
        hidden = len(own) - room + 1
        yield _command(kind, "aiaudit", f"{count(hidden, f'more {kind}')} not shown here: see the report.")


def _command(kind: str, title: str, text: str) -> str:
    escaped = name(title).translate(_PROPERTY)
    return f"::{kind} file={FILE},line=1,title={escaped}::{name(text, 2000).translate(_MESSAGE)}"
