"""Words for people are marked where they are written, and translated where they are shown."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name Babel looks for
    """Mark a sentence for translation where it is written; doors translate it when it is shown."""
    return text
