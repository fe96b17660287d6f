"""The list of a ZIP archive is what the standard library reads, or the archive is refused."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.sweep.sources.zipped import DamagedArchive, Member, members, unpacked
from tests.catalogue import zipped

FILES = {"a.txt": b"alpha" * 100, "folder/ü.bin": bytes(range(256)) * 40, "empty": b""}


def listed(content: bytes, *, entries_max: int = 1_000) -> list[Member]:
    return list(members(io.BytesIO(content), entries_max=entries_max))


def content_of(content: bytes, one: Member, **changes: Any) -> bytes:
    told = {"at": one.at, "packed": one.packed, "size": one.size, "method": one.method}
    return b"".join(unpacked(io.BytesIO(content), **{**told, "crc": one.crc, **changes}))


class TestMembers:
    @pytest.mark.parametrize("before", [b"", b"#!/bin/sh\n"], ids=["plain", "behind a program"])
    def test_are_those_that_were_packed(self, before: bytes) -> None:
        content = before + zipped(FILES)
        found = {one.name.decode(): content_of(content, one) for one in listed(content)}
        assert found == FILES

    def test_are_read_from_archives_in_the_long_form(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """ZIP64: written for more, or longer, files than the short form can name."""
        monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
        monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 1)
        content = zipped(FILES)
        assert b"PK\x06\x06" in content
        assert {one.name.decode(): content_of(content, one) for one in listed(content)} == FILES

    def test_say_which_are_encrypted_and_which_are_links(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            link = zipfile.ZipInfo("link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
            archive.writestr("plain", b"x")
        content = bytearray(out.getvalue())
        at = content.rfind(b"PK\x01\x02")
        content[at + 8] |= 1
        found = {one.name: one for one in listed(bytes(content))}
        assert found[b"link"].mode == 0o120777
        assert found[b"plain"].encrypted

    def test_are_refused_when_they_lie_on_one_another(self) -> None:
        """How forty kilobytes unpack to gigabytes: one member, listed a hundred times."""
        content = zipped({"x": bytes(1_000_000)})
        at, end = content.rfind(b"PK\x01\x02"), content.rfind(b"PK\x05\x06")
        entry, tail = content[at:end], bytearray(content[end:])
        struct.pack_into("<2HL", tail, 8, 100, 100, 100 * len(entry))
        with pytest.raises(DamagedArchive, match="lie on one another"):
            listed(content[:at] + 100 * entry + bytes(tail))

    def test_are_refused_when_there_are_too_many(self) -> None:
        with pytest.raises(DamagedArchive, match="the limit is 2"):
            listed(zipped(FILES), entries_max=2)

    @pytest.mark.parametrize("content", [b"", b"PK", b"x" * 100, zipped(FILES)[:-30]])
    def test_are_refused_without_a_list(self, content: bytes) -> None:
        with pytest.raises(DamagedArchive):
            listed(content)

    @given(st.data())
    def test_of_a_damaged_archive_are_read_or_refused(self, data: st.DataObject) -> None:
        """Never anything else, and never more bytes than the list said."""
        content = bytearray(zipped(FILES))
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(content) - 1))
            content[at] = data.draw(st.integers(0, 255))
        try:
            for one in listed(bytes(content)):
                if one.method in {0, 8} and one.size < 10_000_000:
                    assert len(content_of(bytes(content), one)) == one.size
        except DamagedArchive:
            pass


class TestUnpacked:
    def test_stops_at_the_size_that_was_listed(self) -> None:
        content = zipped({"bomb": bytes(50_000_000)})
        (one,) = listed(content)
        read = 0
        with pytest.raises(DamagedArchive, match="longer than the list says"):
            for part in unpacked(
                io.BytesIO(content), at=one.at, packed=one.packed, size=100_000, method=8, crc=0
            ):
                read += len(part)
        assert read <= 100_000

    @pytest.mark.parametrize("changes", [{"crc": 1}, {"at": 3}, {"packed": 5}, {"size": 501}])
    def test_is_refused_when_it_is_not_what_was_packed(self, changes: dict[str, int]) -> None:
        content = zipped(FILES)
        one = next(each for each in listed(content) if each.name == b"a.txt")
        with pytest.raises(DamagedArchive):
            content_of(content, one, **changes)
