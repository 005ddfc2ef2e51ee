"""``check --archive``: the audit is kept, and an archive that is not there is known before the audit."""

import json

import pytest

from aiaudit.archive.layout import open_archive
from aiaudit.archive.listing import rows

from .test_check import DECISIONS

BASE = (*DECISIONS, "--sensitive", "sex", "-q")
CONFIG = """\
version: 1
data: {path: people.csv, predictions: decision, favorable: [hire], sensitive: [sex]}
archive: {path: audits, system: Hiring, tags: [nightly]}
"""


@pytest.fixture
def audits(aiaudit, tmp_path, monkeypatch):
    """An empty archive in the current folder."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("AIAUDIT_SIGN_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    assert aiaudit("archive", "init", "audits").code == 0
    return tmp_path / "audits"


@pytest.fixture
def configured(audits, table, tmp_path):
    """A folder with aiaudit.yaml, its data and its archive."""
    table()
    (tmp_path / "aiaudit.yaml").write_text(CONFIG)
    return audits


def test_an_audit_is_kept_and_verified(aiaudit, table, audits):
    ran = aiaudit("check", table(), *BASE, "--archive", audits)
    assert ran.code in (0, 1)
    assert "head 1:sha256:" in ran.out + ran.err
    assert aiaudit("archive", "verify", audits).code == 0
    assert "people.csv" in aiaudit("archive", "list", audits).out


def test_an_archive_that_is_not_there_is_known_first(aiaudit, table, tmp_path):
    record = tmp_path / "record.json"
    ran = aiaudit("check", table(), *BASE, "--archive", tmp_path / "none", "-o", record)
    assert ran.code in (2, 3)
    assert "none" in ran.err
    assert not record.exists()


def test_the_next_report_tells_the_head_before_it(aiaudit, table, audits, tmp_path):
    heads = [f"0:sha256:{open_archive(audits).digest}"]
    for turn in range(3):
        report, record = tmp_path / f"{turn}.html", tmp_path / f"{turn}.json"
        ran = aiaudit("check", table(), *BASE, "--archive", audits, "-o", report, "-o", record)
        assert json.loads(record.read_text())["provenance"]["archive_head"] == heads[-1]
        assert heads[-1] in report.read_text()
        heads.append(next(line for line in ran.err.splitlines() if line.startswith("head "))[5:])
        assert (
            aiaudit("archive", "verify", audits, "--expect-head", heads[-2], "--expect-head", heads[-1]).code
            == 0
        )
    first, *later = [json.loads((tmp_path / f"{turn}.json").read_text())["digest"] for turn in range(3)]
    # The first had no audit before it; the head itself is no part of the digest.
    assert later[0] == later[1] != first


def test_the_head_enters_the_step_summary(aiaudit, table, audits, tmp_path, monkeypatch):
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    ran = aiaudit("check", table(), *BASE, "--archive", audits)
    head = next(line for line in ran.err.splitlines() if line.startswith("head "))[5:]
    assert f"`{head}`" in (tmp_path / "summary.md").read_text()


def test_a_configured_archive_keeps_without_the_flag(aiaudit, configured):
    assert aiaudit("check", "-q").code in (0, 1)
    assert aiaudit("check", "-q", "--tag", "by-hand", "--system", "Other").code in (0, 1)
    found = rows(open_archive(configured))
    assert [(row.system, row.tags) for row in found] == [("Hiring", ["nightly"]), ("Other", ["by-hand"])]


def test_the_flag_wins_over_the_configured_archive(aiaudit, configured, tmp_path):
    other = tmp_path / "other"
    aiaudit("archive", "init", other)
    aiaudit("check", "-q", "--archive", other)
    aiaudit("check", "-q", "--no-archive")
    assert [open_archive(folder).size() for folder in (configured, other)] == [0, 1]


@pytest.mark.parametrize("given", ["file", "variable"])
def test_a_configured_key_signs(aiaudit, configured, tmp_path, monkeypatch, given):
    aiaudit("archive", "keygen", tmp_path / "key")
    aiaudit("archive", "init", tmp_path / "signed", "--sign-key", tmp_path / "key")
    key = "sign_key: key" if given == "file" else "sign_key_env: OUR_KEY"
    (tmp_path / "aiaudit.yaml").write_text(CONFIG.replace("path: audits", f"path: signed, {key}"))
    if given == "variable":
        refused = aiaudit("check", "-q")
        assert (refused.code, refused.err.count("\n")) == (2, 3)
        assert "its key was not given" in refused.err
        monkeypatch.setenv("OUR_KEY", (tmp_path / "key").read_text())
    assert aiaudit("check", "-q").code in (0, 1)
    ran = aiaudit("archive", "verify", tmp_path / "signed")
    assert "signed by key" in ran.out
