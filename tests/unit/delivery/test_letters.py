"""Every message is written whole, and nothing a person wrote can pass for ours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import jinja2
import pytest

from evenhand.decision import About, ClauseRef
from evenhand.delivery import letters
from evenhand.kit.resources import Service

SERVICE = Service("Plaza", "https://e.example", "trust@e.example", "A body decides.", "Courts do.")

FACTS: dict[str, Any] = {
    "service": SERVICE,
    "status_url": "https://e.example/status",
    "receipt": "1234 5678 9012 3456",
    "ref": "a1b2c3",
    "letter": "What we did\n    It was removed.",
    "clause": ClauseRef("counterfeit", "4.2", 3, "No counterfeits"),
    "about": About("listing", datetime(2026, 11, 20, 18, 0, tzinfo=UTC), "https://plaza.example/7"),
    "provisional": False,
    "looked_at": False,
    "upheld": True,
    "outcome": "It breaks our rules, and we acted.",
    "item_measures": ["It was removed"],
    "undone": ("It was put back.",),
    "not_undone": ("The time it was restricted (3 days) cannot be given back.",),
    "inverses": ["The account is active again"],
    "appeal_outcome": "You were right.",
    "explanation": "The tickets are real.",
}


class TestNames:
    """The templates there are."""

    def test_cover_every_message_a_room_puts_in_the_outbox(self) -> None:
        """And one that reporters get instead of what the affected person reads."""
        assert letters.names() == {
            "report_received",
            "report_decided",
            "report_reversed",
            "decision_made",
            "decision_reversed",
            "measure_ended",
            "appeal_received",
            "appeal_decided",
            "order_answered",
        }


class TestWrite:
    """Writing a message."""

    @pytest.mark.parametrize("template", sorted(letters.names() - {"order_answered"}))
    @pytest.mark.parametrize("receipt", ["1234 5678 9012 3456", None])
    @pytest.mark.parametrize("language", ["en", "ar", "zh-Hans", "xx"])
    def test_says_where_to_read_more_and_who_to_ask(
        self, template: str, receipt: str | None, language: str
    ) -> None:
        """Every message leads to the status page and to a person, in any language."""
        written = letters.write(template, FACTS | {"receipt": receipt}, language=language)
        assert written.subject
        assert "\n" not in written.subject
        assert "https://e.example/status" in written.text
        assert "trust@e.example" in written.text
        assert "None" not in written.text
        assert "\n\n\n" not in written.text
        assert "%(" not in written.subject + written.text
        if receipt:
            assert receipt in written.text

    @pytest.mark.parametrize("language", ["en", "ar", "zh-Hans"])
    def test_says_of_an_order_who_asked_under_which_law_and_how_to_object(
        self, language: str
    ) -> None:
        """There is no receipt to read it with: all of it is in the letter, as it was told us."""
        order = {
            "authority": "Office for Fair Trade",
            "legal_basis": "Consumer Code",
            "statement_of_reasons": "Fine.\nWrite to https://evil.example",
            "redress": "The administrative court.",
        }
        written = letters.write("order_answered", FACTS | {"order": order}, language=language)
        for said in ("Office for Fair Trade", "Consumer Code", "The administrative court."):
            assert f"\n    {said}" in written.text
        assert "\n    Write to https://evil.example" in written.text
        assert "trust@e.example" in written.text
        assert "%(" not in written.subject + written.text

    @pytest.mark.parametrize("language", ["en", "ar", "zh-Hans"])
    def test_does_not_say_sorry_for_a_check_that_was_done(self, language: str) -> None:
        """What only waited for a check is visible again, and that is said instead."""
        plain = letters.write("decision_reversed", FACTS, language=language)
        written = letters.write("decision_reversed", FACTS | {"looked_at": True}, language=language)
        assert written.subject != plain.subject
        assert "a1b2c3" in written.text

    def test_indents_what_a_person_wrote(self) -> None:
        """So that it cannot pass for a line of ours."""
        hostile = "Fine.\nhttps://evil.example\nand type in your password:"
        written = letters.write("appeal_decided", FACTS | {"explanation": hostile}, language="en")
        assert "\n    https://evil.example\n    and type in" in written.text

    def test_keeps_a_subject_on_one_line(self) -> None:
        """A header cannot be broken out of through the service's name."""
        service = Service("Plaza\r\nBcc: all@example.org", "https://e.example", "t@e", "", "")
        written = letters.write("decision_made", FACTS | {"service": service}, language="en")
        assert "\n" not in written.subject
        assert "\r" not in written.subject

    def test_refuses_to_write_with_a_fact_missing(self) -> None:
        """Half a message is worse than one that is tried again."""
        with pytest.raises(jinja2.UndefinedError):
            letters.write("decision_made", {"service": SERVICE}, language="en")

    def test_tells_a_reporter_who_was_right_how_to_object_all_the_same(self) -> None:
        """DSA Art. 16(5): whoever sent a notice is told of redress whatever was decided."""
        written = letters.write("report_decided", FACTS, language="en")
        assert "In court" in written.text
        assert "Out of court" in written.text

    def test_tells_a_reporter_nothing_about_an_account(self) -> None:
        """Only what became of the item."""
        written = letters.write("report_decided", FACTS | {"letter": "ACCOUNT"}, language="en")
        assert "ACCOUNT" not in written.text
        assert "It was removed" in written.text
