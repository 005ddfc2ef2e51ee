"""What a record keeps of the audit before it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from aiaudit.__main__ import run
from aiaudit.archive.append import head
from aiaudit.archive.begin import create
from aiaudit.archive.keep import Keeper
from aiaudit.archive.layout import Archive, Tampered
from aiaudit.archive.listing import rows
from aiaudit.baseline import against, baseline_of, load_baseline
from aiaudit.comparison import Comparison, Moved
from aiaudit.gate import exit_code
from aiaudit.policy import LoadedPolicy
from aiaudit.record import Record, Status, from_json, to_json
from aiaudit.rejudge import rejudge
from aiaudit.render import render
from aiaudit.render.changes import compared_text, lines, since_text
from aiaudit.render.public import public

from ..render import factory
from ..render.hostile import HOSTILE
from .made import audit

FAIL, PASS = Status.FAIL, Status.PASS
#: Passed, then failed with a rate that halved; and the way back.
GOOD = audit("2026-05-10", black=(300, 400), white=(300, 400), status=PASS, data="aa")
BAD = audit("2026-08-10", black=(150, 400), white=(300, 400), status=FAIL, data="bb")


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("os.fsync", lambda handle: None)
    return create(tmp_path / "audits")


def kept(archive: Archive, record: Record, system: str = "Loans") -> Record:
    """Keep a record as `check --archive` does, and return it as it was kept."""
    keeper = Keeper(archive=archive, before=head(archive), system=system)
    linked = keeper.linked(record)
    keeper.keep(linked)
    return linked


def test_the_first_audit_has_nothing_before_it(archive: Archive) -> None:
    assert kept(archive, GOOD).since is None


def test_an_audit_is_set_against_the_last_one_of_its_system(archive: Archive) -> None:
    kept(archive, GOOD)
    kept(archive, BAD, system="Another")
    since = kept(archive, BAD).since

    assert since is not None
    assert (since.record, since.day, since.source) == (GOOD.digest, "2026-05-10", "archive")
    first = since.moved[0]
    assert (first.requirement, first.scope, first.failure, first.beyond_noise) == (
        "selection-ratio",
        {"race": "black"},
        "new",
        "worse",
    )
    assert (first.old_value, first.new_value) == (1.0, 0.5)
    assert (first.old_status, first.new_status) == ("pass", "fail")
    back = kept(
        archive, replace(GOOD, provenance=replace(GOOD.provenance, judged_on=BAD.provenance.judged_on))
    )
    assert back.since is not None
    assert {(m.failure, m.beyond_noise) for m in back.since.moved if m.requirement == "selection-ratio"} == {
        ("resolved", "better")
    }


def test_what_it_counts_is_what_diff_tells(archive: Archive, tmp_path: Path, capsys) -> None:
    kept(archive, GOOD)
    since = kept(archive, BAD).since
    assert since is not None
    assert run(["diff", "1", "2", "--archive", str(archive.folder), "--format", "json"]) == 0
    changes = json.loads(capsys.readouterr().out)

    assert since.tested == sum(c["p_value"] is not None for c in changes)
    assert since.tested + since.untested == len(changes)
    told = {(m.requirement, *m.scope.items()) for m in since.moved if m.beyond_noise}
    assert told == {
        (c["asked"]["id"], *c["scope"].items())
        for c in changes
        if c["p_adjusted"] is not None and c["p_adjusted"] <= 0.05
    }
    turned = sum(c["old_status"] != c["new_status"] for c in changes)
    assert since.other_turns == turned - sum(m.failure is not None for m in since.moved)


def test_the_same_audit_twice_has_one_digest_and_no_change(archive: Archive) -> None:
    once = kept(archive, GOOD)
    again = kept(archive, GOOD)

    assert again.digest == once.digest == GOOD.digest
    assert again.since is not None
    assert (again.since.moved, again.since.same_data, again.since.inputs) == ((), True, ())
    assert "no failure is new or resolved, and no number changed beyond chance" in since_text(again.since)
    assert "too cautious" in compared_text(again.since)


def test_it_survives_the_file(archive: Archive) -> None:
    kept(archive, GOOD)
    record = kept(archive, BAD)

    text = to_json(record, exit_code(record))
    again = from_json(text, "record.json")
    assert again.since is not None
    assert to_json(again, exit_code(again)) == text


def test_an_archive_that_was_changed_is_no_yardstick(archive: Archive) -> None:
    kept(archive, GOOD)
    path = archive.object(rows(archive)[-1].record)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes().replace(b"0.95", b"0.96"))

    with pytest.raises(Tampered, match="was changed after it was written"):
        kept(archive, BAD)


@pytest.mark.parametrize("whole", [True, False])
def test_a_baseline_is_an_earlier_audit_too(tmp_path: Path, whole: bool) -> None:
    path = tmp_path / "b.json"
    path.write_text(to_json(GOOD, exit_code(GOOD)) if whole else baseline_of(GOOD), "utf-8")

    record = against(BAD, load_baseline(path))

    assert record.since is not None
    assert (record.since.record, record.since.source) == (GOOD.digest, "baseline")
    # What grew worse beyond noise fails against a baseline, also within its limit.
    assert [m.failure for m in record.since.moved] == ["new", "new"]
    # A baseline holds counts and limits, but not what was audited.
    assert any(line.startswith("data") for line in record.since.inputs) == whole
    assert since_text(record.since).startswith("Since the baseline of 2026-05-10: 2 new failures")


def test_neither_another_judgement_nor_a_shareable_version_keeps_it(archive: Archive) -> None:
    kept(archive, GOOD)
    record = kept(archive, BAD)
    loaded = LoadedPolicy(policy=record.policy, sources=record.provenance.sources)

    assert rejudge(record, loaded, today=record.provenance.judged_on).since is None
    assert public(record).since is None


def test_reports_tell_it(archive: Archive) -> None:
    kept(archive, GOOD)
    record = kept(archive, BAD)
    assert record.since is not None
    told = since_text(record.since)

    for format in ("text", "markdown", "html"):
        text = " ".join(render(record, format, 1).split())
        assert told in text
        assert "race = black against race = white" in text
        assert "1 to 0.500" in text
    assert "set against no earlier one" in render(GOOD, "html", 0)


@pytest.mark.parametrize("text", [*HOSTILE[:4], HOSTILE[8]])
def test_foreign_text_in_it_is_only_text(text: str) -> None:
    moved = Moved(requirement="gone", metric=text, scope={text: text}, reference={text: text}, failure="new")
    since = Comparison(
        record=text, day=text, source="archive", tested=1, untested=0, moved=(moved,), inputs=(text,)
    )
    record = factory.record((), since=since)

    page = render(record, "html", 0)
    assert "<script" not in page
    assert "<svg onload" not in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert "<script" not in render(record, "markdown", 0)
    assert all(line.isprintable() for line in lines(since))
