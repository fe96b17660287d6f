"""Only a whole look in vain is "not found", for one file and for all of them."""

from __future__ import annotations

import pytest

from evenhand.detection import Answer
from evenhand.sweep.model import Summary, Tally, answer_of, is_text, shown, together

FOUND, NOT_FOUND, FAILED, SKIPPED = Answer.FOUND, Answer.NOT_FOUND, Answer.FAILED, Answer.SKIPPED


class TestAnswerOf:
    @pytest.mark.parametrize(
        ("said", "wanted"),
        [
            ([[FOUND], [FAILED]], FOUND),
            ([[NOT_FOUND], [FAILED]], FAILED),
            ([[NOT_FOUND], [SKIPPED]], NOT_FOUND),
            ([[NOT_FOUND, SKIPPED]], SKIPPED),
            ([[NOT_FOUND, FOUND, SKIPPED]], FOUND),
            ([[SKIPPED], [SKIPPED]], SKIPPED),
            ([], SKIPPED),
        ],
    )
    def test_takes_a_partial_look_for_no_look(
        self, said: list[list[Answer]], wanted: Answer
    ) -> None:
        assert answer_of(said) is wanted


def summary(**changes: object) -> Summary:
    told: dict[str, object] = {
        "answers": dict.fromkeys(Answer, 1),
        "looked": 4,
        "unchanged": 0,
        "gone": 0,
        "tallies": [Tally("b", "c", "d", 1)],
        "whole": True,
        "seconds": 1.0,
        "skipped": {"why": 1},
        "failed": {},
    }
    return Summary(**{**told, **changes})  # type: ignore[arg-type]  # each is of its type


class TestTogether:
    def test_adds_up(self) -> None:
        total = together([summary(), summary(tallies=[Tally("b", "c", "d", 4)], whole=False)])
        assert (total.files, total.looked, total.whole) == (8, 8, False)
        assert list(total.tallies) == [Tally("b", "c", "d", 5)]
        assert total.skipped == {"why": 2}

    def test_is_clean_only_when_nothing_failed(self) -> None:
        nothing = dict.fromkeys(Answer, 0)
        assert summary(answers=nothing).clean
        assert summary(answers={**nothing, SKIPPED: 3}).clean
        assert not summary(answers={**nothing, FAILED: 1}).clean
        assert not summary(answers={**nothing, FOUND: 1}).clean
        assert not summary(answers=nothing, whole=False).clean


class TestShown:
    def test_writes_a_name_that_is_no_text(self) -> None:
        assert shown(b"a\xff.jpg") == "a\\xff.jpg"
        assert (is_text(b"a\xff"), is_text("ü".encode())) == (False, True)
