"""Under which heading of the law's list a matter is counted."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evenhand import policy
from evenhand.policy import Harm, InLaw, PolicyRefused
from evenhand.policy.categories import NOT_FOR_CLAUSES

ROOT = Path(__file__).parents[3]
TREE = json.loads((ROOT / "tests/fixtures/dsa/category_keyword_map.json").read_text("utf-8"))
STARTER = (ROOT / "src/evenhand/policy/starter.toml").read_text("utf-8")
ABOUT_OPINIONS = "STATEMENT_CATEGORY_NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS"
FRAUD = next(clause for clause in policy.starter().clauses if clause.key == "fraud")


def with_dsa(said: Any, *, ground: str = "terms") -> policy.Policy:
    """Read the starter policy with something said of its first clause for the law."""
    data = tomllib.loads(STARTER)
    first = next(each for each in data["clause"] if each["ground"] == ground)
    data["clause"] = [first | {"dsa": said}]
    return policy.parse_policy(data)


class TestTheTree:
    """The law's list."""

    def test_is_the_templates_own(self) -> None:
        """Every heading, in the order of the reports."""
        wanted = {each["code"]: tuple(k["code"] for k in each["keywords"]) for each in TREE}
        assert dict(policy.category_tree()) == wanted
        assert list(policy.category_tree()) == list(wanted)


class TestHeadings:
    """Where a breach is counted."""

    @pytest.mark.parametrize("harm", Harm)
    @pytest.mark.parametrize("ground", ["terms", "illegal"])
    def test_are_there_for_every_harm(self, harm: Harm, ground: Any) -> None:
        """In the tree, never under a heading for opinions, and nothing illegal under terms."""
        found = policy.usual_heading(harm, ground)
        assert found.keyword in policy.category_tree()[found.category]
        assert NOT_FOR_CLAUSES.isdisjoint({found.category, found.keyword})
        assert (found.other is not None) == (found.keyword == policy.KEYWORD_OTHER)
        assert ground == "terms" or found.category != policy.OTHER_TERMS

    def test_are_what_the_operator_says(self) -> None:
        """A clause knows better than its harm."""
        category, keyword = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_PHISHING"
        clause = replace(FRAUD, dsa=InLaw(category, keyword))
        assert policy.heading_of(clause) == policy.Heading(category, keyword)
        assert policy.heading_of(FRAUD).other == policy.HARM_LABELS[Harm.FRAUD]

    def test_of_a_notice_are_for_what_it_says_is_illegal(self) -> None:
        """What cannot be told from it has a heading of its own."""
        assert policy.heading_of_notice(Harm.OTHER).category == policy.NOT_SPECIFIED_NOTICE
        assert policy.heading_of_notice(Harm.ADULT_CONTENT).category != policy.OTHER_TERMS

    def test_are_kept_with_the_clause(self) -> None:
        """What the starter policy says of its clauses is read."""
        by_key = {clause.key: clause for clause in policy.starter().clauses}
        grooming = policy.heading_of(by_key["child-grooming"])
        assert grooming.keyword == "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"
        assert by_key["misused-reports"].dsa.misuse == "notices"


class TestWhatAClauseSays:
    """The `dsa` table of a clause."""

    def test_may_be_words_for_another_keyword(self) -> None:
        """They are trimmed, and read back."""
        said = {
            "category": "STATEMENT_CATEGORY_VIOLENCE",
            "keyword": "KEYWORD_OTHER",
            "other": " Dangerous driving ",
            "high_volume": True,
            "misuse": "complaints",
        }
        (clause,) = with_dsa(said).clauses
        assert clause.dsa == InLaw(
            "STATEMENT_CATEGORY_VIOLENCE", "KEYWORD_OTHER", "Dangerous driving", True, "complaints"
        )

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ("STATEMENT_CATEGORY_VIOLENCE", "dsa"),
            ({"heading": "x"}, "dsa.heading"),
            ({"category": "STATEMENT_CATEGORY_TASTE"}, "dsa.category"),
            ({"keyword": "KEYWORD_OTHER"}, "dsa.category"),
            ({"category": "STATEMENT_CATEGORY_VIOLENCE"}, "dsa.keyword"),
            (
                {"category": "STATEMENT_CATEGORY_VIOLENCE", "keyword": "KEYWORD_PHISHING"},
                "dsa.keyword",
            ),
            ({"other": "words"}, "dsa.other"),
            ({"high_volume": "yes"}, "dsa.high_volume"),
            ({"misuse": "reports"}, "dsa.misuse"),
            (
                {
                    "category": ABOUT_OPINIONS,
                    "keyword": "KEYWORD_OTHER",
                },
                "dsa.category",
            ),
        ],
    )
    def test_is_refused_by_name(self, said: Any, field: str) -> None:
        """Headings that judge opinions are refused as well."""
        with pytest.raises(PolicyRefused, match=field.replace(".", r"\.")):
            with_dsa(said)

    def test_puts_nothing_illegal_under_terms(self) -> None:
        """Annex II: category 15 is for the service's own rules."""
        said = {"category": policy.OTHER_TERMS, "keyword": "KEYWORD_OTHER"}
        with_dsa(said)
        with pytest.raises(PolicyRefused, match="terms only"):
            with_dsa(said, ground="illegal")
