"""The demo: what a newcomer sees first."""

import json

import pytest

from aiaudit.demo import PROTECTED, loans, train


@pytest.mark.slow
def test_demo_writes_a_whole_audit(aiaudit, tmp_path):
    ran = aiaudit("demo", tmp_path / "demo")
    assert ran.code == 0
    record = json.loads((tmp_path / "demo" / "record.json").read_text())
    assert record["exit_code"] == 1
    assert "this audit would exit with 1" in ran.out
    assert "aiaudit check MODEL DATA" in ran.out
    assert (tmp_path / "demo" / "report.html").stat().st_size > 10_000
    failed = {
        tuple(v["measurement"]["scope"].items())
        for v in record["verdicts"]
        if v["status"] == "fail" and v["measurement"]
    }
    assert (("race", "black"),) in failed


@pytest.mark.slow
def test_demo_folder_can_be_audited_again(aiaudit, tmp_path, monkeypatch):
    aiaudit("demo", tmp_path)
    first = (tmp_path / "record.json").read_bytes()
    monkeypatch.chdir(tmp_path)
    assert aiaudit("check").code == 1
    assert (tmp_path / "record.json").read_bytes() == first


def test_the_model_is_not_given_protected_columns():
    model = train(loans().head(400))
    assert not set(PROTECTED) & set(model.feature_names_in_)
