"""What the archive's commands print."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any

from aiaudit.archive.check import LIMITS, Report
from aiaudit.archive.listing import Row
from aiaudit.errors import one_line

if TYPE_CHECKING:
    from aiaudit.archive.compare import Change
    from aiaudit.archive.readings import Asked
    from aiaudit.archive.trend import Trend


def as_json(data: object) -> str:
    """Return dataclasses, or a list of them, as JSON."""
    return json.dumps(data, indent=1, ensure_ascii=False, default=_plain)


def _plain(value: object) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not ready for JSON")


def checked(report: Report, folder: str) -> Iterator[str]:
    """Yield what checking an archive found, line by line."""
    for problem in (*report.problems, *report.unreadable):
        yield f"{one_line(problem.where)}: {one_line(problem.what)}"
    for remark in report.remarks:
        yield f"note: {one_line(remark)}"
    if report.head is not None:
        verdict = {0: "as written", 1: "TAMPERED WITH OR DAMAGED", 3: "not wholly readable"}[report.exit_code]
        signed = f"signed by key {report.keys[0]}" if report.keys else "not signed"
        kept = f"{counted(report.head.size, 'record')}, {counted(report.objects, 'object')}"
        yield f"{one_line(folder)}: {verdict}; {kept}, {signed}"
        yield f"head {report.head}"
    yield LIMITS


def listed(found: Sequence[Row]) -> Iterator[str]:
    """Yield a table of audits."""
    head = ("record", "day", "verdict", "failed", "policy", "model", "keep until", "system", "tags")
    cells = [head, *(_cells(row) for row in found)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _cells(row: Row) -> tuple[str, ...]:
    return (
        str(row.number),
        row.day,
        row.verdict,
        str(row.failed),
        one_line(row.policy, 40),
        row.model[:12] or "-",
        row.keep_until,
        one_line(row.system, 40),
        " ".join(one_line(tag, 30) for tag in row.tags),
    )


def shown(row: Row, statement: Mapping[str, Any], default: int) -> Iterator[str]:
    """Yield what a record says about its audit."""
    audit, place = statement["predicate"]["aiauditAudit"], statement["predicate"]["aiauditArchive"]
    policy = audit["policy"]
    yield f"record     {row.number}:sha256:{row.digest}"
    yield f"added      {row.time} (by the clock of the machine that added it)"
    yield f"system     {one_line(row.system)}"
    yield f"verdict    {row.verdict}: " + ", ".join(f"{n} {s}" for s, n in audit["verdicts"].items() if n)
    yield f"policy     {one_line(policy['id'])}, edition {one_line(policy['edition'])}"
    for item in statement["subject"]:
        yield f"audited    {one_line(item['name'], 60)}  sha256:{one_line(item['digest']['sha256'], 64)}"
    tool = audit["tool"]
    yield f"tool       {one_line(tool['name'])} {one_line(tool['version'])}, {_libraries(audit['libraries'])}"
    yield f"tags       {' '.join(one_line(tag, 40) for tag in row.tags) or '-'}"
    yield from _terms(row, audit.get("terms", {}), default)
    for part, item in sorted(place["artefacts"].items()):
        yield f"file       {one_line(part, 40)}, {item['size']:,} bytes: objects/{item['sha256'][:2]}/{item['sha256'][2:]}"


def _terms(row: Row, stated: Mapping[str, Any], default: int) -> Iterator[str]:
    named = f"{one_line(stated['requirement'])}: {one_line(stated['clause'])}" if "days" in stated else ""
    yield f"keep until {row.keep_until} ({named or f'the term of this archive: {default} months'})"
    deleted = stated.get("protected_data_deleted")
    said = f"to be deleted by {one_line(deleted)}, says the card" if deleted else "the card names no day"
    yield f"           Here are counts and no rows. Protected data elsewhere has a term of its own: {said}."


def _libraries(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{one_line(name, 30)} {one_line(version, 20)}" for name, version in versions.items())


def scope_text(scope: Mapping[str, str]) -> str:
    """Return ``race = black``; an empty scope is everybody."""
    return ", ".join(f"{one_line(k, 60)} = {one_line(v, 60)}" for k, v in scope.items()) or "all rows"


def asked_text(asked: Asked) -> str:
    """Return what a requirement asks of its number."""
    limit = f"{asked.threshold:g}"
    return {">=": f"at least {limit}", "<=": f"at most {limit}"}.get(
        asked.op, f"between -{limit} and {limit}"
    )


def counted(n: int, noun: str) -> str:
    """Return ``1 audit``, ``2 audits``."""
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


def change_text(change: Change) -> str:
    """Return one change in a line."""
    against = (
        ""
        if change.reference is None
        else f" against {scope_text(change.reference) if change.reference else 'everyone else'}"
    )
    p = "" if change.p_adjusted is None else f", p {_p(change.p_adjusted)}"
    return (
        f"{change.asked.id}, {scope_text(change.scope)}{against}: "
        f"{_number(change.old_value)} -> {_number(change.new_value)} ({change.asked.metric}{p})"
    )


def turned_text(change: Change) -> str:
    """Return how the verdict on one requirement in one scope changed, in a line."""
    then, now = (status.replace("_", " ") or "none" for status in (change.old_status, change.new_status))
    return f"{change.asked.id}, {scope_text(change.scope)}: {then} -> {now}"


def _p(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"= {p:.3g}"


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def compared(changes: Sequence[Change]) -> Iterator[str]:
    """Yield what changed, the worst news first, and how much was compared."""
    beyond = [change for change in changes if change.beyond_noise]
    for direction in ("worse", "better", "moved"):
        these = [change for change in beyond if change.direction == direction]
        yield from _section(f"{direction.capitalize()} beyond noise", map(change_text, these))
    turned = [change for change in changes if change.old_status != change.new_status]
    turned.sort(key=lambda change: change.new_status != "fail")
    yield from _section("Verdicts that changed", map(turned_text, turned))
    tested = sum(change.p_value is not None for change in changes)
    yield (
        f"{tested} numbers were tested for a change, together at 5 %; {len(beyond)} changed beyond noise. "
        f"{len(changes) - tested} could not be tested (nothing to compare with, or no counts)."
    )


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    if listed:
        yield f"{title}:"
        yield from (f"  {line}" for line in listed)


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield what two audits differ in beside their numbers: what was audited, and what was asked."""
    before, after = _inputs(old), _inputs(new)
    for what in dict.fromkeys([*before, *after]):
        then, now = before.get(what, "not asked"), after.get(what, "not asked")
        if then != now:
            yield f"{what}: {one_line(then, 90)} -> {one_line(now, 90)}"


