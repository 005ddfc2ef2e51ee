"""The archive's history page in a real browser: it fits, fetches nothing, and can be read by everybody."""

from __future__ import annotations

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
from . import rules
from .chrome import Page

pytestmark = pytest.mark.slow


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
    rules.nothing_sticks_out_sideways(page, histories, width)


def test_nothing_is_fetched_and_nothing_complains(page: Page, histories: dict[str, Path]) -> None:
    rules.nothing_is_fetched_and_nothing_complains(page, histories)


def test_foreign_text_runs_nothing(page: Page, histories: dict[str, Path]) -> None:
    rules.foreign_text_runs_nothing(page, histories)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_read_it(
    page: Page, histories: dict[str, Path], axe: str, width: int, dark: bool
) -> None:
    for name in ("months", "single", "hostile-0"):
        rules.everybody_can_read(page, histories[name], axe, width=width, dark=dark)
