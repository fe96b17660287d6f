"""Practising on settled cases: training with a certificate, calibration, hidden checks."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from evenhand import decision, ledger, people, policy, quality, queue, review, transparency
from evenhand.bootstrap import House
from evenhand.decision import Outcome, VerdictIncomplete
from evenhand.kit.clock import SetClock
from evenhand.people import Actor, NotAllowed, Role
from evenhand.policy import Harm
from evenhand.quality import Label
from tests import desk_day
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.on("sqlite")

WHY = "The offer names gift cards as the only way to pay."
BROKE = Label(Outcome.VIOLATION, "fraud")
FINE = Label(Outcome.NO_VIOLATION)


@dataclass
class School:
    """A house with settled cases of fraud, and colleagues who are on the staff."""

    stage: Stage
    clock: SetClock
    answers: dict[str, Label] = field(default_factory=dict)
    decided: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, house: House, clock: SetClock, *, cases: int) -> School:
        """Let Rosa decide, and Lin keep what she decided as cases."""
        one = cls(Stage.open(house), clock)
        for number in range(cases):
            item_id = one.stage.reported(text=f"Offer {number}.", account=f"a{number}")
            verdict = violation(clause="fraud") if number % 2 else fine()
            made = one.stage.decide(item_id, verdict)
            house.do(quality.keep_case, one.stage.lin, made, why=WHY)
            one.answers[item_id] = BROKE if number % 2 else FINE
            one.decided.append(made)
        return one

    def hired(self, name: str = "Sam") -> Actor:
        """Hire a reviewer, who is on the staff and so can be certified."""
        house = self.stage.house
        if house.ask(people.first_run_needed):
            desk_day.first_administrator(house)
        ada = next(one for one in house.ask(people.staff, people.SYSTEM) if "Ada" in one.name)
        boss = desk_day.Hired(ada.id, ada.email, "")
        return house.ask(people.staff_actor, desk_day.hire(house, boss, name, Role.REVIEWER).id)

    def answer(self, who: Actor, task_id: str, *, rightly: bool = True) -> str:
        """Take an exercise and answer it."""
        house = self.stage.house
        item_id = house.ask(queue.task, who, task_id).item_id
        right = self.answers[item_id]
        other = FINE if right == BROKE else BROKE
        house.do(review.claim, who, task_id)
        return house.do(quality.practise, who, task_id, right if rightly else other)

    def course(self, who: Actor, *, wrong: int) -> quality.OwnSession:
        """Have somebody take a whole course."""
        house = self.stage.house
        session_id = house.do(quality.begin_course, who, Harm.FRAUD)
        (own,) = [
            one for one in house.ask(quality.my_sessions, who) if one.session.id == session_id
        ]
        for number, one in enumerate(own.answers):
            self.answer(who, one.task_id, rightly=number >= wrong)
        return next(
            one for one in house.ask(quality.my_sessions, who) if one.session.id == session_id
        )


class TestACase:
    """A settled case."""

    def test_is_what_two_people_agree_on(self, house: House, clock: SetClock) -> None:
        """Not one's own decision, nor a hold by a rule, nor what was undone, nor twice."""
        school = School.open(house, clock, cases=1)
        with pytest.raises(quality.NotACase, match="already"):
            house.do(quality.keep_case, school.stage.lin, school.decided[0], why=WHY)
        item_id = school.stage.reported(text="Another offer.")
        own = school.stage.decide(item_id, violation(clause="fraud"), by=school.stage.lin)
        with pytest.raises(quality.NotACase, match="yourself"):
            house.do(quality.keep_case, school.stage.lin, own, why=WHY)
        house.do(decision.reverse, school.stage.lin, own, by=decision.ReversedBy.REVIEW)
        with pytest.raises(quality.NotACase, match="stands"):
            house.do(quality.keep_case, school.stage.lin, own, why=WHY)
        with pytest.raises(NotAllowed):
            house.do(quality.keep_case, school.stage.ren, own, why=WHY)

    def test_is_never_made_of_what_nobody_should_see_again(
        self, house: House, clock: SetClock
    ) -> None:
        """For those harms a lead certifies whoever they know to be ready."""
        school = School.open(house, clock, cases=0)
        item_id = school.stage.item(text="An offer.")
        school.stage.report(item_id, harm="intimate_images")
        school.stage.settle()
        made = school.stage.decide(item_id, fine())
        with pytest.raises(quality.NotACase, match="shown"):
            house.do(quality.keep_case, school.stage.lin, made, why=WHY)


