"""``check --archive``: the audit is kept, and an archive that is not there is known before the audit."""

from .test_check import DECISIONS

BASE = (*DECISIONS, "--sensitive", "sex", "-q")


def test_an_audit_is_kept_and_verified(aiaudit, table, tmp_path):
    audits = tmp_path / "audits"
    assert aiaudit("archive", "init", audits).code == 0
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
