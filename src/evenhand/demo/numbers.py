"""What the day came to, counted from the ledger and the outbox, once the ledger is verified."""

from __future__ import annotations

from collections import Counter
from typing import Any

from evenhand import decision, delivery, ledger, people
from evenhand.bootstrap import House
from evenhand.demo.errors import DemoBroke

#: Each number, and the events of the ledger that it counts.
COUNTED = {
    "items": ("item.received",),
    "reports": ("report.received",),
    "tasks": ("task.opened", "task.reopened"),
    "decisions": ("decision.made",),
    "appeals": ("appeal.filed",),
    "reversed": ("decision.reversed",),
}
EFFECT = "effect.host"


def count(house: House) -> dict[str, Any]:
    """Verify the ledger and count what happened. Raises DemoBroke when it does not verify."""
    checked = house.ask(ledger.verify)
    if not checked.sound:
        raise DemoBroke(f"The ledger does not verify: {checked.findings[0].says}.")
    lines = Counter(house.ask(lambda tx: [line["type"] for line in ledger.events(tx)]))
    found: dict[str, Any] = {
        name: sum(lines[event] for event in events) for name, events in COUNTED.items()
    }
    made = house.ask(decision.recent, people.SYSTEM, limit=max(1, found["decisions"]))
    sent = house.ask(ledger.outbox.counts)
    effects = {state: n for (kind, state), n in sent.items() if kind == EFFECT}
    letters = Counter[str]()
    for (kind, state), n in sent.items():
        letters[state] += n if kind != EFFECT else 0
    done = delivery.State.DONE
    return found | {
        "statements": sum(each.statement is not None for each in made),
        "effects_delivered": effects.get(done, 0),
        "effects_pending": sum(n for state, n in effects.items() if state != done),
        "messages_delivered": letters[done],
        "messages_pending": letters.total() - letters[done],
        "ledger_size": checked.size,
        "checkpoint": house.ask(ledger.head),
    }
