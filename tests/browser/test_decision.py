"""The page of one decision in a real browser: it fits, fetches nothing, and can be read by everybody."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiaudit.render.decision import render

from ..render.decisions import decided
from ..render.hostile import HOSTILE
from . import rules
from .chrome import Page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def decisions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("decisions")
    told = {"refused": decided(), "passed": decided(favourable=True)}
    told |= {f"hostile-{i}": decided(text) for i, text in enumerate(HOSTILE)}
    paths = {name: folder / f"{name}.html" for name in told}
    for name, (decision, words, subject) in told.items():
        paths[name].write_text(render(decision, f"row 1 of {name}", words, subject), "utf-8")
    return paths


@pytest.mark.parametrize("width", [320, 840, 1280])
def test_nothing_sticks_out_sideways(page: Page, decisions: dict[str, Path], width: int) -> None:
    rules.nothing_sticks_out_sideways(page, decisions, width)


def test_nothing_is_fetched_and_nothing_complains(page: Page, decisions: dict[str, Path]) -> None:
    rules.nothing_is_fetched_and_nothing_complains(page, decisions)


def test_foreign_text_runs_nothing(page: Page, decisions: dict[str, Path]) -> None:
    rules.foreign_text_runs_nothing(page, decisions)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_everybody_can_read_it(
    page: Page, decisions: dict[str, Path], axe: str, width: int, dark: bool
) -> None:
    for name in ("refused", "passed", "hostile-0"):
        rules.everybody_can_read(page, decisions[name], axe, width=width, dark=dark)
