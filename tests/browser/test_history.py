"""The archive's history page in a real browser: it fits, fetches nothing, and can be read by everybody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from aiaudit.archive.append import head
from aiaudit.archive.begin import create
from aiaudit.archive.history import page as write
from aiaudit.archive.listing import rows
from aiaudit.archive.trend import trend
from aiaudit.record import Status

from ..archive.made import added, audit
from ..render.hostile import HOSTILE, hostile
from .chrome import Page, browser, executable

pytestmark = pytest.mark.slow

AXE_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    command = executable()
    if command is None:
        pytest.skip("no Chromium here; install one, or name it in AIAUDIT_CHROMIUM")
    with browser(command) as opened:
        yield opened


@pytest.fixture(scope="module")
def histories(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Histories of two years of months, of one audit, and of hostile names."""
    folder = tmp_path_factory.mktemp("histories")
    months = [f"{year}-{month:02d}-15" for year in (2025, 2026) for month in range(1, 12)]
    statuses = [Status.FAIL if n % 5 == 4 else Status.PASS for n in range(len(months))]
    runs = {
        "months": [
            audit(day, black=(240 - 4 * n, 400), status=status, data=f"{n:02x}")
            for n, (day, status) in enumerate(zip(months, statuses, strict=True))
        ],
        "single": [audit()],
        **{f"hostile-{i}": [hostile(text), hostile(text)] for i, text in enumerate(HOSTILE)},
    }
    paths = {}
    for name, records in runs.items():
        made = create(folder / name)
        added(made, *records)
        found = rows(made)
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(
            write(made, found, head(made), trend(made, found) if len(found) > 1 else None), "utf-8"
        )
    return paths


@pytest.mark.parametrize("width", [320, 840, 1280])
def test_nothing_sticks_out_sideways(page: Page, histories: dict[str, Path], width: int) -> None:
    for path in histories.values():
        page.open(path, width=width)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name


def test_nothing_is_fetched_and_nothing_complains(page: Page, histories: dict[str, Path]) -> None:
    page.requests.clear()
    page.complaints.clear()

    for path in histories.values():
        page.open(path, width=840)

    assert page.requests == [path.as_uri() for path in histories.values()]
    assert page.complaints == []


def test_foreign_text_runs_nothing(page: Page, histories: dict[str, Path]) -> None:
    for path in histories.values():
        page.open(path, width=840, bypass_csp=True)

        assert page.evaluate("window.pwned === undefined && document.scripts.length === 0"), path.name


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_read_it(page: Page, histories: dict[str, Path], width: int, dark: bool) -> None:
    axe = Path(os.environ.get("AIAUDIT_AXE", "node_modules/axe-core/axe.min.js"))
    if not axe.is_file():
        pytest.skip("no axe-core here; 'npm install --no-save axe-core', or name axe.min.js in AIAUDIT_AXE")
    for name in ("months", "single", "hostile-0"):
        page.open(histories[name], width=width, dark=dark, bypass_csp=True)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        page.evaluate(f"{axe.read_text('utf-8')};0")

        found = page.evaluate(
            f"axe.run({AXE_RULES}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html)))"
        )

        assert found == [], name
