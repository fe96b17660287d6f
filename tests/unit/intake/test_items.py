"""An item is taken whole or refused with every problem named."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from evenhand.intake import (
    LIMITS,
    STARTER_KINDS,
    CheckedItem,
    Field,
    FieldRole,
    FieldType,
    ItemKind,
    ItemRefused,
    check_item,
)
from evenhand.intake.items import address_item, url_key
from evenhand.kit.images import ImageLimits

KINDS = {kind.name: kind for kind in STARTER_KINDS} | {
    "everything": ItemKind(
        "everything",
        (
            Field("text", FieldType.TEXT),
            Field("link", FieldType.LINK, FieldRole.LINK),
            Field("count", FieldType.INT),
            Field("weight", FieldType.FLOAT),
            Field("sold", FieldType.BOOL),
            Field("at", FieldType.TIME),
            Field("photos", FieldType.IMAGE, FieldRole.MEDIA, many=True),
            Field("notes", FieldType.TEXT, many=True),
        ),
    )
}


def jpeg(width: int = 40, height: int = 30) -> bytes:
    """Draw a picture with some structure."""
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def photo(content: bytes, media_type: str | None = "image/jpeg") -> dict[str, Any]:
    """Wrap bytes as a host sends them."""
    sent: dict[str, Any] = {"data": base64.b64encode(content).decode()}
    return sent if media_type is None else sent | {"media_type": media_type}


def raw(**changes: Any) -> dict[str, Any]:
    """Make a submission; a change to None leaves the field out."""
    whole = {
        "kind": "post",
        "id": "p-1",
        "account": {"id": "a-1", "name": "Marisol", "email": "m@example.org", "language": "es"},
        "url": "https://plaza.example/p/1",
        "reach": 12,
        "created_at": "2026-11-21T08:00:00Z",
        "fields": {"title": "Hello", "text": "A raccoon at the door."},
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def problems(sent: object, **limits: Any) -> list[tuple[str, str]]:
    """Return where and why a submission is refused."""
    with pytest.raises(ItemRefused) as caught:
        check_item(sent, KINDS, replace(LIMITS, **limits))
    assert all(problem.says.endswith(".") for problem in caught.value.problems)
    return [(problem.path, problem.code) for problem in caught.value.problems]


def checked(**changes: Any) -> CheckedItem:
    """Check a submission."""
    return check_item(raw(**changes), KINDS)


class TestCheckItem:
    """What may come in."""

    def test_takes_an_item_whole(self) -> None:
        """Every part is there, and the address is in no printed form."""
        item = checked(fields={"text": "With a photo", "photo": photo(jpeg())})
        assert item.kind.name == "post"
        assert item.account is not None
        assert (item.account.external_id, item.account.language) == ("a-1", "es")
        assert item.account.email == "m@example.org"
        assert "m@example.org" not in repr(item)
        [image] = item.images
        assert (image.width, image.height, image.media_type) == (40, 30, "image/jpeg")
        assert item.fields[1]["value"] == image.sha256

    def test_takes_the_least_there_can_be(self) -> None:
        """Kind, id, account and the required fields are enough."""
        sent = {"kind": "message", "id": "1", "account": {"id": "a", "name": "A"}}
        assert check_item(sent | {"fields": {"text": ""}}, KINDS).url is None

    def test_takes_every_type_of_field(self) -> None:
        """Values stay what they are; an instant is written in UTC."""
        item = checked(
            kind="everything",
            fields={
                "text": "شكراً 谢谢 🎈",
                "link": "https://example.org/ü",
                "count": -3,
                "weight": 2,
                "sold": False,
                "at": "2026-11-21T10:00:00+02:00",
                "photos": [photo(jpeg()), photo(jpeg(50, 20), None)],
                "notes": ["a", "b"],
            },
        )
        values = {one["name"]: one["value"] for one in item.fields}
        assert values["text"] == "شكراً 谢谢 🎈"
        assert values["at"] == "2026-11-21T08:00:00.000000Z"
        assert (values["count"], values["weight"], values["sold"]) == (-3, 2.0, False)
        assert [image.position for image in item.images] == [0, 1]
        assert values["notes"] == ["a", "b"]

    @pytest.mark.parametrize("sent", [None, 1, "text", [], ["kind"], True])
    def test_refuses_what_is_no_object(self, sent: object) -> None:
        """The type is wrong at the top."""
        assert ("", "wrong_type") in problems(sent)

    def test_names_everything_that_is_missing(self) -> None:
        """All at once, so that the sender mends once."""
        assert problems({}) == [("kind", "missing"), ("id", "missing"), ("account", "missing")]
        assert problems(raw(fields={})) == [("fields.text", "missing")]
        assert problems(raw(fields={"text": None})) == [("fields.text", "missing")]

    @pytest.mark.parametrize(
        ("changes", "found"),
        [
            ({"kind": "essay"}, ("kind", "unknown_kind")),
            ({"kind": "address"}, ("kind", "unknown_kind")),
            ({"kind": ["post"]}, ("kind", "unknown_kind")),
            ({"kind": {"a": 1}}, ("kind", "unknown_kind")),
            ({"id": 7}, ("id", "wrong_type")),
            ({"id": " "}, ("id", "empty")),
            ({"id": "x" * 201}, ("id", "too_long")),
            ({"id": "a\0"}, ("id", "unstorable")),
            ({"id": "\ud800"}, ("id", "unstorable")),
            ({"account": "marisol"}, ("account", "wrong_type")),
            ({"account": {"id": "1"}}, ("account.name", "missing")),
            ({"account": {"id": "1", "name": "\udfff"}}, ("account.name", "unstorable")),
            ({"account": {"id": "1", "name": "N", "age": 3}}, ("account.age", "unknown_field")),
            (
                {"account": {"id": "1", "name": "N", "email": "x"}},
                ("account.email", "not_an_email"),
            ),
            ({"url": "javascript:alert(1)"}, ("url", "not_a_link")),
            ({"reach": -1}, ("reach", "out_of_range")),
            ({"reach": True}, ("reach", "wrong_type")),
            ({"created_at": "yesterday"}, ("created_at", "not_a_time")),
            ({"extra": 1}, ("extra", "unknown_field")),
            ({"\ud800": 1}, ("\\ud800", "unknown_field")),
            ({"fields": "text"}, ("fields", "wrong_type")),
            ({"fields": {"text": "x", "colour": "red"}}, ("fields.colour", "unknown_field")),
            ({"fields": {"text": 5}}, ("fields.text", "wrong_type")),
            ({"fields": {"text": "a\0b"}}, ("fields.text", "unstorable")),
            ({"fields": {"text": "\ud83d"}}, ("fields.text", "unstorable")),
            ({"fields": {"text": "x" * 50_001}}, ("fields.text", "too_long")),
            ({"fields": {"text": "x", "links": "https://a.b"}}, ("fields.links", "wrong_type")),
            ({"fields": {"text": "x", "links": ["no"]}}, ("fields.links[0]", "not_a_link")),
            ({"fields": {"text": "x", "links": [None]}}, ("fields.links[0]", "wrong_type")),
            (
                {"fields": {"text": "x", "links": ["https://example.org"] * 101}},
                ("fields.links", "too_many"),
            ),
            ({"fields": {"text": [[[[[["deep"]]]]]]}}, ("fields.text", "wrong_type")),
        ],
    )
    def test_names_what_is_wrong_and_where(
        self, changes: dict[str, Any], found: tuple[str, str]
    ) -> None:
        """One problem, one place, one code."""
        assert found in problems(raw(**changes))

    def test_repeats_nothing_that_was_sent(self) -> None:
        """A refusal that is logged holds nobody's words."""
        with pytest.raises(ItemRefused) as caught:
            check_item(raw(reach="secret words", id=["secret words"]), KINDS)
        said = str(caught.value) + "".join(problem.says for problem in caught.value.problems)
        assert "secret" not in said

    @settings(max_examples=150, deadline=None)
    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers()
            | st.floats()
            | st.text(st.characters(), max_size=10),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(
                        ["kind", "id", "account", "name", "fields", "text", "photo", "data"]
                    )
                    | st.text(st.characters(), max_size=5),
                    inner,
                    max_size=5,
                )
            ),
            max_leaves=15,
        )
    )
    def test_refuses_any_nonsense_without_another_error(self, nonsense: Any) -> None:
        """Whatever stands at any place, the answer is a list of problems."""
        base = raw(kind="everything")
        for name in base:
            try:
                check_item(base | {name: nonsense}, KINDS)
            except ItemRefused as refused:
                assert refused.problems


