"""What a teller writes is held back when it would lead to somebody, and let be otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.transparency.own_words import COPIED_CHARS, Known, problems

TITLE = "Tickets that never came"
WORDS = "Somebody offered tickets at half price and asked to be paid in advance by gift card."
KNOWN = Known(
    names=("ann-17", "Ann Okoro", "安娜", "p-2044", ""),
    texts=(
        "Two tickets for Saturday, half price, row seven, pay me first.",
        "他向我索要礼品卡付款",
    ),
)


class TestProblems:
    """The title and what happened."""

    def test_lets_plain_words_be(self) -> None:
        """In any language, with amounts, rules and laws in them."""
        assert problems(TITLE, WORDS, KNOWN) == ()
        assert problems(TITLE, f"{WORDS} It cost 120 euros (Art. 16), e.g. in 2026.", KNOWN) == ()
        assert (
            problems("付款之后没有收到的门票", "有人低价出售门票，要求买家先用礼品卡支付。", KNOWN)
            == ()
        )

    @pytest.mark.parametrize(
        ("added", "says"),
        [
            ("Write to ann@example.org.", "email address"),
            ("Call +49 30 1234567.", "telephone"),
            ("It was @annokoro.", "handle"),
            ("See https://plaza.example/p1.", "a link"),
            ("See plaza.example.", "name of a site"),
            ("It was on 21 November.", "exact day"),
            ("It was on 2026-11-21.", "exact day"),
            ("It was at 14:32.", "exact day or time"),
            ("它发生在11月21日。", "exact day"),
            ("It was 01981f2c-77aa-7000-8000-1234567890ab.", "an id"),
            ("[name of the shop] did it.", "left to be filled in"),
            ("Lorem ipsum and so on.", "left to be filled in"),
            ("It was ANN OKORO again.", "names the account"),
            ("是安娜做的。", "names the account"),
            ("It said “two tickets for Saturday - half price, row seven”.", "repeats"),
            ("报告说：他向我索要礼品卡付款。", "repeats"),
            ("It was\u202e so.", "cannot be seen"),
        ],
    )
    def test_finds(self, added: str, says: str) -> None:
        """Each in the words and, where it fits, in the title."""
        found = problems(TITLE, f"{WORDS} {added}", KNOWN)
        assert any(says in each for each in found), found
        assert any(says in each for each in problems(added + " It was so.", WORDS, KNOWN))

    def test_shows_nothing_of_what_it_found(self) -> None:
        """The sentence about an address does not spread the address."""
        (found,) = problems(TITLE, f"{WORDS} Write to ann@example.org.", Known())[:1]
        assert "example.org" not in found

    @pytest.mark.parametrize(
        ("title", "words", "says"),
        [
            ("Fraud", WORDS, "The title is too short"),
            ("T" * 121, WORDS, "The title is too long"),
            (TITLE, "It was fraud.", "What happened is too short"),
            (TITLE, "So it was. " * 200, "What happened is too long"),
        ],
    )
    def test_asks_for_a_telling(self, title: str, words: str, says: str) -> None:
        """Neither a word nor a file."""
        assert any(says in each for each in problems(title, words, KNOWN))

    @given(
        posted=st.text("abcdefghij klmnop", min_size=COPIED_CHARS * 2, max_size=200),
        at=st.integers(0, 150),
    )
    def test_finds_any_stretch_of_what_was_posted(self, posted: str, at: int) -> None:
        """However it is set among own words, in capitals or with signs between."""
        bare = "".join(posted.split())
        piece = bare[at : at + COPIED_CHARS]
        if len(piece) < COPIED_CHARS:
            return
        written = "-".join(piece.upper()[n : n + 5] for n in range(0, len(piece), 5))
        found = problems(TITLE, f"{WORDS} They wrote: {written}", Known(texts=(posted,)))
        assert any("repeats" in each for each in found)

    @given(
        name=st.text("abcdefghijklmnopqrstuvwxyz0123456789_.-", min_size=3, max_size=20).filter(
            lambda name: name[0].isalnum() and name[-1].isalnum()
        )
    )
    def test_finds_the_account_whatever_it_is_called(self, name: str) -> None:
        """A name of letters, digits and signs is found as a word of its own."""
        found = problems(TITLE, f"{WORDS} ({name.upper()})", Known(names=(name,)))
        assert any("names the account" in each for each in found)
