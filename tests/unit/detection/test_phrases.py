"""Phrases are found through disguises, with offsets into the text as written, at word edges."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.detection.signals.phrases import EmptyPhrase, Hit, find_phrases
from evenhand.kit.folding import normalise


def found(text: str, phrase: str) -> list[str]:
    """Give the stretches of the text that hit."""
    return [text[hit.start : hit.end] for hit in find_phrases(text, [phrase])]


class TestFindPhrases:
    """`find_phrases` reads as a person would."""

    @pytest.mark.parametrize(
        "written",
        [
            "free money",
            "FREE   Money",
            "free\u200b money",
            "fr\u0435\u0435 m\u043en\u0435\u0443",  # Cyrillic
            "fr\u03b5\u03b5 m\u03bfn\u03b5y",  # Greek
            "\uff46\uff52\uff45\uff45\u3000money",  # full width
            "fr33 m0n3y",
            "\U0001d41f\U0001d42b\U0001d41e\U0001d41e money",  # mathematical bold
            "fre\u0301e mo\u0336ney",
            "\U0001f175\U0001f181\U0001f174\U0001f174 money",  # squared capitals
            "f\u0280\u1d07\u1d07 money",  # small capitals
        ],
    )
    def test_sees_through_a_disguise(self, written: str) -> None:
        """The offsets cut out exactly what was written."""
        text = f"\u2757 get {written}, now"
        assert found(text, "Free money") == [written]

    @pytest.mark.parametrize("text", ["free money", "Free  MONEY"])
    def test_calls_plain_writing_exact(self, text: str) -> None:
        """Case and spacing are not a disguise."""
        assert find_phrases(text, ["free money"]) == [Hit("free money", 0, len(text), exact=True)]

    def test_says_when_a_disguise_was_read(self) -> None:
        """A look-alike reading is marked, so a rule can ask for a person."""
        assert find_phrases("fr33", ["free"]) == [Hit("free", 0, 4, exact=False)]

    @pytest.mark.parametrize(
        ("text", "phrase"),
        [
            ("scampi", "scam"),
            ("a fullscam", "scam"),
            ("US$cam", "scam"),
            ("\u043f\u0440\u043e\u0434\u0430\u043c\u0430", "\u043f\u0440\u043e\u0434\u0430\u043c"),
            ("\u0648\u0645\u0627\u0644\u0627", "\u0645\u0627\u0644"),  # Arabic
            ("b\u0430scam", "scam"),
            ("e\u0301scam", "scam"),
        ],
    )
    def test_leaves_a_word_inside_a_word_alone(self, text: str, phrase: str) -> None:
        """Scripts with spaces have word edges, whatever the letters are disguised as."""
        assert found(text, phrase) == []

    @pytest.mark.parametrize(
        ("text", "phrase", "stretch"),
        [
            ("(scam)", "scam", "scam"),
            ("scam", "scam", "scam"),
            ("\u8fd9\u662fscam\u5417", "scam", "scam"),
            (
                "\u0432\u043e\u0442 \u041f\u0420\u041e\u0414\u0410\u041c!",
                "\u043f\u0440\u043e\u0434\u0430\u043c",
                "\u041f\u0420\u041e\u0414\u0410\u041c",
            ),
            ("\u0645\u0627\u0644\u060c", "\u0645\u0627\u0644", "\u0645\u0627\u0644"),
            ("\u5feb\u6765\u514d\u8d39\u9886\u53d6\u5427", "\u514d\u8d39", "\u514d\u8d39"),  # Han
            ("\u3053\u308c\u306f\u7121\u6599\u3067\u3059", "\u7121\u6599", "\u7121\u6599"),
            (
                "\u0e02\u0e2d\u0e07\u0e1f\u0e23\u0e35\u0e04\u0e23\u0e31\u0e1a",
                "\u0e1f\u0e23\u0e35",
                "\u0e1f\u0e23\u0e35",
            ),
            ("\uc0ac\uae30\ub97c", "\uc0ac\uae30", "\uc0ac\uae30"),  # Hangul with a particle
        ],
    )
    def test_finds_a_word_at_its_edges(self, text: str, phrase: str, stretch: str) -> None:
        """Punctuation, other scripts and the ends are edges; unspaced scripts need none."""
        assert found(text, phrase) == [stretch]

    def test_keeps_the_left_edge_in_hangul(self) -> None:
        """Particles follow a word; what stands before it makes another word."""
        assert found("\uacf5\uc0ac\uae30\uac04", "\uc0ac\uae30") == []

    def test_never_reads_a_number_as_a_word(self) -> None:
        """At least one real letter must be there: a price is not a hit."""
        assert found("only 100 left", "loo") == []
        assert found("only 100 left", "100") == ["100"]

    def test_never_reads_a_letter_as_a_digit(self) -> None:
        """Leet goes one way: the phrase 100 is not found in loo."""
        assert found("the loo", "100") == []

    def test_does_not_take_two_latin_letters_for_each_other(self) -> None:
        """The digit 1 may be i or l, but mail is not mall."""
        assert found("my mail", "mall") == []
        assert found("my ma1l", "mall") == found("my ma1l", "mail") == ["ma1l"]

    def test_finds_every_place_in_order(self) -> None:
        """Overlapping phrases are all given, by start, then end."""
        hits = find_phrases("buy now, buy", ["buy now", "buy", "now"])
        assert [(hit.phrase, hit.start, hit.end) for hit in hits] == [
            ("buy", 0, 3),
            ("buy now", 0, 7),
            ("now", 4, 7),
            ("buy", 9, 12),
        ]

    @pytest.mark.parametrize("phrase", ["", "  ", "\u200b"])
    def test_refuses_a_phrase_of_nothing(self, phrase: str) -> None:
        """An empty phrase would stand everywhere."""
        with pytest.raises(EmptyPhrase):
            find_phrases("text", [phrase])

    @given(st.text(max_size=40), st.text(min_size=1, max_size=8), st.text(max_size=40))
    def test_finds_what_was_put_there(self, before: str, phrase: str, after: str) -> None:
        """Between two full stops and spaces every phrase stands at its edges."""
        if not normalise(phrase):
            return
        text = f"{before} . {phrase} . {after}"
        at = len(before) + 3
        hits = find_phrases(text, [phrase])
        assert any(at - 1 <= hit.start and hit.end <= at + len(phrase) + 1 for hit in hits)
        assert all(0 <= hit.start < hit.end <= len(text) for hit in hits)
