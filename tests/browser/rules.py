"""What must hold of every page that we write, whatever is on it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from .chrome import Page

AXE_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
_OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


def nothing_sticks_out_sideways(page: Page, paths: Mapping[str, Path], width: int) -> None:
    for path in paths.values():
        page.open(path, width=width)
        page.evaluate(_OPEN_ALL)

        assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name


def nothing_is_fetched_and_nothing_complains(page: Page, paths: Mapping[str, Path]) -> None:
    page.requests.clear()
    page.complaints.clear()

    for path in paths.values():
        page.open(path, width=840)

    assert page.requests == [path.as_uri() for path in paths.values()]
    assert page.complaints == []


def foreign_text_runs_nothing(page: Page, paths: Mapping[str, Path]) -> None:
    for path in paths.values():
        page.open(path, width=840, bypass_csp=True)

        assert page.evaluate("window.pwned === undefined && document.scripts.length === 0"), path.name


def everybody_can_read(page: Page, path: Path, axe: str, *, width: int, dark: bool) -> None:
    page.open(path, width=width, dark=dark, bypass_csp=True)
    page.evaluate(_OPEN_ALL)
    page.evaluate(f"{axe};0")

    found = page.evaluate(
        f"axe.run({AXE_RULES}).then(r => r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html)))"
    )

    assert found == [], path.name
