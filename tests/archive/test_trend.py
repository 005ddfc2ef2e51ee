"""Today's gaps against an earlier period's: which audits that is, and what is said of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from aiaudit.archive.begin import create
from aiaudit.archive.layout import Archive, Tampered, open_archive
from aiaudit.archive.listing import Row, rows
from aiaudit.archive.trend import Trend, of_one_system, trend
from aiaudit.archive.wording import trended
from aiaudit.errors import UsageError

from .made import added, audit, rewrite

DAYS = ("2025-12-01", "2026-02-10", "2026-05-10", "2026-06-20", "2026-08-30", "2026-11-02", "2026-11-21")


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """Audits of fresh data whose gap opens with the last one."""
    made = create(tmp_path_factory.mktemp("years") / "archive")
    steady = [
        audit(day, black=(240, 400), white=(300, 400), data=f"{n:02x}") for n, day in enumerate(DAYS[:-1])
    ]
    added(made, *steady, audit(DAYS[-1], black=(150, 400), white=(300, 400), data="ff"))
    return made


def past(found: Trend) -> list[str]:
    return [row.day for row in found.past]


def test_the_last_quarter_before_is_the_yardstick(years: Archive) -> None:
    found = trend(years, rows(years))

    assert found.newest.day == "2026-11-21"
    assert past(found) == ["2026-08-30"]
    worse = [change for change in found.changes if change.beyond_noise and change.direction == "worse"]
    assert [change.asked.id for change in worse] == ["selection-ratio", "overall"]
    assert not found.same_data


def test_a_quarter_without_audits_is_passed_over(years: Archive) -> None:
    assert past(trend(years, rows(years)[:5])) == ["2026-05-10", "2026-06-20"]
    assert past(trend(years, [row for row in rows(years) if row.day != "2026-08-30"])) == [
        "2026-05-10",
        "2026-06-20",
    ]


def test_within_one_quarter_everything_earlier_counts(years: Archive) -> None:
    assert past(trend(years, rows(years)[5:])) == ["2026-11-02"]


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        (date(2026, 1, 1), date(2026, 6, 30), ["2026-02-10", "2026-05-10", "2026-06-20"]),
        (date(2026, 8, 1), None, ["2026-08-30", "2026-11-02"]),
        (None, date(2025, 12, 31), ["2025-12-01"]),
    ],
)
def test_a_period_of_ones_own(
    years: Archive, since: date | None, until: date | None, days: list[str]
) -> None:
    assert past(trend(years, rows(years), since=since, until=until)) == days


def test_counts_of_the_period_are_summed(years: Archive) -> None:
    found = trend(years, rows(years), since=date(2026, 1, 1), until=date(2026, 6, 30))
    ratio = next(change for change in found.changes if change.asked.id == "selection-ratio")

    assert ratio.old_value == pytest.approx((720 / 1200) / (900 / 1200))
    assert ratio.p_adjusted < 1e-6


def test_one_set_of_rows_counts_once(archive: Archive) -> None:
    added(
        archive,
        audit("2026-04-01", black=(10, 400), data="aa"),
        audit("2026-05-01", data="bb"),
        audit("2026-06-01", black=(20, 400), data="aa"),
        audit("2026-11-21", data="aa"),
    )
    found = trend(archive, rows(archive))

    assert past(found) == ["2026-05-01", "2026-06-01"]
    assert found.same_data
    assert any("the same rows" in line for line in trended(found))


@pytest.mark.parametrize(("since", "until"), [(None, None), (date(2020, 1, 1), date(2020, 12, 31))])
def test_nothing_to_set_it_against(
    archive: Archive, years: Archive, since: date | None, until: date | None
) -> None:
    added(archive, audit())
    with pytest.raises(UsageError, match="no audit of 'Loan screening' to set record"):
        trend(archive, rows(archive))
    with pytest.raises(UsageError, match="no audit of 'Loan screening' to set record"):
        trend(years, rows(years), since=since or date(2020, 1, 1), until=until or date(2020, 12, 31))


def test_a_system_is_named_where_there_are_several(archive: Archive) -> None:
    with pytest.raises(UsageError, match="no audit at all"):
        of_one_system(rows(archive), None)
    added(archive, audit(), audit(card={"identity": {"name": "Hiring"}}))
    found = rows(archive)

    with pytest.raises(UsageError, match="audits of 2 systems: 'Loan screening', 'Hiring'"):
        of_one_system(found, None)
    with pytest.raises(UsageError, match="no audit of 'Cats'"):
        of_one_system(found, "Cats")
    assert [row.number for row in of_one_system(found, "hiring")] == [2]


def test_a_changed_record_is_not_compared(archive: Archive) -> None:
    added(archive, audit("2026-04-01"), audit())
    found: tuple[Row, ...] = rows(archive)
    path: Path = archive.object(found[0].record)
    rewrite(path, path.read_bytes().replace(b'"numerator": 160', b'"numerator": 161'))

    with pytest.raises(Tampered, match="was changed after it was written"):
        trend(open_archive(archive.folder), found)


def test_the_words(years: Archive) -> None:
    lines = list(trended(trend(years, rows(years))))

    assert lines[0] == ("Loan screening: record 7 of 2026-11-21 against 1 audit of 2026-08-30 (record 5)")
    assert lines[1] == "Worse beyond noise:"
    assert lines[2].startswith(
        "  selection-ratio, race = black against race = white: 0.800 -> 0.500 (impact_ratio, p < 0.001)"
    )
    assert lines[-1].startswith(
        "3 numbers were tested for a change, together at 5 %; 2 changed beyond noise."
    )