class TestACourse:
    """Training for a kind of harm."""

    def test_that_is_passed_opens_the_queue_it_is_for(self, house: House, clock: SetClock) -> None:
        """Where the operator asks for a certificate, nobody works without; it counts for a year."""
        school = School.open(house, clock, cases=10)
        sam = school.hired()
        boss = school.stage.lin
        admin = Actor("staff", boss.id, "Boss", people.ROLE_PERMISSIONS[Role.ADMINISTRATOR])
        house.do(people.require_certificate, admin, "fraud", required=True)
        waiting = school.stage.task(school.stage.reported(text="An offer that waits."))
        with pytest.raises(review.NeedsCertificate):
            house.do(review.claim, sam, waiting.id)
        assert house.do(review.claim_next, sam) is None
        own = school.course(sam, wrong=2)
        assert (own.right, own.session.passed) == (8, True)
        assert all(one.settled is not None and one.why == WHY for one in own.answers)
        assert house.ask(people.certificates_of, sam.id).keys() == {"fraud"}
        assert house.do(review.claim_next, sam) is not None
        house.do(people.take_certificate, boss, sam.id, "fraud", why="moved to another team")
        with pytest.raises(review.NeedsCertificate):
            house.do(review.claim, sam, waiting.id)
        house.do(people.give_certificate, boss, sam.id, "fraud", why="has done it for years")
        house.do(review.claim, sam, waiting.id)
        clock.forward(timedelta(days=366))
        assert house.ask(people.certificates_lacking, sam.id) == {"fraud"}

    def test_that_is_not_passed_can_be_taken_again(self, house: House, clock: SetClock) -> None:
        """Nothing else follows, and nobody else sees it."""
        school = School.open(house, clock, cases=10)
        sam = school.hired()
        assert school.course(sam, wrong=3).session.passed is False
        assert house.ask(people.certificates_of, sam.id) == {}
        assert school.course(sam, wrong=0).session.passed is True
        assert house.ask(quality.my_sessions, school.stage.ren) == []
        assert sam.id not in str(
            [one for one in _lines(school) if str(one["type"]).startswith("course.")]
        )

    def test_is_one_persons_own_and_in_no_queue(self, house: House, clock: SetClock) -> None:
        """Nobody else can take its exercises, and nothing shows the settled answer before."""
        school = School.open(house, clock, cases=10)
        sam = school.hired()
        house.do(quality.begin_course, sam, Harm.FRAUD)
        (own,) = house.ask(quality.my_sessions, sam)
        assert {(one.answer, one.settled) for one in own.answers} == {(None, None)}
        task_id = own.answers[0].task_id
        with pytest.raises(review.KeptFromYou):
            house.do(review.claim, school.stage.ren, task_id)
        assert house.do(review.claim_next, school.stage.ren) is None
        assert house.ask(queue.waiting, sam) == []
        task = house.ask(queue.task, sam, task_id)
        assert house.ask(decision.on_item, sam, task.item_id) == []
        assert house.ask(decision.on_item, school.stage.ren, task.item_id) != []
        house.do(quality.end_session, sam, own.session.id)
        with pytest.raises(quality.SessionEnded):
            house.do(quality.end_session, sam, own.session.id)

    def test_takes_ten_cases_that_one_did_not_decide(self, house: House, clock: SetClock) -> None:
        """Rosa decided them, so they teach her nothing."""
        school = School.open(house, clock, cases=10)
        with pytest.raises(quality.TooFewCases):
            house.do(quality.begin_course, school.stage.rosa, Harm.FRAUD)


