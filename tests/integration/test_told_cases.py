"""A case is told by one, read by another, public until it is withdrawn, and never too telling."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from evenhand import appeal, decision, ledger, people, transparency
from evenhand.bootstrap import House
from evenhand.decision import ReversedBy
from evenhand.kit.clock import SetClock
from evenhand.people import PUBLIC, Role
from evenhand.transparency import (
    CaseAnswered,
    CaseChanged,
    CaseNotToBeTold,
    CaseNotYours,
    CaseState,
    NoSuchCase,
)
from tests.stage import Stage, fine, member, violation
from tests.told import TITLE, WORDS, told


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with its policy, kinds and staff."""
    return Stage.open(house)


@pytest.fixture
def made(stage: Stage) -> str:
    """Decide three listings under one rule; return the last decision's id."""
    return [
        stage.decide(stage.reported(account=name), violation()) for name in ("ann", "bea", "cy")
    ][-1]


class TestTelling:
    """From a decision to a public page."""

    def test_is_public_once_somebody_else_has_read_it(self, stage: Stage, made: str) -> None:
        """A draft is nobody's to see; an approved case names neither item nor account nor id."""
        house = stage.house
        case_id = told(stage, made)
        assert house.ask(transparency.public_cases) == []
        house.do(transparency.approve_case, stage.lin, case_id)
        (public,) = house.ask(transparency.public_cases)
        assert (public.title, public.words) == (TITLE, WORDS)
        page = transparency.as_markdown(public.title, public.words, public.facts)
        view = stage.decision(made)
        for hidden in (made, made[-6:], view.item_id, "Cy", "ann", "Two tickets", "Rosa", "Lin"):
            assert hidden not in page
        assert view.made_at.date().isoformat() not in page
        assert "No counterfeit goods" in page
        lines = house.ask(lambda tx: list(ledger.events(tx, ["case.told", "case.approved"])))
        assert [stage.house.ask(ledger.actor_of, line) for line in lines] == [
            stage.rosa.ref,
            stage.lin.ref,
        ]
        assert all(made not in str(line) and "gift card" not in str(line) for line in lines)
        assert stage.verify().sound

    def test_is_not_approved_by_whoever_told_it(self, stage: Stage, made: str) -> None:
        """Nor by a reviewer, nor by the house itself; nor twice."""
        house = stage.house
        case_id = told(stage, made, by=stage.lin)
        with pytest.raises(CaseNotYours):
            house.do(transparency.approve_case, stage.lin, case_id)
        with pytest.raises(CaseNotYours):
            house.do(transparency.return_case, stage.lin, case_id, why="Too long to read.")
        for other in (stage.ren, people.SYSTEM):
            with pytest.raises(people.NotAllowed):
                house.do(transparency.approve_case, other, case_id)
        second = member(Role.LEAD)
        house.do(transparency.approve_case, second, case_id)
        with pytest.raises(CaseAnswered):
            house.do(transparency.approve_case, second, case_id)

    def test_is_sent_back_and_told_anew(self, stage: Stage, made: str) -> None:
        """With why; the old telling stays as it was."""
        house = stage.house
        first = told(stage, made)
        with pytest.raises(CaseAnswered):
            told(stage, made)
        with pytest.raises(CaseNotToBeTold):
            house.do(transparency.return_case, stage.lin, first, why="No.")
        house.do(transparency.return_case, stage.lin, first, why="Leave the price out.")
        second = told(stage, made)
        states = {each.id: each.state for each in house.ask(transparency.cases, stage.ren)}
        assert states == {first: CaseState.RETURNED, second: CaseState.DRAFT}
        assert house.ask(transparency.case, stage.rosa, first).why == "Leave the price out."

    def test_is_gone_when_it_is_withdrawn(self, stage: Stage, made: str) -> None:
        """At once, by whoever manages quality; and it may be told again."""
        house = stage.house
        case_id = told(stage, made)
        house.do(transparency.approve_case, stage.lin, case_id)
        why = "Somebody knew themselves again."
        with pytest.raises(people.NotAllowed):
            house.do(transparency.withdraw_case, stage.rosa, case_id, why=why)
        house.do(transparency.withdraw_case, people.SYSTEM, case_id, why=why)
        with pytest.raises(NoSuchCase):
            house.ask(transparency.public_case, case_id[-6:])
        with pytest.raises(CaseAnswered):
            house.do(transparency.withdraw_case, people.SYSTEM, case_id, why=why)
        again = told(stage, made)
        house.do(transparency.withdraw_case, stage.rosa, again, why="I would not say it so now.")

    def test_says_when_it_is_reversed_later(self, stage: Stage, made: str) -> None:
        """A public page stays true; a draft is told anew."""
        house = stage.house
        case_id = told(stage, made)
        house.do(transparency.approve_case, stage.lin, case_id)
        found = house.ask(decision.recent, stage.omar)
        other = next(each.id for each in found if each.id != made)
        draft = told(stage, other)
        for each in (made, other):
            house.do(decision.reverse, stage.lin, each, by=ReversedBy.REVIEW)
        public = house.ask(transparency.public_case, case_id[-6:])
        assert public.facts.state is transparency.State.REVERSED_ON_REVIEW
        with pytest.raises(CaseChanged):
            house.do(transparency.approve_case, stage.lin, draft)


@pytest.mark.on("sqlite")  # decided in the model, from lines that both databases give alike
class TestRefusing:
    """What is not told."""

    def test_refuses_what_is_rare(self, stage: Stage, clock: SetClock) -> None:
        """Two under a rule point at somebody; so does what was common more than a year ago."""
        for name in ("ann", "bea"):
            made = stage.decide(stage.reported(account=name), violation())
        with pytest.raises(CaseNotToBeTold, match="Fewer than 3"):
            told(stage, made)
        clock.forward(timedelta(days=300))
        made = stage.decide(stage.reported(account="cy"), violation())
        case_id = told(stage, made)
        clock.forward(timedelta(days=80))
        with pytest.raises(CaseNotToBeTold, match="Fewer than 3"):
            stage.house.do(transparency.approve_case, stage.lin, case_id)

    def test_refuses_no_violation(self, stage: Stage) -> None:
        """There is no rule to tell of."""
        made = stage.decide(stage.reported(), fine())
        with pytest.raises(CaseNotToBeTold, match="No rule was broken"):
            told(stage, made)

    def test_waits_for_an_appeal(self, stage: Stage, made: str) -> None:
        """What is asked again is not over."""
        actor = replace(PUBLIC, kind="receipt", holder="affected", subject_kind="decision")
        actor = replace(actor, id=made, subject_id=made)
        stage.house.do(appeal.file, actor, text="I bought the tickets in the shop.")
        with pytest.raises(CaseNotToBeTold, match="An appeal about it is not decided"):
            told(stage, made, by=stage.lin)

    def test_points_at_what_leads_to_somebody(self, stage: Stage, made: str) -> None:
        """And keeps nothing of it."""
        for words, says in (
            ("The seller wrote from cy@example.org and asked for gift cards.", "email"),
            ("The seller, called Cy there, asked to be paid by gift card.", "names the account"),
            ("It said: two tickets for Saturday, half price. Nothing came.", "repeats what was"),
            ("The seller asked to be paid by [what] before anything was sent.", "filled in"),
        ):
            with pytest.raises(CaseNotToBeTold, match=says):
                told(stage, made, words=words)
        assert stage.house.ask(transparency.cases, stage.lin) == []

    def test_an_auditor_tells_nothing(self, stage: Stage, made: str) -> None:
        """They look, and change nothing."""
        with pytest.raises(people.NotAllowed):
            told(stage, made, by=stage.omar)
