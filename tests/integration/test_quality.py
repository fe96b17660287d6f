"""Audits: drawn in public, looked at unseen, settled by a third, and put right."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evenhand import decision, people, quality, queue, review, transparency
from evenhand.bootstrap import House
from evenhand.decision import Outcome
from evenhand.kit.clock import SetClock
from evenhand.people import Actor, NotAllowed, Role
from evenhand.quality import Label, Right, UnitState
from evenhand.worker import minding
from tests.stage import Stage, fine, member, picture, violation

pytestmark = pytest.mark.on("sqlite")

SINCE, UNTIL = (datetime(2026, 11, day, tzinfo=UTC) for day in (21, 22))
DAY = timedelta(days=1)
WHY = "The text asks for gift cards before anything is sent."
BROKE = Label(Outcome.VIOLATION, "counterfeit")
FINE = Label(Outcome.NO_VIOLATION)


@dataclass
class Audited:
    """A house with decisions of two people on two sorts of items, and an audit of them."""

    stage: Stage
    clock: SetClock
    decided: dict[str, str] = field(default_factory=dict)
    audit_id: str = ""

    @classmethod
    def open(cls, house: House, clock: SetClock, *, each: int = 2) -> Audited:
        """Let Rosa and Ren decide: of each, half were removed and half let be."""
        one = cls(Stage.open(house), clock)
        for _ in range(each):
            for who in (one.stage.rosa, one.stage.ren):
                for verdict in (violation(), fine()):
                    item_id = one.stage.reported(
                        text=f"Offer {len(one.decided)}.", account=f"a{len(one.decided)}"
                    )
                    one.decided[one.stage.decide(item_id, verdict, by=who)] = item_id
        return one

    def publish(self) -> None:
        """Publish a checkpoint the day after."""
        self.clock.forward(timedelta(days=1))
        self.stage.house.do(transparency.publish_checkpoint, people.SYSTEM)

    def draw(self, *, sample: int = 100) -> str:
        """Draw the audit; return its id."""
        draw = quality.draw
        self.audit_id = self.stage.house.do(
            draw, self.stage.lin, since=SINCE, until=UNTIL, sample=sample
        )
        return self.audit_id

    def waiting(self) -> list[queue.TaskView]:
        """Return the second looks that wait."""
        return self.stage.house.ask(queue.waiting, self.stage.omar, queue="second_looks")

    def disputes(self) -> list[queue.TaskView]:
        """Return the two answers that wait for a lead."""
        return self.stage.house.ask(queue.waiting, self.stage.omar, queue="two_answers")

    def decision_on(self, task: queue.TaskView) -> decision.DecisionView:
        """Return the decision that a task is about."""
        return self.stage.house.ask(decision.on_item, people.SYSTEM, task.item_id)[0]

    def answer(self, task: queue.TaskView, who: Actor, label: Label) -> UnitState:
        """Take a second look and answer it."""
        self.stage.house.do(review.claim, who, task.id)
        return self.stage.house.do(quality.label, who, task.id, label)

    def decider_of(self, task: queue.TaskView) -> Actor:
        """Return who decided about the item of a task."""
        seen = self.stage.house.ask(decision.on_item, people.SYSTEM, task.item_id)
        both = {self.stage.rosa.ref: self.stage.rosa, self.stage.ren.ref: self.stage.ren}
        return both[seen[0].by_ref]

    def other(self, task: queue.TaskView) -> Actor:
        """Return the reviewer who did not decide about the item of a task."""
        stage = self.stage
        return stage.ren if self.decider_of(task) is stage.rosa else stage.rosa

    def said(self, task: queue.TaskView) -> Label:
        """Answer as the decision did."""
        first = self.stage.house.ask(decision.on_item, people.SYSTEM, task.item_id)[0]
        return BROKE if first.outcome is Outcome.VIOLATION else FINE

    def log(self) -> list[dict[str, Any]]:
        """Return the exported log, as anybody has it."""
        with self.stage.house.db.read() as tx:
            return [json.loads(line) for line in transparency.export(tx)]


@pytest.fixture
def audited(house: House, clock: SetClock) -> Audited:
    """Have four decisions of a day, and an audit of all of them drawn on the next."""
    one = Audited.open(house, clock, each=1)
    one.publish()
    one.draw()
    return one


class TestDraw:
    """Drawing an audit."""

    def test_takes_what_was_let_be_too_and_anybody_can_draw_it_again(
        self, house: House, clock: SetClock
    ) -> None:
        """Half the decisions, from both strata, from the exported log alone."""
        one = Audited.open(house, clock)
        one.publish()
        audit_id = one.draw(sample=4)
        again = quality.redraw(one.log(), audit_id)
        assert again.same
        assert [(each.key, each.size, len(each.drawn)) for each in again.strata] == [
            ("clause:counterfeit/person/violation", 4, 2),
            ("harm:fraud/person/report_rejected", 4, 2),
        ]
        items = {one.decided[drawn] for each in again.strata for drawn in each.drawn}
        assert {task.item_id for task in one.waiting()} == items

    def test_waits_for_a_checkpoint_that_nobody_knew_while_deciding(
        self, house: House, clock: SetClock
    ) -> None:
        """And for the days to be over; and each day is drawn from once."""
        one = Audited.open(house, clock)
        house.do(transparency.publish_checkpoint, people.SYSTEM)
        with pytest.raises(quality.PeriodRefused):
            one.draw()
        clock.forward(timedelta(days=1))
        with pytest.raises(quality.NoCheckpointYet):
            one.draw()
        one.stage.reported(text="An offer of the day after.")
        house.do(transparency.publish_checkpoint, people.SYSTEM)
        one.draw()
        with pytest.raises(quality.AlreadyDrawn):
            one.draw()

    def test_is_for_leads(self, house: House, clock: SetClock) -> None:
        """Who may decide draws no lots about decisions."""
        one = Audited.open(house, clock, each=1)
        one.publish()
        with pytest.raises(NotAllowed):
            house.do(quality.draw, one.stage.rosa, since=SINCE, until=UNTIL, sample=4)


class TestASecondLook:
    """A second look by lot."""

    def test_is_never_given_to_whoever_decided(self, audited: Audited) -> None:
        """However they ask for it."""
        house = audited.stage.house
        for task in audited.waiting():
            who = audited.decider_of(task)
            with pytest.raises(review.KeptFromYou):
                house.do(review.claim, who, task.id)
        claim = house.do(review.claim_next, audited.stage.rosa)
        assert claim is not None
        task = house.ask(queue.task, audited.stage.omar, claim.task_id)
        assert audited.decider_of(task) is audited.stage.ren

    def test_does_not_show_the_first_answer(self, audited: Audited) -> None:
        """Neither the decision nor how reports were answered, until one's own is on record."""
        house, task = audited.stage.house, audited.waiting()[0]
        who = audited.other(task)
        house.do(review.claim, who, task.id)
        assert house.ask(decision.on_item, who, task.item_id) == []
        desk = house.ask(review.desk, who, task.id)
        assert desk.first_decision_hidden
        assert [report.outcome for report in desk.reports.listed] == [None]
        house.do(quality.label, who, task.id, audited.said(task))
        assert house.ask(decision.on_item, who, task.item_id) != []

    def test_comes_after_everything_that_somebody_waits_for(self, audited: Audited) -> None:
        """A report that came later goes first, and its item has a task of its own."""
        task = audited.waiting()[0]
        item_id = audited.stage.reported(text="Another offer, sent later.")
        claim = audited.stage.house.do(review.claim_next, audited.other(task))
        assert claim is not None
        assert claim.task_id == audited.stage.task(item_id).id

    def test_changes_nothing_and_tells_nobody(self, audited: Audited) -> None:
        """Whatever is answered."""
        house, task = audited.stage.house, audited.waiting()[0]
        before = house.ask(decision.on_item, people.SYSTEM, task.item_id)
        sent = audited.stage.sent(before[0].id, task.item_id)
        other = FINE if audited.said(task) == BROKE else BROKE
        assert audited.answer(task, audited.other(task), other) is UnitState.DISPUTED
        assert house.ask(decision.on_item, people.SYSTEM, task.item_id) == before
        assert audited.stage.sent(before[0].id, task.item_id) == sent

    def test_cannot_be_decided(self, audited: Audited) -> None:
        """The way that has effects is closed to it."""
        house, task = audited.stage.house, audited.waiting()[0]
        who = audited.other(task)
        house.do(review.claim, who, task.id)
        with pytest.raises(decision.AuditDecidesNothing):
            house.do(decision.decide, who, task.id, violation())

    def test_needs_a_whole_answer(self, audited: Audited) -> None:
        """A clause for a violation; then it can still be answered."""
        task = audited.waiting()[0]
        with pytest.raises(quality.LabelIncomplete):
            audited.answer(task, audited.other(task), Label(Outcome.VIOLATION))
        assert audited.answer(task, audited.other(task), audited.said(task)) is UnitState.AGREED

    def test_leaves_no_line_that_says_who_was_wrong(self, audited: Audited) -> None:
        """The log says that two differ, and about whom stays between them."""
        task = audited.waiting()[0]
        audited.answer(task, audited.other(task), FINE)
        told = [
            line
            for line in audited.log()
            if line.get("type") == "audit.labelled" or line.get("subject") == task.id
        ]
        assert {line["actor"] for line in told} == {"system"}
        written = json.dumps(told)
        assert task.item_id not in written
        assert not any(decision_id in written for decision_id in audited.decided)
        assert audited.stage.verify().sound


