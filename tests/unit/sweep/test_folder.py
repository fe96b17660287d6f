"""A folder is listed whole, whatever lies in it, and nothing in it is followed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from evenhand.detection import Answer
from evenhand.sweep import SourceUnreadable
from evenhand.sweep.model import Ended, Entry, Listed, Noted, OnDisk, Unopened
from evenhand.sweep.sources import folder
from evenhand.sweep.sources.folder import FolderSource, opened
from tests.catalogue import hostile, photo, tarred, zipped


def listed(source: FolderSource) -> dict[bytes, Entry]:
    found = [one for one in source.entries(lambda *_: False) if not isinstance(one, Ended)]
    names = {one.name: one for one in found if isinstance(one, Listed | Noted)}
    assert len(names) == len(found)
    return dict(names)


class TestEntries:
    def test_of_a_hostile_tree_are_each_there_once(self, tmp_path: Path) -> None:
        wanted = hostile(tmp_path / "tree")
        found = listed(FolderSource(str(tmp_path / "tree")))
        assert set(found) == set(wanted)
        skipped = {name for name, one in found.items() if isinstance(one, Noted)}
        assert skipped == {
            b"up",
            b"a/round",
            b"a/passwords.txt",
            b"nowhere",
            b"pipe.jpg",
            b"socket",
        }

    def test_of_a_folder_named_by_a_link_are_those_it_leads_to(self, tmp_path: Path) -> None:
        hostile(tmp_path / "tree")
        (tmp_path / "link").symlink_to("tree")
        assert (
            FolderSource(str(tmp_path / "link")).place == FolderSource(str(tmp_path / "tree")).place
        )
        assert b"a/fine.jpg" in listed(FolderSource(str(tmp_path / "link")))

    def test_end_at_a_depth(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Each folder on the way down holds two handles."""
        monkeypatch.setattr(folder, "DEPTH_MAX", 3)
        (tmp_path / "a" / "b" / "c" / "d").mkdir(parents=True)
        (tmp_path / "a" / "b" / "seen").touch()
        (tmp_path / "a" / "b" / "c" / "unseen").touch()
        found = listed(FolderSource(str(tmp_path)))
        assert set(found) == {b"a/b/seen", b"a/b/c/"}
        deep = found[b"a/b/c/"]
        assert isinstance(deep, Noted)
        assert deep.answer is Answer.FAILED

    def test_deeper_than_a_path_may_be_long_are_listed_and_opened(self, tmp_path: Path) -> None:
        handle = os.open(tmp_path, os.O_RDONLY)
        for _ in range(60):
            os.mkdir("x" * 100, dir_fd=handle)
            below = os.open("x" * 100, os.O_RDONLY, dir_fd=handle)
            os.close(handle)
            handle = below
        os.close(os.open("deep.txt", os.O_CREAT | os.O_WRONLY, dir_fd=handle))
        os.close(handle)
        ((name, one),) = listed(FolderSource(str(tmp_path))).items()
        assert len(name) > 6_000
        assert isinstance(one, Listed)
        assert isinstance(one.where, OnDisk)
        with opened(one.where.root, one.where.way) as file:
            assert file.read() == b""

    def test_that_cannot_be_listed_failed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "closed").mkdir()
        real = os.scandir

        def scandir(handle: int) -> os._ScandirIterator[str]:
            if stat.S_ISDIR(os.fstat(handle).st_mode) and os.path.samestat(
                os.fstat(handle), (tmp_path / "closed").stat()
            ):
                raise PermissionError(13, "Permission denied")
            return real(handle)

        monkeypatch.setattr(os, "scandir", scandir)
        found = listed(FolderSource(str(tmp_path)))
        one = found[b"closed/"]
        assert isinstance(one, Noted)
        assert (one.answer, "Permission denied" in one.why) == (Answer.FAILED, True)

    def test_of_a_folder_that_is_gone_cannot_be_had(self, tmp_path: Path) -> None:
        with pytest.raises(SourceUnreadable):
            listed(FolderSource(str(tmp_path / "gone")))

    def test_are_counted(self, tmp_path: Path) -> None:
        wanted = hostile(tmp_path / "tree")
        assert FolderSource(str(tmp_path / "tree")).count(lambda: False) == len(wanted)

    def test_change_their_stamp_when_only_a_time_was_set_back(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jpg"
        file.write_bytes(photo())
        before = file.stat()
        first = listed(FolderSource(str(tmp_path)))[b"a.jpg"]
        file.write_bytes(bytes(len(photo())))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
        second = listed(FolderSource(str(tmp_path)))[b"a.jpg"]
        assert isinstance(first, Listed)
        assert isinstance(second, Listed)
        assert first.stamp != second.stamp


class TestOpened:
    def test_refuses_a_way_that_became_a_link(self, tmp_path: Path) -> None:
        """Between listing and opening, somebody may have changed the tree."""
        (tmp_path / "tree").mkdir()
        (tmp_path / "secret").mkdir()
        (tmp_path / "secret" / "a").write_text("secret")
        (tmp_path / "tree" / "sub").symlink_to(tmp_path / "secret")
        (tmp_path / "tree" / "a").symlink_to(tmp_path / "secret" / "a")
        root = os.fsencode(tmp_path / "tree")
        for way in ((b"sub", b"a"), (b"a",)):
            with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
                opened(root, way)

    def test_refuses_a_pipe_without_waiting(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe")
        with pytest.raises(OSError, match="ordinary"):
            opened(os.fsencode(tmp_path), (b"pipe",))


class TestArchives:
    def test_are_listed_where_they_lie(self, tmp_path: Path) -> None:
        inner = zipped({"in.jpg": photo()})
        (tmp_path / "a.zip").write_bytes(zipped({"x.jpg": photo(), "in.zip": inner}))
        (tmp_path / "b.tar").write_bytes(tarred({"y.jpg": photo()}))
        (tmp_path / "c.tgz").write_bytes(tarred({"z.jpg": photo()}, "w:gz"))
        found = listed(FolderSource(str(tmp_path)))
        assert set(found) == {
            b"a.zip!/x.jpg",
            b"a.zip!/in.zip!/in.jpg",
            b"b.tar!/y.jpg",
            b"c.tgz!/z.jpg",
        }

    def test_end_with_a_mark_when_they_were_listed_whole(self, tmp_path: Path) -> None:
        (tmp_path / "whole.zip").write_bytes(zipped({"x": b"x"}))
        (tmp_path / "cut.zip").write_bytes(zipped({"x": b"x"})[:-5])
        found = list(FolderSource(str(tmp_path)).entries(lambda *_: False))
        assert [one.container for one in found if isinstance(one, Ended)] == [b"whole.zip"]

    def test_that_did_not_change_stay_closed(self, tmp_path: Path) -> None:
        (tmp_path / "a.zip").write_bytes(zipped({"x": b"x"}))
        assert list(FolderSource(str(tmp_path)).entries(lambda *_: True)) == [Unopened(b"a.zip")]