class TestCalibration:
    """Several people who answer the same cases."""

    def test_shows_where_they_differ_once_all_have_answered(
        self, house: House, clock: SetClock
    ) -> None:
        """With how far they agree; who said what is theirs to tell."""
        school = School.open(house, clock, cases=4)
        three = [school.hired(), school.hired("Tia"), school.hired("Uma")]
        session_id = house.do(
            quality.begin_calibration,
            school.stage.lin,
            Harm.FRAUD,
            staff_ids=[one.id for one in three],
            cases=4,
        )
        for who in three:
            (own,) = house.ask(quality.my_sessions, who)
            for number, one in enumerate(own.answers):
                with pytest.raises(quality.NotEndedYet):
                    house.ask(quality.calibration, who, session_id)
                school.answer(who, one.task_id, rightly=who is not three[1] or number > 0)
        found = house.ask(quality.calibration, three[0], session_id)
        assert (found.agreement.units, found.agreement.differ) == (4, 1)
        assert found.agreement.alpha == pytest.approx(0.6857, abs=0.0001)
        (differ,) = [one for one in found.cases if one.differ]
        assert sorted(times for _, times in differ.answers) == [1, 2]
        assert not any(who.id in str(found.cases) for who in three)
        with pytest.raises(quality.NoSuchSession):
            house.ask(quality.calibration, school.stage.ren, session_id)

    def test_takes_three_people_who_review(self, house: House, clock: SetClock) -> None:
        """Of two, each could tell what the other one said."""
        school = School.open(house, clock, cases=1)
        begin = quality.begin_calibration
        with pytest.raises(quality.TooFewPeople):
            house.do(begin, school.stage.lin, Harm.FRAUD, staff_ids=["x", "y"], cases=1)


