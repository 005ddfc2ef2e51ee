"""An export that comes back is not believed: names, sizes, ratios, and every digest in it."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from aiaudit.archive import unpack as unpacking
from aiaudit.archive.append import head
from aiaudit.archive.check import check
from aiaudit.archive.layout import Archive, Head
from aiaudit.archive.unpack import unpack
from aiaudit.errors import IncompleteError, UsageError

from .made import OLD


class TestUnpacking:
    def test_what_went_out_comes_back(self, signed: Archive, packed: Path, tmp_path: Path) -> None:
        report = unpack(packed, tmp_path / "back", heads=[head(signed)], key=OLD.keyid)

        assert report.exit_code == 0
        assert check(tmp_path / "back") == check(signed.folder)
        for part in ("records", "objects"):
            theirs, ours = (
                sorted(p.relative_to(f).as_posix() for p in (f / part).rglob("*"))
                for f in (tmp_path / "back", signed.folder)
            )
            assert theirs == ours
        assert not (tmp_path / "back" / "verify.py").exists()
        assert stat.S_IMODE((tmp_path / "back" / "records" / "00000001.json").stat().st_mode) == 0o444
        assert not list(tmp_path.glob(".*"))

    def test_a_folder_that_exists_is_left_alone(self, packed: Path, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="exists"):
            unpack(packed, tmp_path)

    def test_what_does_not_verify_does_not_appear(self, packed: Path, tmp_path: Path) -> None:
        wrong = Head(size=4, digest="00" * 32)

        assert unpack(packed, tmp_path / "back", heads=[wrong]).exit_code == 1
        assert not (tmp_path / "back").exists()
        assert not list(tmp_path.glob(".*"))

    @pytest.mark.parametrize(
        "name",
        [
            "../evil",
            "/etc/cron.d/evil",
            "records/../../evil",
            "records/1.json",
            "records\\00000001.json",
            "objects/ab/../../../evil",
            "objects/AB/" + "c" * 62,
            "archive.json/",
            "keys/evil.sh",
            "C:evil",
            "",
        ],
    )
    def test_a_name_from_elsewhere_is_refused(self, packed: Path, tmp_path: Path, name: str) -> None:
        with zipfile.ZipFile(packed, "a") as file:
            file.writestr(zipfile.ZipInfo(name), b"evil")
        self.refused(packed, tmp_path, "does not belong")

    def refused(self, packed: Path, tmp_path: Path, why: str) -> None:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(IncompleteError, match=why):
            unpack(packed, tmp_path / "back")
        assert sorted(tmp_path.rglob("*")) == before

    def test_an_export_without_its_beginning_is_refused(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "audits.zip", "w") as file:
            file.writestr("README.txt", b"nothing else")
        self.refused(tmp_path / "audits.zip", tmp_path, "holds no archive")

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_a_doubled_name_is_refused(self, packed: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(packed, "a") as file:
            file.writestr("archive.json", b"{}")
        self.refused(packed, tmp_path, "twice")

    def test_a_link_is_refused(self, packed: Path, tmp_path: Path) -> None:
        info = zipfile.ZipInfo("records/00000009.json")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        with zipfile.ZipFile(packed, "a") as file:
            file.writestr(info, b"/etc/passwd")
        self.refused(packed, tmp_path, "is no plain file")

    def test_a_bomb_is_refused(self, packed: Path, tmp_path: Path) -> None:
        with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as file:
            file.writestr("objects/ab/" + "c" * 62, b"\0" * (unpacking.SMALL + 1))
        self.refused(packed, tmp_path, "unpacks to more than 200 times")

    @pytest.mark.parametrize(
        ("limit", "value", "why"),
        [
            ("LARGEST", 100, "is larger than"),
            ("ALTOGETHER", 1000, "it holds more than"),
            ("FILES", 3, "it holds more than"),
        ],
    )
    def test_too_much_is_refused(
        self, packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, why: str
    ) -> None:
        monkeypatch.setattr(unpacking, limit, value)
        self.refused(packed, tmp_path, why)

    def test_a_file_that_lies_about_its_size_is_refused(self, packed: Path, tmp_path: Path) -> None:
        raw = bytearray(packed.read_bytes())
        at = raw.rindex(b"PK\x01\x02")
        size = int.from_bytes(raw[at + 24 : at + 28], "little")
        raw[at + 24 : at + 28] = (size - 10).to_bytes(4, "little")
        packed.write_bytes(raw)
        self.refused(packed, tmp_path, "does not read as a zip file")

    @pytest.mark.parametrize("cut", [0, 1, 100, -1, -30])
    def test_what_is_no_zip_file_is_refused(self, packed: Path, tmp_path: Path, cut: int) -> None:
        packed.write_bytes(packed.read_bytes()[:cut])
        self.refused(packed, tmp_path, "does not read as a zip file")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="No such file"):
            unpack(tmp_path / "missing.zip", tmp_path / "back")

    def test_every_flipped_byte_of_an_export_shows_or_does_not_matter(
        self, signed: Archive, packed: Path, tmp_path: Path
    ) -> None:
        raw = packed.read_bytes()
        for at in range(0, len(raw), 499):
            packed.write_bytes(raw[:at] + bytes([raw[at] ^ 0x10]) + raw[at + 1 :])
            target = tmp_path / f"back-{at}"
            try:
                report = unpack(packed, target)
            except (IncompleteError, UsageError):
                continue
            assert target.exists() == (report.exit_code == 0)
            if target.exists():
                assert check(target, heads=[head(signed)]).exit_code == 0
                shutil.rmtree(target)
