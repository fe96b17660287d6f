"""A rule that goes through the builder's form comes back as it was, whatever it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.rules.language.builder import condition_of, to_builder
from evenhand.rules.language.faults import Refused
from evenhand.rules.language.formatting import (
    BuilderWrong,
    condition_text,
    formatted,
    from_builder,
)
from evenhand.rules.language.reading import read
from evenhand.rules.language.render import sentence
from evenhand.rules.language.source import SourceFile

WORLD = """kind post
  text: text
  n: int
  f: float
  b: bool
  l: list[text]
  photo: media
  at: time
list words: "a", "b"
"""

texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
letters = texts.map(lambda text: f"x{text}")
numbers = st.one_of(
    st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False)
)
listed = st.one_of(
    letters, st.just({"list": "words"}), st.lists(letters, min_size=1, max_size=3).map(list)
)
patterns = st.sampled_from([r"a\d+", r"\bfree\b", 'say "hi"', "a\\\\", "x\ny", "^a$", "[а-я]+"])


def row(field: st.SearchStrategy[str], asks: list[str], value: st.SearchStrategy[Any]) -> Any:
    return st.fixed_dictionaries({"field": field, "is": st.sampled_from(asks), "value": value})


counted = st.sampled_from(["n", "f", "length(text)", "or_else(n, 3)", 'score("m")'])
rows = st.one_of(
    row(counted, ["==", "!=", "<", "<=", ">", ">="], numbers),
    row(st.just("text"), ["==", "!=", "<", ">="], texts),
    row(counted, ["in", "not in"], st.lists(numbers, min_size=1, max_size=3).map(list)),
    row(st.just("text"), ["in", "not in"], listed.filter(lambda one: not isinstance(one, str))),
    row(st.just("text"), ["has_word", "has_phrase", "contains", "starts_with"], listed),
    row(st.just("text"), ["matches"], patterns),
    row(st.just("l"), ["any_in"], listed),
    row(st.sampled_from(["l", "domains(l)"]), ["holds", "lacks"], texts),
    row(st.sampled_from(["account", "item"]), ["labelled"], letters),
    st.fixed_dictionaries(
        {
            "field": st.just("photo"),
            "is": st.just("hash_match"),
            "bank": st.just("known"),
            "value": st.integers(0, 256),
        }
    ),
    st.sampled_from(
        [
            {"field": "b", "is": "true"},
            {"field": 'assessed("links")', "is": "true"},
            {"field": "or_else(b, False)", "is": "true"},
            {"field": "n", "is": "missing"},
            {"expression": "n + 1 > f * (n - 2)"},
            {"expression": "1 < n <= 3"},
            {"expression": "n > f"},
            {"expression": "-n > 3"},
        ]
    ),
)
conditions = st.recursive(
    rows,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"all": st.lists(inner, min_size=2, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=2, max_size=3)}),
        st.fixed_dictionaries({"not": inner}),
    ),
    max_leaves=6,
)
spans = st.sampled_from(["30d", "2w", "90s", "36h"])
actions = st.one_of(
    st.fixed_dictionaries(
        {
            "do": st.just("label"),
            "on": st.sampled_from(["account", "item"]),
            "name": st.sampled_from(["spam", "a b", "of {n}", 'say "so"']),
            "for": st.none() | spans,
        }
    ),
    st.fixed_dictionaries(
        {
            "do": st.just("enqueue"),
            "name": st.sampled_from(["spam", "known-material"]),
            "priority": st.none() | st.integers(0, 100),
        }
    ),
    st.fixed_dictionaries(
        {
            "do": st.just("propose"),
            "name": st.just("hide"),
            "after": st.sampled_from([None, ["2m", "20m"], ["5m", "5m"]]),
        }
    ),
    st.fixed_dictionaries(
        {
            "do": st.just("score"),
            "name": st.just("risk"),
            "amount": st.floats(allow_nan=False, allow_infinity=False),
        }
    ),
)
rules = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "known-again", "x_1"]),
        "kinds": st.just(["post"]),
        "when": conditions,
        "actions": st.lists(
            actions, min_size=1, max_size=3, unique_by=lambda one: json.dumps(one, sort_keys=True)
        ),
        "policy": st.sampled_from([None, "spam", "3.2", "spam.financial"]),
        "why": st.none()
        | texts.filter(str.strip).map(lambda t: t.replace("{", "").replace("}", "")),
        "examples": st.lists(
            st.one_of(
                st.fixed_dictionaries({"fires": st.fixed_dictionaries({"text": texts})}),
                st.fixed_dictionaries({"silent": st.fixed_dictionaries({"n": st.integers(0, 9)})}),
            ),
            max_size=2,
        ),
        "comments": st.lists(st.sampled_from(["why not", "a # b"]), max_size=2),
    }
).filter(lambda rule: rule["why"] is None or rule["why"].strip())


def version(source: str) -> str:
    return read([SourceFile("a.rules", WORLD + source)], None).rules[0].version


@given(rules)
def test_data_becomes_text_and_the_same_data_again(rule: dict[str, Any]) -> None:
    """A form that is saved and opened shows what was filled in."""
    source = from_builder(rule)
    assert to_builder(source) == rule
    assert formatted(source) == source


@given(rules)
def test_what_is_written_can_be_read_and_said(rule: dict[str, Any]) -> None:
    """Nothing a form says is refused by the language, and its laid-out text means the same."""
    source = from_builder(rule)
    spread = source.replace(" and ", "\n    and ") if '"' not in source else source
    assert version(spread) == version(source)
    assert len(sentence(source)) > 20


@given(st.text(max_size=40), texts)
def test_a_row_never_says_more_than_a_row(field: str, value: str) -> None:
    """Whatever is put into a field's name, it is a name or it is refused."""
    row = {"field": field, "is": "==", "value": value}
    try:
        written = condition_text(row)
    except BuilderWrong:
        return
    assert condition_of(written) == row


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading ends with a rule or with faults that point into the text, and in no other way."""
    source = f"rule a on post\n  when {text}\n  enqueue q"
    try:
        read([SourceFile("a.rules", WORLD + source)], None)
    except Refused as refused:
        lines = (WORLD + source).split("\n")
        for fault in refused.faults:
            assert 1 <= fault.line <= len(lines)
            assert str(refused)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("when(b)and(n>3)enqueue q", "when b and n > 3"),
        ("when (b and n > 3) and l == l enqueue q", "when (b and n > 3) and l == l"),
        ("when n in (1,\n 2) enqueue q", "when n in [1, 2]"),
        ("when matches(text, '\\\\d') enqueue q", r'when matches(text, r"\d")'),
    ],
)
def test_a_text_is_written_one_way(written: str, canonical: str) -> None:
    """However it was typed."""
    assert formatted(f"rule a on post\n  {written}").split("\n")[1] == f"  {canonical}"
