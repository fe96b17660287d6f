"""A detector is switched on or off, and what it said can be taken back, by somebody allowed."""

from __future__ import annotations

from typing import Final

from evenhand import people
from evenhand.db import Tx
from evenhand.detection import store
from evenhand.detection.declared import Declared, is_on
from evenhand.detection.errors import NoOpinion, NoSuchDetector, ReasonMissing, SwitchedAlready
from evenhand.detection.queries import known
from evenhand.ledger.append import append

WHY_CHARS_MIN: Final = 3


def switch(tx: Tx, actor: people.Actor, name: str, *, on: bool) -> None:
    """Switch a detector or reader on or off, from the next item on.

    Raises NotAllowed, NoSuchDetector, or SwitchedAlready when that changes nothing.
    """
    people.require(actor, people.Permission.MANAGE_POLICY)
    one = _named(name)
    if is_on(one, store.load_switches(tx)) is on:
        raise SwitchedAlready(name, on=on)
    store.save_switch(tx, name, on=on)
    says = {"detector": name, "version": one.version, "on": on}
    append(tx, "detector.switched", subject=name, actor=actor.ref, public=says)


def withdraw(tx: Tx, actor: people.Actor, name: str, *, why: str) -> None:
    """Take back what a detector said, because it was wrong: it is off, and the path goes on.

    What rested on its answers is then looked at again (charter, promise 9). It may have been
    switched off before. Raises NotAllowed, NoSuchDetector, NoOpinion, ReasonMissing.
    """
    people.require(actor, people.Permission.MANAGE_POLICY)
    one = _named(name)
    if one.card is None:
        raise NoOpinion(name)
    if len(why.strip()) < WHY_CHARS_MIN:
        raise ReasonMissing
    store.save_switch(tx, name, on=False)
    append(
        tx,
        "detector.withdrawn",
        subject=name,
        actor=actor.ref,
        public={"detector": name, "version": one.version},
        private={"why": why.strip()},
    )


def _named(name: str) -> Declared:
    found = known().get(name)
    if found is None:
        raise NoSuchDetector(name)
    return found