class TestSettle:
    """Saying which of two answers is right."""

    def differ(self, audited: Audited, *, first: Outcome) -> tuple[queue.TaskView, Actor]:
        """Have the two differ about a decision of some outcome; a lead takes it."""
        wanted = BROKE if first is Outcome.VIOLATION else FINE
        task = next(task for task in audited.waiting() if audited.said(task) == wanted)
        other = FINE if wanted == BROKE else BROKE
        audited.answer(task, audited.other(task), other)
        (found,) = audited.disputes()
        audited.stage.house.do(review.claim, audited.stage.lin, found.id)
        return found, audited.other(task)

    def test_undoes_what_was_wrongly_restricted(self, audited: Audited) -> None:
        """By the way there is: measures lifted, the person told, strikes taken back."""
        house = audited.stage.house
        found, _ = self.differ(audited, first=Outcome.VIOLATION)
        reopened = house.do(
            quality.settle, audited.stage.lin, found.id, right=Right.SECOND, why=WHY
        )
        assert reopened is None
        made = audited.decision_on(found)
        assert made.reversed_by is decision.ReversedBy.REVIEW
        assert all(measure.lifted_at for measure in made.measures)

    def test_brings_back_what_was_wrongly_let_be(self, audited: Audited) -> None:
        """A person decides it, with reasons and measures; the answer alone restricts nothing."""
        house = audited.stage.house
        found, _ = self.differ(audited, first=Outcome.NO_VIOLATION)
        task_id = house.do(quality.settle, audited.stage.lin, found.id, right=Right.SECOND, why=WHY)
        assert audited.stage.task(found.item_id).id == task_id
        assert audited.stage.task(found.item_id).kind is queue.TaskKind.REOPENED

    def test_leaves_what_was_right(self, audited: Audited) -> None:
        """And the decision stands."""
        house = audited.stage.house
        found, _ = self.differ(audited, first=Outcome.VIOLATION)
        house.do(quality.settle, audited.stage.lin, found.id, right=Right.FIRST, why=WHY)
        assert audited.decision_on(found).stands
        with pytest.raises(review.NotYours):
            house.do(quality.settle, audited.stage.lin, found.id, right=Right.SECOND, why=WHY)

    def test_is_for_a_third_who_may_and_says_why(self, audited: Audited) -> None:
        """Nobody is judge of their own answer."""
        house = audited.stage.house
        found, who = self.differ(audited, first=Outcome.VIOLATION)
        with pytest.raises(quality.NeedsAReason):
            house.do(quality.settle, audited.stage.lin, found.id, right=Right.SECOND, why="Yes.")
        house.do(review.release, audited.stage.lin, found.id)
        with pytest.raises(NotAllowed):
            house.do(review.claim, member(Role.REVIEWER), found.id)
        for took_part in (who, audited.decider_of(found)):
            lead = Actor("staff", took_part.id, "A lead", audited.stage.lin.permissions, Role.LEAD)
            with pytest.raises(review.KeptFromYou):
                house.do(review.claim, lead, found.id)
            with pytest.raises(review.KeptFromYou):
                house.ask(quality.dispute, lead, found.id)

    def test_leaves_alone_what_a_person_put_right_after_a_hold(
        self, house: House, clock: SetClock
    ) -> None:
        """The rule erred and a person saw it: their decision is not touched."""
        one = Audited(Stage.open(house), clock)
        photo = picture(3)
        one.stage.image_bank(photo)
        item_id = one.stage.item(photo=photo)
        one.stage.settle()
        made = one.stage.decide(item_id, fine())
        one.publish()
        one.draw()
        for task in one.waiting():
            one.answer(task, one.stage.ren if not one.disputes() else member(Role.REVIEWER), FINE)
        (found,) = one.disputes()
        house.do(review.claim, one.stage.lin, found.id)
        assert house.ask(quality.dispute, one.stage.lin, found.id).decided_by == "rule"
        house.do(quality.settle, one.stage.lin, found.id, right=Right.SECOND, why=WHY)
        assert one.stage.decision(made).stands
        assert one.waiting() == []

    def test_is_offered_to_leads_only(self, audited: Audited) -> None:
        """Whoever else asks for the next task gets another one."""
        house = audited.stage.house
        found, _ = self.differ(audited, first=Outcome.VIOLATION)
        house.do(review.release, audited.stage.lin, found.id)
        claim = house.do(review.claim_next, member(Role.REVIEWER))
        assert claim is not None
        assert claim.task_id != found.id
        lead = house.do(review.claim_next, member(Role.LEAD))
        assert lead is not None
        assert lead.task_id == found.id


