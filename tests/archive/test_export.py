"""An archive given away: complete, checkable with Python alone, and not believed when it comes back."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from aiaudit.archive import standalone
from aiaudit.archive.append import head
from aiaudit.archive.export import export
from aiaudit.archive.layout import Archive
from aiaudit.errors import UsageError

from .made import NEW, OLD, rewrite

OLD_PYTHON = Path.home() / ".pyenv" / "versions" / "3.8.18" / "bin" / "python"


def test_everything_is_in_it(signed: Archive, packed: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        assert file.testzip() is None
        names = set(file.namelist())
        records = {f"records/{n:08d}.json" for n in range(1, 5)}
        objects = {f"objects/{p.parent.name}/{p.name}" for p in signed.objects.glob("*/*")}
        keys = {f"keys/{signer.keyid}.pub" for signer in (OLD, NEW)}
        assert names == {"README.txt", "verify.py", "archive.json"} | records | objects | keys
        pem = file.read(f"keys/{OLD.keyid}.pub")
    assert serialization.load_pem_public_key(pem).public_bytes_raw() == OLD.public


def test_the_same_archive_gives_the_same_bytes(signed: Archive, packed: Path, tmp_path: Path) -> None:
    export(signed, str(tmp_path / "again.zip"))

    assert (tmp_path / "again.zip").read_bytes() == packed.read_bytes()
    assert not list(tmp_path.glob(".*"))


def test_a_damaged_archive_is_not_exported(signed: Archive, tmp_path: Path) -> None:
    rewrite(next(signed.objects.glob("*/*")), b"other")

    assert export(signed, str(tmp_path / "audits.zip")).exit_code == 1
    assert not (tmp_path / "audits.zip").exists()


def test_what_no_record_rests_on_stays_at_home(signed: Archive, tmp_path: Path) -> None:
    from aiaudit.archive.storage import put

    loose = put(signed, b"of an append that was cut off")
    export(signed, str(tmp_path / "audits.zip"))

    with zipfile.ZipFile(tmp_path / "audits.zip") as file:
        assert not [name for name in file.namelist() if loose[2:] in name]


def test_a_stray_file_among_the_timestamps_stays_at_home(signed: Archive, tmp_path: Path) -> None:
    signed.stamps.mkdir()
    (signed.stamps / "notes.tsr").write_text("by hand")
    signed.stamp(2).write_text("a reply")
    export(signed, str(tmp_path / "audits.zip"))

    with zipfile.ZipFile(tmp_path / "audits.zip") as file:
        stamps = [name for name in file.namelist() if name.startswith("checkpoints/")]
    assert stamps == ["checkpoints/00000002.tsr"]


def test_to_a_store_that_fsspec_knows(signed: Archive, packed: Path) -> None:
    import fsspec

    export(signed, "memory://bucket/audits.zip")

    with fsspec.open("memory://bucket/audits.zip", "rb") as file:
        assert file.read() == packed.read_bytes()


@pytest.mark.parametrize("target", ["nosuchstore://bucket/a.zip", "/no/such/folder/a.zip"])
def test_a_target_that_cannot_be_written(signed: Archive, target: str) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        export(signed, target)


def test_without_fsspec(signed: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)

    with pytest.raises(UsageError, match="cannot be written") as caught:
        export(signed, "s3://bucket/audits.zip")
    assert "Install fsspec" in caught.value.hint


def test_the_checker_keeps_to_the_grammar_and_the_library_of_python_3_8() -> None:
    source = Path(standalone.__file__).read_text("utf-8")
    ast.parse(source, feature_version=(3, 8))

    imported = re.findall(r"^\s*(?:import|from) (\w+)", source, re.MULTILINE)
    assert set(imported) <= sys.stdlib_module_names


@pytest.mark.parametrize(
    "interpreter",
    [
        pytest.param(Path(sys.executable), id="this"),
        pytest.param(OLD_PYTHON, id="3.8", marks=pytest.mark.slow),
    ],
)
class TestStandalone:
    @pytest.fixture
    def folder(self, packed: Path, tmp_path: Path, interpreter: Path) -> Path:
        if not interpreter.is_file():
            pytest.skip(f"no Python 3.8 at {interpreter}")
        with zipfile.ZipFile(packed) as file:
            file.extractall(tmp_path / "given")
        return tmp_path / "given"

    def run(self, interpreter: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        # No site packages: it must need nothing but the standard library.
        command = [str(interpreter), "-I", "-S", str(folder / "verify.py"), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder.parent)

    def test_it_finds_what_was_not_changed_whole(
        self, interpreter: Path, folder: Path, signed: Archive
    ) -> None:
        kept = str(head(signed))
        done = self.run(interpreter, folder, "--expect-head", kept, "--expect-key", OLD.keyid)

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"whole; head {kept}\n")

    def test_it_finds_changes(self, interpreter: Path, folder: Path) -> None:
        rewrite(next((folder / "objects").glob("*/*")), b"other")
        done = self.run(interpreter, folder)

        assert done.returncode == 1
        assert "is changed" in done.stdout
        assert "TAMPERED WITH OR DAMAGED" in done.stdout

    def test_it_finds_a_cut_tail_and_a_strange_key(
        self, interpreter: Path, folder: Path, signed: Archive
    ) -> None:
        (folder / "records" / "00000004.json").unlink()

        assert self.run(interpreter, folder).returncode == 0
        assert self.run(interpreter, folder, "--expect-head", str(head(signed))).returncode == 1
        assert self.run(interpreter, folder, "--expect-key", "00" * 32).returncode == 1

    def test_it_says_what_it_cannot_read(self, interpreter: Path, folder: Path) -> None:
        done = self.run(interpreter, folder, str(folder / "keys"))

        assert done.returncode == 3
        assert done.stderr.startswith("unreadable: ")


def test_a_long_export_is_written_beside_its_place(signed: Archive, tmp_path: Path) -> None:
    os.mkdir(tmp_path / "out")
    export(signed, str(tmp_path / "out" / "audits.zip"))

    assert os.listdir(tmp_path / "out") == ["audits.zip"]
