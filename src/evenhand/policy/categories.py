"""The law's own list of what may be wrong with content, as harmonised reports count it.

The tree is that of Implementing Regulation (EU) 2024/2835, Annex I; the Commission's database of
statements of reasons uses the same names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

KEYWORD_OTHER: Final = "KEYWORD_OTHER"


@cache
def category_tree() -> Mapping[str, tuple[str, ...]]:
    """Return every category with its keywords, in the order in which reports list them."""
    text = resources.files("evenhand.policy").joinpath("categories.json").read_text("utf-8")
    tree = {category: tuple(keywords) for category, keywords in json.loads(text).items()}
    return MappingProxyType(tree)