class TestFigures:
    """What an audit found."""

    def crowd(self, house: House, clock: SetClock) -> Audited:
        """Have seven people decide 32 items, and all of them looked at by somebody else."""
        one = Audited(Stage.open(house), clock)
        staff = [member(Role.REVIEWER, f"Reviewer {number}") for number in range(7)]
        for number in range(32):
            item_id = one.stage.reported(text=f"Offer {number}.", account=f"a{number}")
            verdict = violation() if number % 2 else fine()
            one.decided[one.stage.decide(item_id, verdict, by=staff[number % 7])] = item_id
        one.publish()
        one.draw()
        wrong = 0
        for task in one.waiting():
            label = one.said(task)
            if label == BROKE and wrong < 3:
                label, wrong = FINE, wrong + 1
            one.answer(task, one.stage.ren, label)
        for found in one.disputes():
            house.do(review.claim, one.stage.lin, found.id)
            house.do(quality.settle, one.stage.lin, found.id, right=Right.SECOND, why=WHY)
        return one

    def test_open_a_week_after_those_concerned_could_see_theirs(
        self, house: House, clock: SetClock
    ) -> None:
        """Then they tell rates with intervals; and never of one or two people."""
        one = self.crowd(house, clock)
        audit = house.ask(quality.audit, one.stage.omar, one.audit_id)
        assert audit.closed_at is not None
        assert (audit.progress.agreed, audit.progress.settled) == (29, 3)
        assert not house.ask(quality.report, one.stage.lin, one.audit_id).open
        clock.forward(quality.SEEN_FIRST)
        report = house.ask(quality.report, one.stage.omar, one.audit_id)
        by_part = {(rate.of, rate.name): rate for rate in report.rates}
        assert minding.tell_audits(house) == [one.audit_id]
        assert minding.tell_audits(house) == []
        told = quality.redraw(one.log(), one.audit_id)
        assert told.problems == ()
        assert told.wrong == by_part["all", "all"].share
        whole = by_part["all", "all"]
        assert (whole.looked_at, whole.wrong) == (32, 3)
        assert whole.share is not None
        assert whole.share.value == pytest.approx(3 / 32)
        assert by_part["clause", "counterfeit"].withheld == "few_answers"
        (counterfeit,) = report.agreements
        assert counterfeit.agreement is not None
        assert counterfeit.agreement.alpha == pytest.approx(1 - 63 * 6 / 2030)

    def test_are_told_to_nobody_outside_before_those_concerned_saw_theirs(
        self, house: House, clock: SetClock
    ) -> None:
        """No line says of one answer whether it agreed; the counts come a week after the last."""
        one = self.crowd(house, clock)
        lines = [line for line in one.log() if line.get("type", "").startswith("audit.")]
        answers = [line["data"] for line in lines if line["type"] == "audit.labelled"]
        assert answers == [{"audit_id": one.audit_id}] * 32
        assert [line["data"] for line in lines if line["type"] == "audit.closed"] == [
            {"drawn": 32, "looked_at": 32}
        ]
        clock.forward(quality.SEEN_FIRST - timedelta(minutes=1))
        assert minding.tell_audits(house) == []
        with pytest.raises(quality.NotSeenYet):
            house.do(quality.publish, one.stage.lin, one.audit_id)
        assert quality.redraw(one.log(), one.audit_id).wrong is None
        clock.forward(timedelta(minutes=1))
        house.do(quality.publish, one.stage.lin, one.audit_id)
        with pytest.raises(quality.AlreadyPublished):
            house.do(quality.publish, one.stage.lin, one.audit_id)
        (line,) = [line for line in one.log() if line.get("type") == "audit.counted"]
        assert (line["data"]["looked_at"], line["data"]["wrong"]) == (32, 3)
        (rate,) = quality.error_rates([line], since=clock.now(), until=clock.now() + DAY)
        assert (rate.looked_at, rate.wrong, rate.decisions) == (32, 3, 32)

    def test_are_shown_to_the_person_they_are_about_and_to_nobody_else(
        self, audited: Audited
    ) -> None:
        """At once, with the reason; others have no way to ask."""
        house, stage = audited.stage.house, audited.stage
        task = next(task for task in audited.waiting() if audited.said(task) == BROKE)
        who = audited.decider_of(task)
        audited.answer(task, audited.other(task), FINE)
        assert house.ask(quality.mine, who) == []
        (found,) = audited.disputes()
        house.do(review.claim, stage.lin, found.id)
        house.do(quality.settle, stage.lin, found.id, right=Right.SECOND, why=WHY)
        (own,) = house.ask(quality.mine, who)
        assert (own.first, own.second, own.right) == ("counterfeit", "none", Right.SECOND)
        assert own.why == WHY
        assert house.ask(quality.mine, audited.other(task)) == []
        with pytest.raises(NotAllowed):
            house.ask(quality.mine, stage.omar)


