"""``aiaudit baseline`` and ``check --baseline``: only what is new, or worse beyond noise, stops the pipeline."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from aiaudit.__main__ import run
from aiaudit.archive.readings import readings
from aiaudit.baseline import against, baseline_of, load_baseline
from aiaudit.gate import exit_code
from aiaudit.policy.model import Severity
from aiaudit.record import Record, Status, from_json, to_json, to_plain

from ..archive.made import audit
from .test_judge import ALONE, OPTIONS, decisions

FAIL, PASS, OPEN = Status.FAIL, Status.PASS, Status.INCONCLUSIVE
WHITE = (300, 400)


def one(black: tuple[int, int], status: Status, **changes: object) -> Record:
    """An audit whose first verdict, on a ratio, has that status; the other two pass and do not move."""
    made = audit("2026-11-21", black=black, white=WHITE, status=status)
    steady = tuple(
        replace(v, status=PASS) for v in audit("2026-01-01", black=(200, 400), white=WHITE).verdicts[1:]
    )
    return replace(made, verdicts=(made.verdicts[0], *steady), **changes)


def known(tmp_path: Path, record: Record):
    """The baseline of a record, written and read again."""
    (tmp_path / "baseline.json").write_text(baseline_of(record), "utf-8")
    return load_baseline(tmp_path / "baseline.json")


@pytest.mark.parametrize(
    ("before", "now", "status", "since", "code"),
    [
        # Failures: known unless they grew worse beyond noise, new where there was none.
        (((200, 400), FAIL), ((200, 400), FAIL), FAIL, "known", 0),
        (((200, 400), FAIL), ((196, 400), FAIL), FAIL, "known", 0),
        (((200, 400), FAIL), ((120, 400), FAIL), FAIL, "worse", 1),
        (((200, 400), FAIL), ((235, 400), FAIL), FAIL, "known", 0),
        (((242, 400), PASS), ((236, 400), FAIL), FAIL, "new", 1),
        (((242, 400), OPEN), ((236, 400), FAIL), FAIL, "new", 1),
        (((200, 400), Status.WAIVED), ((200, 400), FAIL), FAIL, "new", 1),
        # A number within its limit that grew worse beyond noise fails; within noise it does not.
        (((300, 400), PASS), ((245, 400), PASS), FAIL, "worse", 1),
        (((300, 400), PASS), ((296, 400), PASS), PASS, None, 0),
        (((245, 400), PASS), ((300, 400), PASS), PASS, None, 0),
        # What was accepted stays accepted.
        (((300, 400), PASS), ((150, 400), Status.WAIVED), Status.WAIVED, None, 0),
        (((200, 400), FAIL), ((242, 400), OPEN), OPEN, None, 0),
    ],
    ids=str,
)
def test_what_the_gate_makes_of_it(tmp_path, before, now, status, since, code):
    record = against(one(*now), known(tmp_path, one(*before)))
    first, *others = record.verdicts
    assert (first.status, first.baseline) == (status, since)
    assert [(v.status, v.baseline) for v in others] == [(PASS, None), (PASS, None)]
    assert exit_code(record) == code
    assert (since is None) == ("the baseline of 2026-11-21" not in first.reason)


@pytest.mark.parametrize(("before", "code"), [(OPEN, 0), (FAIL, 0), (PASS, 4)])
def test_under_a_strict_policy_known_doubts_do_not_gate(tmp_path, before, code):
    strict = one((236, 400), OPEN).policy.model_copy(update={"strict": True})
    record = against(one((236, 400), OPEN, policy=strict), known(tmp_path, one((236, 400), before)))
    assert exit_code(record) == code


@pytest.mark.parametrize(("before", "now"), [((200, 400), (120, 400)), ((200, 400), (200, 400))])
def test_what_does_not_gate_stays_as_it_is(tmp_path, before, now):
    policy = one(now, FAIL).policy.model_copy(update={"fail_on": Severity.BLOCKER})
    record = one(now, FAIL, policy=policy)
    assert against(record, known(tmp_path, one(before, FAIL))).verdicts == record.verdicts


def test_a_record_serves_as_its_own_baseline(tmp_path):
    old = one((200, 400), FAIL)
    (tmp_path / "record.json").write_text(to_json(old, exit_code(old)), "utf-8")
    whole, small = load_baseline(tmp_path / "record.json"), known(tmp_path, old)
    assert (whole.record, whole.day) == (small.record, small.day) == (old.digest, "2026-11-21")
    assert whole.readings.found == small.readings.found == readings(to_plain(old), "").found
    assert len((tmp_path / "baseline.json").read_bytes()) < len((tmp_path / "record.json").read_bytes()) / 2


def test_the_record_keeps_what_the_baseline_said(tmp_path):
    record = against(one((120, 400), FAIL), known(tmp_path, one((200, 400), FAIL)))
    again = from_json(to_json(record, exit_code(record)), "record.json")
    assert again.digest == record.digest
    assert [v.baseline for v in again.verdicts] == ["worse", None, None]
    assert again.provenance.baseline == one((200, 400), FAIL).digest
    assert "0.667 -> 0.400" in again.verdicts[0].reason


@pytest.mark.slow
@pytest.mark.long
def test_nothing_is_called_worse_in_more_than_5_percent_of_runs(tmp_path):
    rng, runs, wrong = np.random.default_rng(0), 600, 0
    for _ in range(runs):
        draws = rng.binomial(400, [0.55, 0.7], (2, 2))
        old, new = (audit("2026-11-21", black=(int(b), 400), white=(int(w), 400)) for b, w in draws)
        record = against(new, known(tmp_path, old))
        wrong += any(v.baseline == "worse" for v in record.verdicts)
    assert wrong <= 0.05 * runs + 2 * np.sqrt(0.05 * 0.95 * runs)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"schema": "aiaudit/baseline/1"}', "\ud800", "[" * 100_000]
)
def test_what_is_no_baseline(aiaudit, stored, text):
    Path("b.json").write_text(text, "utf-8", errors="surrogatepass")
    ran = aiaudit("check", "people.csv", *OPTIONS, "--baseline", "b.json")
    assert ran.code == 2
    assert ran.err.startswith("error: b.json is no baseline: ")
    assert ran.err.count("\n") == 2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """A policy of one question, and decisions of two years: the gap is the same, then worse."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")  # 2026-11-21
    Path("alone.yaml").write_text(ALONE)
    for year, women in (("old", 120), ("new", 122), ("worse", 60)):
        decisions(women, 200).to_csv(f"{year}.csv", index=False)
    assert run(["check", "old.csv", *OPTIONS, "-p", "alone.yaml", "-o", "record.json"]) == 1
    assert run(["baseline", "record.json", "-o", "baseline.json"]) == 0
    capsys.readouterr()
    return tmp_path


