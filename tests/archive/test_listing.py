"""Finding audits: by system, day, verdict, tag and model, and by when their term ends."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from aiaudit.archive import chain, listing
from aiaudit.archive.append import Content, append
from aiaudit.archive.begin import create
from aiaudit.archive.envelope import AUDIT
from aiaudit.archive.layout import Archive, Tampered, open_archive
from aiaudit.archive.listing import Row, Wanted, rows
from aiaudit.archive.lookup import statement
from aiaudit.archive.retention import months_later, terms
from aiaudit.archive.rotation import rotate
from aiaudit.archive.wording import shown
from aiaudit.policy import load_policies
from aiaudit.policy.model import Requirement
from aiaudit.policy.sources import built_in_ids

from ..render import factory
from .made import OLD, added, audit, rewrite


@pytest.fixture
def archive(four: Archive, tmp_path: Path) -> Archive:
    """A copy of it."""
    return open_archive(shutil.copytree(four.folder, tmp_path / "archive"))


@pytest.fixture
def found(archive: Archive) -> dict[int, Row]:
    """Its list."""
    return {row.number: row for row in rows(archive)}


def test_a_row_says_what_the_audit_was(found: dict[int, Row], archive: Archive) -> None:
    row = found[2]

    assert (row.system, row.day, row.verdict, row.failed) == ("Loan screening", "2026-05-01", "not-met", 1)
    assert (row.model, row.data, row.policy) == ("ef" * 32, "cd" * 32, "smb-baseline")
    assert row.tags == ["pilot", "release-2"]
    assert row.keep_until == "2036-05-01"
    assert json.loads(archive.object(row.record).read_bytes())["exit_code"] == 1


def test_a_system_without_a_name_is_called_by_its_files(found: dict[int, Row]) -> None:
    assert found[4].system == "loans.skops"


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [1, 2, 3, 4]),
        (Wanted(system="loan SCREENING"), [1, 2]),
        (Wanted(system="loan"), []),
        (Wanted(since=date(2026, 5, 1)), [2, 3, 4]),
        (Wanted(until=date(2026, 5, 1)), [1, 2]),
        (Wanted(since=date(2026, 2, 1), until=date(2026, 8, 15)), [2, 3]),
        (Wanted(verdict="not-met"), [2]),
        (Wanted(verdict="met"), [1, 3, 4]),
        (Wanted(tags=("pilot",)), [1, 2]),
        (Wanted(tags=("pilot", "release-2")), [2]),
        (Wanted(model="AB"), [1, 3, 4]),
        (Wanted(model="ef" * 32), [2]),
        (Wanted(expires_by=date(2036, 5, 1)), [1, 2]),
        (Wanted(expires_by=date(2036, 1, 30)), []),
    ],
    ids=str,
)
def test_what_is_wanted(found: dict[int, Row], wanted: Wanted, numbers: list[int]) -> None:
    assert [row.number for row in found.values() if wanted(row)] == numbers


def remembered(cache: Path) -> list[Path]:
    return list(cache.rglob("*.json"))


def test_what_was_read_once_is_not_read_again(
    archive: Archive, found: dict[int, Row], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = chain._read
    monkeypatch.setattr(chain, "_read", lambda archive, number: read.append(number) or real(archive, number))

    assert rows(archive) == tuple(found.values())
    assert read == []
    added(archive, audit("2026-12-01"))
    assert [row.number for row in rows(archive)] == [1, 2, 3, 4, 5]
    assert read == [5]
    monkeypatch.setattr(listing, "_FIELDS", ["another version"])
    assert len(rows(archive)) == 5
    assert read == [5, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"last": 1}', b"\xff", b'{"fields": [], "last": {}}']
)
def test_what_is_remembered_wrongly_is_read_anew(
    archive: Archive, found: dict[int, Row], tmp_path: Path, content: bytes
) -> None:
    (path,) = remembered(tmp_path / "cache")
    path.write_bytes(content)

    assert rows(archive) == tuple(found.values())


def test_a_chain_that_goes_on_otherwise_is_read_anew(archive: Archive, found: dict[int, Row]) -> None:
    archive.record(4).unlink()
    added(archive, audit("2026-12-24"))

    assert [row.day for row in rows(archive)][3] == "2026-12-24"


def test_nothing_to_remember_in_costs_only_time(
    archive: Archive, found: dict[int, Row], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))

    assert rows(archive) == tuple(found.values())


def test_a_list_does_not_show_what_does_not_belong(
    archive: Archive, found: dict[int, Row], tmp_path: Path
) -> None:
    for path in remembered(tmp_path / "cache"):
        path.unlink()
    raw = archive.record(2).read_bytes()
    rewrite(archive.record(2), archive.record(3).read_bytes())

    with pytest.raises(Tampered, match="record 2 of the archive: it was written as record 3"):
        rows(archive)
    rewrite(archive.record(2), raw)
    assert len(rows(archive)) == 4


def test_a_handover_is_no_audit(archive: Archive) -> None:
    rotate(archive, OLD, None)
    added(archive, audit(), signers=[OLD])

    assert [row.number for row in rows(archive)] == [1, 2, 3, 4, 6]


def test_two_copies_of_an_archive_are_remembered_apart(archive: Archive, tmp_path: Path) -> None:
    rows(archive)
    shutil.copytree(archive.folder, tmp_path / "copy")
    rows(open_archive(tmp_path / "copy"))
    assert len(remembered(tmp_path / "cache")) == 2


def kept(**days: int) -> Requirement:
    """A requirement on how long something is kept."""
    ((field, threshold),) = days.items()
    return factory.requirement(
        f"keep-{field}", check="transparency.retention", metric="retention_days", reference=None,
        threshold=str(threshold), clause=f"Art. {threshold}", scope={"match": {"field": [f"retention.{field}_days"]}},
    )  # fmt: skip


class TestRetention:
    @pytest.mark.parametrize(
        ("requirements", "until", "source"),
        [
            ([], "2036-01-31", "the term of this archive: 120 months"),
            ([kept(logs=9999)], "2036-01-31", "the term of this archive: 120 months"),
            ([kept(decisions=761)], "2028-03-02", "keep-decisions: Art. 761"),
            ([kept(decisions=761), kept(documents=3653)], "2036-02-01", "keep-documents: Art. 3653"),
        ],
    )
    def test_the_longest_term_that_a_requirement_names_counts(
        self, archive: Archive, requirements: list[Requirement], until: str, source: str
    ) -> None:
        record = audit("2026-01-31")
        asked = factory.policy(*record.policy.requirements, *requirements)
        added(archive, replace(record, policy=asked))

        row = rows(archive)[-1]
        assert row.keep_until == until
        assert f"keep until {until} ({source})" in "\n".join(shown(row, statement(archive, row), 120))

    def test_the_card_names_the_day_for_protected_data(self, archive: Archive) -> None:
        card = {"identity": {"name": "Hiring"}, "retention": {"protected_data_deleted": "2027-06-30"}}
        added(archive, audit(card=card))

        row = rows(archive)[-1]
        lines = "\n".join(shown(row, statement(archive, row), 120))
        assert "to be deleted by 2027-06-30, says the card" in lines

    @pytest.mark.parametrize(
        ("day", "months", "later"),
        [
            (date(2026, 1, 31), 1, date(2026, 2, 28)),
            (date(2027, 12, 31), 2, date(2028, 2, 29)),
            (date(2026, 11, 21), 120, date(2036, 11, 21)),
            (date(2024, 2, 29), 12, date(2025, 2, 28)),
            (date(2026, 12, 1), 1, date(2027, 1, 1)),
        ],
    )
    def test_months_later(self, day: date, months: int, later: date) -> None:
        assert months_later(day, months) == later

    def test_the_terms_of_the_packs_are_those_of_the_documentation(self) -> None:
        page = (Path(__file__).parents[2] / "docs" / "archive.md").read_text("utf-8")
        told = dict(re.findall(r"^\| `([a-z0-9-]+)` \| (\d+) \|", page, re.MULTILINE))
        found = {
            pack: terms(replace(audit(), policy=load_policies([pack]).policy)) for pack in built_in_ids()
        }

        assert told == {pack: str(stated["days"]) for pack, stated in found.items() if "days" in stated}
        for pack in told:
            assert f"| {found[pack]['clause']} |" in page


def test_the_cache_is_outside_the_archive(archive: Archive, tmp_path: Path) -> None:
    before = sorted(os.listdir(archive.folder))
    rows(archive)

    assert sorted(os.listdir(archive.folder)) == before
    assert remembered(tmp_path / "cache")


def test_a_record_that_says_nothing_of_an_audit_is_not_listed(tmp_path: Path) -> None:
    made = create(tmp_path / "other")
    append(made, Content(kind=AUDIT, predicate={"aiauditAudit": {"system": "x"}}, objects={}))

    with pytest.raises(Tampered, match="does not say what an audit says"):
        rows(made)