class TestClose:
    """Ending an audit."""

    def test_takes_back_what_waits_and_counts_what_was_seen(self, audited: Audited) -> None:
        """While something is in dispute, no figure opens: nobody was told who is right."""
        house, task = audited.stage.house, audited.waiting()[0]
        other = FINE if audited.said(task) == BROKE else BROKE
        audited.answer(task, audited.other(task), other)
        house.do(quality.close, audited.stage.lin, audited.audit_id)
        assert audited.waiting() == []
        (line,) = [line for line in audited.log() if line.get("type") == "audit.closed"]
        assert line["data"]["looked_at"] == 1
        assert house.ask(quality.audit, audited.stage.lin, audited.audit_id).opens_at is None
        (found,) = audited.disputes()
        house.do(review.claim, audited.stage.lin, found.id)
        house.do(quality.settle, audited.stage.lin, found.id, right=Right.FIRST, why=WHY)
        opens_at = house.ask(quality.audit, audited.stage.lin, audited.audit_id).opens_at
        assert opens_at == audited.clock.now() + quality.SEEN_FIRST
        audited.clock.forward(quality.SEEN_FIRST)
        assert minding.tell_audits(house) == [audited.audit_id]
        (line,) = [line for line in audited.log() if line.get("type") == "audit.counted"]
        assert line["data"] == {"looked_at": 1, "strata": [], "withheld": "few_answers"}
        with pytest.raises(quality.AuditClosed):
            house.do(quality.close, audited.stage.lin, audited.audit_id)
