"""Archives have an end: of depth, of length, of number; what lies beyond it failed, and is said."""

from __future__ import annotations

import io
import zipfile

import pytest

from evenhand.detection import Answer
from evenhand.sweep.model import Inline, Listed, Noted
from evenhand.sweep.sources import containers
from evenhand.sweep.sources.containers import Archive, expand, is_archive
from tests.catalogue import tarred, zipped


def expanded(content: bytes, name: bytes = b"a.zip") -> list[Listed | Noted]:
    return list(expand(Archive(name, len(content), lambda: io.BytesIO(content), None, "stamp")))


def failures(content: bytes, name: bytes = b"a.zip") -> dict[bytes, str]:
    found = [one for one in expanded(content, name) if isinstance(one, Noted)]
    return {one.name: one.why for one in found if one.answer is Answer.FAILED}


class TestExpand:
    def test_tells_members_of_one_name_apart(self) -> None:
        """A harmless file of the same name does not stand in for the other."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("x", b"first")
            with pytest.warns(UserWarning, match="Duplicate"):
                archive.writestr("x", b"second")
        found = [one for one in expanded(out.getvalue()) if isinstance(one, Listed)]
        assert [one.where for one in found] == [Inline(b"first"), Inline(b"second")]
        assert len({(one.name, one.nth) for one in found}) == 2

    def test_opens_no_archive_beyond_a_depth(self) -> None:
        content = zipped({"x": b"x"})
        for _ in range(5):
            content = zipped({"in.zip": content})
        ((name, why),) = failures(content).items()
        assert name == b"a.zip" + 3 * b"!/in.zip"
        assert "3 archives deep" in why

    def test_says_of_itself_what_it_cannot_open(self) -> None:
        inner = zipped({"in.7z": b"7z", "in.rar": b"Rar!", "in.zip": b"none", "in.tar": b"none"})
        found = failures(inner)
        assert set(found) == {b"a.zip!/in." + each for each in (b"7z", b"rar", b"zip", b"tar")}
        assert "unpack it first" in found[b"a.zip!/in.7z"]

    def test_ends_after_so_many_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(containers, "ENTRIES_MAX", 3)
        content = tarred({f"{number}": b"x" for number in range(5)})
        found = expanded(content, b"a.tar")
        assert len(found) == 4
        assert "more than 3 entries" in failures(content, b"a.tar")[b"a.tar"]

    def test_holds_no_member_that_is_too_long(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(containers, "INLINE_BYTES_MAX", 10)
        long = {"short": b"x", "long": b"x" * 11}
        assert set(failures(zipped(long))) == {b"a.zip!/long"}
        assert set(failures(tarred(long, "w:gz"), b"a.tgz")) == {b"a.tgz!/long"}

    def test_fails_a_member_that_unpacks_to_far_too_much(self) -> None:
        found = failures(zipped({"bomb": bytes(90_000_000), "fine": b"x"}))
        assert set(found) == {b"a.zip!/bomb"}

    def test_fails_what_is_encrypted_or_packed_unusually(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
            archive.writestr("lzma", b"x")
        assert "method" in failures(out.getvalue())[b"a.zip!/lzma"]
        content = bytearray(zipped({"x": b"x"}))
        content[content.rfind(b"PK\x01\x02") + 8] |= 1
        assert failures(bytes(content)) == {b"a.zip!/x": "It is encrypted."}

    def test_skips_links(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            link = zipfile.ZipInfo("link")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        (one,) = expanded(out.getvalue())
        assert isinstance(one, Noted)
        assert one.answer is Answer.SKIPPED


class TestIsArchive:
    @pytest.mark.parametrize(
        "name", [b"a.zip", b"A.ZIP", b"a.tar.gz", b"a.tgz", b"a.7z", b"x/a.tar"]
    )
    def test_goes_by_the_name(self, name: bytes) -> None:
        assert is_archive(name)

    @pytest.mark.parametrize("name", [b"a.jpg", b"zip", b"a.gz", b"a.docx"])
    def test_takes_nothing_else_for_one(self, name: bytes) -> None:
        assert not is_archive(name)
