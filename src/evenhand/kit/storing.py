"""What every database can hold as text; whoever sends anything else is told at the door."""

from __future__ import annotations


def storable(text: str) -> bool:
    """Tell whether both databases can hold a text: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
