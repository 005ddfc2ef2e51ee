from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import random
import sys
from pathlib import Path

import pytest

from aiaudit.loading import files
from aiaudit.loading.tables import (
    read_table,
)


@pytest.mark.parametrize(
    ("pack", "suffix"), [(gzip.compress, "gz"), (bz2.compress, "bz2"), (lzma.compress, "xz")]
)
@pytest.mark.parametrize("named", [True, False])
def test_packed(tmp_path: Path, pack, suffix: str, named: bool, write) -> None:
    path = write(tmp_path, pack(b"a,b\n1,2\n"), f"data.csv.{suffix}" if named else "data.csv")
    table = read_table(path)
    assert table.frame.to_dict("list") == {"a": [1], "b": [2]}
    assert table.digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_cut_short_or_damaged(tmp_path: Path, pack, write, refusal) -> None:
    rows = "".join(f"{random.Random(i).random()},{i}\n" for i in range(5000))
    packed = pack(f"a,b\n{rows}".encode())
    assert "is damaged" in refusal(write(tmp_path, packed[: len(packed) // 2])).message
    middle = len(packed) // 2
    damaged = (
        packed[:middle] + bytes(byte ^ 255 for byte in packed[middle : middle + 20]) + packed[middle + 20 :]
    )
    assert "is damaged" in refusal(write(tmp_path, damaged)).message


def test_decompression_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write, refusal) -> None:
    path = write(tmp_path, gzip.compress(b"a,b\n" + b"1,2\n" * 2_000_000), "data.csv.gz")
    monkeypatch.setattr(files, "RATIO_FROM", 1024**2)
    assert "decompression bomb" in refusal(path).message
    monkeypatch.setattr(files, "MAX_BYTES", 4 * 1024**2)
    assert "holds more than 4 MiB" in refusal(path).message
    plain = write(tmp_path, b"a,b\n" + b"1,2\n" * 2_000_000, "plain.csv")
    assert "holds more than 4 MiB" in refusal(plain).message


def test_paths(tmp_path: Path, refusal) -> None:
    assert refusal(tmp_path / "no.csv").exit_code == 2
    assert "is a directory" in refusal(tmp_path).message
    assert "no such file" in refusal(tmp_path / "a\x1b[2Jb.csv").message
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert "not an ordinary file" in refusal(tmp_path / "pipe.csv").message


@pytest.mark.skipif(
    sys.platform == "win32" or (hasattr(os, "geteuid") and os.geteuid() == 0),
    reason="permissions do not bind this user",
)
def test_permission_denied(tmp_path: Path, write, refusal) -> None:
    path = write(tmp_path, "a,b\n1,2\n")
    path.chmod(0)
    assert "Permission denied" in refusal(path).message


def test_a_reading_error_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write, refusal) -> None:
    def denied(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "a,b\n1,2\n")
    monkeypatch.setattr(Path, "read_bytes", denied)
    error = refusal(path)
    assert "data.csv cannot be read: Permission denied" in error.message
    assert error.exit_code == 3
