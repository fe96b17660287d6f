"""A hit becomes proposals, and the rules a new house begins with propose what they always did."""

from __future__ import annotations

import pytest

from evenhand.banks import Confidence
from evenhand.policy import Harm
from evenhand.rules import Action, Match
from evenhand.rules.language.explain import clauses_of
from evenhand.rules.life import Doing
from evenhand.rules.proposing import Hit, Under, proposals_of, why_of
from evenhand.rules.weighing import Less
from tests.ruled import KNOWN_MATERIAL, living, proposed, version_of


def match(
    number: int = 1,
    *less: Less,
    confidence: Confidence = Confidence.CONFIRMED,
    clause: str = "fake-shops",
) -> Match:
    """Make a match of one entry."""
    return Match(
        assessment_id=f"s-{number}",
        entry_id=f"e-{number}",
        bank_id=f"b-{confidence}",
        bank=f"{confidence} bank",
        confidence=confidence,
        clause_key=clause,
        harm=Harm.FRAUD,
        less=less,
    )


class TestKnownMaterial:
    """What stands in a bank."""

    def test_is_held_and_looked_at_when_confirmed(self) -> None:
        """Both proposals name rule, clause and the entries they rest on."""
        hold, enqueue = proposed(match())
        assert (hold.action, enqueue.action) == (Action.HOLD, Action.ENQUEUE)
        assert hold.rule.id == enqueue.rule.id == KNOWN_MATERIAL
        assert hold.clause_key == "fake-shops"
        assert hold.entry_ids == ("e-1",)
        assert "confirmed bank" in hold.why

    def test_is_only_looked_at_when_indicative(self) -> None:
        """Nothing is held on a hint."""
        [proposal] = proposed(match(confidence=Confidence.INDICATIVE))
        assert proposal.action is Action.ENQUEUE

    def test_rests_a_hold_on_confirmed_entries_alone(self) -> None:
        """An indicative entry beside a confirmed one is a ground for looking, not for holding."""
        hold, enqueue = proposed(match(1), match(2, confidence=Confidence.INDICATIVE))
        assert hold.entry_ids == ("e-1",)
        assert enqueue.entry_ids == ("e-1", "e-2")

    def test_is_proposed_once_for_each_clause(self) -> None:
        """Holds come first, and the order never depends on the order of the facts."""
        found = (match(1), match(2, clause="spam"), match(3))
        assert [(one.action, one.clause_key) for one in proposed(*found)] == [
            (Action.HOLD, "fake-shops"),
            (Action.HOLD, "spam"),
            (Action.ENQUEUE, "fake-shops"),
            (Action.ENQUEUE, "spam"),
        ]
        backwards = proposed(*found[::-1])
        assert [one.entry_ids for one in backwards] == [one.entry_ids for one in proposed(*found)]

    def test_is_only_looked_at_when_it_is_distant(self) -> None:
        """A crop of confirmed material, and an unrelated picture, may be that far away."""
        [proposal] = proposed(match(1, Less.DISTANT))
        assert proposal.action is Action.ENQUEUE
        assert not proposal.evidence["confirmed"]
        hold, _ = proposed(match(1, Less.DISTANT), match(2))
        assert hold.entry_ids == ("e-2",)

    def test_proposes_nothing_when_it_is_only_noted(self) -> None:
        """It is in the record of the entry; the queue sees nothing of it."""
        assert proposed(match(1, Less.KNOWN_FINE)) == []

    def test_says_why_it_is_not_held(self) -> None:
        """So that whoever looks knows."""
        [proposal] = proposed(match(1, Less.QUARANTINED))
        assert proposal.action is Action.ENQUEUE
        assert "quarantined until a lead has looked" in proposal.why
        assert proposal.evidence["less"] == {"e-1": ["quarantined"]}
        assert proposal.evidence["confirmed"] is False

    def test_rests_a_hold_on_what_may_hold_alone(self) -> None:
        """What counts for less beside it is a ground for looking."""
        hold, enqueue = proposed(match(1, Less.OUTSIDE_ROLLOUT), match(2))
        assert hold.entry_ids == ("e-2",)
        assert enqueue.entry_ids == ("e-1", "e-2")

    def test_sure_under_one_clause_and_possible_under_another_is_both(self) -> None:
        """Each clause has what stands under it, and no more."""
        found = (match(1), match(2, clause="spam", confidence=Confidence.INDICATIVE))
        assert {(one.rule.id, one.action.value, one.clause_key) for one in proposed(*found)} == {
            (KNOWN_MATERIAL, "hold", "fake-shops"),
            (KNOWN_MATERIAL, "enqueue", "fake-shops"),
            ("possibly-known-material", "enqueue", "spam"),
        }


RULE = """
rule spam-wording on post
  when has_word(text, ["crypto", "jackpot"]) and length(text) < 500
  propose remove
  policy spam
  why "{account_name} wrote {matched_words}, {{so}}"
"""
[FIRST] = living([("a.rules", RULE)]).ready.rules


def hit(doing: Doing) -> Hit:
    """Make a hit of the rule above."""
    return Hit(version_of(FIRST), FIRST, doing, "It wrote crypto.")


class TestAHit:
    """What comes of one."""

    UNDER = Under("spam", Harm.MALWARE_SPAM)

    def test_that_acts_is_held_and_looked_at(self) -> None:
        """Whatever measure the rule names: a person gives it, or does not."""
        hold, look = proposals_of(hit(Doing.ACT), self.UNDER, ())
        assert (hold.action, look.action) == (Action.HOLD, Action.ENQUEUE)
        assert hold.evidence["measure"] == "remove"
        assert hold.version_ids == ("v-spam-wording",)

    @pytest.mark.parametrize("doing", [Doing.LOOK, Doing.HELD_OUT])
    def test_that_does_not_act_is_only_looked_at(self, doing: Doing) -> None:
        """And says why it is there."""
        [look] = proposals_of(hit(doing), self.UNDER, ())
        assert (look.action, look.evidence["doing"]) == (Action.ENQUEUE, doing.value)

    def test_in_the_shadow_is_nothing(self) -> None:
        """It is written down that it fired."""
        assert proposals_of(hit(Doing.NOTE), self.UNDER, ()) == []

    def test_without_a_clause_in_force_holds_nothing(self) -> None:
        """What no clause covers restricts nothing; a person looks all the same."""
        [look] = proposals_of(hit(Doing.ACT), Under(None, Harm.OTHER), ())
        assert look.action is Action.ENQUEUE

    def test_says_why_with_what_it_found(self) -> None:
        """Fields stand in it as they were sent; braces are written twice."""
        event = {"account_name": "Ada", "text": "Win at the JACKPOT"}
        clauses = clauses_of(FIRST, event)
        assert [(one.text, one.truth) for one in clauses] == [
            ('has_word(text, ["crypto", "jackpot"])', "true"),
            ("length(text) < 500", "true"),
        ]
        assert why_of(FIRST, event, clauses) == "Ada wrote JACKPOT, {so}"
