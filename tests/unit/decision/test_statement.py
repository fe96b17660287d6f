"""A statement of reasons is complete, private and the same in every form it takes."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from evenhand.decision.letter import (
    STANDARD_REDRESS,
    NoActionOutcome,
    NoActionReasons,
    as_lines,
    as_plain_text,
    check_reasons,
)
from evenhand.decision.statement import (
    AutomatedDecision,
    Redress,
    Restriction,
    Statement,
    StatementIncomplete,
    draft_statement,
    earliest_appeal_end,
    from_dict,
    restrictions_for,
    to_dict,
)
from evenhand.policy.model import Basis, Clause, Harm, Measure, Rung

SCHEMA = Path(__file__).parents[2] / "fixtures/notices/dsa_art17_statement.schema.json"
VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text()), format_checker=FormatChecker())
TODAY = date(2026, 3, 1)
FACTS = "On 2026-02-27 the shop page asked buyers to pay by gift card and sent nothing to eleven."
WHY = "Taking payment for shoes that were never posted tricks buyers out of their money."
CLAUSE = Clause(
    key="fraud",
    number="4.1",
    version=3,
    title="No scams, phishing or fake shops",
    text="Do not trick people out of money, goods, passwords or personal details.",
    harm=Harm.FRAUD,
    severity=3,
    ground="terms",
    legal_ground=None,
    ladder=(Rung((Measure.REMOVE, Measure.LIMIT), 7, 1),),
    strike_days=365,
    effective_from=date(2026, 1, 1),
)


def complete(**change: Any) -> dict[str, Any]:
    """Return everything a statement needs, with something changed."""
    parts: dict[str, Any] = {
        "issued_on": TODAY,
        "clause": CLAUSE,
        "restrictions": restrictions_for((Measure.REMOVE, Measure.LIMIT), TODAY, days=7),
        "facts": FACTS,
        "explanation": WHY,
        "source": Basis.REPORT,
        "automated_detection": True,
        "automated_decision": AutomatedDecision.NONE,
        "redress": STANDARD_REDRESS,
        "language": "en",
    }
    return parts | change


def missing_from(**change: Any) -> str:
    """Return what a reviewer is told about a draft, in one string."""
    with pytest.raises(StatementIncomplete) as caught:
        draft_statement(**complete(**change))
    return " ".join(caught.value.missing)


DAYS = st.dates(date(2020, 1, 1), date(2037, 1, 1))
WORDS = st.sampled_from(["buyer", "parcel", "Tuesday", "copied", "photo", "bank", "料金", "متجر"])
SENTENCES = st.lists(WORDS, min_size=8, max_size=30).map(
    lambda words: "The seller took payment for one parcel: " + " ".join(words)
)


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    """Draw any statement that can be sent."""
    issued = draw(DAYS)
    measures = [m for m in Measure if m.facts.restricts]
    illegal = draw(st.booleans())
    clause = replace(
        CLAUSE,
        ground="illegal" if illegal else "terms",
        legal_ground="Criminal Code, section 263" if illegal else None,
        version=draw(st.integers(1, 99)),
    )
    return draft_statement(
        issued_on=issued,
        clause=clause,
        restrictions=restrictions_for(
            draw(st.lists(st.sampled_from(measures), min_size=1, unique=True)),
            issued - timedelta(days=draw(st.integers(0, 30))),
            days=draw(st.integers(1, 365)),
            territorial_scope=draw(st.sampled_from([(), ("FR",), ("DE", "IE")])),
        ),
        facts=draw(SENTENCES),
        explanation=draw(SENTENCES),
        source=draw(st.sampled_from(Basis)),
        automated_detection=draw(st.booleans()),
        automated_decision=draw(st.sampled_from(["none", "partially"]).map(AutomatedDecision)),
        redress=STANDARD_REDRESS,
        appeal_until=earliest_appeal_end(issued) + timedelta(days=draw(st.integers(0, 400))),
        language=draw(st.sampled_from(["en", "ar", "pt-BR", "zh-Hant"])),
    )


class TestDraftStatement:
    """Nothing is sent until every element of DSA Art. 17(3) says something."""

    def test_is_made_when_everything_is_there(self) -> None:
        """A complete draft becomes the statement, unchanged."""
        statement = draft_statement(**complete())
        assert statement.facts == FACTS
        assert statement.ground.clause_version == 3
        assert statement.appeal_until == date(2026, 9, 1)

    def test_names_every_missing_element_at_once(self) -> None:
        """A reviewer learns all that is missing in one go (DSA Art. 17(3)(a)-(f))."""
        with pytest.raises(StatementIncomplete) as caught:
            draft_statement(issued_on=TODAY)
        told = " ".join(caught.value.missing)
        for word in ("clause", "source", "automated means", "decision was automated", "object"):
            assert word in told
        for word in ("restriction", "The facts", "The reasons", "language"):
            assert word in told
        assert all(sentence.endswith(".") for sentence in caught.value.missing)

    @pytest.mark.parametrize("part", sorted(set(complete()) - {"issued_on"}))
    def test_is_refused_without_any_one_element(self, part: str) -> None:
        """Leave out any one element and there is no statement."""
        parts = complete()
        del parts[part]
        with pytest.raises(StatementIncomplete) as caught:
            draft_statement(**parts)
        assert len(caught.value.missing) == 1

    @pytest.mark.parametrize("field", ["facts", "explanation"])
    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("", "missing"),
            ("Fake shop.", "shorter than a sentence"),
            ("This content violates our community guidelines and was removed.", "any case"),
            (
                "Your post has been removed because it breaks the rules of this platform.",
                "any case",
            ),
            (CLAUSE.text, "repeat the clause"),
            (FACTS + " Write to seller@shop.example please.", "email"),
            (FACTS + " Write to seller\uff20shop.example please.", "email"),
            (FACTS + " Call +33 6 12 34 56 78.", "telephone"),
            (FACTS + " Call 030 / 1234567.", "telephone"),
            (FACTS + " See receipt 1234 5678 9012 3456.", "receipt"),
            (FACTS + " See receipt 1234567890123456.", "receipt"),
            (FACTS + " It came from 203.0.113.7.", "network address"),
            (FACTS + " \u202eevil", "characters"),
            ("word " * 2000, "too long"),
        ],
    )
    def test_refuses_words_that_say_nothing_or_too_much(
        self, field: str, text: str, word: str
    ) -> None:
        """Reasons are specific (DSA Art. 17(4)) and hold no personal data (Art. 24(5))."""
        assert word in missing_from(**{field: text})

    @pytest.mark.parametrize(
        "text",
        [
            "On 12.03.2026 at 14:05:00 the page offered shoes for 10 500 euro, model 2000.",
            "Between 2026-01-03 and 2026-02-03 eleven buyers paid for shoes; none came.",
            "该商店页面要求买家用礼品卡付款,但从未发货给任何一位买家。",
            "ร้านค้านี้ขอให้ผู้ซื้อจ่ายด้วยบัตรของขวัญและไม่ส่งสินค้า",
            "طلب المتجر من المشترين الدفع ببطاقات هدايا ولم يرسل أي شيء.",
        ],
    )
    def test_takes_plain_facts_in_any_script(self, text: str) -> None:
        """Dates, times and sums are facts, and a sentence need not have spaces."""
        assert draft_statement(**complete(facts=text)).facts == text

    @pytest.mark.parametrize(
        ("restriction", "word"),
        [
            (Restriction(Measure.WARN, TODAY), "restricts nothing"),
            (Restriction(Measure.SUSPEND, TODAY), "no end"),
            (Restriction(Measure.CLOSE, TODAY, date(2027, 1, 1)), "no end day"),
            (Restriction(Measure.LIMIT, TODAY, TODAY), "ends before it begins"),
            (Restriction(Measure.HIDE, TODAY, None, ("France",)), "country code"),
        ],
    )
    def test_refuses_restrictions_that_contradict_themselves(
        self, restriction: Restriction, word: str
    ) -> None:
        """What was done, where and how long is told without contradiction (Art. 17(3)(a))."""
        assert word in missing_from(restrictions=(restriction,))

    def test_refuses_to_let_automation_close_an_account(self) -> None:
        """Promise 13: a machine never closes an account on its own."""
        told = missing_from(
            restrictions=(Restriction(Measure.CLOSE, TODAY),),
            automated_decision=AutomatedDecision.FULLY,
        )
        assert "Automation alone" in told

    def test_refuses_a_short_window_and_an_empty_way_to_object(self) -> None:
        """DSA Art. 20(1): six months at least; Art. 17(3)(f): three ways, in words."""
        assert "too early" in missing_from(appeal_until=date(2026, 8, 31))
        assert "out of court" in missing_from(redress=Redress("Ask us.", " ", "Go to court."))

    @given(DAYS)
    def test_keeps_the_window_open_for_six_months(self, day: date) -> None:
        """Six months on is the same day, or that month's last day if it has no such day."""
        end = earliest_appeal_end(day)
        assert (end.year * 12 + end.month) - (day.year * 12 + day.month) == 6
        assert end.day == day.day or (end + timedelta(days=1)).day == 1


