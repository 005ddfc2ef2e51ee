"""``aiaudit judge``: the verdicts are those that an audit under the same policy would have given."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from aiaudit.__main__ import run

TIGHT = """\
version: 1
id: tight
edition: "1"
title: Tighter than the house
extends: [smb-baseline]
requirements:
  - id: selection-gap
    threshold: {threshold}
    decide_on: value
    override_reason: The works council asked for it.
"""
ALONE = """\
version: 1
id: alone
edition: "1"
title: One question
requirements:
  - id: gap
    title: How often each group is selected
    check: bias.selection-rate
    metric: impact_ratio
    scope: {over: groups}
    op: ">="
    threshold: 4/5
    basis: house
    source: us
    rationale: Because.
"""
WAIVERS = """\
version: 1
waivers:
  - {requirement: selection-gap, reason: Looked into and accepted., owner: Ann, approved_by: Ben,
     created: "2026-01-01", expires: "2026-12-01"}
"""
OPTIONS = ("--predictions", "decision", "--favorable", "hire", "--sensitive", "sex", "-q")


def decisions(women: int, men: int, of: int = 400) -> pd.DataFrame:
    """Decisions about as many women as men, of whom so many were hired."""
    hired = np.concatenate([np.arange(of) < women, np.arange(of) < men])
    return pd.DataFrame(
        {"sex": ["female"] * of + ["male"] * of, "decision": np.where(hired, "hire", "reject")}
    )


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an audit under the house policy (ratio 0.85), policies, and waivers."""
    folder = tmp_path_factory.mktemp("measured")
    decisions(170, 200).to_csv(folder / "people.csv", index=False)
    (folder / "tight.yaml").write_text(TIGHT.format(threshold="0.9"))
    (folder / "alone.yaml").write_text(ALONE)
    (folder / "waivers.yaml").write_text(WAIVERS)
    assert run(["check", str(folder / "people.csv"), *OPTIONS, "-o", str(folder / "record.json")]) == 0
    return folder


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch, measured: Path, tmp_path: Path) -> None:
    """Judge on one day, in a folder of copies."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")  # 2026-11-21
    monkeypatch.chdir(tmp_path)
    for path in measured.iterdir():
        Path(path.name).write_bytes(path.read_bytes())


def read(path: str) -> dict:
    return json.loads(Path(path).read_text())


def test_it_judges_as_an_audit_under_that_policy_would_have(aiaudit):
    again = aiaudit("judge", "record.json", "-p", "tight.yaml", "-o", "again.json", "-q")
    anew = aiaudit("check", "people.csv", *OPTIONS, "-p", "tight.yaml", "-o", "anew.json")
    assert (again.code, anew.code) == (1, 1)
    for part in ("verdicts", "advice", "policy", "outcomes", "exit_code"):
        assert read("again.json")[part] == read("anew.json")[part]
    assert read("again.json")["provenance"]["sources"] == read("anew.json")["provenance"]["sources"]


def test_under_its_own_policy_nothing_changes(aiaudit):
    aiaudit("check", "people.csv", *OPTIONS, "-o", "today.json")
    ran = aiaudit("judge", "today.json", "-o", "again.json")
    assert ran.code == 0
    assert "Exit code 0" in ran.out
    assert read("again.json")["verdicts"] == read("today.json")["verdicts"]


def test_the_record_and_its_report_say_that_it_was_judged_again(aiaudit):
    aiaudit("judge", "record.json", "-p", "tight.yaml", "-q", "-o", "again.json", "-o", "again.html")
    aiaudit("judge", "again.json", "-q", "-o", "twice.json")
    first = read("record.json")["digest"]
    assert read("again.json")["provenance"]["measured_in"] == first
    assert read("twice.json")["provenance"]["measured_in"] == first
    assert f"by the measurements of record <code>{first}</code>" in Path("again.html").read_text()
    assert aiaudit("report", "again.json").code == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 0),
        (("-p", "tight.yaml"), 1),
        (("-p", "tight.yaml", "--exit-zero"), 0),
        (("-p", "tight.yaml", "--fail-on", "blocker"), 0),
        (("-p", "tight.yaml", "--waivers", "waivers.yaml"), 0),
        (("-p", "alone.yaml", "--strict"), 0),
        (("--strict",), 4),
        (("-p", "none.yaml"), 2),
        (("--fail-on", "never"), 2),
    ],
    ids=str,
)
def test_exit_codes_are_those_of_check(aiaudit, options, code):
    assert aiaudit("judge", "record.json", "-q", *options).code == code
    assert aiaudit("check", "people.csv", *OPTIONS, *options).code == code


def test_what_a_baseline_knows_does_not_gate(aiaudit):
    tight = ("-p", "tight.yaml", "-q")
    assert aiaudit("judge", "record.json", *tight, "-o", "failing.json").code == 1
    ran = aiaudit("judge", "record.json", *tight, "--baseline", "failing.json", "-o", "known.json")
    assert ran.code == 0
    assert read("known.json")["provenance"]["baseline"] == read("failing.json")["digest"]
    failed = [v for v in read("known.json")["verdicts"] if v["status"] == "fail"]
    assert {v["baseline"] for v in failed if v["requirement"] == "selection-gap"} == {"known"}
    worse = aiaudit("judge", "record.json", *tight, "--baseline", "record.json")
    assert worse.code == 1


def test_what_the_audit_did_not_measure_is_not_assessed(aiaudit):
    policy = ALONE.replace("metric: impact_ratio", "metric: impact_ratio\n    reference: rest")
    Path("rest.yaml").write_text(policy)
    ran = aiaudit("judge", "record.json", "-p", "rest.yaml", "-o", "again.json", "-q")
    assert ran.code == 3
    (verdict,) = read("again.json")["verdicts"]
    assert (verdict["status"], verdict["measurement"]) == ("not_assessed", None)


def test_a_policy_that_speaks_of_other_columns_is_refused(aiaudit):
    Path("race.yaml").write_text(ALONE.replace("over: groups", "over: groups, attributes: [race]"))
    ran = aiaudit("judge", "record.json", "-p", "race.yaml")
    assert ran.code == 2
    assert "speaks of 'race', which is no protected column here" in ran.err


def test_waivers_of_the_record_stand_unless_others_are_named(aiaudit):
    Path("none.yaml").write_text("version: 1\nwaivers: []\n")
    waived = ("-p", "tight.yaml", "--waivers", "waivers.yaml", "-o", "waived.json", "-q")
    assert aiaudit("judge", "record.json", *waived).code == 0
    assert aiaudit("judge", "waived.json", "-q").code == 0
    assert aiaudit("judge", "waived.json", "-q", "--waivers", "none.yaml").code == 1


def test_waivers_expire(aiaudit, monkeypatch):
    aiaudit(
        "judge", "record.json", "-p", "tight.yaml", "--waivers", "waivers.yaml", "-o", "waived.json", "-q"
    )
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1796169600")  # 2026-12-02
    assert aiaudit("judge", "waived.json", "-o", "later.json", "-q").code == 1
    reasons = [v["reason"] for v in read("later.json")["verdicts"] if v["waiver"] is not None]
    assert reasons
    assert all("its waiver expired on 2026-12-01" in reason for reason in reasons)


def test_it_reads_as_reviewed(aiaudit, golden):
    golden("judge.txt", aiaudit("judge", "record.json", "-p", "alone.yaml").out)


@pytest.mark.parametrize(
    ("edition", "state"), [("2026-01-05", "given"), ("2031-01-05", "changed on 2031-01-05")]
)
def test_limits_set_after_the_numbers_were_measured_are_told(aiaudit, monkeypatch, edition, state):
    text = Path("alone.yaml").read_text()
    Path("later.yaml").write_text(re.sub(r"edition: .*", f'edition: "{edition}"', text))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1955000000")  # 2031-12-14
    aiaudit("judge", "record.json", "-p", "later.yaml", "-q", "-o", "again.json")
    (timed,) = (o for o in read("again.json")["outcomes"] if o["check"] == "transparency.timeliness")
    limits, last = timed["measurements"]
    assert limits["params"]["state"].startswith(state)
    assert last["valid_from"] == read("record.json")["provenance"]["judged_on"]
