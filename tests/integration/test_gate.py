"""The gate: one answer at both doors, and what happens when nothing could look."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from evenhand import banks, decision, detection, intake, ledger, people, policy, queue
from evenhand.banks import Confidence, EntryKind, Signal
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.decision import ReversedBy
from evenhand.detection import running
from evenhand.detection.detectors import known_images
from evenhand.doors import build_app
from evenhand.intake import WhenNotLookedAt
from evenhand.kit.clock import SetClock
from evenhand.kit.luma import luma_frames
from evenhand.people import SYSTEM, Role
from evenhand.worker import Outside, Worker
from tests.arrivals import counts
from tests.stage import Stage, member, picture

#: What is asked here lies above the rooms, which have both databases; one is enough.
pytestmark = pytest.mark.on("sqlite")

PHOTO = picture(5)


@pytest.fixture
def stage(house: House) -> Stage:
    """A furnished house."""
    return Stage.open(house)


@pytest.fixture
def hasty(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[House]:
    """A furnished house in which a look may take a tenth of a second."""
    settings = load_settings(data=tmp_path, database_url=database_url, gate_seconds=0.1)
    opened = open_house(settings, clock=clock)
    Stage.open(opened)
    yield opened
    opened.close()


class Gate:
    """Both doors of a house, as its host asks them."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.worker = Worker(house, outside=Outside(host=None, post=None))
        self.client = TestClient(build_app(house, self.worker.advance))
        self.number = 0

    def key(self, *scopes: str) -> dict[str, str]:
        issued = self.house.do(people.issue_key, SYSTEM, name="host", scopes=scopes)
        return {"Authorization": f"Bearer {issued.text}"}

    def ask(self, door: str, **fields: Any) -> dict[str, Any]:
        """Ask a door about a post."""
        self.number += 1
        answer = self.client.post(
            f"/api/v1/{door}", json=post(self.number, **fields), headers=self.key("items:write")
        )
        assert answer.status_code in {200, 201}, answer.text
        body: dict[str, Any] = answer.json()
        return body


@pytest.fixture
def gate(stage: Stage) -> Gate:
    """The doors of a furnished house."""
    return Gate(stage.house)


def post(number: int = 1, **fields: Any) -> dict[str, Any]:
    if "photo" in fields:
        data = base64.b64encode(fields["photo"]).decode()
        fields["photo"] = {"data": data, "media_type": "image/jpeg"}
    return {
        "kind": "post",
        "id": f"p-{number}",
        "account": {"id": "a-17", "name": "Rosa", "email": "rosa@example.org"},
        "fields": {"text": "A boat for sale.", **fields},
    }


def listed(house: House, phrase: str, confidence: Confidence = Confidence.CONFIRMED) -> None:
    """List a phrase in a bank of its own."""
    house.do(
        banks.create_bank,
        SYSTEM,
        name=phrase,
        signal=Signal.PHRASE,
        confidence=confidence,
        clause_key="fraud",
    )
    house.do(
        banks.add_entry,
        SYSTEM,
        bank=phrase,
        kind=EntryKind.PHRASE,
        value=phrase,
        source="a partner",
        reason="a known script",
    )


def when_not_looked_at(house: House, then: str) -> None:
    """Let the operator choose for posts."""
    kind = house.ask(intake.kinds)["post"]
    with suppress(intake.KindUnchanged):
        house.do(
            intake.declare_kind,
            SYSTEM,
            name="post",
            fields=kind.fields,
            when_not_looked_at=WhenNotLookedAt(then),
        )


