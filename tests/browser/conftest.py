"""A browser, and the accessibility rules that it runs."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from .chrome import Page, browser, executable

# So that its failures show the values, as those of a test do.
pytest.register_assert_rewrite(f"{__package__}.rules")


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