def checked(aiaudit, name: str, *options: str):
    return aiaudit(
        "check", f"{name}.csv", *OPTIONS[:-1], "-p", "alone.yaml", "--baseline", "baseline.json", *options
    )


def test_from_the_command_line(aiaudit, folder, golden):
    assert checked(aiaudit, "new").code == 0
    ran = checked(aiaudit, "worse")
    assert ran.code == 1
    golden("baseline-known.txt", checked(aiaudit, "new").out)
    golden("baseline-worse.txt", ran.out)


def test_the_configuration_may_name_it_and_other_formats_heed_it(aiaudit, folder):
    Path("aiaudit.yaml").write_text(
        "version: 1\ndata: {path: new.csv, predictions: decision, favorable: [hire], sensitive: [sex]}\n"
        "policy: [./alone.yaml]\ngate: {baseline: baseline.json}\n"
    )
    ran = aiaudit("check", "--format", "junit")
    assert ran.code == 0
    assert 'failures="0"' in ran.out


def test_what_is_gone_is_told(aiaudit, folder):
    decisions(200, 200).to_csv("mended.csv", index=False)
    ran = checked(aiaudit, "mended")
    assert ran.code == 0
    assert "of the baseline's failures these are gone: 'gap'" in ran.err


def test_the_file_is_small_sorted_and_says_how_much_is_known(aiaudit, folder):
    ran = aiaudit("baseline", "record.json", "-o", "again.json")
    assert ran.out == "wrote again.json: 1 failure known from now on\n"
    assert Path("again.json").read_bytes() == Path("baseline.json").read_bytes()
    plain = json.loads(Path("again.json").read_text())
    assert sorted(plain) == ["judged_on", "policy", "record", "schema", "verdicts"]
    assert plain["verdicts"][0]["measurement"]["numerator"] == 120
