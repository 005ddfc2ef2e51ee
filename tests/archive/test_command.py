"""``aiaudit archive`` from the command line: what is printed, and the exit codes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from aiaudit.__main__ import run
from aiaudit.record import Status, to_json

from .made import NEW, audit, rewrite

HEAD = r"head \d+:sha256:[0-9a-f]{64}"


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def aiaudit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Ran:
        code = run(["archive", *map(str, arguments)])
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture
def records(tmp_path: Path) -> list[Path]:
    """Files of three audits, of which the last is worse."""
    audits = [
        audit("2026-05-10", black=(240, 400), white=(300, 400), data="01"),
        audit("2026-08-30", black=(236, 400), white=(300, 400), data="02"),
        audit("2026-11-21", black=(150, 400), white=(300, 400), data="03", status=Status.FAIL),
    ]
    paths = [tmp_path / f"record-{n}.json" for n in range(len(audits))]
    for path, one in zip(paths, audits, strict=True):
        path.write_text(to_json(one, 1 if one is audits[-1] else 0))
    return paths


@pytest.fixture
def filled(aiaudit, records: list[Path]) -> Path:
    assert aiaudit("init", "audits").code == 0
    assert aiaudit("add", "audits", *records, "--tag", "release").code == 0
    return Path("audits")


def test_from_the_beginning_to_the_check(aiaudit, records: list[Path]) -> None:
    begun = aiaudit("init", "audits")
    assert re.fullmatch(f"audits: a new archive, not signed\n{HEAD}\n", begun.out)

    added = aiaudit("add", "audits", *records)
    assert re.fullmatch(f"({HEAD}\n){{3}}", added.out)
    kept = added.out.split()[-1]

    checked = aiaudit("verify", "audits", "--expect-head", kept)
    assert checked.code == 0
    assert checked.out.startswith("audits: as written; 3 records, 8 objects, not signed\n")
    assert f"head {kept}\n" in checked.out
    assert "No archive can show by itself whether records were cut off at its end" in checked.out


def test_signed_from_the_beginning_to_the_check(aiaudit, records: list[Path]) -> None:
    made = aiaudit("keygen", "key")
    key = re.search("key ([0-9a-f]{64})", made.out)[1]
    assert "out of the repository" in made.err
    aiaudit("init", "audits", "--sign-key", "key")

    refused = aiaudit("add", "audits", *records)
    assert refused.code == 2
    assert refused.err.startswith("error: this archive is signed by key ")
    assert aiaudit("add", "audits", records[0], "--sign-key", "key").code == 0
    aiaudit("keygen", "next")
    assert aiaudit("rotate", "audits", "next", "--sign-key", "key").code == 0
    assert aiaudit("add", "audits", records[1], "--sign-key", "next").code == 0

    checked = aiaudit("verify", "audits", "--expect-key", key)
    assert checked.code == 0
    assert "3 records" in checked.out
    assert aiaudit("verify", "audits", "--expect-key", NEW.keyid).code == 1


def test_the_key_from_the_environment(aiaudit, records: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    aiaudit("keygen", "key")
    monkeypatch.setenv("AIAUDIT_SIGN_KEY", Path("key").read_text())

    assert "signed by key" in aiaudit("init", "audits").out
    assert aiaudit("add", "audits", records[0]).code == 0


def test_the_head_goes_into_the_step_summary(
    aiaudit, filled: Path, records: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    ran = aiaudit("add", filled, records[0])
    assert (tmp_path / "summary.md").read_text() == f"Head of the audit archive: `{ran.out.split()[1]}`\n"

    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "summary.md"))
    ran = aiaudit("add", filled, records[0])
    assert ran.code == 0
    assert "the step summary could not be written" in ran.err


class TestVerify:
    def test_tampering_is_1(self, aiaudit, filled: Path) -> None:
        rewrite(filled / "records" / "00000002.json", b"{}")
        ran = aiaudit("verify", filled)

        assert ran.code == 1
        assert ran.out.startswith("record 2: it was changed: ")
        assert "TAMPERED WITH OR DAMAGED" in ran.out

    def test_a_cut_tail_is_1_only_with_a_head(self, aiaudit, filled: Path, records: list[Path]) -> None:
        kept = aiaudit("add", filled, records[0]).out.split()[1]
        (filled / "records" / "00000004.json").unlink()

        assert aiaudit("verify", filled).code == 0
        ran = aiaudit("verify", filled, "--expect-head", kept)
        assert ran.code == 1
        assert "record 4: its head was kept, but the archive ends before it: cut off" in ran.out

    @pytest.mark.parametrize("what", ["nothing", "empty", "newer"])
    def test_unreadable_is_3(self, aiaudit, filled: Path, what: str) -> None:
        if what == "nothing":
            filled = Path("nowhere")
        elif what == "empty":
            os.mkdir("empty")
            filled = Path("empty")
        else:
            rewrite(filled / "archive.json", b'{"format":"aiaudit/archive/9"}\n')

        assert aiaudit("verify", filled).code == 3

    def test_a_head_that_is_none_is_2(self, aiaudit, filled: Path) -> None:
        assert aiaudit("verify", filled, "--expect-head", "42").code == 2

    def test_json(self, aiaudit, filled: Path) -> None:
        found = json.loads(aiaudit("verify", filled, "--format", "json").out)

        assert (found["head"]["size"], found["objects"], found["problems"]) == (3, 8, [])


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
        assert "keep until 2036-05-10 (the archive's own term)" in first
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
        assert "of 2026-05-10 to 2026-05-10" in aiaudit("trend", filled, "--until", "2026-06-01").out
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


class TestErrors:
    @pytest.mark.parametrize(
        ("arguments", "code"),
        [
            (["add", "nowhere", "record.json"], 3),
            (["list", "nowhere"], 3),
            (["show", "nowhere"], 3),
            (["trend", "nowhere"], 3),
            (["export", "nowhere", "a.zip"], 3),
            (["import", "nowhere.zip", "a"], 2),
            (["rotate", "nowhere", "key"], 2),
            (["stamp", "nowhere"], 2),
            (["stamp", "nowhere", "-o", "a.tsq"], 3),
            (["init", "a", "--sign-key", "missing"], 2),
            (["init", "a", "--retention", "0"], 2),
            (["list", "a", "--verdict", "good"], 2),
            (["list", "a", "--since", "yesterday"], 2),
        ],
        ids=str,
    )
    def test_two_lines_and_an_exit_code(self, aiaudit, arguments: list[str], code: int) -> None:
        ran = aiaudit(*arguments)

        assert ran.code == code
        assert re.fullmatch("error: .+\nhelp: .+\n", ran.err)
        assert "Traceback" not in ran.err

    def test_a_record_that_was_changed_is_not_kept(self, aiaudit, filled: Path, records: list[Path]) -> None:
        records[0].write_text(records[0].read_text().replace('"numerator": 240', '"numerator": 300', 1))
        ran = aiaudit("add", filled, records[0])

        assert ran.code == 3
        assert "was changed after it was written" in ran.err
        assert aiaudit("verify", filled).out.count("3 records") == 1

    def test_a_changed_chain_is_not_listed(self, aiaudit, filled: Path) -> None:
        rewrite(filled / "records" / "00000001.json", b"{}")

        assert aiaudit("list", filled).code == 1
