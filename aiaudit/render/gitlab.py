"""A Code Quality report for GitLab's merge requests."""

from __future__ import annotations

import json

from aiaudit.policy.model import Severity
from aiaudit.record import Record, Status
from aiaudit.render.findings import Finding, findings, of_status
from aiaudit.render.github import FILE
from aiaudit.render.sentences import message
from aiaudit.render.words import name

_SEVERITIES = {
    Severity.BLOCKER: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
    Severity.INFO: "info",
}


def render(record: Record, exit_code: int) -> str:
    """Return failures, crashes, open questions and, as information, waived failures; GitLab has no place for else."""
    spoken = of_status(findings(record), Status.FAIL, Status.ERROR, Status.INCONCLUSIVE, Status.WAIVED)
    issues = [_issue(f, record.subject.favorable) for f in spoken]
    return json.dumps(issues, indent=1, ensure_ascii=False) + "\n"


def _issue(f: Finding, favorable: tuple[str, ...]) -> dict[str, object]:
    counts = f.verdict.in_force and f.verdict.status not in (Status.INCONCLUSIVE, Status.WAIVED)
    return {
        "description": name(message(f, favorable), 2000),
        "check_name": f.requirement.id,
        "fingerprint": f.fingerprint,
        "severity": _SEVERITIES[f.requirement.severity] if counts or f.gating else "info",
        "location": {"path": FILE, "lines": {"begin": 1}},
    }
