"""The path from a report to a decision and back, on real databases."""

from __future__ import annotations

from datetime import timedelta

from evenhand import appeal, decision, people, queue, review
from evenhand.appeal import AppealOutcome
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.policy import Measure
from tests.stage import Stage, fine, picture, violation


def test_a_report_becomes_a_decision_with_a_statement_effects_and_messages(house: House) -> None:
    """One report goes the whole way."""
    stage = Stage.open(house)
    item_id = stage.reported()
    decision_id = stage.decide(item_id, violation())
    view = stage.decision(decision_id)
    assert view.statement is not None
    assert view.clause is not None
    kinds = sorted(row["kind"] for row in stage.sent(decision_id))
    assert kinds == ["effect.host", "effect.host", "message.host", "message.mail", "message.mail"]
    assert stage.verify().sound


def test_known_material_is_held_by_a_rule_until_a_person_decides(house: House) -> None:
    """A bank match holds with notice, opens a task, and a person's word replaces the hold."""
    stage = Stage.open(house)
    photo = picture(3)
    stage.image_bank(photo)
    item_id = stage.item(photo=photo)
    stage.settle()
    assert house.ask(decision.standing_item, item_id) == "hold"
    hold = house.ask(decision.on_item, stage.lin, item_id)[0]
    assert hold.automated
    assert hold.provisional
    assert hold.statement is not None
    stage.decide(item_id, fine())
    assert house.ask(decision.standing_item, item_id) == "allow"
    lifted = [row for row in stage.sent(hold.id) if row["payload"].get("effect") == "lift"]
    assert len(lifted) == 1
    assert lifted[0]["after"] is not None


def test_a_granted_appeal_undoes_everything(house: House) -> None:
    """Somebody else judges blind, and the first decision is undone with what followed."""
    stage = Stage.open(house)
    item_id = stage.reported()
    decision_id = stage.decide(item_id, violation())
    affected = people.Actor(
        kind="receipt",
        id="r",
        name="receipt",
        holder="affected",
        subject_kind="decision",
        subject_id=decision_id,
    )
    appeal_id = house.do(appeal.file, affected, text="The tickets are mine and they are real.")
    stage.settle()
    claim = house.do(review.claim_next, stage.rosa)
    assert claim is None, "the first decider is never given the appeal"
    claim = house.do(review.claim_next, stage.ren)
    assert claim is not None
    assert house.ask(appeal.desk, stage.ren, claim.task_id).first is None
    house.do(appeal.judge, stage.ren, claim.task_id, fine())
    desk = house.ask(appeal.desk, stage.ren, claim.task_id)
    assert desk.first is not None
    assert desk.comes_to is AppealOutcome.GRANTED
    outcome = house.do(
        appeal.conclude, stage.ren, claim.task_id, explanation="The receipt shows the bag is real."
    )
    assert outcome is AppealOutcome.GRANTED
    first = stage.decision(decision_id)
    assert first.reversed_at is not None
    assert first.restitution is not None
    assert first.restitution.undone
    assert first.restitution.not_undone
    assert house.ask(decision.standing_item, item_id) == "allow"
    account = first.account_id
    assert account is not None
    assert all(s.voided_at for s in house.ask(decision.strikes, stage.lin, account))
    assert house.ask(appeal.appeal, stage.lin, appeal_id).outcome is AppealOutcome.GRANTED
    assert stage.verify().sound


def test_three_strikes_limit_the_account_and_undoing_one_lifts_the_limit(house: House) -> None:
    """A sanction that strikes triggered ends with the decision that gave the last of them."""
    stage = Stage.open(house)
    last = ""
    for number in range(3):
        item_id = stage.reported(text=f"Fake shoes number {number}, like real.")
        measures = (Measure.REMOVE,)
        last = stage.decide(item_id, violation(*measures))
    view = stage.decision(last)
    assert view.account_id is not None
    limits = [d for d in house.ask(decision.history, stage.lin, view.account_id) if d.caused_by]
    assert [d.caused_by for d in limits] == [last]
    assert limits[0].automated
    assert limits[0].measures[0].measure is Measure.LIMIT
    house.do(decision.reverse, stage.lin, last, by=decision.ReversedBy.REVIEW)
    again = stage.decision(limits[0].id)
    assert again.reversed_at is not None
    assert again.measures[0].lifted_at is not None


def test_many_reports_on_one_item_are_one_task(house: House) -> None:
    """Thirty reports join one task, and remove nothing."""
    stage = Stage.open(house)
    item_id = stage.item()
    for number in range(30):
        stage.report(item_id, by=f"fresh-{number}", harm="other", text="Take it down!")
    stage.settle()
    task = stage.task(item_id)
    assert task.reports == 30
    assert house.ask(decision.standing_item, item_id) == "allow"
    assert house.ask(queue.count) == 1


def test_a_measure_undone_before_its_time_ends_only_once(house: House, clock: SetClock) -> None:
    """The job that waits for its end finds nothing to do, and is done."""
    stage = Stage.open(house)
    item_id = stage.reported()
    decision_id = stage.decide(item_id, violation(Measure.REMOVE, Measure.SUSPEND, days=7))
    house.do(decision.reverse, stage.lin, decision_id, by=decision.ReversedBy.REVIEW)
    before = len(stage.sent(decision_id))
    clock.forward(timedelta(days=8))
    stage.settle()
    assert len(stage.sent(decision_id)) == before
    assert all(m.lifted_why == "lifted" for m in stage.decision(decision_id).measures)


def test_a_suspension_that_runs_out_is_lifted_on_the_host(house: House, clock: SetClock) -> None:
    """Timed sanctions end by themselves, and the person is told."""
    stage = Stage.open(house)
    item_id = stage.reported()
    decision_id = stage.decide(item_id, violation(Measure.REMOVE, Measure.SUSPEND, days=7))
    clock.forward(timedelta(days=8))
    stage.settle()
    sent = [row["payload"] for row in stage.sent(decision_id)]
    lifted = [row["measure"] for row in sent if row.get("effect") == "lift"]
    assert lifted == ["suspend"]
    assert "measure_ended" in {row.get("template") for row in sent}
