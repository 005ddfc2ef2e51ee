"""JUnit XML: a verdict is a test case, so that any CI server lists them."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from aiaudit.record import Record, Status
from aiaudit.render.detail import place
from aiaudit.render.findings import Finding, crashes, findings
from aiaudit.render.sentences import crash, message, verdict_sentence
from aiaudit.render.words import ORDER, WORDS, name


def render(record: Record, exit_code: int) -> str:
    """Return one suite. What gates is a failure (a crash an error); all else that did not pass is skipped, with its status."""
    found = sorted(findings(record), key=lambda f: f.number)
    broken = crashes(record)
    outcomes = [*(_outcome(f) for f in found), *("error" for _ in broken)]
    totals = {"tests": len(outcomes), **{f"{kind}s": outcomes.count(kind) for kind in ("failure", "error")}}
    totals["skipped"] = outcomes.count("skipped")
    numbers = {key: str(n) for key, n in totals.items()}
    root = ET.Element("testsuites", {"name": "aiaudit", **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": record.policy.id, **numbers})
    _properties(suite, record, exit_code)
    for f in found:
        _case(suite, f, record.subject.favorable)
    for crashed in broken:
        case = _testcase(suite, crashed.check, "runs to its end")
        ET.SubElement(case, "error", {"type": "crash", "message": crash(crashed)})
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


def _case(suite: ET.Element, f: Finding, favorable: tuple[str, ...]) -> None:
    case, outcome = _testcase(suite, f.requirement.check, f"{f.requirement.id}: {place(f)}"), _outcome(f)
    if outcome == "passed":
        return
    told = name(message(f, favorable), 2000)
    element = ET.SubElement(case, outcome, {"message": told})
    if outcome != "skipped":
        element.set("type", f.verdict.status.value)
        element.text = told


def _testcase(suite: ET.Element, check: str, title: str) -> ET.Element:
    return ET.SubElement(
        suite, "testcase", {"classname": f"aiaudit.{name(check)}", "name": name(title, 1000)}
    )
