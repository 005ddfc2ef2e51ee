"""The report in a real browser: it fits, fetches nothing, runs nothing, and can be read by everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiaudit.render.html import render
from aiaudit.render.public import public

from ..render.drawn import drawn
from ..render.factory import RECORDS
from ..render.hostile import HOSTILE, hostile
from . import rules
from .chrome import Page

pytestmark = pytest.mark.slow

WIDTHS = (320, 840, 1280)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    records = {**RECORDS, **{f"hostile-{i}": (hostile(text), 1) for i, text in enumerate(HOSTILE)}}
    records |= {f"drawn-{i}": (drawn(HOSTILE[i]), 1) for i in (0, 9, 11)}
    records |= {"drawn-many": (drawn(many=40), 1), "drawn-public": (public(drawn()), 1)}
    paths = {name: folder / f"{name}.html" for name in records}
    for name, path in paths.items():
        path.write_text(render(*records[name]), "utf-8")
    return paths


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_sideways(page: Page, reports: dict[str, Path], width: int) -> None:
    rules.nothing_sticks_out_sideways(page, reports, width)


def test_nothing_is_fetched_and_nothing_complains(page: Page, reports: dict[str, Path]) -> None:
    rules.nothing_is_fetched_and_nothing_complains(page, reports)


def test_foreign_text_runs_nothing(page: Page, reports: dict[str, Path]) -> None:
    rules.foreign_text_runs_nothing(page, reports)


def test_style_is_applied_under_the_pages_own_policy(page: Page, reports: dict[str, Path]) -> None:
    page.open(reports["failing"], width=840)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.open(reports["failing"], width=840, dark=True)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")

    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(18, 22, 27)")


def test_details_open_without_scripts(page: Page, reports: dict[str, Path]) -> None:
    page.open(reports["failing"], width=840)

    shown = "document.querySelector('#b-1 table').checkVisibility()"
    before = page.evaluate(shown)
    page.evaluate("document.querySelector('#b-1 summary').click()")

    assert (before, page.evaluate(shown)) == (False, True)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 840, 1280])
def test_everybody_can_read_it(
    page: Page, reports: dict[str, Path], axe: str, width: int, dark: bool
) -> None:
    for name in (
        "failing",
        "passing",
        "crashed",
        "empty",
        "hostile-0",
        "drawn-0",
        "drawn-many",
        "drawn-public",
    ):
        rules.everybody_can_read(page, reports[name], axe, width=width, dark=dark)


def test_print_shows_folded_measurements(page: Page, reports: dict[str, Path], tmp_path: Path) -> None:
    page.open(reports["failing"], width=840)
    page.send("Emulation.setEmulatedMedia", media="print")

    heights = page.evaluate(
        "[...document.querySelectorAll('details table')].map(t => t.getBoundingClientRect().height)"
    )
    page.print(tmp_path / "report.pdf")

    assert heights
    assert min(heights) > 0
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
