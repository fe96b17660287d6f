"""An item is shown with what was found marked in it, and nothing that was found becomes markup."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from evenhand.console.item_view import (
    Piece,
    detector_words,
    evidence_text,
    mark_text,
    pictures,
    shown_fields,
    title_of,
)
from evenhand.detection import Answer, AssessmentView
from evenhand.intake import FieldView, ItemView, MediaView
from evenhand.intake.fields import (
    FieldRole,
    FieldType,
)
from evenhand.rules import KnownMedia

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MEDIA = MediaView("m1", "o1", "photo", "image/jpeg", 640, 400, "0" * 64, 1000)


def item(*fields: FieldView) -> ItemView:
    return ItemView(
        id="i1",
        short="i1",
        kind="listing",
        external_id="9",
        version=1,
        url=None,
        reach=None,
        account=None,
        fields=fields,
        media=(MEDIA,),
        received_at=NOW,
        created_at=None,
    )


def found(field: str, *, media: str | None = None, **evidence: object) -> AssessmentView:
    return AssessmentView(
        id="a1",
        item_id="i1",
        run="r1",
        field=field,
        media_id=media,
        detector="known_phrases",
        detector_version="1",
        answer=Answer.FOUND,
        entry_id="e1",
        evidence=evidence,
        why="It stands in it.",
        at=NOW,
    )


TITLE = FieldView("title", FieldType.TEXT, FieldRole.TITLE, "Tickets")
BODY = FieldView("text", FieldType.TEXT, FieldRole.BODY, "pay by gift card now")
LINKS = FieldView(
    "links", FieldType.LINK, FieldRole.LINK, ["https://a.example/", "https://b.example"]
)
PHOTO = FieldView("photo", FieldType.IMAGE, FieldRole.MEDIA, "m1")


class TestMarkText:
    def test_cuts_at_what_was_found_and_loses_nothing(self) -> None:
        pieces = mark_text("pay by gift card now", [(7, 16, "phrase")])
        assert pieces == (Piece("pay by "), Piece("gift card", "phrase"), Piece(" now"))

    def test_a_span_that_misses_the_text_marks_nothing(self) -> None:
        assert mark_text("short", [(2, 99, "x"), (3, 3, "x"), (4, 2, "x")]) == (Piece("short"),)

    def test_of_overlapping_spans_the_first_stays(self) -> None:
        pieces = mark_text("abcdef", [(2, 5, "second"), (1, 4, "first")])
        assert pieces == (Piece("a"), Piece("bcd", "first"), Piece("ef"))


class TestShownFields:
    def test_title_body_and_links_come_in_reading_order_without_media(self) -> None:
        shown = shown_fields(item(LINKS, PHOTO, BODY, TITLE), [])
        assert [field.role for field in shown] == ["title", "body", "link"]

    def test_a_phrase_is_marked_where_it_stands(self) -> None:
        shown = shown_fields(item(BODY), [found("text", phrase="gift card", start=7, end=16)])
        assert shown[0].lines[0][1].text == "gift card"
        assert "Known phrases" in shown[0].lines[0][1].found

    def test_only_the_link_that_was_found_is_marked(self) -> None:
        shown = shown_fields(item(LINKS), [found("links", host="b.example", domain="b.example")])
        assert [bool(line[0].found) for line in shown[0].lines] == [False, True]

    def test_an_empty_field_is_left_out(self) -> None:
        nothing = FieldView("title", FieldType.TEXT, FieldRole.TITLE, None)
        assert shown_fields(item(nothing), []) == ()


class TestPictures:
    def test_arrive_veiled(self) -> None:
        (picture,) = pictures(item(PHOTO), [found("photo", media="m1", distance=3)])
        assert (picture.viewing_id, picture.level) == (None, "")
        assert len(picture.answers) == 1

    def test_only_the_one_that_was_opened_is_open(self) -> None:
        (picture,) = pictures(item(PHOTO), [], opened=("m1", "v1", "grey"))
        assert (picture.viewing_id, picture.level) == ("v1", "grey")

    def test_are_known_only_where_the_room_says_so(self) -> None:
        known = {"m1": KnownMedia("m1", "e1", "shops", 3)}
        assert pictures(item(PHOTO), [])[0].known is None
        (picture,) = pictures(item(PHOTO), [], known=known)
        assert picture.known == known["m1"]
        assert not picture.unkept


class TestWords:
    def test_an_item_is_named_by_its_title_or_its_kind(self) -> None:
        assert title_of(item(BODY, TITLE)) == "Tickets"
        assert title_of(item(BODY)) == "listing i1"

    def test_evidence_is_said_in_a_few_words(self) -> None:
        said = evidence_text(found("photo", bank="shops", distance=12))
        assert said == "bank shops · distance 12 · It stands in it."
        assert detector_words("known_images") == "Known images"


def credentials(**evidence: object) -> AssessmentView:
    """Make what was read of a picture's credentials."""
    return replace(found("photo", media="m1", **evidence), detector="content_credentials")


class TestCredentials:
    """Whether a picture is what was signed, and apart from it whether the signer is known."""

    @pytest.mark.parametrize(
        ("evidence", "says"),
        [
            ({"integrity": "intact", "signer": "known"}, "intact · signer: known"),
            ({"integrity": "intact", "signer": "not_known"}, "intact · signer: not known"),
            (
                {"integrity": "changed", "signer": "known"},
                "changed since it was signed · signer: known",
            ),
            ({"integrity": "none"}, "none"),
            ({"integrity": "not_read"}, ""),
            ({}, ""),
        ],
    )
    def test_are_told_apart(self, evidence: dict[str, object], says: str) -> None:
        """One never stands for the other."""
        [picture] = pictures(item(TITLE), [credentials(**evidence)])
        assert picture.credentials == says


class TestWhatWasRead:
    """Words that nobody typed."""

    def test_are_quoted_beside_what_was_found_in_them(self) -> None:
        """Cut short, on one line."""
        says = "Pay by gift card\nonly " + "x" * 200
        text = evidence_text(found("photo", phrase="gift card", read_from="m1", read_text=says))
        assert "it reads “Pay by gift card only xxx" in text
        assert text.endswith("…”")

    def test_are_quoted_from_codes_and_from_words(self) -> None:
        """So that the reviewer sees what a reader saw."""
        assert "it reads “https://a.example”" in evidence_text(
            found("photo", codes=["https://a.example"])
        )
        assert "it reads “two words”" in evidence_text(found("photo", words="two words"))
