"""What every database can hold is told before one is asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit.storing import storable


class TestStorable:
    """One rule for every door."""

    @given(st.text(st.characters()))
    def test_calls_storable_what_encodes(self, text: str) -> None:
        """It means exactly: valid UTF-8 without NUL."""
        try:
            encodes = "\0" not in text and bool(text.encode() or True)
        except UnicodeEncodeError:
            encodes = False
        assert storable(text) is encodes
