from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from aiaudit.policy import load_policies
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
def test_the_day_of_a_commit_is_that_of_utc(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-03-04T05:06:07+09:00")
    (tmp_path / "p.yaml").write_text("a: 1")
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert committed(tmp_path / "p.yaml") == date(2026, 3, 3)


OURS = 'version: 1\nid: ours\nedition: "{}"\ntitle: Ours\nextends: [smb-baseline]\n'


def last_source(path: Path) -> tuple[date | None, str]:
    source = load_policies([str(path)]).sources[-1]
    return source.dated, source.dated_by


@needs_git
def test_where_there_is_git_its_commit_counts_and_nothing_else(git: Git, tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(OURS.format("2026-01-05"))
    never = "it was changed after its last commit, or never committed"
    assert last_source(path) == (None, never)
    git("add", ".")
    git("commit", "-q", "-m", "x")
    assert last_source(path) == (date(2026, 3, 4), "git commit")
    path.write_text(OURS.format("2026-01-06"))
    assert last_source(path) == (None, never)


@pytest.mark.parametrize(
    ("edition", "day"),
    [
        ("2026-01-05", date(2026, 1, 5)),
        ("2026.01", date(2026, 1, 1)),
        ("2026-13", None),
        ("3", None),
    ],
)
def test_without_git_a_policy_is_of_the_day_that_its_edition_names(
    edition: str, day: date | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "ours.yaml").write_text(OURS.format(edition))
    told = "its own edition" if day else "neither git nor its edition tells when it was changed"
    assert last_source(tmp_path / "ours.yaml") == (day, told)


def test_a_pack_is_of_the_day_on_which_its_law_was_looked_up_last() -> None:
    loaded = load_policies(["us-nyc-ll144"])
    assert loaded.sources[-1].dated == max(i.last_verified for i in loaded.policy.instruments)
    assert load_policies(["smb-baseline"]).sources[-1].dated == date(2026, 11, 1)


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
