"""A case told in harmless words, for the tests of every door."""

from __future__ import annotations

from evenhand import transparency
from evenhand.people import Actor
from tests.stage import Stage

TITLE = "Tickets that never came"
WORDS = "Somebody offered tickets, asked to be paid in advance by gift card, and sent nothing."


def told(stage: Stage, decision_id: str, *, by: Actor | None = None, words: str = WORDS) -> str:
    """Tell a decision as a reviewer does; return the case's id."""
    return stage.house.do(
        transparency.tell_case, by or stage.rosa, decision_id, title=TITLE, words=words
    )