class TestAHiddenCheck:
    """A settled case in the queue."""

    def test_looks_like_any_task_and_changes_nothing(self, house: House, clock: SetClock) -> None:
        """Nothing is decided or sent; whoever answered sees at once how it was settled."""
        school = School.open(house, clock, cases=1)
        assert house.do(quality.plant_checks, school.stage.lin, 5) == 1
        clock.forward(quality.PLANTED_WITHIN)
        school.stage.settle()
        with pytest.raises(quality.TooFewCases):
            house.do(quality.plant_checks, school.stage.lin, 5)
        assert house.do(review.claim_next, school.stage.rosa) is None
        claim = house.do(review.claim_next, school.stage.ren)
        assert claim is not None
        task = house.ask(queue.task, school.stage.ren, claim.task_id)
        assert (task.kind, task.queue) == (queue.TaskKind.REVIEW, "fraud")
        assert house.ask(decision.on_item, school.stage.ren, task.item_id) == []
        with pytest.raises(decision.AuditDecidesNothing):
            house.do(decision.decide, school.stage.ren, task.id, violation())
        with pytest.raises(VerdictIncomplete):
            house.do(
                quality.answer_check,
                school.stage.ren,
                task.id,
                replace(violation(clause="fraud"), facts=""),
            )
        before = house.ask(decision.count)
        house.do(quality.answer_check, school.stage.ren, task.id, violation(clause="fraud"))
        assert house.ask(decision.count) == before
        (own,) = house.ask(quality.my_checks, school.stage.ren)
        assert (own.answer, own.settled, own.right, own.why) == ("fraud", "none", False, WHY)
        told = house.ask(quality.checked, school.stage.lin)
        assert (told.answers, told.share) == (0, None)
        closed = [one for one in _lines(school) if one["subject"] == task.id]
        assert {one["actor"] for one in closed if one["type"] == "task.closed"} == {"system"}
        assert school.stage.verify().sound

    def test_cannot_be_told_by_the_log_while_it_waits(self, house: House, clock: SetClock) -> None:
        """Its line is that of an ordinary task, alone, and no line says which item it is about."""
        school = School.open(house, clock, cases=3)
        assert house.do(quality.plant_checks, school.stage.lin, 3) == 3
        with pytest.raises(quality.TooFewCases):
            house.do(quality.plant_checks, school.stage.lin, 3)
        assert house.ask(queue.waiting, school.stage.omar) == []
        before = len(_lines(school))
        clock.forward(quality.PLANTED_WITHIN)
        school.stage.settle()
        ordinary = school.stage.task(school.stage.reported(text="A chair.", account="new"))
        opened = {
            line["subject"]: line["data"]
            for line in _public(school)[before:]
            if line.get("type") == "task.opened"
        }
        assert len(opened) == 4
        real = opened.pop(ordinary.id)
        for data in opened.values():
            assert data.keys() == real.keys()
            assert (data["kind"], data["queue"]) == ("review", "fraud")
        written = json.dumps(_public(school)[before:])
        assert "check" not in written
        assert not any(item_id in written for item_id in school.answers)
        task_id = next(iter(opened))
        house.do(review.claim, school.stage.ren, task_id)
        house.do(quality.answer_check, school.stage.ren, task_id, fine())
        (closed,) = [one for one in _public(school)[before:] if one.get("type") == "task.closed"]
        assert (closed["subject"], closed["data"]["kind"]) == (task_id, "check")

    def test_decision_on_it_cannot_be_looked_up(self, house: House, clock: SetClock) -> None:
        """The log says which decisions are about one item, and not about which."""
        school = School.open(house, clock, cases=2)
        made = [one["data"] for one in _public(school) if one.get("type") == "decision.made"]
        assert len({data["item"] for data in made}) == 2
        assert not any(item_id in json.dumps(made) for item_id in school.answers)

    def test_does_not_stand_in_the_way_of_a_report(self, house: House, clock: SetClock) -> None:
        """What is reported meanwhile has a task of its own."""
        school = School.open(house, clock, cases=1)
        house.do(quality.plant_checks, school.stage.lin, 1, within=timedelta(0))
        school.stage.settle()
        (item_id,) = school.answers
        school.stage.report(item_id, by="eve")
        school.stage.settle()
        real = school.stage.task(item_id)
        assert not house.ask(queue.is_exercise, real.id)

    def test_is_told_to_leads_only_over_many_people(self, house: House, clock: SetClock) -> None:
        """Thirty answers of three people, a week after those could see theirs."""
        school = School.open(house, clock, cases=10)
        for number in range(3):
            house.do(quality.plant_checks, school.stage.lin, 10, within=timedelta(0))
            school.stage.settle()
            who = school.hired(f"Pupil{number}")
            while claim := house.do(review.claim_next, who):
                task = house.ask(queue.task, who, claim.task_id)
                label = school.answers[task.item_id]
                verdict = violation(clause="fraud") if label == BROKE else fine()
                house.do(quality.answer_check, who, task.id, verdict)
        assert house.ask(quality.checked, school.stage.omar).withheld == "few_answers"
        clock.forward(quality.SEEN_FIRST)
        told = house.ask(quality.checked, school.stage.omar)
        assert told.answers == 30
        assert told.share is not None
        assert told.share.value == 1


class TestHarms:
    """Kinds of harm for which a certificate can be asked."""

    def test_are_asked_for_by_administrators_and_once(self, house: House, clock: SetClock) -> None:
        """And no more when they say so."""
        school = School.open(house, clock, cases=0)
        with pytest.raises(NotAllowed):
            house.do(people.require_certificate, school.stage.lin, "fraud", required=True)
        for required in (True, False):
            house.do(people.require_certificate, people.SYSTEM, "fraud", required=required)
            with pytest.raises(people.AlreadyInThatState):
                house.do(people.require_certificate, people.SYSTEM, "fraud", required=required)
        assert house.ask(people.certificates_required) == frozenset()
        assert {harm.value for harm in policy.Harm} >= {harm.value for harm in quality.SPARED}


def _lines(school: School) -> list[dict[str, object]]:
    with school.stage.house.db.read() as tx:
        return list(ledger.events(tx))


def _public(school: School) -> list[dict[str, Any]]:
    with school.stage.house.db.read() as tx:
        return [json.loads(text) for text in transparency.export(tx)]
