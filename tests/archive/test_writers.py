"""Many writers at once, and writers killed at any moment: nothing is lost, doubled or left half-written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aiaudit.archive import standalone
from aiaudit.archive.begin import create
from aiaudit.archive.check import Report, check

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "fork"), reason="the storm forks its writers"),
]


def storm(folder: Path, mode: str, writers: int, number: int) -> tuple[set[str], Report]:
    """Let writers loose on an archive; return the heads they reported, and what checking finds."""
    made = create(folder)
    script = Path(__file__).with_name("storm.py")
    done = subprocess.run(
        [sys.executable, str(script), str(made.folder), mode, str(writers), str(number)],
        capture_output=True,
        text=True,
        check=True,
        timeout=280,
    )
    report = check(made.folder)
    assert (report.exit_code, report.problems) == (0, ())
    assert standalone.check(str(made.folder)) == (str(report.head), [])
    return set(done.stdout.split()), report


def numbers(heads: set[str]) -> list[int]:
    return sorted(int(head.split(":")[0]) for head in heads)


def test_eight_writers_lose_nothing(tmp_path: Path) -> None:
    heads, report = storm(tmp_path / "archive", "append", 8, 200)

    assert report.head is not None
    assert report.head.size == 1600
    assert numbers(heads) == list(range(1, 1601))
    assert str(report.head) in heads
    assert report.remarks == ()
    assert report.objects == 1601


def test_whatever_was_reported_survives_two_hundred_kills(tmp_path: Path) -> None:
    heads, report = storm(tmp_path / "archive", "kill", 4, 200)

    assert report.head is not None
    assert len(heads) > 100
    chain = [
        f"{n}:sha256:{standalone.digest((tmp_path / 'archive' / 'records' / f'{n:08d}.json').read_bytes())}"
        for n in range(1, report.head.size + 1)
    ]
    assert heads <= set(chain)
    # A writer may be killed after its record got its name and before it said so: those records are whole, too.
    assert len(chain) - len(heads) <= 204
