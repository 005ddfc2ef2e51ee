"""The report in a real browser: it fits, fetches nothing, runs nothing, and can be read by everybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiaudit.render.html import render

from ..render.factory import RECORDS
from ..render.hostile import HOSTILE, hostile
from .chrome import Page, browser, executable

pytestmark = pytest.mark.slow

WIDTHS = (320, 840, 1280)
AXE_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    command = executable()
    if command is None:
        pytest.skip("no Chromium here; install one, or name it in AIAUDIT_CHROMIUM")
    with browser(command) as opened:
        yield opened


@pytest.fixture(scope="module")
def axe() -> str:
    here = Path(os.environ.get("AIAUDIT_AXE", "node_modules/axe-core/axe.min.js"))
    if not here.is_file():
        pytest.skip("no axe-core here; 'npm install --no-save axe-core', or name axe.min.js in AIAUDIT_AXE")
    return here.read_text("utf-8")


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    records = {**RECORDS, **{f"hostile-{i}": (hostile(text), 1) for i, text in enumerate(HOSTILE)}}
    paths = {name: folder / f"{name}.html" for name in records}
    for name, path in paths.items():
        path.write_text(render(*records[name]), "utf-8")
    return paths


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_sticks_out_sideways(page: Page, reports: dict[str, Path], width: int) -> None:
    for path in reports.values():
        page.open(path, width=width)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name


def test_nothing_is_fetched_and_nothing_complains(page: Page, reports: dict[str, Path]) -> None:
    page.requests.clear()
    page.complaints.clear()

    for path in reports.values():
        page.open(path, width=840)

    assert page.requests == [path.as_uri() for path in reports.values()]
    assert page.complaints == []


def test_foreign_text_runs_nothing(page: Page, reports: dict[str, Path]) -> None:
    for path in reports.values():
        page.open(path, width=840, bypass_csp=True)

        assert page.evaluate("window.pwned === undefined && document.scripts.length === 0"), path.name


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
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_read_it(
    page: Page, reports: dict[str, Path], axe: str, width: int, dark: bool
) -> None:
    for name in ("failing", "passing", "crashed", "empty", "hostile-0"):
        page.open(reports[name], width=width, dark=dark, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate(f"{axe};0")

        found = page.evaluate(
            f"axe.run({AXE_RULES}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html)))"
        )

        assert found == [], name


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
