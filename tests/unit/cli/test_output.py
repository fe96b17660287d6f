"""What is printed is safe for a terminal, or one JSON document."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.cli.output import facts, plain, show, table, visible

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class View:
    at: datetime
    on: date
    colour: Colour
    names: tuple[str, ...]
    raw: bytes
    none: None = None


class TestPlain:
    def test_turns_a_view_into_json_data(self) -> None:
        view = View(AT, AT.date(), Colour.RED, ("a",), b"\x00")
        assert json.loads(json.dumps(plain(view))) == {
            "at": "2026-11-21T09:30:00.000000Z",
            "on": "2026-11-21",
            "colour": "red",
            "names": ["a"],
            "raw": "AA==",
            "none": None,
        }

    def test_refuses_what_has_no_json_form(self) -> None:
        with pytest.raises(TypeError, match="object"):
            plain(object())


class TestVisible:
    @pytest.mark.parametrize("char", ["\x1b", "\n", "\x00", "\u202e", "\u2066", "\u200f", "\x9b"])
    def test_shows_what_would_act_on_a_terminal_as_an_escape(self, char: str) -> None:
        assert visible(f"a{char}b") == f"a\\u{{{ord(char):x}}}b"

    def test_leaves_writing_alone(self) -> None:
        assert visible("Ærø 港の船 שלום") == "Ærø 港の船 שלום"

    @given(st.text())
    def test_is_always_one_printable_line(self, text: str) -> None:
        shown = visible(text)
        assert "\x1b" not in shown
        assert len(shown.splitlines()) <= 1


class TestTable:
    def test_lays_out_columns_by_what_they_measure_on_screen(self) -> None:
        lines = table(("name", "n"), [("港", 1), ("ab", 22)], empty="None.")
        assert lines == ["name  n", "港    1", "ab    22"]

    def test_says_in_a_sentence_that_there_is_nothing(self) -> None:
        assert table(("name",), [], empty="Nothing waits.") == ["Nothing waits."]

    def test_cuts_long_cells_but_not_the_last(self) -> None:
        [_, row] = table(("a", "b"), [("x" * 100, "y" * 100)], empty="")
        assert "x" * 59 + "…" in row
        assert row.endswith("y" * 100)


class TestShow:
    def test_prints_either_text_or_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        show({"a": "é"}, as_json=False, text=["one", "two"])
        assert capsys.readouterr().out == "one\ntwo\n"
        show({"a": "é"}, as_json=True, text=["one"])
        assert json.loads(capsys.readouterr().out) == {"a": "é"}

    def test_facts_stand_under_one_another(self) -> None:
        assert facts([("id", 1), ("outcome", None)]) == ["id       1", "outcome  –"]
