"""JUnit XML: a verdict is a test case, so that any CI server lists them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from aiaudit.record import Record, Status
from aiaudit.render.detail import place
from aiaudit.render.findings import Finding, findings
from aiaudit.render.sentences import message, verdict_sentence
from aiaudit.render.words import ORDER, WORDS, name


def render(record: Record, exit_code: int) -> str:
    """Return one suite. What gates is a failure (a crash an error); all else that did not pass is skipped, with its status."""
    found = sorted(findings(record), key=lambda f: f.number)
    outcomes = [_outcome(f) for f in found]
    totals = {"tests": len(found), **{f"{kind}s": outcomes.count(kind) for kind in ("failure", "error")}}
    totals["skipped"] = outcomes.count("skipped")
    numbers = {key: str(n) for key, n in totals.items()}
    root = ET.Element("testsuites", {"name": "aiaudit", **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": record.policy.id, **numbers})
    _properties(suite, record, exit_code)
    for f, outcome in zip(found, outcomes, strict=True):
        _case(suite, f, outcome, record.subject.favorable)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _outcome(f: Finding) -> str:
    if f.verdict.status is Status.PASS:
        return "passed"
    if not f.gating:
        return "skipped"
    return "error" if f.verdict.status is Status.ERROR else "failure"


def _properties(suite: ET.Element, record: Record, exit_code: int) -> None:
    counts = record.counts()
    facts = {
        "verdict": verdict_sentence(record, exit_code),
        "exit_code": str(exit_code),
        "record": record.digest,
        **{WORDS[s]: str(counts[s]) for s in ORDER},
    }
    properties = ET.SubElement(suite, "properties")
    for key, value in facts.items():
        ET.SubElement(properties, "property", {"name": key, "value": value})


def _case(suite: ET.Element, f: Finding, outcome: str, favorable: tuple[str, ...]) -> None:
    title = f"{f.requirement.id}: {place(f)}"
    case = ET.SubElement(
        suite, "testcase", {"classname": f"aiaudit.{f.requirement.check}", "name": name(title, 1000)}
    )
    if outcome == "passed":
        return
    told = name(message(f, favorable), 2000)
    element = ET.SubElement(case, outcome, {"message": told})
    if outcome != "skipped":
        element.set("type", f.verdict.status.value)
        element.text = told
