"""Rules in every stage, with trials and hits, for the pages about them to show."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from evenhand import people, rules
from evenhand.people import Actor
from evenhand.rules import Stage as Step
from evenhand.rules import trial_store
from tests.stage import Stage

GIFT: Final = """# Nobody who sells honestly asks for gift cards.
rule gift-cards on post, listing
  when has_phrase(text, ["gift card", "بطاقة هدايا"]) and not missing(account)
  propose hide after 2m..20m
  label item "asks-for-gift-cards" for 30d
  policy fraud
  why "It asks to be paid by {matched_words}."
  fires {"text": "Pay by gift card only", "account": "a-1"}
  silent {"text": "Cash is fine", "account": "a-1"}
"""
HURRY: Final = """rule in-a-hurry on listing
  when has_phrase(text, ["has to go quickly", "first come"]) and length(title) > 5
  enqueue review priority 30
  why "It presses people to hurry ({matched_words})."
"""
DRAFT: Final = """rule new-watches on listing
  when has_word(title, ["watch", "watches"])
    and (length(text) < 40 or contains(url, "watches.example"))
  propose limit
  policy fraud
"""


def lay_out(stage: Stage, staff: Mapping[str, Actor]) -> dict[str, str]:
    """Deploy, try and stage rules; return ids of versions, trials and an item by what they show."""
    house, lin, ada = stage.house, staff["Lin"], staff["Ada"]
    files = [*house.ask(rules.deployed_files, lin), ("scams.rules", f"{GIFT}\n{HURRY}")]
    house.do(rules.deploy, lin, files, why="Buyers lose their money this way.")
    for number in range(3):
        stage.item(f"Ticket number {number}, pay by gift card.", account=f"seller-{number}")
    stage.settle()
    now = house.clock.now()
    trials = [
        house.do(rules.ask_trial, lin, name, now - timedelta(days=9), now)
        for name in ("gift-cards", "in-a-hurry")
    ]
    stage.settle()
    house.do(rules.approve_rule, ada, "gift-cards", why="I read what it matched.")
    for name, steps in {
        "gift-cards": (Step.SHADOW, Step.ENQUEUE, Step.CANARY),
        "in-a-hurry": (Step.SHADOW, Step.ENQUEUE),
    }.items():
        for step in steps:
            house.do(rules.stage_rule, lin, name, step, why="Nothing wrong so far.", share=90)
    item_id = stage.item("Last ticket. It is yours, pay by gift card.", account="seller-9")
    near = stage.item("A lamp, hardly used. Cash only.", account="seller-8")
    stage.settle()
    house.do(rules.mind_overturned, "in-a-hurry", 1, settled=40, overturned=19)
    house.do(rules.deploy, lin, [*files, ("new.rules", DRAFT)], why="Seen in three reports.")
    ids = {one.name: one.id for one in house.ask(rules.deployed, lin)}
    trial = {"version_id": ids["new-watches"], "begin": now - timedelta(days=30), "end": now}
    running = house.do(
        lambda tx: trial_store.save_trial(tx, **trial, asked_by=people.SYSTEM.ref, total=12_400)
    )
    house.do(rules.note_progress, running, done=5_120, total=12_400)
    return ids | {"trial": trials[0], "running": running, "item": item_id, "near": near}
