from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from aiaudit.facts import Errored, Measured
from aiaudit.policy.model import Severity
from aiaudit.record import PolicySource, Record, Status
from aiaudit.render import render
from aiaudit.render.markdown import text

from . import factory
from .factory import BLACK, BLACK_RATIO, RECORDS, WHITE
from .hostile import HOSTILE, hostile

FAILING, EXIT_CODE = RECORDS["failing"]


def cases(record: Record, exit_code: int) -> Counter[str]:
    suite = ET.fromstring(render(record, "junit", exit_code))[0]
    kinds = Counter(child[0].tag if len(child) else "passed" for child in suite.iter("testcase"))
    assert [suite.get(key) for key in ("tests", "failures", "errors", "skipped")] == [
        str(n) for n in (kinds.total(), kinds["failure"], kinds["error"], kinds["skipped"])
    ]
    return kinds


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("failing", {"passed": 1, "failure": 2, "skipped": 5}),
        ("inconclusive", {"passed": 1, "failure": 1}),
        ("without-model", {"passed": 1, "skipped": 1}),
        ("empty", {}),
    ],
)
def test_junit_fails_what_the_gate_fails(name: str, kinds: dict[str, int]) -> None:
    assert cases(*RECORDS[name]) == kinds


def test_junit_tells_a_crash_from_a_failure() -> None:
    crash = replace(factory.CRASHED, requirement="selection-ratio")

    assert cases(factory.record((crash,)), 3) == {"error": 1}


def test_a_crash_that_no_requirement_asked_for_is_told_everywhere() -> None:
    broken = Errored(check="bias.extra", error="KeyError: 'x'", plugin="acme-checks 1.2")
    record = factory.record((factory.PASSES,), outcomes=(*factory.OUTCOMES, broken))

    assert cases(record, 3) == {"passed": 1, "error": 1}
    told = "bias.extra (acme-checks 1.2) crashed: KeyError: 'x'"
    (notification,) = sarif(record, 3)["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == told
    for format in ("text", "github", "markdown"):
        assert told in render(record, format, 3)
    assert "(bias.extra crashed)" in render(record, "html", 3)


def test_junit_names_the_status_of_what_it_skips() -> None:
    suite = ET.fromstring(render(FAILING, "junit", EXIT_CODE))[0]

    skipped = [str(e.get("message")).partition(":")[0] for e in suite.iter("skipped")]
    assert skipped == [
        "inconclusive",
        "not assessed",
        "waived",
        "fail",
        "fail (readiness",
    ]
    counted = {p.get("name"): p.get("value") for p in suite.iter("property")}
    assert (counted["fail"], counted["waived"], counted["exit_code"]) == ("4", "1", "1")


def sarif(record: Record, exit_code: int) -> dict[str, Any]:
    log = json.loads(render(record, "sarif", exit_code))
    assert log["version"] == "2.1.0"
    run: dict[str, Any] = log["runs"][0]
    return run


def test_sarif_results_have_kind_level_place_and_rule() -> None:
    run = sarif(FAILING, EXIT_CODE)

    told = [(r["ruleId"], r["kind"], r["level"], r["properties"]["status"]) for r in run["results"]]
    assert told == [
        ("selection-ratio", "fail", "error", "fail"),
        ("tpr-gap", "fail", "error", "fail"),
        ("card-complete", "fail", "warning", "fail"),
        ("human-oversight", "fail", "note", "fail"),
        ("selection-ratio", "open", "none", "inconclusive"),
        ("selection-ratio", "fail", "error", "waived"),
    ]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    assert run["properties"]["counts"] == {s.value: n for s, n in FAILING.counts().items()}


def test_sarif_suppresses_what_is_waived_and_nothing_else() -> None:
    results = sarif(FAILING, EXIT_CODE)["results"]

    assert [r["properties"]["status"] for r in results if "suppressions" in r] == ["waived"]
    assert results[-1]["suppressions"][0]["justification"] == factory.WAIVER.reason


def test_fingerprints_follow_requirement_and_group_not_the_value() -> None:
    other_value = factory.a_ratio(BLACK, (150, 300), WHITE, (441, 588))
    other_group = factory.a_ratio({"race": "asian"}, (140, 300), WHITE, (441, 588))

    def fingerprint(measurement: factory.Measurement) -> str:
        record = factory.record((replace(factory.FAILS, measurement=measurement),))
        (in_sarif,) = sarif(record, 1)["results"]
        (in_gitlab,) = json.loads(render(record, "gitlab", 1))
        assert in_sarif["partialFingerprints"] == {"aiaudit/v1": in_gitlab["fingerprint"]}
        return str(in_gitlab["fingerprint"])

    assert fingerprint(BLACK_RATIO) == fingerprint(other_value) != fingerprint(other_group)


def test_sarif_points_at_the_line_that_asks() -> None:
    (built_in,) = sarif(factory.record((factory.FAILS,)), 1)["results"]
    assert place(built_in) == ("aiaudit.yaml", 1)

    def source(origin: str, line: int) -> PolicySource:
        lines = {"selection-ratio": line}
        return PolicySource(id="p", edition="1", title="P", origin=origin, digest="0" * 64, lines=lines)

    record = factory.record((factory.FAILS,))
    sources = (source("base.yaml", 3), source("our policy.yaml", 12))
    record = replace(record, provenance=replace(record.provenance, sources=sources))

    (own,) = sarif(record, 1)["results"]
    assert place(own) == ("our%20policy.yaml", 12)


def place(result: dict[str, Any]) -> tuple[str, int]:
    (location,) = result["locations"]
    at = location["physicalLocation"]
    return at["artifactLocation"]["uri"], at["region"]["startLine"]


@pytest.mark.parametrize(
    ("baseline", "state"), [("known", "unchanged"), ("new", "new"), ("worse", "updated"), (None, None)]
)
def test_sarif_tells_what_the_baseline_knew(baseline: Any, state: str | None) -> None:
    record = factory.record((replace(factory.FAILS, baseline=baseline),))

    (result,) = sarif(record, 1)["results"]
    assert result.get("baselineState") == state


def test_sarif_tells_an_incomplete_run() -> None:
    (invocation,) = sarif(*RECORDS["crashed"])["invocations"]

    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 3)


