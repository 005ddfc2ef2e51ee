from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from aiaudit.policy.dating import committed
from aiaudit.policy.sources import built_in_ids, is_path

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

Git = Callable[..., None]


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.org")
        monkeypatch.setenv(f"GIT_{name}_DATE", "2026-03-04T05:06:07+00:00")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.delenv("GIT_DIR", raising=False)

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    return git


@needs_git
def test_a_committed_file_has_a_day(git: Git, tmp_path: Path) -> None:
    path = tmp_path / "a policy.yaml"
    path.write_text("a: 1")
    assert committed(path) is None
    git("add", ".")
    assert committed(path) is None
    git("commit", "-q", "-m", "x")
    assert committed(path) == date(2026, 3, 4)
    path.write_text("a: 2")
    assert committed(path) is None


@needs_git
def test_an_ignored_file_has_none(git: Git, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.yaml")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    (tmp_path / "p.yaml").write_text("a: 1")
    assert committed(tmp_path / "p.yaml") is None


def test_no_repository_no_git_no_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("a: 1")
    assert committed(path) is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert committed(path) is None
    assert committed(tmp_path / "absent" / "p.yaml") is None


@pytest.mark.parametrize(
    ("ref", "path"),
    [("smb-baseline", False), ("a.yaml", True), ("a.yml", True), ("./a", True), ("a/b", True), ("a", False)],
)
def test_what_is_a_path(ref: str, path: bool) -> None:
    assert is_path(ref) is path


def test_the_packs_are_found() -> None:
    found = built_in_ids()
    assert {"smb-baseline", "us-employment-adverse-impact", "us-nyc-ll144"} <= set(found)
    assert list(found) == sorted(found)
    # The folder of their examples is no pack.
    assert "examples" not in found
