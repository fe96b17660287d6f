"""How the pages of rules name things, and set out a source so that nothing in it misleads."""

from __future__ import annotations

import pytest

from evenhand.console.rules_items import shown_at_the_desk
from evenhand.console.rules_trials import bars
from evenhand.console.rules_words import DOINGS, LINES, STAGES, set_out
from evenhand.kit.clock import read_stamp
from evenhand.rules import Stage, VersionOnItem
from evenhand.rules.history import _ALL
from evenhand.rules.life import Doing


class TestWords:
    """The tables of words."""

    def test_name_every_stage_doing_and_line(self) -> None:
        """Nothing is shown by its code."""
        assert set(STAGES) == set(Stage)
        assert set(DOINGS) == set(Doing)
        assert set(LINES) == {*_ALL, "rules.deployed"}


class TestSettingOut:
    """A source, line by line."""

    @pytest.mark.parametrize(
        ("line", "quoted"),
        [
            ('when has_word(text, ["дом", "بيت"])', ['"дом"', '"بيت"']),
            (r'why "say \"so\" twice"', [r'"say \"so\" twice"']),
            ('why "never ended', []),
            ("", []),
        ],
    )
    def test_sets_texts_apart_and_loses_nothing(self, line: str, quoted: list[str]) -> None:
        """Put together again, it is what it was."""
        [pieces] = set_out(line)
        assert "".join(piece.text for piece in pieces) == line
        assert [piece.text for piece in pieces if piece.quoted] == quoted


class TestBars:
    """Counts beside one another."""

    def test_are_as_long_as_their_share(self) -> None:
        """Of the longest, or of what they are counted of; nothing counted has no length."""
        assert [bar.percent for bar in bars({"a": 3, "b": 1})] == [100.0, 33.33]
        assert [bar.percent for bar in bars({"a": 1}, of=4)] == [25.0]
        assert [bar.percent for bar in bars({"a": 0})] == [0.0]
        assert bars({}) == []


class TestTheDesk:
    """What whoever decides sees of rules."""

    def test_keeps_the_shadow_until_the_answer_is_given(self) -> None:
        """An answer that was told measures nothing."""
        at = read_stamp("2026-11-22T10:00:00.000Z")
        hits = [VersionOnItem("v", "a@1", "shadow", doing, "why", at) for doing in ("note", "look")]
        assert [one.doing for one, _ in shown_at_the_desk(hits, decided=False)] == ["look"]
        assert shown_at_the_desk([*hits, hits[0]], decided=True) == [(hits[0], 2), (hits[1], 1)]