class TestPictures:
    """Bytes that say they are a picture."""

    @staticmethod
    def refused(content: bytes, media_type: str | None = "image/jpeg", **limits: Any) -> str:
        """Return the code with which a picture is refused."""
        sent = raw(fields={"text": "x", "photo": photo(content, media_type)})
        [(path, code)] = problems(sent, **limits)
        assert path.startswith("fields.photo")
        return code

    def test_are_refused_when_the_media_type_lies(self) -> None:
        """A PNG that is sent as JPEG is not what its sender says."""
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, "PNG")
        assert self.refused(out.getvalue()) == "media_type_lies"

    @pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
    def test_are_refused_when_cut_short(self, share: float) -> None:
        """A JPEG that ends too early is never stored as if it were whole."""
        whole = jpeg(200, 200)
        assert self.refused(whole[: int(len(whole) * share)]) == "truncated_image"

    def test_are_refused_when_they_are_a_bomb(self) -> None:
        """A small file that claims a huge canvas is refused by its header."""

        def chunk(kind: bytes, body: bytes) -> bytes:
            check = struct.pack(">I", zlib.crc32(kind + body))
            return struct.pack(">I", len(body)) + kind + body + check

        header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0))
        pixels = chunk(b"IDAT", zlib.compress(bytes(100_000)))
        bomb = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
        assert self.refused(bomb, "image/png") == "too_many_pixels"

    def test_are_refused_when_too_large(self) -> None:
        """Before their base64 is undone."""
        assert self.refused(jpeg(), image=ImageLimits(bytes_max=100)) == "too_large"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "not_an_image"),
            (b"<svg onload=alert(1)>", "not_an_image"),
            (b"%PDF-1.7", "not_an_image"),
            (b"BM" + bytes(60), "unsupported_image"),
        ],
    )
    def test_are_refused_when_they_are_none(self, content: bytes, code: str) -> None:
        """What is not opened here is not stored here."""
        assert self.refused(content, None) == code

    @pytest.mark.parametrize("data", ["%%%", "YQ", "YQ==\n", "ÿÿÿÿ", "data:image/png;base64,YQ=="])
    def test_are_refused_when_not_base64(self, data: str) -> None:
        """Strict base64: padded, no line breaks, no data URL."""
        sent = raw(fields={"text": "x", "photo": {"data": data}})
        assert problems(sent) == [("fields.photo.data", "not_base64")]

    @pytest.mark.parametrize(
        ("sent", "found"),
        [
            ("aGk=", ("fields.photo", "wrong_type")),
            ({}, ("fields.photo.data", "missing")),
            ({"data": 5}, ("fields.photo.data", "wrong_type")),
            ({"data": "aGk=", "url": "x"}, ("fields.photo.url", "unknown_field")),
            ({"data": "aGk=", "media_type": 5}, ("fields.photo.media_type", "wrong_type")),
        ],
    )
    def test_are_refused_in_the_wrong_shape(self, sent: Any, found: tuple[str, str]) -> None:
        """An object with data, and perhaps a media type, is all there is."""
        assert found in problems(raw(fields={"text": "x", "photo": sent}))

    def test_are_refused_when_too_many(self) -> None:
        """An item holds so many pictures and no more."""
        sent = raw(kind="everything", fields={"photos": [photo(jpeg(8, 8))] * 3})
        assert problems(sent, media_max=2) == [("fields.photos[2]", "too_many")]


