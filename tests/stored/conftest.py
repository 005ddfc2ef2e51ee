"""Stored audits of one system: an earlier one, one like it, and a worse one, as files and in an archive."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from aiaudit.__main__ import run
from aiaudit.gate import exit_code
from aiaudit.record import Record, Status, to_json

from ..archive.made import audit
from ..render.conftest import golden

__all__ = ["golden"]

COUNTS = {"old": (240, 400), "alike": (236, 400), "worse": (150, 400)}


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str


@pytest.fixture
def aiaudit(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in this process."""

    def call(*arguments: object) -> Ran:
        code = run([str(argument) for argument in arguments])
        return Ran(code=code, **capsys.readouterr()._asdict())

    return call


@dataclass(frozen=True, kw_only=True)
class Stored:
    """Paths of the files by name, and of the archive that holds them as records 1 to 3."""

    old: Path
    alike: Path
    worse: Path
    archive: Path


def made(name: str, number: int) -> Record:
    """Return one of the audits."""
    return audit(
        f"2026-0{number + 5}-10",
        black=COUNTS[name],
        white=(300, 400),
        data=f"{number:02x}",
        status=Status.FAIL if name == "worse" else Status.PASS,
    )


@pytest.fixture
def stored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Stored:
    """The audits, in the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("AIAUDIT_SIGN_KEY", raising=False)
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    for number, name in enumerate(COUNTS):
        record = made(name, number)
        Path(f"{name}.json").write_text(to_json(record, exit_code(record)), "utf-8")
    assert run(["archive", "init", "audits"]) == 0
    assert run(["archive", "add", "audits", *(f"{name}.json" for name in COUNTS)]) == 0
    capsys.readouterr()
    return Stored(archive=Path("audits"), **{name: Path(f"{name}.json") for name in COUNTS})
