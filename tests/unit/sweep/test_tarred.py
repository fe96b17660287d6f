"""A tar archive is read to its end mark, whatever it is compressed with, or it is damaged."""

from __future__ import annotations

import gzip
import io
import tarfile

import pytest

from evenhand.sweep.sources.guarded import Bomb, Guarded
from evenhand.sweep.sources.tarred import DamagedTar, Tar
from tests.catalogue import tarred

FILES = {"a.txt": b"alpha" * 100, "b/ü.bin": bytes(range(256)) * 40, "c": b"", "d": bytes(512)}


def read(content: bytes) -> dict[str, bytes]:
    opened = Tar(io.BytesIO(content), len(content))
    return {one.name.decode(): opened.content(one) for one in opened.members()}


def names(content: bytes) -> list[str]:
    opened = Tar(io.BytesIO(content), len(content))
    return [one.name.decode() for one in opened.members()]


class TestMembers:
    @pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
    def test_are_those_that_were_packed(self, mode: str) -> None:
        assert read(tarred(FILES, mode)) == FILES

    @pytest.mark.parametrize("mode", ["w", "w:gz"])
    def test_are_listed_without_being_read(self, mode: str) -> None:
        assert names(tarred(FILES, mode)) == list(FILES)

    def test_with_long_names_are_listed(self) -> None:
        long = {"x/" * 300 + "ünd.txt": b"deep"}
        assert read(tarred(long)) == long

    def test_say_what_is_no_ordinary_file(self) -> None:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
                info = tarfile.TarInfo(f"odd{kind.decode()}")
                info.type = kind
                archive.addfile(info)
        opened = Tar(io.BytesIO(out.getvalue()), 0)
        assert [one.ordinary for one in opened.members()] == [False] * 4


class TestDamage:
    @pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
    def test_is_seen_when_it_is_cut_short(self, mode: str) -> None:
        """Nowhere does a cut archive pass for one that was read whole."""
        content = tarred(FILES, mode)
        damaged = 0
        for share in range(1, 20):
            try:
                assert read(content[: len(content) * share // 20]) == FILES
            except DamagedTar:
                damaged += 1
        assert damaged > 9

    def test_is_seen_when_a_header_in_the_middle_is_broken(self) -> None:
        """The library takes that for the end; files behind it would pass for clean."""
        content = bytearray(tarred({"a": b"first", "b": b"second"}))
        content[1_024:1_224] = b"\xff" * 200
        with pytest.raises(DamagedTar, match="end mark"):
            read(bytes(content))

    def test_is_a_header_that_claims_to_be_enormous(self) -> None:
        """A long name of eight gigabytes would otherwise be held in memory."""
        info = tarfile.TarInfo("././@LongLink")
        info.type, info.size = tarfile.GNUTYPE_LONGNAME, 8_000_000_000
        content = gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(40_000_000))
        with pytest.raises(DamagedTar, match="one of its headers"):
            read(content)

    def test_is_what_unpacks_to_far_too_much(self) -> None:
        content = tarred({"zeros": bytes(90_000_000)}, "w:gz")
        with pytest.raises(DamagedTar, match="200 times its size"):
            names(content)


class TestGuarded:
    def test_looks_one_byte_back_without_starting_anew(self) -> None:
        file = Guarded(io.BytesIO(b"abcdef"), packed=6)
        assert (file.read(3), file.seek(2), file.read(2)) == (b"abc", 2, b"cd")

    def test_goes_no_further_back(self) -> None:
        file = Guarded(io.BytesIO(b"abcdef"), packed=6)
        file.read(4)
        with pytest.raises(ValueError, match="forward only"):
            file.seek(1)

    def test_reads_no_more_at_once_than_a_header_may_be(self) -> None:
        with pytest.raises(Bomb):
            Guarded(io.BytesIO(b"abc")).read(20_000_000)