def _inputs(plain: Mapping[str, Any]) -> dict[str, str]:
    subject, policy = plain["subject"], plain["policy"]
    model = subject["model"] or {"name": "none", "digest": ""}
    files = {
        f"data ({role})": f"{d.get('name')} {str(d.get('sha256'))[:12]}"
        for role, d in subject["data"].items()
    }
    return {
        "model": f"{model['name']} {model['digest'][:12]}",
        **files,
        "rows": str(subject["rows"]["assessed"]),
        "policy": f"{policy['id']} {policy['edition']}",
        "tool": f"{plain['tool']['name']} {plain['tool']['version']}",
        **{f"limit of {r['id']}": f"{r['op']} {r['threshold']}" for r in policy["requirements"]},
    }


def period(past: Sequence[Row]) -> str:
    """Return how many audits there were, and from when to when."""
    first, last = past[0].day, past[-1].day
    return f"{counted(len(past), 'audit')} of {first if first == last else f'{first} to {last}'}"


def trended(found: Trend) -> Iterator[str]:
    """Yield how the newest audit stands against an earlier period."""
    numbers = ", ".join(str(row.number) for row in found.past[:12]) + (", …" if len(found.past) > 12 else "")
    yield (
        f"{one_line(found.newest.system)}: record {found.newest.number} of {found.newest.day} against "
        f"{period(found.past)} (record{'' if len(found.past) == 1 else 's'} {numbers})"
    )
    if found.same_data:
        yield "note: the same rows were audited then and now; the tests take them for two samples, and are too cautious"
    yield from compared(found.changes)