def test_gitlab_ranks_by_severity_and_puts_what_does_not_count_last() -> None:
    issues = json.loads(render(FAILING, "gitlab", EXIT_CODE))

    assert [(i["check_name"], i["severity"]) for i in issues] == [
        ("selection-ratio", "critical"),
        ("tpr-gap", "critical"),
        ("card-complete", "major"),
        ("human-oversight", "info"),
        ("selection-ratio", "info"),
        ("selection-ratio", "info"),
    ]
    assert issues[-1]["description"].startswith("waived: ")


def test_github_annotates_by_what_gates() -> None:
    lines = render(FAILING, "github", EXIT_CODE).splitlines()

    assert [line.partition(" ")[0] for line in lines] == ["::error"] * 3 + ["::warning"] + ["::notice"] * 3
    assert lines[0].endswith("::Policy smb-baseline: not met.")
    assert "allowing for chance, 55 to 70" in lines[1]


def test_github_commands_cannot_be_forged() -> None:
    for foreign in (*HOSTILE, "a::error file=x,line=1::b", "100%\n::stop-commands::x"):
        lines = render(hostile(foreign), "github", 1).splitlines()

        assert all(
            re.match(r"::(error|warning|notice) file=aiaudit.yaml,line=1,title=[^:,]*::", line)
            for line in lines
        )
        assert len(lines) == 3


@pytest.mark.parametrize(("failures", "shown"), [(9, 10), (10, 10), (40, 10)])
def test_github_cuts_and_says_what_was_cut(failures: int, shown: int) -> None:
    ratios = [factory.a_ratio({"race": f"g{i}"}, (140, 300), WHITE, (441, 588)) for i in range(failures)]
    record = factory.record(replace(factory.FAILS, measurement=ratio) for ratio in ratios)

    lines = render(record, "github", 1).splitlines()

    assert len(lines) == shown
    hidden = re.search(r"::(\d+) more errors? not shown", lines[-1])
    # One line is the verdict, and one, where something is cut, says so.
    assert failures == (int(hidden[1]) + shown - 2 if hidden else shown - 1)


def table(record: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(record, "csv", 0))))


def test_csv_holds_every_measurement_and_every_verdict_in_full() -> None:
    found = table(FAILING)

    ran = [m for o in FAILING.outcomes if isinstance(o, Measured) for m in o.measurements]
    unmeasured = [v for v in FAILING.verdicts if v.measurement is None]
    assert len(found) == len(ran) + len(unmeasured)
    assert sum(bool(row["status"]) for row in found) == len(FAILING.verdicts)
    black = next(row for row in found if row["status"] == "fail" and row["metric"] == "impact_ratio")
    assert float(black["value"]) == BLACK_RATIO.value
    assert (black["scope"], black["threshold"], black["reference_rule"]) == (
        '{"race": "black"}',
        "4/5",
        "most_favoured",
    )
    undefined = next(row for row in found if row["denominator"] == "0")
    assert (undefined["value"], undefined["numerator"]) == ("", "0")


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-x", "@x", "\t=1"])
def test_csv_holds_no_formula(formula: str) -> None:
    record = factory.record((replace(factory.UNDECIDED, reason=formula),), outcomes=())

    (row,) = table(record)

    assert row["reason"] == f"'{formula.strip()}"


@pytest.mark.parametrize(
    ("foreign", "escaped"),
    [
        ("a|b", r"a\|b"),
        ("**bold** _x_ `code`", r"\*\*bold\*\* \_x\_ \`code\`"),
        ("[x](http://evil)", r"\[x\](http\://evil)"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("&lt;", "&amp;lt;"),
        ("@team #12", "@\N{WORD JOINER}team \\#12"),
        ("- item", r"\- item"),
        ("1. item", r"1\. item"),
        ("-0.12", "-0.12"),
        ("12 % of 0.5", "12 % of 0.5"),
        (":smile:", r"\:smile:"),
        ("www.evil.example", r"www\.evil.example"),
        ("a\n# b", r"a \# b"),
    ],
)
def test_markdown_takes_foreign_text_for_text(foreign: str, escaped: str) -> None:
    assert text(foreign) == escaped


@pytest.mark.parametrize("foreign", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_tables_keep_their_columns(foreign: str) -> None:
    lines = render(hostile(foreign), "markdown", 1).splitlines()

    rows = [re.sub(r"\\.", "", line) for line in lines if line.startswith("|")]
    assert {row.count("|") for row in rows} == {8}
    assert not [line for line in lines if "<script" in line or "<img" in line]


def test_markdown_reads_as_reviewed(golden) -> None:
    golden("failing.md", render(FAILING, "markdown", EXIT_CODE))


def test_severities_all_have_a_place_in_every_format() -> None:
    for severity in Severity:
        policy = factory.policy(factory.requirement(severity=severity))
        record = factory.record((factory.FAILS,), policy=policy)

        assert record.counts()[Status.FAIL] == 1
        assert len(sarif(record, 1)["results"]) == len(json.loads(render(record, "gitlab", 1))) == 1
        assert "selection-ratio" in render(record, "github", 1)
