"""A line's text is canonical JSON whatever is in it, and no personal data is in it in clear."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit.canonical import canonical
from evenhand.ledger.errors import UnknownEvent
from evenhand.ledger.model import Draft, commitment

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
DATA = st.dictionaries(st.text(max_size=9), VALUES, max_size=5)


def draft(
    public: dict[str, Any], private: dict[str, Any] | None = None, actor: str = "system"
) -> Draft:
    return Draft.of(
        "item.received",
        subject='s-"1"',
        actor=actor,
        public=public,
        private=private,
        at=AT,
        salt=b"s" * 16,
    )


class TestText:
    @given(DATA, st.none() | DATA, st.integers(0, 10**12))
    def test_is_the_canonical_text_of_what_it_says(
        self, public: dict[str, Any], private: dict[str, Any] | None, index: int
    ) -> None:
        text = draft(public, private).text(index)
        said = {
            "n": index,
            "at": "2026-11-22T09:30:00.000000Z",
            "type": "item.received",
            "subject": 's-"1"',
            "actor": "system",
            "data": public,
        }
        if private is not None:
            said["commitment"] = commitment(canonical(private), b"s" * 16)
        assert text == canonical(said)
        assert json.loads(text) == said

    def test_says_nothing_of_what_is_private(self) -> None:
        assert "Ada" not in draft({"number": 1}, {"name": "Ada"}).text(0)

    @pytest.mark.parametrize("kind", ["staff", "receipt", "key"])
    @pytest.mark.parametrize("private", [None, {"why": "asked"}])
    def test_says_of_a_person_no_more_than_what_they_are(
        self, kind: str, private: dict[str, Any] | None
    ) -> None:
        """Which of them is kept with what is private, and committed to like it."""
        one = draft({}, private, f"{kind}:lee")
        said = json.loads(one.text(0))
        assert said["actor"] == kind
        assert "lee" not in one.text(0)
        assert one.private == canonical({**(private or {}), "actor": f"{kind}:lee"})
        assert said["commitment"] == commitment(one.private, one.salt)

    @pytest.mark.parametrize("actor", ["system", "public", "rule:known-material@1"])
    def test_names_whoever_is_nobody(self, actor: str) -> None:
        one = draft({}, None, actor)
        assert json.loads(one.text(0))["actor"] == actor
        assert one.private is None

    def test_is_refused_where_it_has_no_canonical_form(self) -> None:
        for value in (float("nan"), object()):
            with pytest.raises((ValueError, TypeError)):
                draft({"number": value})
        with pytest.raises(UnknownEvent):
            Draft.of("x.y", subject="", actor="", public={}, private=None, at=AT, salt=b"")
