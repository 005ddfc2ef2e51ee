"""``aiaudit diff`` and ``aiaudit report``: what stored audits say, without model or data."""

import json
from pathlib import Path

import pytest

from aiaudit.render import TEXTS


class TestDiff:
    def test_it_reads_as_reviewed(self, aiaudit, stored, golden):
        ran = aiaudit("diff", stored.old, stored.worse)
        assert (ran.code, ran.err) == (0, "")
        golden("diff.txt", ran.out)

    def test_files_numbers_and_the_archives_own_command_agree(self, aiaudit, stored):
        by_file = aiaudit("diff", stored.old, stored.worse)
        assert aiaudit("diff", 1, 3, "--archive", stored.archive) == by_file
        assert aiaudit("diff", stored.old, 3, "--archive", stored.archive) == by_file
        assert aiaudit("archive", "diff", stored.archive, 1, 3) == by_file

    def test_noise_is_no_news(self, aiaudit, stored):
        out = aiaudit("diff", stored.old, stored.alike).out
        assert "beyond noise:" not in out
        assert "3 numbers were tested for a change, together at 5 %; 0 changed beyond noise." in out

    def test_as_json(self, aiaudit, stored):
        changes = json.loads(aiaudit("diff", stored.old, stored.worse, "--format", "json").out)
        ratio = next(c for c in changes if c["asked"]["id"] == "selection-ratio")
        assert (ratio["old_status"], ratio["new_status"], ratio["old_value"]) == ("pass", "fail", 0.8)

    @pytest.mark.parametrize(
        ("arguments", "code"),
        [(("old.json",), 2), (("old.json", "9", "--archive", "audits"), 2), (("old.json", "none.json"), 3)],
    )
    def test_what_cannot_be_compared(self, aiaudit, stored, arguments, code):
        ran = aiaudit("diff", *arguments)
        assert ran.code == code
        assert ran.out == ""
        assert "help: " in ran.err

    def test_a_changed_record_is_not_compared(self, aiaudit, stored):
        stored.old.write_text(stored.old.read_text().replace('"numerator": 240', '"numerator": 241'))
        ran = aiaudit("diff", stored.old, stored.worse)
        assert ran.code == 3
        assert "was changed after it was written" in ran.err


class TestReport:
    def test_it_shows_what_the_audit_showed(self, aiaudit, stored):
        ran = aiaudit("report", stored.worse)
        assert ran.code == 0
        assert "Exit code 1" in ran.out
        assert aiaudit("report", 3, "--archive", stored.archive) == ran

    def test_a_record_comes_back_byte_for_byte(self, aiaudit, stored):
        ran = aiaudit("report", stored.worse, "-o", "again.json", "-o", "page.html")
        assert (ran.code, ran.out) == (0, "")
        assert Path("again.json").read_bytes() == stored.worse.read_bytes()
        assert Path("page.html").read_text("utf-8").lower().startswith("<!doctype html>")

    @pytest.mark.parametrize("style", TEXTS)
    def test_every_format(self, aiaudit, stored, style):
        assert aiaudit("report", stored.worse, "--format", style).out

    def test_the_archives_report_is_the_same(self, aiaudit, stored):
        aiaudit("archive", "show", stored.archive, 3, "-o", "out")
        aiaudit("report", stored.worse, "-o", "again.html")
        assert Path("again.html").read_bytes() == (Path("out") / "report.html").read_bytes()

    @pytest.mark.parametrize(
        ("arguments", "code"), [(("none.json",), 3), (("1",), 3), (("old.json", "-o", "x.docx"), 2)]
    )
    def test_what_cannot_be_rendered(self, aiaudit, stored, arguments, code):
        ran = aiaudit("report", *arguments)
        assert (ran.code, ran.out) == (code, "")
        assert "help: " in ran.err
