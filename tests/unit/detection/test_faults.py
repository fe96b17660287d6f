"""What could not be looked at is said in words for people, and what a library raised is named."""

from __future__ import annotations

import pytest

from evenhand.detection.errors import DetectorFailed
from evenhand.detection.faults import SAID_CHARS_MAX, said
from evenhand.kit.films import FilmRefused
from evenhand.kit.images import TruncatedImage


class TestSaid:
    @pytest.mark.parametrize("kind", [DetectorFailed, FilmRefused, TruncatedImage])
    def test_is_the_sentence_of_what_is_ours(self, kind: type[Exception]) -> None:
        assert said("It could not be read", kind("it ends early")) == (
            "It could not be read: it ends early"
        )

    def test_names_what_a_library_raised(self) -> None:
        """Its words alone, `5` or nothing, tell nobody what went wrong."""
        assert said("It could not be read", KeyError(5)) == "It could not be read: KeyError: 5"
        assert said("It could not be read", MemoryError()).endswith("MemoryError: ")

    def test_names_what_is_ours_and_says_nothing(self) -> None:
        assert said("It could not be read", DetectorFailed()).endswith("DetectorFailed: ")

    def test_is_never_long(self) -> None:
        assert len(said("It could not be read", OSError("x" * 1_000))) == SAID_CHARS_MAX
