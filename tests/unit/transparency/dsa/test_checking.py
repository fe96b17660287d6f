"""The check without asking anybody: it refuses what the database would, and nothing else."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import referencing
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evenhand.transparency.dsa import Fault, Severity, check, check_call
from evenhand.transparency.dsa.vocabulary import vocabulary
from tests.unit.transparency.dsa.bodies import BATCH, ENUMS, SCHEMA, bodies, body

DAYS = jsonschema.FormatChecker(formats=["date"])
REGISTRY = referencing.Registry().with_contents([(SCHEMA["$id"], SCHEMA)])
ONE = jsonschema.Draft202012Validator(SCHEMA, format_checker=DAYS)
CALL = jsonschema.Draft202012Validator(BATCH, registry=REGISTRY, format_checker=DAYS)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


def found(severity: Severity, **changes: Any) -> dict[str, str]:
    """Check a body with changes; return the faults of one severity by field."""
    return {f.field: f.says for f in check(body(**changes)).faults if f.severity is severity}


class TestTheSchema:
    """The rules of the database, written as a JSON Schema."""

    @given(bodies())
    @example(body())
    @settings(max_examples=200)
    def test_agrees_with_the_check(self, drawn: dict[str, Any]) -> None:
        """Both refuse, or both take it. Addresses are not a format that the schema looks at."""
        if drawn.get("decision_ground_reference_url"):
            drawn["decision_ground_reference_url"] = "https://plaza.example/rules"
        assert check(drawn).accepted == ONE.is_valid(drawn)

    def test_knows_the_words_that_we_know(self) -> None:
        """No word is missing, none is left over."""
        ours = vocabulary().values
        assert {name: list(words) for name, words in ours.items()} == {
            name: list(ENUMS[name]) for name in ours
        }


class TestCheck:
    """One statement."""

    def test_finds_nothing_where_nothing_is_wrong(self) -> None:
        """Neither a refusal nor advice."""
        assert check(body()).clean

    @pytest.mark.parametrize("puid", ["", "a b", "a/b", "é", "a\n", "a" * 501, None, 7])
    def test_refuses_other_names(self, puid: object) -> None:
        """Letters, digits, hyphens and underscores, 500 at most; nothing after the end."""
        assert "puid" in found(Severity.REFUSED, puid=puid)

    @pytest.mark.parametrize(
        ("field", "day"),
        [
            ("content_date", "1999-12-31"),
            ("application_date", "2019-12-31"),
            ("application_date", "2038-01-02"),
            ("end_date_visibility_restriction", "2038-01-02"),
            ("content_date", "2026-03-01T00:00:00"),
            ("content_date", "٢٠٢٦-٠٣-٠١"),
        ],
    )
    def test_refuses_days_that_are_not_taken(self, field: str, day: str) -> None:
        """The database has a first and a last day."""
        assert field in found(Severity.REFUSED, **{field: day})

    def test_asks_for_each_branch(self) -> None:
        """A ground's own texts, and words for whatever is called other."""
        missing = found(
            Severity.REFUSED,
            decision_ground="DECISION_GROUND_ILLEGAL_CONTENT",
            illegal_content_explanation="   ",
            decision_visibility=["DECISION_VISIBILITY_OTHER"],
            decision_monetary="DECISION_MONETARY_OTHER",
            content_type=["CONTENT_TYPE_OTHER"],
        )
        assert set(missing) == {
            "illegal_content_legal_ground",
            "illegal_content_explanation",
            "decision_visibility_other",
            "decision_monetary_other",
            "content_type_other",
        }

    def test_says_what_would_be_dropped_without_a_word(self) -> None:
        """Texts of the other branch, a source nobody named, fields nobody knows."""
        dropped = found(
            Severity.DROPPED,
            illegal_content_legal_ground="A law",
            content_type_other="A thing",
            category_specification_other="A matter",
            source_type="SOURCE_VOLUNTARY",
            source_identity="Somebody",
            content_language_other="Volapük",
            category_addition=["STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS"],
        )
        assert set(dropped) == {
            "illegal_content_legal_ground",
            "content_type_other",
            "category_specification_other",
            "source_identity",
            "content_language_other",
            "category_addition",
        }
        assert check(body(content_language_other="Volapük")).accepted

    def test_says_what_only_the_documentation_asks_for(self) -> None:
        """An end before the beginning, no countries, no words for another keyword."""
        advised = found(
            Severity.ADVISED,
            end_date_visibility_restriction="2026-01-01",
            end_date_account_restriction="2026-05-01",
            territorial_scope=...,
            category_specification=["KEYWORD_OTHER", "KEYWORD_PHISHING"],
        )
        assert set(advised) == {
            "end_date_visibility_restriction",
            "end_date_account_restriction",
            "territorial_scope",
            "category_specification_other",
            "category_specification",
        }

    def test_says_what_an_older_word_is_called_now(self) -> None:
        """And that some have no successor."""
        renamed = found(Severity.REFUSED, category="STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE")
        assert "STATEMENT_CATEGORY_OTHER_VIOLATION_TC" in renamed["category"]
        gone = found(Severity.REFUSED, category_specification=["KEYWORD_DANGEROUS_TOYS"])
        assert "no successor" in gone["category_specification"]
        greece = found(Severity.REFUSED, territorial_scope=["EL"])
        assert "GR" in greece["territorial_scope"]
        assert "DE" in found(Severity.REFUSED, content_language="de")["content_language"]

    @pytest.mark.parametrize(
        "broken", [None, [], "text", 3, {}, {"category": {}}, {"category": []}]
    )
    def test_is_never_surprised(self, broken: object) -> None:
        """Whatever is in a file, the answer is a list of faults."""
        assert not check(broken).accepted

    @given(st.dictionaries(st.sampled_from(list(SCHEMA["properties"])), ANY_JSON, max_size=6))
    def test_says_something_of_whatever_stands_in_a_field(self, changes: dict[str, Any]) -> None:
        """Any JSON at all: it is taken or refused, as the schema has it, and never a surprise.

        Of texts the database knows more than a schema can say: it trims them.
        """
        whole = body(**changes)
        texts = [name for name, value in whole.items() if isinstance(value, str)]
        if not any(name in texts for name in changes):
            assert check(whole).accepted == ONE.is_valid(whole)

    def test_names_personal_data_with_its_place(self) -> None:
        """It is not refused by the database; it may not be sent all the same."""
        text = "Sold by anna@example.org for years."
        checked = check(body(decision_facts=text))
        says = "An email address: it names a person."
        assert checked.faults == (Fault("decision_facts", Severity.PERSONAL, says, (8, 24)),)
        assert checked.accepted


class TestCheckCall:
    """What goes out in one call."""

    @pytest.mark.parametrize("count", [0, 1, 100, 101])
    def test_agrees_with_the_schema_on_how_many(self, count: int) -> None:
        """From 1 to 100."""
        call = {"statements": [body(puid=f"p-{n}") for n in range(count)]}
        assert check_call(call).accepted == CALL.is_valid(call) == (1 <= count <= 100)

    def test_finds_a_name_that_is_used_twice(self) -> None:
        """The database knows it when it has checked the fields, and refuses the whole call."""
        call = {"statements": [body(puid="a"), body(puid="b"), body(puid="a")]}
        (fault,) = check_call(call).faults
        assert fault.field == "statements.2.puid"

    def test_is_all_or_nothing(self) -> None:
        """One bad statement keeps the others out."""
        checked = check_call({"statements": [body(puid="a"), body(puid="b", category="x")]})
        assert [one.accepted for one in checked.statements] == [True, False]
        assert not checked.accepted
        assert not check_call({"statements": {}}).accepted
