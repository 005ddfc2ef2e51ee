"""What is set on the command line instead of the policy's own gate is told, and so are waivers nobody needs."""

import json

BASE = ("--predictions", "decision", "--favorable", "hire", "--sensitive", "sex", "-q")


def provenance(path):
    return json.loads(path.read_text())["provenance"]


def test_an_own_gate_is_told(aiaudit, table, tmp_path):
    record = tmp_path / "record.json"
    aiaudit("check", table(), *BASE, "--fail-on", "medium", "--strict", "-o", record)
    assert provenance(record)["gate_overrides"] == ["fails on medium, not on high", "open questions gate"]
    aiaudit("check", table(), *BASE, "--fail-on", "high", "-o", record)
    assert provenance(record)["gate_overrides"] == []


def test_a_waiver_that_nothing_needs_is_told(aiaudit, table, tmp_path):
    record, waivers = tmp_path / "record.json", tmp_path / "waivers.yaml"
    waivers.write_text(
        "version: 1\nwaivers:\n  - requirement: selection-gap\n    reason: The gap was looked into.\n"
        '    owner: Ann\n    approved_by: Ben\n    created: "2026-01-01"\n    expires: "2026-12-31"\n'
    )
    ran = aiaudit("check", table(), *BASE, "--waivers", waivers, "-o", record)
    assert "nothing needs the waiver of 'selection-gap'" in ran.err
    assert [w["requirement"] for w in provenance(record)["unused_waivers"]] == ["selection-gap"]


def test_a_job_summary_is_written_where_the_runner_asks_for_one(aiaudit, table, tmp_path, monkeypatch):
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    aiaudit("check", table(), *BASE)
    assert summary.read_text().startswith("before\n")
    assert "smb-baseline" in summary.read_text()


def test_a_job_summary_that_cannot_be_written_changes_no_verdict(aiaudit, table, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    ran = aiaudit("check", table(), *BASE)
    assert ran.code in (0, 1)
    assert "note: the step summary could not be written: Is a directory" in ran.err
