"""A mistyped field names the one that was probably meant."""

from __future__ import annotations

import pytest

from evenhand import intake
from evenhand.api import documents
from evenhand.api.nearest import nearest_named, problem_near, properties_at
from evenhand.api.problems import DocumentRefused


class TestProblemNear:
    def test_names_the_nearest(self) -> None:
        assert "“explanation”" in problem_near("explanaton", "No.", ["harm", "explanation"]).says

    def test_lists_what_there_is_when_nothing_is_near(self) -> None:
        says = problem_near("a.zzz", "Unknown.", ["harm", "item"]).says
        assert says == "Unknown. Known here: harm, item."

    def test_says_it_plainly_when_nothing_is_known(self) -> None:
        assert problem_near("zzz", "Unknown.", []).says == "Unknown."


class TestPropertiesAt:
    def test_reads_the_top_and_below(self) -> None:
        assert "kind" in properties_at(documents.ITEM, "")
        assert properties_at(documents.ITEM, "account") == ["id", "name", "email", "language"]

    def test_reads_through_what_may_be_null(self) -> None:
        assert "email" in properties_at(documents.REPORT, "reporter")

    def test_finds_nothing_where_nothing_is(self) -> None:
        assert properties_at(documents.ITEM, "url.x") == []


class TestNearestNamed:
    def test_turns_unknown_fields_only(self) -> None:
        problems = [
            intake.Problem("acount", "Not known.", "unknown_field"),
            intake.Problem("kind", "This is missing.", "missing"),
        ]
        with pytest.raises(DocumentRefused) as caught, nearest_named(documents.ITEM):
            raise intake.ItemRefused(problems)
        says = [each.says for each in caught.value.problems]
        assert says[0].endswith("Did you mean “account”?")
        assert says[1] == "This is missing."
