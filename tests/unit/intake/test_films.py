"""A film that comes in is opened to its end, or every problem of it is named."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from typing import Any

import pytest

from evenhand.intake import (
    LIMITS,
    STARTER_KINDS,
    CheckedItem,
    Field,
    FieldRole,
    FieldType,
    ItemKind,
    ItemRefused,
    KindRefused,
    check_item,
)
from evenhand.intake.kinds import check_kind
from evenhand.kit.films import FilmLimits
from tests.films import KNOWN, film, sound_alone

MANY = Field("clips", FieldType.VIDEO, FieldRole.MEDIA, many=True)
KINDS = {kind.name: kind for kind in STARTER_KINDS} | {"reel": ItemKind("reel", (MANY,))}


def sent(data: bytes, media_type: str | None = "video/mp4") -> dict[str, Any]:
    """Wrap bytes as a host sends them."""
    made: dict[str, Any] = {"data": base64.b64encode(data).decode()}
    return made if media_type is None else made | {"media_type": media_type}


def raw(**fields: Any) -> dict[str, Any]:
    """Make a submission."""
    account = {"id": "a-1", "name": "Marisol"}
    return {"kind": "post", "id": "p-1", "account": account, "fields": {"text": "A film."} | fields}


def checked(**fields: Any) -> CheckedItem:
    """Check a submission that is right."""
    return check_item(raw(**fields), KINDS)


def problems(one: dict[str, Any], **limits: Any) -> list[tuple[str, str]]:
    """Return where and why a submission is refused."""
    with pytest.raises(ItemRefused) as caught:
        check_item(one, KINDS, replace(LIMITS, **limits))
    assert all(problem.says.endswith(".") for problem in caught.value.problems)
    return [(problem.path, problem.code) for problem in caught.value.problems]


class TestAFilm:
    """What is taken."""

    @pytest.mark.parametrize("container", ["mp4", "mpegts", "matroska"])
    def test_is_measured_and_stands_as_its_hash(self, container: str) -> None:
        """Its size, and how long it is."""
        data = film(KNOWN[:1], container=container)
        found = checked(video=sent(data, None))
        [one] = found.films
        assert (one.field, one.position, one.sha256) == (
            "video",
            0,
            hashlib.sha256(data).hexdigest(),
        )
        assert (one.width, one.height) == (320, 240)
        assert one.seconds == pytest.approx(3.0, abs=0.3)
        assert found.media == (one,)
        value = next(each["value"] for each in found.fields if each["name"] == "video")
        assert value == one.sha256

    def test_may_be_one_of_many(self) -> None:
        """In their order."""
        one = raw(clips=[sent(film(KNOWN[:1])), sent(film(KNOWN[1:2]))])
        del one["fields"]["text"]
        found = check_item(one | {"kind": "reel"}, KINDS)
        assert [each.position for each in found.films] == [0, 1]

    def test_is_taken_by_its_structure_where_films_are_not_opened(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Detection says then that nobody looked; what is no film is still none."""
        monkeypatch.setattr("evenhand.kit.films.installed", lambda: False)
        [one] = checked(video=sent(film(KNOWN[:1]))).films
        assert (one.width, one.height, one.seconds) == (0, 0, None)
        assert problems(raw(video=sent(b"words"))) == [("fields.video", "not_a_film")]
        whole = film(KNOWN[:1], fragments=True)
        assert problems(raw(video=sent(whole[:-99]))) == [("fields.video", "truncated_film")]


class TestRefusing:
    """What is not."""

    @pytest.mark.parametrize(
        ("data", "media_type", "code"),
        [
            (b"words", None, "not_a_film"),
            (b"\x89PNG\r\n\x1a\n" + bytes(50), None, "not_a_film"),
            (b"FLV\x01" + bytes(50), None, "unsupported_film"),
            (film(KNOWN[:1]), "video/webm", "media_type_lies"),
            (film(KNOWN[:1])[:-900], None, "truncated_film"),
            (film(KNOWN[:1], container="mpegts")[:-900], None, "truncated_film"),
            (sound_alone(), None, "no_pictures"),
        ],
    )
    def test_says_what_is_wrong(self, data: bytes, media_type: str | None, code: str) -> None:
        """In its field."""
        assert problems(raw(video=sent(data, media_type))) == [("fields.video", code)]

    @pytest.mark.parametrize(
        ("value", "found"),
        [
            ("https://example.com/film.mp4", ("fields.video", "wrong_type")),
            ({}, ("fields.video.data", "missing")),
            ({"data": 7}, ("fields.video.data", "wrong_type")),
            ({"data": "?"}, ("fields.video.data", "not_base64")),
            ({"data": "", "url": "x"}, ("fields.video.url", "unknown_field")),
        ],
    )
    def test_says_what_is_wrong_with_the_envelope(
        self, value: object, found: tuple[str, str]
    ) -> None:
        """Before any byte is opened."""
        assert found in problems(raw(video=value))

    def test_keeps_limits(self) -> None:
        """Of bytes, frames and pixels, and of media altogether."""
        one = raw(video=sent(film(KNOWN[:1])))
        for limits, code in (
            (FilmLimits(bytes_max=2_000), "too_large"),
            (FilmLimits(frames_max=5), "too_slow"),
            (FilmLimits(pixels_max=5_000), "too_many_pixels"),
        ):
            [(path, found)] = problems(one, film=limits)
            assert found == code
            assert path.startswith("fields.video")
        assert problems(one, media_max=0) == [("fields.video", "too_many")]


class TestKinds:
    """Fields that hold films."""

    def test_are_media(self) -> None:
        """And nothing else is."""
        assert check_kind(KINDS["reel"]).fields == (MANY,)
        for field in (
            Field("clip", FieldType.VIDEO, FieldRole.BODY),
            Field("text", FieldType.TEXT, FieldRole.MEDIA),
        ):
            with pytest.raises(KindRefused):
                check_kind(ItemKind("reel", (field,)))

    def test_are_part_of_a_post(self) -> None:
        """As a new installation knows it."""
        assert Field("video", FieldType.VIDEO, FieldRole.MEDIA) in KINDS["post"].fields