class TestToDict:
    """The written form meets the schema and loses nothing."""

    @given(statements())
    def test_validates_against_schema(self, statement: Statement) -> None:
        """What is told to the person meets DSA Art. 17 as our schema states it."""
        VALIDATOR.validate(to_dict(statement))

    @given(statements())
    def test_reads_back_the_same(self, statement: Statement) -> None:
        """Through JSON and back, it is the same statement."""
        assert from_dict(json.loads(json.dumps(to_dict(statement)))) == statement

    def test_never_names_the_notifier(self) -> None:
        """Promise 10: there is no field in which a notifier could be named."""
        assert "notifier_identity" not in to_dict(draft_statement(**complete(source=Basis.NOTICE)))

    @pytest.mark.parametrize("field", sorted(to_dict(draft_statement(**complete()))))
    def test_is_refused_when_a_field_is_gone(self, field: str) -> None:
        """A stored statement that lost a field is not read as if it were whole."""
        data = to_dict(draft_statement(**complete()))
        del data[field]
        with pytest.raises(StatementIncomplete):
            from_dict(data)

    def test_is_refused_when_derived_fields_disagree(self) -> None:
        """A stored statement that contradicts itself was altered."""
        data = to_dict(draft_statement(**complete())) | {"notice_based": True}
        with pytest.raises(StatementIncomplete, match="notice_based"):
            from_dict(data)


