"""Shares and how sure they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit.intervals import wilson


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17, table I: method 3, score without correction.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_equals_what_was_published(hits: int, of: int, low: float, high: float) -> None:
    """To the four digits that are printed."""
    share = wilson(hits, of)
    assert share is not None
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


@given(st.integers(1, 10_000), st.data())
def test_holds_the_share_within_nothing_and_all(of: int, data: st.DataObject) -> None:
    """And is as wide on the other side of the half."""
    hits = data.draw(st.integers(0, of))
    share, other = wilson(hits, of), wilson(of - hits, of)
    assert share is not None
    assert other is not None
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low == pytest.approx(1 - other.high)


def test_of_nothing_is_unknown() -> None:
    """And of less than nothing no share at all."""
    assert wilson(0, 0) is None
    with pytest.raises(ValueError, match="no share"):
        wilson(2, 1)
