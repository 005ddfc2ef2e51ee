"""Shareable versions are written beside the record, and from a stored one."""

from .conftest import people


def small(frame):
    """Give three people a group of their own."""
    frame.loc[:2, "sex"] = "other"
    return frame


ASKED = ("--predictions", "decision", "--favorable", "hire", "--sensitive", "sex", "-q")


def test_check_writes_what_may_be_shared_beside_the_record(aiaudit, table, tmp_path):
    record, shared = tmp_path / "record.json", tmp_path / "public.html"
    ran = aiaudit("check", table(small(people())), *ASKED, "-o", record, "--public", shared)

    assert f"wrote {shared}" in ran.err
    assert "other (not shown apart)" in shared.read_text()
    assert "not shown apart" not in record.read_text()


def test_report_makes_it_of_a_stored_record(aiaudit, table, tmp_path):
    record, now, later = (tmp_path / name for name in ("record.json", "now.json", "later.json"))
    aiaudit("check", table(small(people())), *ASKED, "-o", record, "--public", now)

    ran = aiaudit("report", record, "--public", "-o", later)

    assert ran.code == 0
    assert later.read_text() == now.read_text()
    assert "fewer than 10" in aiaudit("report", record, "--public").out


def test_a_place_that_cannot_be_written_is_told_before_the_audit(aiaudit, table, tmp_path):
    ran = aiaudit("check", table(), *ASKED, "--public", tmp_path)
    assert (ran.code, "is a folder" in ran.err or "does not tell" in ran.err) == (2, True)