@pytest.fixture
def let_go(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Let every decoder hang, as one of somebody else's may, until it is let go."""
    event = threading.Event()
    decoded = luma_frames

    def slow(*args: Any, **options: Any) -> Any:
        event.wait(60)
        return decoded(*args, **options)

    def now() -> None:
        event.set()
        last = time.monotonic() + 60
        while running._CREW.hanging("known_images"):
            assert time.monotonic() < last, "it does not end"
            time.sleep(0.001)
        event.clear()

    monkeypatch.setattr(known_images, "luma_frames", slow)
    yield now
    now()


class TestAssess:
    """POST /api/v1/assess beside POST /api/v1/items."""

    def test_says_what_sending_would_say(self, gate: Gate) -> None:
        """The same words for the same item, from the same rules."""
        listed(gate.house, "secret gift cards")
        listed(gate.house, "quick money", Confidence.INDICATIVE)
        for text, verdict in (
            ("A boat for sale.", "allow"),
            ("quick money here", "review"),
            ("buy secret gift cards and quick money", "hold"),
        ):
            asked, sent = gate.ask("assess", text=text), gate.ask("items", text=text)
            assert asked["verdict"] == sent["verdict"] == verdict
            assert asked["reasons"] == sent["reasons"]
            assert asked["assessments"] == sent["assessments"]
            assert asked["looked_at"] is sent["looked_at"] is True

    def test_keeps_nothing(self, gate: Gate) -> None:
        """No item, no task, no line, no blob: it is a look."""
        listed(gate.house, "secret gift cards")
        key = gate.key("items:write")
        before = counts(gate.house)
        body = post(1, text="secret gift cards", photo=PHOTO)
        answer = gate.client.post("/api/v1/assess", json=body, headers=key)
        assert answer.json()["verdict"] == "hold"
        assert {"item_id", "task_id"}.isdisjoint(answer.json())
        assert counts(gate.house) == before

    def test_answers_for_every_detector(self, gate: Gate) -> None:
        """With its version, and what was not compared is said to be skipped."""
        body = gate.ask("assess", photo=PHOTO)
        said = {one["detector"]: one for one in body["assessments"]}
        assert set(said) == {one.name for one in detection.READERS} | {
            one.name for one in detection.DETECTORS
        }
        assert said["known_images"]["answer"] == "skipped"
        assert said["known_images"]["version"] == known_images.KnownImages.version
        assert (body["verdict"], body["looked_at"]) == ("allow", True)

    def test_refuses_what_sending_would_refuse(self, gate: Gate) -> None:
        """The same problems at the same places, and the same scope."""
        headers = gate.key("items:write")
        bodies = [
            gate.client.post(f"/api/v1/{door}", json=post(1, titel="x"), headers=headers).json()
            for door in ("assess", "items")
        ]
        assert bodies[0] == bodies[1]
        assert bodies[0]["problems"][0]["path"] == "fields.titel"
        refused = gate.client.post("/api/v1/assess", json=post(), headers=gate.key("reports:write"))
        assert refused.json()["code"] == "not_allowed"

    @pytest.mark.parametrize("then", list(WhenNotLookedAt))
    def test_says_which_detector_took_too_long(
        self, hasty: House, let_go: Callable[[], None], then: WhenNotLookedAt
    ) -> None:
        """At both doors, and the others stand; what follows is as the operator chose."""
        when_not_looked_at(hasty, then.value)
        gate = Gate(hasty)
        listed(hasty, "secret gift cards", Confidence.INDICATIVE)
        for door in ("assess", "items"):
            body = gate.ask(door, photo=PHOTO)
            (late,) = [one for one in body["reasons"] if "known_images@" in one.get("detector", "")]
            assert late["says"].startswith("It took longer than 0.0")
            assert (body["verdict"], body["looked_at"]) == (then.value, False)
            said = {one["detector"]: one["answer"] for one in body["assessments"]}
            assert (said["known_images"], said["known_phrases"]) == ("failed", "not_found")
            let_go()


class TestNotLookedAt:
    """What could not be looked at, when the item is there."""

    def send(self, stage: Stage) -> tuple[str, dict[Path, bytes]]:
        """Send a post whose picture is damaged before anybody looks; return how to mend it."""
        item_id = stage.item(photo=PHOTO)
        whole = {}
        for blob in (stage.house.settings.data / "vault").rglob("*"):
            if blob.is_file():
                whole[blob] = blob.read_bytes()
                blob.write_bytes(b"rot")
        stage.settle()
        return item_id, whole

    def mend(self, stage: Stage, whole: dict[Path, bytes], clock: SetClock) -> None:
        """Put the vault right, and let the time come at which it is looked at again."""
        for blob, content in whole.items():
            blob.write_bytes(content)
        clock.forward(timedelta(minutes=1))
        stage.settle()

    def test_waits_for_a_person_by_default(self, stage: Stage) -> None:
        """It is shown meanwhile, and the task says why it is there."""
        item_id, _ = self.send(stage)
        task = stage.task(item_id)
        assert (task.kind, task.queue) == ("review", "other")
        assert stage.house.ask(decision.standing_item, item_id) == "allow"
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["rules.proposed"])))
        assert (line["actor"], line["data"]["actions"]) == ("rule:not-looked-at@1", ["enqueue"])

    def test_is_let_through_when_the_kind_says_so(self, stage: Stage) -> None:
        """And never said to be clean."""
        when_not_looked_at(stage.house, "allow")
        item_id, _ = self.send(stage)
        assert stage.house.ask(queue.open_task, item_id) is None
        said = stage.house.ask(detection.assessments, SYSTEM, item_id)
        assert "failed" in {one.answer for one in said}

    def test_is_held_with_notice_when_the_kind_says_so(self, stage: Stage) -> None:
        """Under a clause, with a statement and a message, until somebody or something looked."""
        when_not_looked_at(stage.house, "hold")
        item_id, _ = self.send(stage)
        assert stage.house.ask(decision.standing_item, item_id) == "hold"
        [held] = stage.house.ask(decision.on_item, stage.omar, item_id)
        assert held.clause is not None
        assert (held.clause.key, held.by_ref) == ("checked-first", "rule:not-looked-at@1")
        assert held.provisional
        assert held.statement is not None
        assert not held.automated_detection
        kinds = {row["kind"] for row in stage.sent(held.id)}
        assert {"effect.host", "message.host"} <= kinds
        assert stage.task(item_id)

    def test_is_let_go_when_a_later_look_succeeds(self, stage: Stage, clock: SetClock) -> None:
        """The hold is undone and told, the task is taken back, and nothing is left to do."""
        when_not_looked_at(stage.house, "hold")
        item_id, whole = self.send(stage)
        task = stage.task(item_id)
        self.mend(stage, whole, clock)
        assert stage.house.ask(decision.standing_item, item_id) == "allow"
        [held] = stage.house.ask(decision.on_item, stage.omar, item_id)
        assert held.reversed_by is ReversedBy.LOOKED_AT
        assert stage.house.ask(queue.open_task, item_id) is None
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["task.withdrawn"])))
        assert line["subject"] == task.id
        lifted = [row for row in stage.sent(held.id) if row["payload"].get("effect") == "lift"]
        assert len(lifted) == 1
        told = [
            row["payload"]["template"] for row in stage.sent(held.id) if "message" in row["kind"]
        ]
        assert "decision_reversed" in told

    def test_stays_held_without_a_gap_when_the_later_look_finds_it(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """What it waited for turns into what was found; nothing is lifted in between."""
        when_not_looked_at(stage.house, "hold")
        item_id, whole = self.send(stage)
        made = detection.hash_content(PHOTO)
        stage.image_bank(picture(9), clause="fraud")
        assert made.pdq is not None
        add: dict[str, Any] = {"bank": "known", "source": "test", "reason": "made for a test"}
        stage.house.do(banks.add_entry, SYSTEM, kind="pdq", value=made.pdq, **add)
        self.mend(stage, whole, clock)
        assert stage.house.ask(decision.standing_item, item_id) == "hold"
        first, second = stage.house.ask(decision.on_item, stage.omar, item_id)
        assert second.by_ref == "rule:known-material@1"
        assert first.superseded_by == second.id
        sent = stage.sent(first.id, second.id)
        assert not [row for row in sent if row["payload"].get("effect") == "lift"]
        assert stage.task(item_id)

    def test_leaves_a_task_that_somebody_holds_to_them(self, stage: Stage, clock: SetClock) -> None:
        """What a person began, a person answers."""
        from evenhand import review

        item_id, whole = self.send(stage)
        task = stage.task(item_id)
        stage.house.do(review.claim, stage.rosa, task.id)
        self.mend(stage, whole, clock)
        assert stage.task(item_id).id == task.id

    def test_is_looked_at_again_a_few_times_and_then_no_more(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Each with its answers on the record; the task stays."""
        item_id, _ = self.send(stage)
        for _ in range(6):
            clock.forward(timedelta(days=1))
            stage.settle()
        every = stage.house.ask(detection.assessments, SYSTEM, item_id, every_run=True)
        assert len({one.run for one in every}) == 4
        assert stage.task(item_id)
        assert len(stage.house.ask(decision.on_item, stage.omar, item_id)) == 0

    def test_cannot_be_held_without_a_clause_that_says_so(self, house: House) -> None:
        """No restriction without a rule people can read (charter, promise 1)."""
        house.do(intake.seed_kinds)
        with pytest.raises(intake.KindRefused) as refused:
            when_not_looked_at(house, "hold")
        assert [one.code for one in refused.value.problems] == ["no_clause"]
        when_not_looked_at(house, "allow")

    def test_is_chosen_by_who_keeps_the_policy(self, stage: Stage) -> None:
        """On the record."""
        kind = stage.house.ask(intake.kinds)["post"]
        choice: dict[str, Any] = {"name": "post", "fields": kind.fields}
        with pytest.raises(people.NotAllowed):
            stage.house.do(
                intake.declare_kind,
                member(Role.LEAD),
                **choice,
                when_not_looked_at=WhenNotLookedAt.ALLOW,
            )
        when_not_looked_at(stage.house, "allow")
        lines = stage.house.ask(lambda tx: list(ledger.events(tx, ["kind.declared"])))
        assert lines[-1]["data"]["when_not_looked_at"] == "allow"
        assert policy.CHECKED_FIRST in {c.key for c in stage.house.ask(policy.clauses)}
