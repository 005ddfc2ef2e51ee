"""``aiaudit archive`` from the command line: what is printed, and the exit codes."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from .made import NEW, rewrite

HEAD = r"head \d+:sha256:[0-9a-f]{64}"


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
