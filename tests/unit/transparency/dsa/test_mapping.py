"""What a decision becomes in the Commission's database, and which decisions do not go there."""

from __future__ import annotations

from dataclasses import replace

import jsonschema
from hypothesis import given, settings

from evenhand.decision import AutomatedDecision, Restriction
from evenhand.intake import FieldRole, FieldType, FieldView
from evenhand.policy import Basis, InLaw, Measure
from evenhand.transparency.dsa import Decided, Severity, body_of, check, not_owed
from tests.unit.transparency.dsa.bodies import SCHEMA
from tests.unit.transparency.dsa.decided import (
    CLAUSES,
    NOW,
    decided,
    decisions,
    item,
    statement,
)

ONE = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.FormatChecker(formats=["date"])
)
CLAUSE = {clause.key: clause for clause in CLAUSES}
FAKES = CLAUSE["counterfeit"]


class TestAnyDecision:
    """Whatever was decided."""

    @given(decisions())
    @settings(max_examples=200)
    def test_becomes_a_body_that_is_taken_without_a_word(self, drawn: Decided) -> None:
        """It validates against the schema, and our own check has nothing to say either."""
        if not_owed(drawn) is None:
            body = body_of(drawn)
            ONE.validate(body)
            assert check(body).faults == ()


class TestBody:
    """A body, field by field."""

    def test_says_what_the_statement_says(self) -> None:
        """The rule, the reasons, the facts, the day; named by the decision's id."""
        body = body_of(decided(FAKES, statement(FAKES), rules_url="https://plaza.example/policy"))
        assert body == {
            "puid": "0193a2b4-0000-7000-8000-000000000001",
            "decision_visibility": ["DECISION_VISIBILITY_CONTENT_REMOVED"],
            "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
            "incompatible_content_ground": "6.2 No counterfeit goods (version 1)",
            "incompatible_content_explanation": statement(FAKES).ground.explanation,
            "decision_ground_reference_url": "https://plaza.example/policy",
            "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
            "category_specification": ["KEYWORD_TRADEMARK_INFRINGEMENT"],
            "content_type": ["CONTENT_TYPE_TEXT"],
            "content_date": "2026-11-18",
            "territorial_scope": body["territorial_scope"],
            "application_date": "2026-11-21",
            "decision_facts": statement(FAKES).facts,
            "source_type": "SOURCE_TYPE_OTHER_NOTIFICATION",
            "automated_detection": "No",
            "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
        }
        assert len(body["territorial_scope"]) == 30

    def test_gives_each_measure_its_own_field(self) -> None:
        """What is seen, what of the service, what of the account; each with its own end."""
        end = NOW.date().replace(day=28)
        limits = (
            Restriction(Measure.LABEL, NOW.date()),
            Restriction(Measure.HIDE, NOW.date()),
            Restriction(Measure.LIMIT, NOW.date(), end),
            Restriction(Measure.SUSPEND, NOW.date(), end),
        )
        body = body_of(decided(FAKES, statement(FAKES, restrictions=limits)))
        assert body["decision_visibility"] == [
            "DECISION_VISIBILITY_CONTENT_LABELLED",
            "DECISION_VISIBILITY_CONTENT_DISABLED",
        ]
        assert body["decision_provision"] == "DECISION_PROVISION_PARTIAL_SUSPENSION"
        assert body["end_date_service_restriction"] == "2026-11-28"
        assert body["decision_account"] == "DECISION_ACCOUNT_SUSPENDED"
        assert body["end_date_account_restriction"] == "2026-11-28"

    def test_says_that_an_account_was_closed_rather_than_paused(self) -> None:
        """There is one value for the account."""
        end = NOW.date().replace(day=28)
        limits = (
            Restriction(Measure.SUSPEND, NOW.date(), end),
            Restriction(Measure.CLOSE, NOW.date()),
        )
        body = body_of(decided(FAKES, statement(FAKES, restrictions=limits)))
        assert body["decision_account"] == "DECISION_ACCOUNT_TERMINATED"
        assert body["end_date_account_restriction"] is None

    def test_names_the_law_where_one_was_broken(self) -> None:
        """And nothing of the terms, which would be dropped."""
        clause = CLAUSE["child-sexual-abuse"]
        body = body_of(decided(clause, statement(clause)))
        assert body["illegal_content_legal_ground"] == clause.legal_ground
        assert "incompatible_content_ground" not in body
        assert body["category"] == "STATEMENT_CATEGORY_PROTECTION_OF_MINORS"

    def test_says_how_the_matter_came_and_never_from_whom(self) -> None:
        """A trusted flagger's notice has a value of its own; a source has no name."""
        for source, trusted, says in (
            (Basis.NOTICE, False, "SOURCE_ARTICLE_16"),
            (Basis.NOTICE, True, "SOURCE_TRUSTED_FLAGGER"),
            (Basis.REPORT, True, "SOURCE_TYPE_OTHER_NOTIFICATION"),
            (Basis.OWN_INITIATIVE, False, "SOURCE_VOLUNTARY"),
        ):
            said = statement(FAKES, source=source)
            body = body_of(decided(FAKES, said, trusted=trusted))
            assert body["source_type"] == says
            assert "source_identity" not in body

    def test_says_how_much_was_automatic(self) -> None:
        """Detection and decision apart."""
        automated = AutomatedDecision.FULLY
        said = statement(FAKES, automated_detection=True, automated_decision=automated)
        body = body_of(decided(FAKES, said))
        assert body["automated_detection"] == "Yes"
        assert body["automated_decision"] == "AUTOMATED_DECISION_FULLY"

    def test_says_what_the_content_was_made_of(self) -> None:
        """An address that nobody sent an item for is a link, in words."""
        photo = FieldView("photo", FieldType.IMAGE, FieldRole.MEDIA, "media-1")
        empty = FieldView("text", FieldType.TEXT, FieldRole.BODY, "")
        seen = body_of(decided(FAKES, statement(FAKES), item=item(fields=(photo, empty))))
        assert seen["content_type"] == ["CONTENT_TYPE_IMAGE"]
        link = body_of(decided(FAKES, statement(FAKES), item=item(fields=())))
        assert link["content_type_other"] == "A link to content"

    def test_cuts_what_is_too_long_at_a_word(self) -> None:
        """The person was told all of it; the database takes 2,000 characters."""
        said = statement(FAKES)
        long = replace(said, ground=replace(said.ground, explanation="word " * 900))
        cut = body_of(decided(FAKES, long))["incompatible_content_explanation"]
        assert len(cut) <= 2000
        assert cut.endswith("word […]")

    def test_keeps_personal_data_that_was_written_for_a_person_to_see(self) -> None:
        """It is not changed in silence: the check names it, and it is not sent."""
        said = statement(FAKES, facts="You wrote to anna@example.org that it was real.")
        (fault,) = check(body_of(decided(FAKES, said))).faults
        assert (fault.severity, fault.field) == (Severity.PERSONAL, "decision_facts")


class TestNotOwed:
    """What does not go to the database."""

    def test_has_a_reason_each(self) -> None:
        """From the law, and none beyond it."""
        spam = replace(FAKES, dsa=InLaw(high_volume=True))
        abroad = (Restriction(Measure.HIDE, NOW.date(), territorial_scope=("US",)),)
        reasons = {
            decided(FAKES, None): "no_restriction",
            decided(FAKES, statement(FAKES, source=Basis.ORDER)): "order",
            decided(spam, statement(spam)): "high_volume",
            decided(FAKES, statement(FAKES), item=item(account=None)): "nobody_to_tell",
            decided(FAKES, statement(FAKES, restrictions=abroad)): "elsewhere",
        }
        for given_, code in reasons.items():
            why = not_owed(given_)
            assert why is not None
            assert why.code == code
        assert not_owed(decided(FAKES, statement(FAKES))) is None
