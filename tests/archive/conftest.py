"""An archive of small audits, and nothing that waits for a disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from aiaudit.__main__ import run
from aiaudit.archive.append import append
from aiaudit.archive.begin import create
from aiaudit.archive.export import export
from aiaudit.archive.layout import Archive
from aiaudit.archive.rotation import rotate
from aiaudit.record import Status, to_json

from .made import NEW, OLD, added, audit, small
from .made import filled as fill


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
    return {name: fill(folder / name, signed=name == "signed") for name in ("unsigned", "signed")}


class Ran:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


@pytest.fixture
def aiaudit(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Ran:
        code = run(["archive", *map(str, arguments)])
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with files of three audits, of which the last is worse, and an archive of them."""
    folder = tmp_path_factory.mktemp("prepared")
    audits = [
        audit("2026-05-10", black=(240, 400), white=(300, 400), data="01"),
        audit("2026-08-30", black=(236, 400), white=(300, 400), data="02"),
        audit("2026-11-21", black=(150, 400), white=(300, 400), data="03", status=Status.FAIL),
    ]
    paths = [folder / f"record-{n}.json" for n in range(len(audits))]
    for path, one in zip(paths, audits, strict=True):
        path.write_text(to_json(one, 1 if one is audits[-1] else 0))
    assert run(["archive", "init", str(folder / "audits")]) == 0
    assert run(["archive", "add", str(folder / "audits"), *map(str, paths), "--tag", "release"]) == 0
    return folder


@pytest.fixture
def records(prepared: Path, tmp_path: Path) -> list[Path]:
    """Copies of the three files."""
    return [Path(shutil.copy(path, tmp_path)) for path in sorted(prepared.glob("*.json"))]


@pytest.fixture
def filled(prepared: Path, records: list[Path], tmp_path: Path) -> Path:
    """A copy of the archive, in the current folder."""
    shutil.copytree(prepared / "audits", tmp_path / "audits")
    return Path("audits")


@pytest.fixture(scope="session")
def four(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    """An archive of four audits that differ in all that a list asks for."""
    made = create(tmp_path_factory.mktemp("four") / "archive")
    added(made, audit("2026-01-31"), tags=["pilot"])
    added(made, audit("2026-05-01", status=Status.FAIL, model="ef"), tags=["pilot", "release-2"])
    added(made, audit("2026-08-15", card={"identity": {"name": "Hiring"}}))
    added(made, audit("2026-11-21", card={"identity": {}}))
    return made


@pytest.fixture
def signed(tmp_path: Path) -> Archive:
    """An archive that was handed over."""
    made = fill(tmp_path / "signed", signed=True, size=2)
    rotate(made, NEW, OLD)
    append(made, small("after"), [NEW])
    return made


@pytest.fixture
def packed(signed: Archive, tmp_path: Path) -> Path:
    """Its export."""
    export(signed, str(tmp_path / "audits.zip"))
    return tmp_path / "audits.zip"
