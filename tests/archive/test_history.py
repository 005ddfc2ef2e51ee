"""The history page: what it says, and that foreign text stays text."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from aiaudit.archive.append import head
from aiaudit.archive.begin import create
from aiaudit.archive.history import DRAWN, page, panels
from aiaudit.archive.layout import Archive
from aiaudit.archive.listing import rows
from aiaudit.archive.trend import trend
from aiaudit.record import Status

from ..render.hostile import HOSTILE, hostile
from .made import added, audit


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    made = create(tmp_path_factory.mktemp("years") / "archive")
    for n, (day, black) in enumerate([("2026-02-10", 240), ("2026-05-10", 236), ("2026-08-30", 244)]):
        added(made, audit(day, black=(black, 400), white=(300, 400), data=f"{n:02x}"))
    added(made, audit("2026-11-21", black=(150, 400), white=(300, 400), status=Status.FAIL, data="ff"))
    return made


def text_of(html: str) -> str:
    parts: list[str] = []
    parser = HTMLParser()
    parser.handle_data = parts.append  # type: ignore[method-assign]
    parser.feed(re.sub("<style>.*?</style>", "", html, flags=re.DOTALL))
    return " ".join(" ".join(parts).split())


def test_the_page_opens_at_the_verdict(years: Archive) -> None:
    found = rows(years)
    html = page(years, found, head(years), trend(years, found))
    text = text_of(html)

    assert "Newest audit (2026-11-21): policy smb-baseline not met." in text
    assert "2 of 3 numbers tested are worse than in the earlier period, beyond what chance explains." in text
    assert "Earlier period: 1 audit of 2026-08-30." in text
    whole = text_of(page(years, found, head(years), trend(years, found, since=date(2026, 1, 1))))
    assert "Earlier period: 3 audits of 2026-02-10 to 2026-08-30, their counts summed up." in whole
    assert "selection-ratio, race = black against race = white: 0.813 -> 0.500" in text
    assert str(head(years)) in text


def test_every_number_is_in_a_table_as_well(years: Archive) -> None:
    found = rows(years)
    text = text_of(page(years, found, head(years), None))

    for line in ("2026-02-10 1 pass 0.800 0.700 to 0.900 240/400 against 300/400", "2026-11-21 4 fail 0.500"):
        assert line in text
    assert "There is no earlier audit to set it against." in text


def test_a_number_that_is_not_of_the_newest_audit_tells_its_day(archive: Archive) -> None:
    later = audit("2026-11-22")
    added(archive, audit(), replace(later, verdicts=later.verdicts[1:]))
    text = text_of(page(archive, rows(archive), head(archive), None))

    assert "pass 0.711 on 2026-11-21" in text
    assert text.count(" on 2026-11-21 ") == 1


def test_drawings_say_in_words_what_they_show(years: Archive) -> None:
    found = rows(years)
    html = page(years, found, head(years), None)

    titles = re.findall(r'<svg role="img"><title>(.*?)</title>', html)
    assert len(titles) == 3
    assert (
        titles[0] == "race = black: 0.800 on 2026-02-10, 0.500 on 2026-11-21, 4 audits; asked: at least 0.8"
    )
    assert html.count("<svg") - html.count('class="fail"') == 3
    assert html.count('<svg class="fail"') == 1


def test_places_follow_the_numbers(years: Archive) -> None:
    ratio = panels(years, rows(years))[0]
    (series,) = ratio.series

    assert [point.x for point in series.points][::3] == ["4.00%", "96.00%"]
    heights = [float(point.y.rstrip("%")) for point in series.points if point.y]
    assert heights[-1] == max(heights)
    assert heights[0] == float(series.limits[0].rstrip("%"))
    for point in series.points:
        assert float(point.high.rstrip("%")) <= float(point.y.rstrip("%")) <= float(point.low.rstrip("%"))


def test_nothing_is_fetched_and_nothing_runs(years: Archive) -> None:
    html = page(years, rows(years), head(years), None)

    assert "default-src 'none'" in html
    assert not re.search(r"<script|src=|href=\"(?!#)|url\(|@import|https?:", html)


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_stays_text(archive: Archive, text: str) -> None:
    added(archive, hostile(text), hostile(text))
    found = rows(archive)
    html = page(archive, found, head(archive), trend(archive, found))

    assert "<script" not in html
    assert "<img" not in html
    assert not re.search(r"<svg[^>]*onload", html)
    assert all(c.isprintable() or c == "\n" for c in html)
    assert html.count("<style>") == html.count("</style>") == 1


def test_only_the_newest_are_drawn(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    from aiaudit.archive import history

    monkeypatch.setattr(history, "DRAWN", 2)
    added(archive, *(audit(f"2026-0{n}-01") for n in (1, 2, 3)))
    text = text_of(page(archive, rows(archive), head(archive), None))

    assert DRAWN == 60
    assert "2 audits from 2026-02-01 to 2026-03-01; 1 older audit not drawn, but in the archive" in text


def test_one_day_and_one_audit_can_be_drawn(archive: Archive) -> None:
    added(archive, audit())
    assert "0.711 on 2026-11-21" in page(archive, rows(archive), head(archive), None)
    added(archive, audit())
    assert [p.x for p in panels(archive, rows(archive))[0].series[0].points] == ["4.00%", "96.00%"]
