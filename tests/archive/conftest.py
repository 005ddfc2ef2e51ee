"""An archive of small audits, and nothing that waits for a disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aiaudit.archive.begin import create
from aiaudit.archive.layout import Archive

from .made import filled


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave durability to the tests that are about it; remember nothing between tests."""
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("AIAUDIT_SIGN_KEY", raising=False)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty, unsigned archive."""
    return create(tmp_path / "archive")


@pytest.fixture(scope="session")
def five(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Archive]:
    """Archives of five records each, unsigned and signed; whoever changes one puts it back."""
    folder = tmp_path_factory.mktemp("five")
    return {name: filled(folder / name, signed=name == "signed") for name in ("unsigned", "signed")}