class TestAsLines:
    """Every rendering says what the object says."""

    @given(statements())
    def test_says_all_the_object_says(self, statement: Statement) -> None:
        """No element of Art. 17(3) is left out of what people read."""
        values = "\n".join(value for _, value in as_lines(statement))
        ground = statement.ground
        expected = [statement.facts, ground.explanation, ground.clause_number, ground.clause_title]
        expected += [f"version {ground.clause_version}", ground.legal_ground or ""]
        expected += [statement.appeal_until.isoformat(), statement.issued_on.isoformat()]
        for restriction in statement.restrictions:
            expected += [restriction.measure.facts.wording, restriction.start.isoformat()]
            expected += [restriction.end.isoformat() if restriction.end else "no end date"]
            expected += restriction.territorial_scope or ["everywhere"]
        expected += [statement.redress.internal_complaint, statement.redress.judicial]
        for text in expected:
            assert text in values

    @given(statements())
    def test_is_the_same_in_the_letter(self, statement: Statement) -> None:
        """The letter is the page's lines, in the page's order."""
        letter = as_plain_text(statement)
        assert letter == "\n\n".join(
            f"{label}\n    {value}" for label, value in as_lines(statement)
        )

    def test_sends_every_word_of_ours_through_gettext(self) -> None:
        """Whoever reads another language reads it throughout, the reviewer's own words apart."""
        seen: list[str] = []

        def shout(text: str) -> str:
            seen.append(text)
            return text.replace("You can", "YOU CAN")

        letter = as_plain_text(draft_statement(**complete()), shout)
        assert FACTS not in seen
        assert "YOU CAN ask us until" in letter

    def test_lets_no_written_text_pass_for_a_label(self) -> None:
        """A text with line breaks stays indented, so it cannot forge a heading."""
        forged = FACTS + "\nIn court\nYou cannot go to court."
        letter = as_plain_text(draft_statement(**complete(facts=forged)))
        assert letter.splitlines().count("In court") == 1


class TestNoActionReasons:
    """A reporter is answered too, and may object (DSA Art. 16(5), 20(1))."""

    def reasons(self, **change: Any) -> NoActionReasons:
        """Return an answer that can be sent, with something changed."""
        parts: dict[str, Any] = {
            "issued_on": TODAY,
            "outcome": NoActionOutcome.NO_VIOLATION,
            "reasons": "The page sells second-hand shoes and says so; buyers confirmed delivery.",
            "automated_decision": AutomatedDecision.NONE,
            "redress": STANDARD_REDRESS,
            "appeal_until": date(2026, 9, 1),
            "language": "en",
        }
        return NoActionReasons(**(parts | change))

    @pytest.mark.parametrize("outcome", NoActionOutcome)
    def test_says_outcome_reasons_and_redress(self, outcome: NoActionOutcome) -> None:
        """Each outcome has its own sentence, and none cites a clause."""
        told = check_reasons(self.reasons(outcome=outcome))
        labels = [label for label, _ in as_lines(told)]
        assert "What we decided" in labels
        assert "If you disagree" in labels
        assert "The rule" not in labels
        assert told.reasons in as_plain_text(told)

    @pytest.mark.parametrize(
        "change",
        [{"reasons": " "}, {"appeal_until": TODAY}, {"language": ""}],
    )
    def test_is_refused_when_incomplete(self, change: dict[str, Any]) -> None:
        """An answer without reasons, window or language is not an answer."""
        with pytest.raises(StatementIncomplete):
            self.reasons(**change)

    def test_gives_no_one_away(self) -> None:
        """The reporter learns nothing personal about the person reported."""
        with pytest.raises(StatementIncomplete, match="email"):
            check_reasons(self.reasons(reasons=WHY + " Ask seller@shop.example."))
