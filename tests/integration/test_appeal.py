"""Appeals that meet: siblings, judges who leave, and holds replaced in between."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evenhand import appeal, decision, queue, review
from evenhand.appeal import AppealOutcome
from evenhand.bootstrap import House
from evenhand.people import Actor
from evenhand.policy import Measure
from tests.stage import Stage, fine, picture, violation

SAYS = "The pictures show something else than the report says."


def affected(decision_id: str) -> Actor:
    """Hold the receipt of the person a decision is about."""
    return Actor(
        kind="receipt",
        id=f"r-{decision_id[-6:]}",
        name="receipt",
        holder="affected",
        subject_kind="decision",
        subject_id=decision_id,
    )


def reporter(report_id: str) -> Actor:
    """Hold the receipt of a report."""
    return Actor(
        kind="receipt",
        id=f"r-{report_id[-6:]}",
        name="receipt",
        holder="reporter",
        subject_kind="report",
        subject_id=report_id,
    )


def file(stage: Stage, actor: Actor) -> str:
    """Appeal and let the path open the task; return the task's id."""
    appeal_id = stage.house.do(appeal.file, actor, text="Please look again, this is not so.")
    stage.settle()
    waiting = stage.house.ask(queue.waiting, stage.omar, queue="appeals")
    return next(task.id for task in waiting if task.appeal_id == appeal_id)


def judge(stage: Stage, who: Actor, task_id: str, verdict: decision.Verdict) -> None:
    """Claim and judge blind."""
    stage.house.do(review.claim, who, task_id)
    stage.house.do(appeal.judge, who, task_id, verdict)


class TestSiblings:
    """Two appeals against one decision."""

    def test_are_not_judged_by_somebody_who_has_read_the_first_decision(self, house: House) -> None:
        """Whoever judged one is kept from the other, and the other changes nothing twice."""
        stage = Stage.open(house)
        item_id = stage.item()
        reports = [stage.report(item_id, by=name) for name in ("dia", "eli")]
        stage.settle()
        stage.decide(item_id, fine())
        tasks = [file(stage, reporter(report.report_id)) for report in reports]
        judge(stage, stage.ren, tasks[0], violation())
        with pytest.raises(review.KeptFromYou):
            house.do(review.claim, stage.ren, tasks[1])
        granted = house.do(appeal.conclude, stage.ren, tasks[0], explanation=SAYS)
        assert granted is AppealOutcome.GRANTED
        judge(stage, stage.lin, tasks[1], violation())
        house.do(appeal.conclude, stage.lin, tasks[1], explanation=SAYS)
        standing = [d for d in house.ask(decision.on_item, stage.omar, item_id) if d.stands]
        assert len(standing) == 1
        account = standing[0].account_id
        assert account is not None
        given = house.ask(decision.strikes, stage.omar, account)
        assert len([strike for strike in given if strike.voided_at is None]) == 1


class TestAJudgeWhoLeaves:
    """A judgement whose judge went away."""

    def test_is_made_anew_by_somebody_else_who_is_blind_as_well(self, house: House) -> None:
        """Nobody can hold an appeal hostage by judging and passing it on."""
        stage = Stage.open(house)
        item_id = stage.reported()
        decision_id = stage.decide(item_id, violation())
        task_id = file(stage, affected(decision_id))
        judge(stage, stage.ren, task_id, violation())
        house.do(review.skip, stage.ren, task_id, reason="not for me after all")
        house.do(review.claim, stage.lin, task_id)
        assert house.ask(appeal.desk, stage.lin, task_id).first is None
        with pytest.raises(decision.HiddenUntilJudged):
            house.ask(decision.decision, stage.lin, decision_id)
        house.do(appeal.judge, stage.lin, task_id, fine())
        outcome = house.do(appeal.conclude, stage.lin, task_id, explanation=SAYS)
        assert outcome is AppealOutcome.GRANTED


class TestCompare:
    """What two judgements come to."""

    def test_counts_a_shorter_suspension_as_milder(self, house: House) -> None:
        """Three hundred days against one day is not the same decision."""
        stage = Stage.open(house)
        item_id = stage.reported()
        long = violation(Measure.REMOVE, Measure.SUSPEND, days=300)
        decision_id = stage.decide(item_id, long)
        task_id = file(stage, affected(decision_id))
        judge(stage, stage.ren, task_id, violation(Measure.REMOVE, Measure.SUSPEND, days=1))
        outcome = house.do(appeal.conclude, stage.ren, task_id, explanation=SAYS)
        assert outcome is AppealOutcome.PARTLY_GRANTED
        (now,) = [d for d in house.ask(decision.on_item, stage.omar, item_id) if d.stands]
        suspended = next(m for m in now.measures if m.measure is Measure.SUSPEND)
        assert suspended.ends == suspended.starts + timedelta(days=1)


class TestAHold:
    """Appealing what a rule did."""

    def test_is_appealed_once_also_when_a_person_has_decided_meanwhile(self, house: House) -> None:
        """Two receipts for one matter open one appeal at a time."""
        stage = Stage.open(house)
        photo = picture(3)
        stage.image_bank(photo)
        item_id = stage.item(photo=photo)
        stage.settle()
        (hold,) = house.ask(decision.on_item, stage.omar, item_id)
        file(stage, affected(hold.id))
        second = stage.decide(item_id, violation())
        with pytest.raises(appeal.AppealedAlready):
            house.do(appeal.file, affected(second), text="Please look again, this is not so.")
