"""A house in which every page has something to show: made before the doors open, by its rooms."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from evenhand import (
    appeal,
    banks,
    delivery,
    detection,
    intake,
    ledger,
    people,
    queue,
    review,
    transparency,
)
from evenhand.bootstrap import House
from evenhand.kit.images import open_image
from evenhand.people import Actor, Role
from evenhand.policy import Measure
from tests import audits, school
from tests.browser import rules_at_work
from tests.stage import Stage, fine, violation
from tests.told import told
from tests.town import PHOTOS

BAG: Final = "Brown leather bag, used twice, with its original box and a card that says what it is."
CUP: Final = "One of six, never used. It has to go quickly: pay by gift card only, please."
FACTS_AR: Final = "طلب الإعلان أن يدفع المشترون ببطاقات هدايا قبل أن تُرسَل إليهم التذاكر."
REASONS_AR: Final = "من يدفع ببطاقة هدايا لا يستطيع أن يستعيد ماله إذا لم يصله شيء بعد ذلك."
PICTURES: Final = "Borrowed catalogue photos"
WHY: Final = "I bought the bag in the shop on the square, and they still have my receipt there."
EXPLANATION: Final = "The stamp is worn, not false; the shop confirmed where the bag came from."


@dataclass
class Furnished:
    """What was put in: ids of tasks and decisions by what they show, and receipts."""

    tasks: dict[str, str] = field(default_factory=dict)
    decisions: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)
    bank: str = ""
    pictures: str = ""
    entries: dict[str, str] = field(default_factory=dict)
    classifier: str = ""
    invitation: str = ""
    rules: dict[str, str] = field(default_factory=dict)
    second_look: str = ""
    dispute: str = ""
    calibration: str = ""
    cases: dict[str, str] = field(default_factory=dict)

    def arrange(self, house: House, staff: Mapping[str, Actor]) -> None:
        """Put everything in."""
        stage = Stage(house, rosa=staff["Rosa"], ren=staff["Ren"], lin=staff["Lin"])
        self.bank = _phrases(house, staff["Lin"])
        self.entries["matched"], self.pictures = _pictures(house, staff["Lin"])
        self.classifier = _classifier(house)
        self._desks(stage, staff["Nia"])
        self._banks(house, staff["Lin"])
        self._decisions(stage)
        self._appeals(stage)
        self._cases(stage)
        self.rules = rules_at_work.lay_out(stage, staff)
        laid = audits.lay_out(stage, staff["Rosa"])
        self.second_look, self.dispute = laid.second_look, laid.dispute
        self.calibration = laid.calibration
        house.do(review.claim, staff["Nia"], self.second_look)
        house.do(review.claim, staff["Lin"], self.dispute)
        house.do(
            people.state_purpose,
            staff["Omar"],
            purpose="The yearly audit under article 37 of the law.",
            days=30,
        )
        _bury_one(house)
        invited = house.do(
            people.add_staff, staff["Ada"], name="Ivo", email="ivo@example.org", role=Role.REVIEWER
        )
        self.invitation = invited.token

    def _desks(self, stage: Stage, nia: Actor) -> None:
        """Leave tasks waiting, in Nia's hands and in Ren's."""
        mine = _listing(stage)
        for seat, says in enumerate(("They took my money.", "Never sent.", "Never sent.")):
            stage.report(mine, by=f"buyer-{seat}", text=says)
        waiting = stage.item("A set of four tyres.", account="tom")
        self.receipts["waiting"] = stage.report(waiting, text="He wants the money first.").receipt
        theirs = stage.reported(text="Cheap watches, all brands.", account="tara")
        stage.settle()
        for name, item_id in {"mine": mine, "waiting": waiting, "theirs": theirs}.items():
            self.tasks[name] = stage.task(item_id).id
        stage.house.do(review.claim, nia, self.tasks["mine"])
        stage.house.do(review.write_note, nia, self.tasks["mine"], text="Asked the lead.")
        stage.house.do(review.claim, stage.ren, self.tasks["theirs"])

    def _banks(self, house: House, lead: Actor) -> None:
        """Leave one entry in quarantine, one disabled, and a bank of what is known to be fine."""
        house.do(
            banks.quarantine_entry, people.SYSTEM, self.entries["matched"], accounts=101, limit=100
        )
        until = house.clock.now() + timedelta(days=7)
        known = house.ask(banks.entry, lead, self.entries["matched"]).value
        near = f"{int(known, 16) ^ 0xFFF:064x}"
        for name, value in (("near", near), ("disabled", "5a" * 32)):
            self.entries[name] = house.do(
                banks.add_entry,
                lead,
                bank=PICTURES,
                kind="pdq",
                value=value,
                source="a partner",
                reason="known there",
                labels=("case-7", "logo"),
            )
        house.do(
            banks.disable_entry,
            lead,
            self.entries["disabled"],
            until=until,
            why="Perhaps the logo of a shop.",
        )
        house.do(banks.change_bank, lead, PICTURES, rollout=25, why="Let us see how it goes.")
        house.do(banks.create_bank, lead, name="Our own logos", signal="image", polarity="fine")

    def _decisions(self, stage: Stage) -> None:
        """Decide one against the account, and one for it."""
        item_id = stage.item(BAG, account="abel")
        self.receipts["upheld"] = stage.report(item_id, text="This is a copy.").receipt
        stage.settle()
        self.tasks["closed"] = stage.task(item_id).id
        limited = violation(Measure.REMOVE, Measure.LIMIT, clause="fraud", days=7)
        limited = replace(limited, facts=FACTS_AR, reasons=REASONS_AR, above_ladder_reason=None)
        self.decisions["stands"] = stage.decide(item_id, limited)
        self.receipts["stands"] = _receipt_of(stage.house, self.decisions["stands"])
        item_id = stage.item("My cat has learnt to open doors.", account="cleo")
        self.receipts["not upheld"] = stage.report(item_id, harm="other", text="Boring.").receipt
        stage.settle()
        self.decisions["fine"] = stage.decide(item_id, fine())

    def _appeals(self, stage: Stage) -> None:
        """Leave one appeal for Nia to judge blind, one judged by Ren, one granted and undone."""
        house = stage.house
        for name in ("blind", "judged", "undone"):
            item_id = stage.reported(text=f"{BAG} It is {name}.", account=f"appellant-{name}")
            self.decisions[name] = stage.decide(item_id, violation())
            self.receipts[name] = _receipt_of(house, self.decisions[name])
            actor = house.ask(people.receipt_actor, self.receipts[name])
            house.do(appeal.file, actor, text=WHY)
            stage.settle()
            asked = house.ask(queue.waiting, stage.ren, queue="appeals")
            self.tasks[name] = next(task.id for task in asked if task.item_id == item_id)
            house.do(review.claim, stage.ren, self.tasks[name])
        for name in ("judged", "undone"):
            house.do(appeal.judge, stage.ren, self.tasks[name], fine())
        house.do(appeal.conclude, stage.ren, self.tasks["undone"], explanation=EXPLANATION)
        stage.settle()

    def _cases(self, stage: Stage) -> None:
        """Leave a case that waits for a lead, and one that is public."""
        for name in ("waiting", "public"):
            item_id = stage.reported(text=f"{BAG} It is {name}.", account=f"told-{name}")
            made = stage.decide(item_id, violation())
            self.cases[name] = told(stage, made)
        stage.house.do(transparency.approve_case, stage.lin, self.cases["public"])


def _listing(stage: Stage) -> str:
    """Send a listing with a photograph, as the host does; return its id."""
    photo = base64.b64encode((PHOTOS / "espresso-cup-copy.jpg").read_bytes()).decode()
    raw = {
        "kind": "listing",
        "id": "listing-1",
        "url": "https://plaza.example/listing-1",
        "account": {"id": "tess", "name": "Tess by the harbour", "language": "en"},
        "reach": 1204,
        "created_at": (stage.house.clock.now() - timedelta(minutes=50)).isoformat(),
        "fields": {
            "title": "Espresso cup, hand-painted",
            "text": CUP,
            "photo": {"data": photo, "media_type": "image/jpeg"},
        },
    }
    kinds, house = stage.house.ask(intake.kinds), stage.house
    return intake.submit_item(house.do, house.resources, kinds, stage.host, raw).item_id


def _classifier(house: House) -> str:
    """Keep a version that waits to be put in force, and note that something drifted."""
    model_id = school.version(house)
    noticed = house.clock.now() - timedelta(hours=3)
    drift = detection.Drift(detection.Stream.SCORES, 0.12, 0.41, seen=420, noticed_at=noticed)
    house.do(detection.raise_drift_alarm, people.SYSTEM, model_id, drift)
    return model_id


def _pictures(house: House, lead: Actor) -> tuple[str, str]:
    """Make a bank of pictures that knows the photograph of the listing, in another copy.

    Returns the ids of the entry and of the bank.
    """
    photo = (PHOTOS / "espresso-cup.jpg").read_bytes()
    likeness = detection.pdq_hash(open_image(photo, declared="image/jpeg").luma())
    assert isinstance(likeness, detection.PdqHash)
    _bank(house, lead, PICTURES, banks.Signal.IMAGE)
    entry_id = house.do(
        banks.add_entry,
        lead,
        bank=PICTURES,
        kind=banks.EntryKind.PDQ,
        value=likeness.bits,
        source="our own cases",
        reason="Taken from a shop's catalogue and used in listings that were never delivered.",
    )
    return entry_id, house.ask(banks.bank, PICTURES).id


def _bank(house: House, lead: Actor, name: str, signal: banks.Signal) -> None:
    house.do(
        banks.create_bank,
        lead,
        name=name,
        signal=signal,
        confidence=banks.Confidence.INDICATIVE,
        clause_key="fraud",
    )


def _phrases(house: House, lead: Actor) -> str:
    """Make a bank of phrases with one that stands and one that was withdrawn; return its id."""
    _bank(house, lead, "Off-platform payment", banks.Signal.PHRASE)
    for phrase in ("pay by gift card only", "half price"):
        last = house.do(
            banks.add_entry,
            lead,
            bank="Off-platform payment",
            kind=banks.EntryKind.PHRASE,
            value=phrase,
            source="our own cases",
            reason="No honest seller asks for it.",
        )
    house.do(banks.withdraw_entry, lead, last, why="Many honest sellers write this.")
    return house.ask(banks.bank, "Off-platform payment").id


def _receipt_of(house: House, decision_id: str) -> str:
    """Open the sealed receipt that goes to the person decided about."""
    table = ledger.outbox.table
    with house.db.read() as tx:
        rows = tx.rows(table.select().where(table.c.subject == decision_id))
    sealed = next(row for row in rows if row["kind"] == "message.host" and row["sealed"])
    opened = house.resources.keys.open(
        bytes(sealed["sealed"]), purpose=ledger.outbox.PURPOSE, context=sealed["id"]
    )
    return str(json.loads(opened)["receipt"])


def _bury_one(house: House) -> None:
    """Give up one delivery, as after five days of trying."""
    for work in house.do(delivery.claim, "test", limit=1):
        house.do(delivery.failed, work, says="The host did not answer.", for_good=True)
