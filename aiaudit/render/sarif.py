"""SARIF 2.1.0, for code scanning."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from aiaudit.policy.model import Requirement, Severity
from aiaudit.record import Record, Status
from aiaudit.render.findings import Finding, crashes, findings, of_status
from aiaudit.render.github import FILE
from aiaudit.render.sentences import crash, message, verdict_sentence
from aiaudit.render.words import asked, name

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {
    Severity.BLOCKER: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "note",
    Severity.INFO: "note",
}
#: What the standard calls it; a result without a state was not set against a baseline, or could not gate.
_STATES = {"known": "unchanged", "new": "new", "worse": "updated"}


def render(record: Record, exit_code: int) -> str:
    """Return failures, crashes, open questions and waived failures as results; the counts of all stand beside them."""
    spoken = of_status(findings(record), Status.FAIL, Status.ERROR, Status.INCONCLUSIVE, Status.WAIVED)
    places = {r.id: i for i, r in enumerate(record.policy.requirements)}
    run = {
        "tool": {
            "driver": {
                "name": name(record.tool.name),
                "version": name(record.tool.version),
                "rules": [_rule(r) for r in record.policy.requirements],
            }
        },
        "automationDetails": {"id": f"aiaudit/{record.policy.id}/"},
        "invocations": [
            {
                "executionSuccessful": exit_code != 3,
                "exitCode": exit_code,
                "exitCodeDescription": verdict_sentence(record, exit_code),
                "toolExecutionNotifications": [
                    {"level": "error", "message": {"text": crash(o)}} for o in crashes(record)
                ],
            }
        ],
        "results": [
            _result(f, places[f.requirement.id], record.subject.favorable)
            | {"locations": [_place(f, record)]}
            for f in spoken
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "record": record.digest,
            "counts": {status.value: n for status, n in record.counts().items()},
        },
    }
    return (
        json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)
        + "\n"
    )


def _rule(r: Requirement) -> dict[str, Any]:
    help_text = " ".join(
        [f"Asked: {r.metric} {asked(r)} ({r.basis.value}; {name(r.source)}).", *r.remediation]
    )
    return {
        "id": r.id,
        "shortDescription": {"text": name(r.title)},
        "fullDescription": {"text": name(r.rationale, 1000)},
        "help": {"text": name(help_text, 5000)},
        "defaultConfiguration": {"level": _LEVELS[r.severity]},
        "properties": {
            "tags": [r.check.partition(".")[0], r.basis.value],
            "severity": r.severity.name.lower(),
        },
    }


def _result(f: Finding, place: int, favorable: tuple[str, ...]) -> dict[str, Any]:
    is_open = f.verdict.status is Status.INCONCLUSIVE
    level = _LEVELS[f.requirement.severity] if f.verdict.in_force else "note"
    result: dict[str, Any] = {
        "ruleId": f.requirement.id,
        "ruleIndex": place,
        "kind": "open" if is_open else "fail",
        # The standard allows a level only beside the kind "fail".
        "level": "none" if is_open else level,
        "message": {"text": name(message(f, favorable), 2000)},
        "partialFingerprints": {"aiaudit/v1": f.fingerprint},
        "properties": {
            "status": f.verdict.status.value,
            "scope": dict(f.verdict.scope),
            "in_force": f.verdict.in_force,
        },
    }
    if f.verdict.baseline is not None:
        result["baselineState"] = _STATES[f.verdict.baseline]
    if f.verdict.waiver is not None:
        reason = name(f.verdict.waiver.reason, 1000)
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return result


def _place(f: Finding, record: Record) -> dict[str, Any]:
    """Return the line of the policy file that sets the requirement; for a built-in pack, the file that ordered the audit."""
    named = [
        (s.origin, s.lines[f.requirement.id])
        for s in record.provenance.sources
        if f.requirement.id in s.lines
    ]
    file, line = named[-1] if named else (FILE, 1)
    return {"physicalLocation": {"artifactLocation": {"uri": quote(file)}, "region": {"startLine": line}}}
