"""Archives begin empty, and records are added to their end, in a chain, by whoever may."""

from __future__ import annotations

import itertools
import json
import stat
from pathlib import Path

import pytest

from aiaudit.archive import append as appending
from aiaudit.archive import storage
from aiaudit.archive.append import append, head, ready
from aiaudit.archive.begin import create
from aiaudit.archive.check import check
from aiaudit.archive.envelope import PLACE, sha256, unwrap
from aiaudit.archive.keys import Signer
from aiaudit.archive.layout import Archive, Head, Tampered, open_archive
from aiaudit.archive.rotation import rotate
from aiaudit.errors import IncompleteError, UsageError

from .made import NEW, OLD, STRANGER, filled, rewrite, small, whole


class TestBeginning:
    def test_an_archive_is_empty_and_as_written(self, archive: Archive) -> None:
        whole(archive, 0)
        assert head(archive) == Head(size=0, digest=sha256((archive.folder / "archive.json").read_bytes()))
        assert archive.retention == 120

    def test_two_archives_are_two(self, tmp_path: Path) -> None:
        assert create(tmp_path / "a").id != create(tmp_path / "b").id

    def test_a_folder_in_use_is_left_alone(self, tmp_path: Path, archive: Archive) -> None:
        (tmp_path / "used").mkdir()
        (tmp_path / "used" / "notes.txt").write_text("mine")

        for folder in (tmp_path / "used", archive.folder):
            with pytest.raises(UsageError, match="is not empty"):
                create(folder)

    def test_a_beginning_that_was_cut_off_can_be_repeated(self, tmp_path: Path) -> None:
        (tmp_path / "archive" / "records").mkdir(parents=True)

        whole(create(tmp_path / "archive"), 0)

    @pytest.mark.parametrize("version", ["aiaudit/archive/2", "aiaudit/archive/10"])
    def test_a_newer_format_is_not_tampering(self, archive: Archive, version: str) -> None:
        data = json.loads((archive.folder / "archive.json").read_bytes())
        data["format"] = version
        text = json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n"
        rewrite(archive.folder / "archive.json", text.encode())

        with pytest.raises(IncompleteError, match="this aiaudit reads aiaudit/archive/1"):
            check(archive.folder)

    def test_no_archive_is_no_archive(self, tmp_path: Path) -> None:
        with pytest.raises(IncompleteError, match="cannot be read"):
            open_archive(tmp_path)


class TestHeads:
    def test_a_head_reads_as_it_is_printed(self, archive: Archive) -> None:
        printed = head(archive)

        assert Head.parse(f" {printed}\n") == printed

    @pytest.mark.parametrize("text", ["", "42", "42:sha256:", "42:md5:" + "0" * 64, "x:sha256:" + "0" * 64])
    def test_what_is_no_head_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match="is not a head"):
            Head.parse(text)


class TestAppending:
    def test_records_are_chained(self, archive: Archive) -> None:
        heads = [head(archive), *(append(archive, small(name)) for name in "abc")]

        assert [h.size for h in heads] == [0, 1, 2, 3]
        for before, after in itertools.pairwise(heads):
            raw = archive.record(after.size).read_bytes()
            assert sha256(raw) == after.digest
            place = unwrap(raw).statement["predicate"][PLACE]
            assert (place["sequence"], place["previous"]) == (after.size, before.digest)
        whole(archive, 3)

    def test_files_are_read_only_and_named_by_their_content(self, archive: Archive) -> None:
        append(archive, small())

        stored = [archive.record(1), *archive.objects.glob("*/*")]
        assert len(stored) == 3
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o222 == 0 for path in stored)
        assert all(sha256(path.read_bytes()) == path.parent.name + path.name for path in stored[1:])
        assert list(archive.incoming.iterdir()) == []

    def test_the_same_object_is_stored_once(self, archive: Archive) -> None:
        for _ in range(3):
            append(archive, small())

        assert len(list(archive.objects.glob("*/*"))) == 2

    def test_an_object_that_was_changed_is_not_built_on(self, archive: Archive) -> None:
        append(archive, small())
        rewrite(next(archive.objects.glob("*/*")), b"other")

        with pytest.raises(Tampered, match="was changed"):
            append(archive, small())
        assert head(archive).size == 1

    def test_the_time_can_be_set_for_repeatable_bytes(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        append(archive, small())

        place = unwrap(archive.record(1).read_bytes()).statement["predicate"][PLACE]
        assert place["time"] == "2023-11-14T22:13:20Z"

    def test_a_time_that_is_none_is_refused(self, archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")

        with pytest.raises(UsageError, match="SOURCE_DATE_EPOCH"):
            append(archive, small())

    def test_the_loser_of_a_race_continues_the_winner(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real, rivals = storage.place, iter(["rival one", "rival two"])

        def slower(temporary: Path, target: Path) -> None:
            rival = next(rivals, None)
            if rival is not None:
                monkeypatch.setattr(appending, "place", real)
                append(archive, small(rival))
                monkeypatch.setattr(appending, "place", slower)
            real(temporary, target)

        monkeypatch.setattr(appending, "place", slower)

        assert append(archive, small("loser")).size == 3
        whole(archive, 3)

    def test_a_last_record_that_does_not_read_is_not_continued(
        self, archive: Archive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(appending, "PATIENCE", 0.05)
        append(archive, small())
        rewrite(archive.record(1), archive.record(1).read_bytes()[:100])

        with pytest.raises(IncompleteError, match="the last record, 1, cannot be continued"):
            append(archive, small())
        assert check(archive.folder).exit_code == 1


class TestSigning:
    def test_every_record_is_signed(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", signed=True)

        assert {s.keyid for n in range(1, 6) for s in unwrap(made.record(n).read_bytes()).signatures} == {
            OLD.keyid
        }

    @pytest.mark.parametrize(
        ("signers", "why"), [([], "was not given"), ([NEW], "not by"), ([OLD, NEW], "not by")]
    )
    def test_others_cannot_add(self, tmp_path: Path, signers: list[Signer], why: str) -> None:
        made = filled(tmp_path / "archive", signed=True, size=1)

        for attempt in (lambda: append(made, small(), signers), lambda: ready(made, signers)):
            with pytest.raises(UsageError, match=why):
                attempt()
        whole(made, 1)

    def test_an_unsigned_archive_takes_no_signature_that_nobody_could_check(self, archive: Archive) -> None:
        with pytest.raises(UsageError, match="is not signed, but key"):
            append(archive, small(), [OLD])

    def test_handing_over(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", signed=True, size=1)
        rotate(made, NEW, OLD)

        with pytest.raises(UsageError, match="not by"):
            append(made, small(), [OLD])
        append(made, small(), [NEW])
        whole(made, 3)
        assert check(made.folder, key=OLD.keyid).exit_code == 0
        assert check(made.folder, key=NEW.keyid).exit_code == 0
        assert check(made.folder, key=STRANGER.keyid).exit_code == 1

    def test_only_the_key_in_force_hands_over(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", signed=True, size=1)

        for old in (None, STRANGER):
            with pytest.raises(UsageError):
                rotate(made, NEW, old)
        with pytest.raises(UsageError, match="the same"):
            rotate(made, OLD, OLD)
        whole(made, 1)

    def test_an_unsigned_archive_can_be_signed_from_now_on(self, tmp_path: Path) -> None:
        made = filled(tmp_path / "archive", size=2)
        rotate(made, OLD, None)

        with pytest.raises(UsageError):
            append(made, small())
        append(made, small(), [OLD])
        whole(made, 4)
        assert check(made.folder, key=OLD.keyid).exit_code == 0
