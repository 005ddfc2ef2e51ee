"""Several files are written, all or none, and none is overwritten unasked."""

from __future__ import annotations

import pytest

from aiaudit.errors import IncompleteError, UsageError
from aiaudit.starting.place import place, refuse_existing


def test_files_and_their_folders_are_written(tmp_path):
    place({tmp_path / "a": "1\n", tmp_path / "b" / "c": "2\n"})
    assert (tmp_path / "a").read_text() == "1\n"
    assert (tmp_path / "b" / "c").read_text() == "2\n"


def test_where_one_cannot_be_written_the_others_are_as_before(tmp_path):
    (tmp_path / "old").write_text("before")
    (tmp_path / "blocked").write_text("a file where a folder is wanted")
    files = {tmp_path / "new": "x", tmp_path / "old": "after", tmp_path / "blocked" / "c": "y"}
    with pytest.raises(IncompleteError, match=r"cannot be written: .*; nothing was written"):
        place(files)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocked", "old"]
    assert (tmp_path / "old").read_text() == "before"


@pytest.mark.parametrize(("force", "refused"), [(False, True), (True, False)])
def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path, force, refused):
    path = tmp_path / "a"
    path.write_text("mine")
    if refused:
        with pytest.raises(UsageError, match="there already; nothing was written"):
            refuse_existing({path: "x"}, force=force)
    else:
        refuse_existing({path: "x"}, force=force)


def test_links_and_folders_are_never_replaced(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    for name in ("link", "folder"):
        with pytest.raises(UsageError, match="no ordinary file"):
            refuse_existing({tmp_path / name: "x"}, force=True)
