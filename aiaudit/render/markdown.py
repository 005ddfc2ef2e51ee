"""A summary in Markdown, for pull requests and job summaries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aiaudit.comparison import Comparison
from aiaudit.gate import MEANING, Exit
from aiaudit.record import Record, Status
from aiaudit.render import limits
from aiaudit.render.advising import around, steps
from aiaudit.render.changes import compared_text, lines, since_text
from aiaudit.render.detail import adjusted, place, rows, settles, value_and_interval, waiver_text
from aiaudit.render.findings import Finding, crashes, findings, of_status, pressing
from aiaudit.render.sentences import crash, number_sentence, tiles_note, unguarded, verdict_sentence, what_now
from aiaudit.render.subject import audited, opening
from aiaudit.render.words import SYMBOLS, TILES, WORDS, asked, count, name, reference_text

#: Findings of one status listed before "and N more"; GitHub cuts a summary at 1 MiB.
LISTED = 50
STEPS = 3
#: Emphasis, code, links, tables, headings, mathematics, bare addresses and emoji names.
_MARKUP = re.compile(r"[\\`*_{}\[\]#|~$^]|:(?=//|\w+:)|(?<=www)\.", re.IGNORECASE)
#: What opens a list, a rule or a heading's underline at the start of a line.
_LEADING = re.compile(r"^(\d*)([-+=.)])(?=[-=\s]|$)")


def render(record: Record, exit_code: int) -> str:
    """Return verdict, counts, failures, open questions and advice; the rest folded."""
    found = findings(record)
    return "\n".join(
        [
            f"## {text(verdict_sentence(record, exit_code))}",
            "",
            *_paragraphs(unguarded(record), number_sentence(record), what_now(record, exit_code)),
            *_counts(record),
            *_paragraphs(
                tiles_note(record), since_text(record.since) if record.since else "", opening(record)
            ),
            *_paragraphs(*(crash(o) for o in crashes(record))),
            *_section("Could not be judged", of_status(found, Status.ERROR)),
            *_section("Failed", of_status(found, Status.FAIL)),
            *_section("Inconclusive", of_status(found, Status.INCONCLUSIVE)),
            *_section("Waived", of_status(found, Status.WAIVED)),
            *_advice(record, found),
            *(_folded("Change since the audit before", _since(record.since)) if record.since else ()),
            *_folded(
                "What was audited", [f"**{text(label)}:** {text(line)}" for label, line in audited(record)]
            ),
            *_folded("What this audit does not show", [text(line) for line in limits.limits(record, found)]),
            f"Record `{record.digest}`. Exit code {exit_code}: {MEANING[Exit(exit_code)]}.",
            "",
        ]
    )


def text(foreign: str) -> str:
    """Return *foreign* so that Markdown takes none of it for markup, a mention, a link or a list."""
    flat = name(foreign, 5000).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    escaped = _MARKUP.sub(r"\\\g<0>", flat).replace("@", "@\N{WORD JOINER}")
    return _LEADING.sub(r"\1\\\2", escaped)


def _paragraphs(*sentences: str) -> Iterator[str]:
    for sentence in filter(None, sentences):
        yield from (text(sentence), "")


def _counts(record: Record) -> list[str]:
    counts = record.counts()
    heads = [f"{SYMBOLS[s]} {WORDS[s]}" for s in TILES]
    return [_row(heads), _row(["---:"] * len(TILES)), _row([f"{counts[s]:,}" for s in TILES]), ""]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _section(title: str, found: tuple[Finding, ...]) -> Iterator[str]:
    if not found:
        return
    yield from (f"### {title}", "")
    yield _row(["Requirement", "Where", "Value (interval)", "n", "Asked", "Adjusted p", "Why"])
    yield _row(["---", "---", "---:", "---:", "---", "---:", "---"])
    for f in found[:LISTED]:
        yield _row(_cells(f))
    yield ""
    if len(found) > LISTED:
        yield from (f"and {count(len(found) - LISTED, 'more verdict')} (see the report)", "")


def _cells(f: Finding) -> list[str]:
    r, v = f.requirement, f.verdict
    m = v.measurement
    against = "" if m is None or m.reference is None else f" against {reference_text(m.reference)}"
    readiness = "" if v.in_force else ", readiness"
    return [
        f"{text(r.title)} (`{r.id}`, {r.severity.name.lower()}{readiness})",
        text(place(f) + against),
        text(value_and_interval(f)) if m is not None else "",
        rows(f),
        f"{text(asked(r))} ({r.basis.value})",
        text(adjusted(v)) if v.p_adjusted is not None else "",
        text("; ".join(filter(None, [v.reason, waiver_text(v), settles(v)]))),
    ]


def _advice(record: Record, found: tuple[Finding, ...]) -> Iterator[str]:
    advice = pressing(record, found)
    if advice:
        yield from ("### What to do next", "")
    for number, one in enumerate(advice[:STEPS], 1):
        yield f"{number}. **{text(one.problem)}**"
        yield from (f"   - {text(line)}" for line in (*one.facts, *steps(one), *around(one)))
    if len(advice) > STEPS:
        yield from (
            "",
            f"and {count(len(advice) - STEPS, 'more piece of advice', 'more pieces of advice')} (see the report)",
        )
    if advice:
        yield ""


def _since(since: Comparison) -> list[str]:
    told = [text(line) for line in lines(since)]
    more = [f"and {count(len(told) - LISTED, 'more change')} (see the report)"] if len(told) > LISTED else []
    return [*told[:LISTED], *more, text(compared_text(since))]


def _folded(title: str, lines: list[str]) -> Iterator[str]:
    yield from ("<details>", f"<summary>{title}</summary>", "")
    yield from (f"- {line}" for line in lines)
    yield from ("", "</details>", "")
