"""pytest shows each requirement as an item, green exactly where the command would exit with 0."""

import re
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from aiaudit.__main__ import run

pytest_plugins = ["pytester"]

#: Installed, the plugin is found by its entry point.
LOADED = bool(entry_points(group="pytest11", name="aiaudit"))
LOAD = () if LOADED else ("-p", "aiaudit.pytest_plugin")
CONFIG = """\
version: 1
data: {path: people.csv, predictions: decision, favorable: [hire], sensitive: [sex]}
policy: [policy.yaml]
waivers: waivers.yaml
"""
POLICY = """\
version: 1
id: ours
edition: "1"
title: Ours
requirements:
"""
REQUIREMENT = """\
  - {{id: {id}, title: Groups are selected alike, check: {check}, metric: {metric}, op: ">=",
     threshold: "4/5", basis: house, source: us, rationale: A reason., severity: {severity}}}
"""
WAIVERS = """\
version: 1
waivers:
  - {requirement: accepted, reason: The new model ships in June., owner: Ada, approved_by: Grace,
     created: "2026-01-01", expires: "2026-12-31"}
"""


def asked(id, check="bias.selection-rate", metric="impact_ratio", severity="high"):
    return REQUIREMENT.format(id=id, check=check, metric=metric, severity=severity)


def project(folder, *requirements, women=40, rows=300, policy=POLICY):
    """Write an audit in which *women* of *rows* women and half of as many men are hired."""
    hired = [("female", i < women) for i in range(rows)] + [("male", i < rows / 2) for i in range(rows)]
    cells = "".join(f"{sex},{'hire' if good else 'reject'}\n" for sex, good in hired)
    (folder / "people.csv").write_text("sex,decision\n" + cells)
    (folder / "policy.yaml").write_text(policy + "".join(requirements))
    (folder / "waivers.yaml").write_text(WAIVERS)
    (folder / "aiaudit.yaml").write_text(CONFIG)


@pytest.fixture
def pytester(pytester, monkeypatch):
    # 2026-06-01: the waiver is valid.
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780272000")
    return pytester


def tried(pytester, *arguments):
    """Run pytest in a process of its own: what it imports must not be imported twice in this one."""
    return pytester.runpytest_subprocess(*LOAD, "-p", "no:cacheprovider", "-rA", *arguments)


def command(pytester):
    """Return the exit code of the command on the same file."""
    return run(["check", "-q", "--config", str(pytester.path / "aiaudit.yaml")])


def test_each_requirement_is_an_item_with_its_finding(pytester):
    project(
        pytester.path,
        asked("fails"),
        asked("accepted"),
        asked("shown", severity="low"),
        asked("unlabelled", check="bias.error-rates", metric="true_positive_rate_ratio"),
    )

    result = tried(pytester, "--aiaudit")

    result.assert_outcomes(passed=1, failed=1, xfailed=2, skipped=1)
    assert result.ret == command(pytester) == 1
    told = result.stdout.str()
    assert "Traceback" not in told
    assert re.search(r"^fail: .*people of sex “female” get 27 .*for every 100", told, re.MULTILINE)
    assert re.search(r"XFAIL aiaudit.yaml::accepted - .*waived: ", told)
    assert re.search(r"XFAIL aiaudit.yaml::shown - .*fail: ", told)


@pytest.mark.slow
def test_what_is_met_is_green(pytester):
    project(pytester.path, asked("met"), women=145)

    result = tried(pytester, "--aiaudit")

    result.assert_outcomes(passed=2)
    assert result.ret == command(pytester) == 0


@pytest.mark.slow
def test_what_is_open_is_skipped_unless_the_policy_is_strict(pytester):
    project(pytester.path, asked("open"), women=5, rows=20)
    tried(pytester, "--aiaudit").assert_outcomes(passed=1, skipped=1)
    assert command(pytester) == 0

    project(
        pytester.path, asked("open"), women=5, rows=20, policy=POLICY.replace("requ", "strict: true\nrequ")
    )
    tried(pytester, "--aiaudit").assert_outcomes(passed=1, failed=1)
    assert command(pytester) == 4


@pytest.mark.slow
def test_where_nothing_that_gates_was_measured_the_audit_is_incomplete(pytester):
    project(pytester.path, asked("open", check="bias.error-rates", metric="true_positive_rate_ratio"))

    result = tried(pytester, "--aiaudit")

    result.assert_outcomes(failed=1, skipped=1)
    assert command(pytester) == 3
    assert "no verdict, because the audit is incomplete" in result.stdout.str()


@pytest.mark.slow
def test_waived_failures_fail_where_xfail_is_off(pytester):
    project(pytester.path, asked("accepted"))

    tried(pytester, "--aiaudit", "--runxfail").assert_outcomes(passed=1, failed=1)


@pytest.mark.slow
def test_an_audit_that_cannot_be_carried_out_is_told_by_every_item(pytester):
    project(pytester.path, asked("fails"))
    (pytester.path / "people.csv").write_text("sex\nfemale\n")

    result = tried(pytester, "--aiaudit")

    result.assert_outcomes(errors=2)
    assert "people.csv has no column 'decision'" in result.stdout.str()
    assert "Traceback" not in result.stdout.str()


@pytest.mark.slow
def test_a_faulty_policy_is_an_error_of_collection(pytester):
    project(pytester.path, asked("fails").replace("threshold", "treshold"))

    result = tried(pytester, "--aiaudit")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "policy.yaml:" in result.stdout.str()
    assert "Did you mean 'threshold'" in result.stdout.str()


def test_without_the_option_nothing_is_collected(pytester):
    project(pytester.path, asked("fails"))

    assert tried(pytester).ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_the_plugin_costs_nothing_where_it_is_not_used(environment):
    script = (
        "import sys, pytest; before = set(sys.modules); import aiaudit.pytest_plugin\n"
        "print(sorted(m for m in set(sys.modules) - before if not m.startswith('_')))"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=environment)  # fmt: skip
    assert ran.stdout == "['aiaudit', 'aiaudit.pytest_plugin']\n"


OWN = """\
import pandas as pd
import pytest

DECIDED = pd.DataFrame({"sex": ["f", "m"] * 200, "hired": ["no", "yes"] * 120 + ["yes", "no"] * 20 + ["no"] * 120})
pytestmark = pytest.mark.aiaudit(predictions="hired", sensitive="sex", favorable="no")


@pytest.mark.aiaudit(favorable="yes")
def test_fails(aiaudit_audit):
    assert aiaudit_audit(None, DECIDED).exit_code == 0


def test_fails_as_it_should(aiaudit_audit):
    assert aiaudit_audit(None, DECIDED, favorable="yes").exit_code == 1


@pytest.mark.aiaudit(favorable="yes", fail_on="blocker")
def test_shows_only(aiaudit_audit):
    record = aiaudit_audit(None, DECIDED)
    assert record.exit_code == 0
    assert "fail" in {v.status for v in record.verdicts}


@pytest.mark.aiaudit("smb-baseline")
def test_takes_no_places(aiaudit_audit):
    pass
"""


@pytest.mark.slow
def test_a_test_audits_its_own_model_by_its_marker(pytester):
    pytester.makepyfile(OWN)

    result = tried(pytester, "--strict-markers", "-W", "error")

    result.assert_outcomes(passed=2, failed=1, errors=1)
    told = result.stdout.str()
    assert re.search(
        r"Captured aiaudit call.*\nPolicy smb-baseline: not met\.\nfail: .*people of sex “f”", told
    )
    assert "the marker aiaudit takes arguments by name" in told
