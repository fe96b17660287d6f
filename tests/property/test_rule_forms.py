"""A rule that is opened in the console's form and sent as it is means what it meant."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st
from starlette.datastructures import FormData

from evenhand.console.rule_form import every, read_value, shown_value
from evenhand.console.rules_builder import Built, data_from, opened, typed_in
from evenhand.rules.language.builder import to_builder
from evenhand.rules.language.formatting import from_builder
from tests.property.test_rules_round_trip import rules, version

scalars = st.one_of(
    st.text(max_size=12),
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["@list", "5", "true", "a, b", '"', "[", " a", "1e5", "-0", "007", "a\nb", ""]),
)
values = st.one_of(
    scalars,
    st.lists(scalars, min_size=1, max_size=4),
    st.fixed_dictionaries({"list": st.sampled_from(["a", "b-2", "c_1"])}),
)


def sent(built: Built) -> FormData:
    """Return what a browser would send of a form in which nothing was changed."""
    fields = [("kinds", kind) for kind in built.kinds]
    for node in every(built.when):
        fields.append((f"kind:{node.path}", node.kind))
        if node.denied:
            fields.append((f"not:{node.path}", "yes"))
        if node.parts:
            fields.append((f"group:{node.path}", node.kind))
        fields += [(f"{name}:{node.path}", text) for name, text in node.row.items()]
    for at, action in enumerate(built.actions):
        fields += [(f"action-{at}:{name}", text) for name, text in action.items()]
    fields += [(name, text.replace("\n", "\r\n")) for name, text in built.plain.items()]
    assert all("\n" not in text for name, text in fields if name not in built.plain)
    return FormData([(name, text) for name, text in fields])


@given(rules)
def test_nothing_is_lost_in_a_form(rule: dict[str, Any]) -> None:
    """Its text is another at most in how it is laid out; its version stays."""
    source = from_builder(rule)
    again = from_builder(data_from(typed_in(sent(opened(to_builder(source))))))
    assert version(again) == version(source)
    assert to_builder(again)["examples"] == to_builder(source)["examples"]
    assert to_builder(again)["comments"] == to_builder(source)["comments"]


@given(values)
@example([{"list": "a"}, "b"])
def test_a_value_is_read_as_it_was_shown(value: Any) -> None:
    """Whatever it looks like: a number as a text stays a text, a comma stays in it."""
    shown = shown_value(value)
    assert "\n" not in shown
    assert repr(read_value(shown)) == repr(value)
