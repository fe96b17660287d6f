"""Krippendorff's alpha gives the numbers that were published for published data."""

from __future__ import annotations

import pytest

from evenhand.quality.agreement import Agreement, agreement


def table(*coders: str) -> list[tuple[str | None, ...]]:
    """Turn rows of answers, one a coder, into units; a star is an answer that was not given."""
    rows = [[None if each == "*" else each for each in coder.split()] for coder in coders]
    return list(zip(*rows, strict=True))


class TestAgreement:
    """The agreement of answers."""

    @pytest.mark.parametrize(
        ("coders", "alpha"),
        [
            # Krippendorff 2011, A: two observers, two values
            (("0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"), 0.095),
            # B: two observers, any number of names
            (("a a b b d c c c e d d a", "b a b b b c c c e d d d"), 0.692),
            # C: any number of observers, answers missing
            (
                (
                    "1 2 3 3 2 1 4 1 2 * * *",
                    "1 2 3 3 2 2 4 1 2 5 * 3",
                    "* 3 3 3 2 3 4 2 2 5 1 *",
                    "1 2 3 3 2 4 4 1 2 5 1 *",
                ),
                0.743,
            ),
            # The computational example of the encyclopaedia's article: three, mostly missing
            (
                (
                    "* * * * * 3 4 1 2 1 1 3 3 * 3",
                    "1 * 2 1 3 3 4 3 * * * * * * *",
                    "* * 2 1 3 4 4 * 2 1 1 3 3 * 4",
                ),
                0.691,
            ),
        ],
    )
    def test_is_what_was_published(self, coders: tuple[str, ...], alpha: float) -> None:
        """To the three figures that are printed there."""
        found = agreement(table(*coders)).alpha
        assert found is not None
        assert found == pytest.approx(alpha, abs=0.0005)

    def test_is_one_where_all_agree_and_something_was_told_apart(self) -> None:
        """Two names were used, and by both alike."""
        assert agreement([("a", "a"), ("b", "b")]) == Agreement(1.0, 2, 0)

    def test_is_not_known_where_everybody_always_said_the_same(self) -> None:
        """They may agree, or may see nothing."""
        assert agreement([("a", "a"), ("a", "a")]) == Agreement(None, 2, 0)

    def test_takes_nothing_from_what_one_person_answered_alone(self) -> None:
        """There is nobody to agree with."""
        assert agreement([("a", None), ("b",), ()]) == Agreement(None, 0, 0)

    def test_can_be_worse_than_chance(self) -> None:
        """Two people who always say the opposite."""
        found = agreement([("a", "b"), ("b", "a"), ("a", "b")])
        assert found.alpha is not None
        assert found.alpha < 0
        assert (found.units, found.differ) == (3, 3)
