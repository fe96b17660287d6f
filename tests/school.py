"""What classifiers learn from in a house under test: items that people decided, and versions."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from evenhand import detection, evidence, ledger, people
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.decision import store
from evenhand.detection import Learned, Report, Thresholds, Trained
from evenhand.detection.learned.classifier import fingerprint
from evenhand.detection.learned.model import Bin, LanguageReport, Measured
from tests.lessons import by_hand, text
from tests.stage import Stage

CLAUSE = "fraud"
LINES = Thresholds(0.9, auto_from=0.8, ignore_below=0.2, fine=9, broke=9, needed=9)

_numbers = count(1)


def decided(stage: Stage, *, broke: bool, clause: str = CLAUSE, **changes: Any) -> str:
    """Send an item and put a person's decision on it straight into the records; return its id."""
    item_id = stage.item(text=text(next(_numbers), broke=broke))
    stage.house.do(write, item_id, clause if broke else None, **changes)
    return item_id


def write(tx: Tx, /, item_id: str, clause: str | None, **changes: Any) -> None:
    """Write a decision's row: who learns reads nothing else of it."""
    values: dict[str, Any] = {
        "id": tx.new_id(),
        "item_id": item_id,
        "outcome": "violation" if clause else "no_violation",
        "clause_key": clause,
        "clause_version": 1 if clause else None,
        "facts": "",
        "reasons": "",
        "source": "report",
        "automated": False,
        "automated_detection": False,
        "by_ref": "staff:1",
        "by_name": "Rosa",
        "provisional": False,
        "evidence": [],
        "made_at": tx.now,
        "appeal_until": tx.now + timedelta(days=184),
    }
    store.insert_decision(tx, values | changes)


def school(stage: Stage, each: int) -> None:
    """Decide so many items of each sort."""
    for _ in range(each):
        decided(stage, broke=True)
        decided(stage, broke=False)


def version(
    house: House, *, lines: Thresholds = LINES, clause: str = CLAUSE, offset: float = -12.0
) -> str:
    """Keep a version made by hand, as if it had been trained; return its id."""
    content = by_hand(offset=offset)
    bins = (Bin(9, 0.06, 0.0), Bin(4, 0.52, 0.5), Bin(7, 0.94, 1.0))
    measured = Measured(20, 0.98, 0.02, 0.99, 0.98, 0.3, 0.1, 0.6, 0.02, bins)
    languages = (LanguageReport("en", 30, 30, 0.98),)
    report = Report(
        *(30, 30, 0, 0, {"otherwise": 60}, 40, 1.0, None, lines, measured), languages=languages
    )
    trained = Trained(clause, content, fingerprint(content), report)
    staged = evidence.stage(house.resources, content, detection.MEDIA_TYPE)
    training = house.do(detection.ask_training, people.SYSTEM, clause, why="for a test")
    made = house.do(detection.end_training, people.SYSTEM, training, Learned(trained, staged))
    for work in house.do(ledger.jobs.claim, "school", limit=9, kinds={"training.asked"}):
        house.do(ledger.jobs.finish, work)
    assert made is not None
    return made


def in_force(house: House, **changes: Any) -> str:
    """Put a version made by hand in force; return its id."""
    made = version(house, **changes)
    house.do(detection.enforce_classifier, people.SYSTEM, made, why="for a test")
    return made
