"""``aiaudit archive`` from the command line: lists, comparisons, moving and stamping."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from .made import rewrite

HEAD = r"head \d+:sha256:[0-9a-f]{64}"


class TestListAndShow:
    def test_a_table(self, aiaudit, filled: Path) -> None:
        lines = aiaudit("list", filled).out.splitlines()

        assert lines[0].split() == [
            "record",
            "day",
            "verdict",
            "failed",
            "policy",
            "model",
            "keep",
            "until",
            "system",
            "tags",
        ]
        assert [line.split()[:3] for line in lines[1:]] == [
            ["1", "2026-05-10", "met"],
            ["2", "2026-08-30", "met"],
            ["3", "2026-11-21", "not-met"],
        ]

    @pytest.mark.parametrize(
        ("options", "numbers"),
        [
            (["--verdict", "not-met"], [3]),
            (["--since", "2026-06-01", "--until", "2026-09-30"], [2]),
            (["--tag", "release", "--model", "abab"], [1, 2, 3]),
            (["--tag", "pilot"], []),
            (["--system", "loan screening"], [1, 2, 3]),
            (["--expiring", "0"], []),
            (["--expiring", "4000"], [1, 2, 3]),
        ],
    )
    def test_what_is_wanted(
        self, aiaudit, filled: Path, options: list[str], numbers: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")  # 21 November 2026
        found = json.loads(aiaudit("list", filled, *options, "--format", "json").out)

        assert [row["number"] for row in found] == numbers

    def test_one_audit(self, aiaudit, filled: Path) -> None:
        newest, first = aiaudit("show", filled).out, aiaudit("show", filled, 1).out

        assert "record     3:sha256:" in newest
        assert "verdict    not-met: 1 fail, 2 pass" in newest
        assert "keep until 2036-05-10 (the term of this archive: 120 months)" in first
        assert "holdout.csv  sha256:" + "01" * 32 in first
        stated = json.loads(aiaudit("show", filled, 1, "--format", "json").out)
        assert stated["predicateType"].endswith("test-result/v0.1")

    def test_its_files_are_copied_out(self, aiaudit, filled: Path, records: list[Path]) -> None:
        ran = aiaudit("show", filled, 2, "-o", "out")

        names = sorted(path.name for path in Path("out").iterdir())
        assert names == ["card.json", "policy.yaml", "record.json", "report.html"]
        assert (Path("out") / "record.json").read_bytes() == records[1].read_bytes()
        assert "<!doctype html>" in (Path("out") / "report.html").read_text().lower()
        assert ran.err.count("wrote ") == 4

    def test_a_changed_file_is_not_copied_out(self, aiaudit, filled: Path) -> None:
        for path in (filled / "objects").glob("*/*"):
            rewrite(path, b"other")

        assert aiaudit("show", filled, 2, "-o", "out").code == 1
        assert not Path("out").exists()

    @pytest.mark.parametrize("number", ["4", "0", "x"])
    def test_there_is_no_such_audit(self, aiaudit, filled: Path, number: str) -> None:
        assert aiaudit("show", filled, number).code == 2


class TestCompare:
    def test_files_and_numbers_compare_alike(self, aiaudit, filled: Path, records: list[Path]) -> None:
        by_file = aiaudit("diff", records[0], records[2])
        by_number = aiaudit("diff", filled, 1, 3)
        mixed = aiaudit("diff", filled, records[0], 3)

        assert by_file.code == 0
        assert by_file.out == by_number.out == mixed.out
        assert "data (data): holdout.csv 010101010101 -> holdout.csv 030303030303" in by_file.out
        assert (
            "Worse beyond noise:\n  selection-ratio, race = black against race = white: 0.800 -> 0.500"
            in by_file.out
        )
        assert "Verdicts that changed:\n  selection-ratio, race = black: pass -> fail" in by_file.out

    def test_noise_is_no_news(self, aiaudit, filled: Path) -> None:
        out = aiaudit("diff", filled, 1, 2).out

        assert "beyond noise:" not in out
        assert "3 numbers were tested for a change, together at 5 %; 0 changed beyond noise." in out

    def test_as_json(self, aiaudit, filled: Path) -> None:
        found = json.loads(aiaudit("diff", filled, 1, 3, "--format", "json").out)

        assert [change["asked"]["id"] for change in found] == ["selection-ratio", "tpr-gap", "overall"]
        assert found[0]["p_adjusted"] < 0.001

    @pytest.mark.parametrize("arguments", [["one"], ["a", "b", "c", "d"]])
    def test_how_many(self, aiaudit, arguments: list[str]) -> None:
        assert aiaudit("diff", *arguments).code == 2

    def test_what_does_not_exist(self, aiaudit, filled: Path) -> None:
        assert aiaudit("diff", filled, 1, 9).code == 2
        assert aiaudit("diff", "missing.json", "missing.json").code == 3

    def test_a_trend(self, aiaudit, filled: Path) -> None:
        ran = aiaudit("trend", filled, "-o", "history.html")

        assert ran.code == 0
        assert ran.out.startswith("Loan screening: record 3 of 2026-11-21 against 1 audit of 2026-08-30")
        assert "Worse beyond noise:" in ran.out
        assert Path("history.html").read_text().startswith("<!DOCTYPE html>")
        assert (
            "against 1 audit of 2026-05-10 (record 1)"
            in aiaudit("trend", filled, "--until", "2026-06-01").out
        )
        assert json.loads(aiaudit("trend", filled, "--format", "json").out)["newest"]["number"] == 3

    def test_a_history_of_one(self, aiaudit, records: list[Path]) -> None:
        aiaudit("init", "audits")
        aiaudit("add", "audits", records[0])

        assert aiaudit("trend", "audits").code == 2
        assert aiaudit("trend", "audits", "-o", "history.html").code == 0
        assert aiaudit("trend", "audits", "-o", "no/such/folder.html").code == 2


class TestMoving:
    def test_there_and_back(self, aiaudit, filled: Path) -> None:
        assert aiaudit("export", filled, "audits.zip").code == 0
        ran = aiaudit("import", "audits.zip", "back")

        assert ran.code == 0
        assert "back: as written; 3 records" in ran.out
        assert aiaudit("list", "back").out == aiaudit("list", filled).out

    def test_what_does_not_verify_goes_nowhere(self, aiaudit, filled: Path) -> None:
        aiaudit("export", filled, "audits.zip")
        ran = aiaudit("import", "audits.zip", "back", "--expect-head", "9:sha256:" + "0" * 64)
        assert (ran.code, Path("back").exists()) == (1, False)

        rewrite(filled / "records" / "00000001.json", b"{}")
        ran = aiaudit("export", filled, "again.zip")
        assert (ran.code, Path("again.zip").exists()) == (1, False)
        assert "nothing was written" in ran.err


class TestStamping:
    def test_a_request_is_written_and_nothing_is_sent(self, aiaudit, filled: Path) -> None:
        ran = aiaudit("stamp", filled, "-o", "head.tsq")

        assert ran.code == 0
        assert re.fullmatch(f"send head.tsq to a timestamping authority; it asks about {HEAD}\n", ran.out)
        digest = bytes.fromhex(ran.out.strip().split(":")[-1])
        assert digest in Path("head.tsq").read_bytes()

    @pytest.mark.parametrize("arguments", [["missing.tsr"], ["noise.tsr"]])
    def test_a_reply_that_is_none(self, aiaudit, filled: Path, arguments: list[str]) -> None:
        Path("noise.tsr").write_bytes(b"noise")

        assert aiaudit("stamp", filled, *arguments).code == 3

    def test_roots_that_are_none(self, aiaudit, filled: Path) -> None:
        assert aiaudit("verify", filled, "--tsa-root", "missing.pem").code == 2
