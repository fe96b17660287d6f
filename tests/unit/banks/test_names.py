"""A protected name is written on one line, in one way, and is long enough to be told apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import EntryKind, EntryRefused, Signal, read_name
from evenhand.banks.model import Confidence, check_confidence, entry_value

WHOLE = (
    "Harbor Post; domains: harborpost.example; handles: harborpost, hp_news; "
    "genuine: 4711, @harbor.post, harborpost.social"
)


class TestReading:
    """What somebody types."""

    @pytest.mark.parametrize(
        "typed",
        [
            WHOLE,
            """Harbor  Post;handles:@HP_News,HarborPost ; genuine: HarborPost.social,4711,
            @harbor.post; Domains: *.HarborPost.example.;""",
        ],
    )
    def test_has_one_written_form(self, typed: str) -> None:
        """In any order, case and spacing."""
        assert read_name(typed).written == WHOLE
        assert read_name(WHOLE).written == WHOLE

    def test_needs_only_the_name(self) -> None:
        """What is theirs may be added by a new entry."""
        assert read_name(" Lumipay ").written == "Lumipay"

    def test_tells_sites_from_accounts_in_what_is_genuine(self) -> None:
        """A dot without an @ is a site; all else is a handle or an id."""
        name = read_name(WHOLE)
        assert name.own_sites == ("harborpost.example", "harborpost.social")
        assert name.own_accounts == {"harborpost", "hp_news", "4711", "harbor.post"}

    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("", "Only the name is needed"),
            ("; domains: a.example", "Only the name is needed"),
            ("Harbor Post; sites: a.example", "Only the name is needed"),
            ("Harbor Post; domains a.example", "Only the name is needed"),
            ("Harbor Post; handles: a_b_c; handles: d_e_f", "Only the name is needed"),
            ("x" * 81, "Only the name is needed"),
            ("HP", "too short"),
            ("✔ ★ !", "too short"),
            ("Harbor Post; handles: hp", "too short"),
            ("Harbor Post; handles: harbor post", "A handle is written as"),
            ("Harbor Post; domains: co.uk", "match strangers"),
            ("Harbor Post; domains: ,", "List one to 60 domains"),
            ("Harbor Post; genuine: " + ",".join(map(str, range(70))), "List one to 60 genuine"),
        ],
    )
    def test_is_refused_with_a_sentence(self, typed: str, says: str) -> None:
        """Whoever mistypes is told what to write."""
        with pytest.raises(EntryRefused, match=says) as caught:
            read_name(typed)
        assert caught.value.field == "value"

    @pytest.mark.parametrize("name", ["人民", "日経", "ВВС", "a1b"])
    def test_takes_a_name_that_is_short_in_its_script(self, name: str) -> None:
        """Two characters of Han or kana are a name; of letters it takes three."""
        assert read_name(name).name == name

    @given(st.text(max_size=40), st.text("ab.@_-1 ,", max_size=20))
    def test_of_any_text_can_be_read_back(self, name: str, listed: str) -> None:
        """What is let in is its own written form."""
        try:
            value = entry_value(EntryKind.NAME, f"{name}; genuine: {listed}", signal=Signal.NAME)
        except EntryRefused:
            return
        assert entry_value(EntryKind.NAME, value, signal=Signal.NAME) == value


class TestConfidence:
    """How sure a bank of names may be."""

    def test_is_never_confirmed(self) -> None:
        """Two people may bear one name, so nothing is held for it."""
        with pytest.raises(EntryRefused, match="choose indicative"):
            check_confidence(Signal.NAME, Confidence.CONFIRMED)
        check_confidence(Signal.NAME, Confidence.INDICATIVE)
        check_confidence(Signal.LINK, Confidence.CONFIRMED)
