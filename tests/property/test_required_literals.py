"""No text that a pattern matches is passed over for want of a literal."""

from __future__ import annotations

import random

import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.rules.language.required import folded, required

PIECES = (
    *("abc", "ABC", "straße", "крипто", "ſet", "\u0130st", "x", "ab.c", r"\.", r"\d", "[a-c]", "é"),
    *("[^x]", "[[:alpha:]]", "(", "(?:", "(?i)", "(?i:", "(?P<n>", ")", "|", "*", "+", "?", "{2}"),
    *(
        "{0,3}",
        "{1,}",
        "^",
        "$",
        r"\b",
        r"\(",
        "]",
        "}",
        "-",
        " ",
        r"\s",
        "??",
        "+?",
        r"\x41",
        "Σς",
    ),
)
LETTERS = (
    "abc",
    "ABC",
    "STRASSE",
    "straße",
    "Крипто",
    "ſET",
    "set",
    "\u0130st",
    "i̇st",
    "É",
    "σσ",
    "ΣΣ",
)
PLAIN = ("x", "1", " ", ".", "(", "]", "}", "-", "a", "b", "c", "\u212a", "k", "ab1c")


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32))
def test_a_pattern_that_is_found_has_its_literals_there(seed: int) -> None:
    dice = random.Random(seed)
    options = re2.Options()
    options.log_errors = False
    said = 0
    for _ in range(400):
        pattern = "".join(dice.choices(PIECES, k=dice.randint(1, 8)))
        pattern += ")" * max(0, pattern.count("(") - pattern.count(r"\(") - pattern.count(")"))
        try:
            found = re2.compile(pattern, options)
        except re2.error:
            continue
        literals = required(pattern)
        if literals is None:
            continue
        said += 1
        for _ in range(20):
            text = "".join(dice.choices(LETTERS + PLAIN, k=dice.randint(1, 6)))
            if found.search(text) is not None:
                assert any(one in folded(text) for one in literals), (pattern, text, literals)
    assert said > 20