class TestContentHash:
    """When two submissions are the same item."""

    def test_ignores_what_changes_all_the_time(self) -> None:
        """Reach and times are not content."""
        assert checked().content_hash == checked(reach=99, created_at=None).content_hash

    @pytest.mark.parametrize(
        "changes",
        [
            {"fields": {"text": "Other"}},
            {"fields": {"title": "Hello", "text": "A raccoon at the door. "}},
            {"url": "https://plaza.example/p/2"},
            {"account": {"id": "a-2", "name": "Marisol"}},
        ],
    )
    def test_changes_with_the_content(self, changes: dict[str, Any]) -> None:
        """Text, address and author are content."""
        assert checked().content_hash != checked(**changes).content_hash


class TestAddress:
    """An address that stands for an item never sent here."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("https://plaza.example/p/1", "https://PLAZA.example/p/1#comments"),
            ("https://exämple.org/ü", "https://xn--exmple-cua.org/%C3%BC"),
        ],
    )
    def test_is_one_however_it_was_written(self, one: str, other: str) -> None:
        """Host case, fragment and encoding do not make two items."""
        assert url_key(one) == url_key(other)
        assert address_item(one).external_id == address_item(other).external_id

    def test_differs_with_its_query(self) -> None:
        """A query may lead to another item."""
        assert url_key("https://a.example/?p=1") != url_key("https://a.example/?p=2")
