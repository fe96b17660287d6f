"""The words that the DSA Transparency Database understands, and what became of its older ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values each field may have (schema v2), and what older values are called now.

    An older value that is `None` in `renamed` was removed and has no successor.
    """

    values: Mapping[str, tuple[str, ...]]
    renamed: Mapping[str, str | None]


@cache
def vocabulary() -> Vocabulary:
    """Read the words from the file beside this one."""
    place = resources.files("evenhand.transparency.dsa").joinpath("vocabulary.json")
    data = json.loads(place.read_text("utf-8"))
    return Vocabulary(
        {name: tuple(words) for name, words in data["values"].items()}, data["renamed"]
    )
