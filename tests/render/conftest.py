"""Golden files: `AIAUDIT_UPDATE_GOLDEN=1 pytest tests/render` writes them anew; read the diff before committing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("AIAUDIT_UPDATE_GOLDEN") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8", newline="")
        assert path.is_file(), f"{path} is missing; run with AIAUDIT_UPDATE_GOLDEN=1"
        assert text == path.read_text("utf-8")

    return compare
