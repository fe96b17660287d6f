"""Rules propose, and what they propose can be undone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import Confidence
from evenhand.policy import Harm
from evenhand.rules import (
    KNOWN_MATERIAL,
    REPORTED,
    RULES,
    Action,
    Facts,
    Match,
    ReportFact,
    propose,
)


def match(
    number: int = 1,
    *,
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
    )


class TestKnownMaterial:
    """What stands in a bank."""

    def test_is_held_and_looked_at_when_confirmed(self) -> None:
        """Both proposals name rule, clause and the entries they rest on."""
        hold, enqueue = propose(Facts(matches=(match(),)))
        assert (hold.action, enqueue.action) == (Action.HOLD, Action.ENQUEUE)
        assert hold.rule == enqueue.rule == KNOWN_MATERIAL
        assert hold.clause_key == "fake-shops"
        assert hold.entry_ids == ("e-1",)
        assert "confirmed bank" in hold.why

    def test_is_only_looked_at_when_indicative(self) -> None:
        """Nothing is held on a hint."""
        found = match(confidence=Confidence.INDICATIVE)
        [proposal] = propose(Facts(matches=(found,)))
        assert proposal.action is Action.ENQUEUE

    def test_rests_a_hold_on_confirmed_entries_alone(self) -> None:
        """An indicative entry beside a confirmed one is a ground for looking, not for holding."""
        found = (match(1), match(2, confidence=Confidence.INDICATIVE))
        hold, enqueue = propose(Facts(matches=found))
        assert hold.entry_ids == ("e-1",)
        assert enqueue.entry_ids == ("e-1", "e-2")

    def test_is_proposed_once_for_each_clause(self) -> None:
        """Holds come first, and the order never depends on the order of the facts."""
        found = (match(1), match(2, clause="spam"), match(3))
        proposals = propose(Facts(matches=found))
        assert [(one.action, one.clause_key) for one in proposals] == [
            (Action.HOLD, "fake-shops"),
            (Action.HOLD, "spam"),
            (Action.ENQUEUE, "fake-shops"),
            (Action.ENQUEUE, "spam"),
        ]
        backwards = propose(Facts(matches=found[::-1]))
        assert [one.entry_ids for one in backwards] == [one.entry_ids for one in proposals]


class TestReported:
    """What people report."""

    def test_is_looked_at(self) -> None:
        """Under the harm the report names, and no clause: that is for a person to find."""
        [proposal] = propose(Facts(reports=(ReportFact("r-1", Harm.FRAUD, repeat=False),)))
        assert (proposal.rule, proposal.action) == (REPORTED, Action.ENQUEUE)
        assert (proposal.report_id, proposal.harm) == ("r-1", Harm.FRAUD)
        assert proposal.clause_key is None

    @given(st.integers(0, 200))
    def test_is_never_held_however_many_report_it(self, count: int) -> None:
        """No count of reports removes anything (charter, promise 6)."""
        reports = tuple(ReportFact(f"r-{n}", Harm.FRAUD, repeat=False) for n in range(count))
        proposals = propose(Facts(reports=reports))
        assert {one.action for one in proposals} <= {Action.ENQUEUE}

    def test_brings_nothing_new_when_it_repeats(self) -> None:
        """The same person about the same matter is one report."""
        assert propose(Facts(reports=(ReportFact("r-2", Harm.FRAUD, repeat=True),))) == []


class TestPropose:
    """The rules together."""

    def test_propose_nothing_without_facts(self) -> None:
        """Missing data never fires a rule."""
        assert propose(Facts()) == []

    def test_can_only_propose_what_can_be_undone(self) -> None:
        """Machines propose, people answer (charter, promise 13)."""
        assert set(Action) == {Action.HOLD, Action.ENQUEUE}

    @pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
    def test_can_be_looked_up(self, rule: object) -> None:
        """Every rule has an id, a version and a sentence."""
        assert getattr(rule, "says", "").endswith(".")
