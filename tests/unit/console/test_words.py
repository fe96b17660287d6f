"""Every code a room can show has its word, and the templates compile with every filter."""

from __future__ import annotations

from enum import StrEnum

import pytest

from evenhand import appeal, console, delivery, review
from evenhand.console import words
from evenhand.console.auth import drawn
from evenhand.console.frame import own_path
from evenhand.decision import Outcome
from evenhand.delivery import letters
from evenhand.people import Role
from evenhand.policy import Harm, Measure
from evenhand.queue import TaskKind


class TestWords:
    @pytest.mark.parametrize(
        ("codes", "table"),
        [
            (Harm, words.HARMS),
            (Measure, words.MEASURES),
            (Outcome, words.OUTCOMES),
            (Role, words.ROLES),
            (Role, words.ROLE_DUTIES),
            (TaskKind, words.TASK_KINDS),
            (review.Level, words.LEVELS),
            (appeal.AppealOutcome, words.APPEALS),
            (delivery.State, words.DELIVERY),
        ],
    )
    def test_every_code_has_its_word(self, codes: type[StrEnum], table: dict[str, object]) -> None:
        assert set(table) == set(codes)

    def test_every_message_has_its_word(self) -> None:
        sent = {file.stem for file in letters.TEMPLATES.glob("[!_]*.txt")}
        assert set(words.MESSAGES) == sent

    def test_every_template_compiles(self) -> None:
        env = console.make_templates()
        assert all(env.get_template(name) for name in env.list_templates())


class TestAddresses:
    @pytest.mark.parametrize(
        "path",
        ["https://a.example/", "//a.example", "/", "/report", "/console//x", "\\\\x"],
    )
    def test_signing_in_leads_nowhere_but_into_the_console(self, path: str) -> None:
        assert own_path(path) == "/console"

    def test_signing_in_leads_back_to_the_page_that_was_asked_for(self) -> None:
        assert own_path("/console/tasks/1") == "/console/tasks/1"


class TestTheDrawnCode:
    def test_has_no_style_and_no_script_of_its_own(self) -> None:
        drawing = drawn("otpauth://totp/x?secret=ABC")
        assert drawing.startswith("<svg")
        assert "style" not in drawing
        assert "script" not in drawing
        assert "ABC" not in drawing
