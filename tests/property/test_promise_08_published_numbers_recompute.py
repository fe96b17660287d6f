"""Promise 8. Published numbers recompute: every figure, from the exported log, by anyone.

Random histories go through the real ledger on a real database, out by the export as text, and
back through the figures' own queries as JSON. The exported text also rebuilds the signed tree.
"""

from __future__ import annotations

import base64
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand import ledger, transparency
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import Tx, metadata
from evenhand.kit.clock import SetClock, stamp
from evenhand.kit.resources import Resources
from evenhand.ledger.append import append
from evenhand.policy import Harm, Measure

DAYS = 40
HARMS = st.sampled_from([harm.value for harm in Harm])
MEASURES = st.lists(st.sampled_from([m.value for m in Measure]), unique=True, max_size=3)
SOURCES = st.sampled_from(["report", "notice", "own_initiative", "order"])


@st.composite
def decisions(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """Draw what decision.made says; some were never tasks, some rest on no clause."""
    outcome = draw(st.sampled_from(["violation", "no_violation", "duplicate", "escalated"]))
    by_rule = draw(st.booleans())
    broken = outcome == "violation"
    measures = draw(MEASURES) if broken else []
    return "decision.made", {
        "outcome": outcome,
        "clause": "some-clause" if broken else None,
        "clause_version": 1 if broken else None,
        "clause_number": draw(st.sampled_from(["1.1", "2.10", "4.2"])) if broken else None,
        "harm": draw(HARMS),
        "measures": [{"measure": m, "days": draw(st.none() | st.just(7))} for m in measures],
        "source": draw(SOURCES),
        "decided_by": "rule" if by_rule else "person",
        "automated_detection": draw(st.booleans()),
        "automated_decision": draw(st.sampled_from(["none", "partially", "fully"])),
        "provisional": by_rule,
        "task_opened_at": None if by_rule else draw(st.integers(0, 60 * 24 * 9)),
        "reports": draw(st.integers(0, 5)),
    }


def lines_of(event: str, /, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw a line of a kind."""
    return st.tuples(st.just(event), st.fixed_dictionaries(fields))


EVENT = st.one_of(
    decisions(),
    lines_of(
        "report.received",
        harm=HARMS,
        basis=st.sampled_from(["report", "notice", "order"]),
        via=st.sampled_from(["api", "portal"]),
        trusted=st.booleans(),
    ),
    lines_of("appeal.filed", by=st.sampled_from(["affected", "reporter"])),
    lines_of("appeal.decided", outcome=st.sampled_from(["granted", "partly_granted", "rejected"])),
    lines_of(
        "decision.reversed",
        by=st.sampled_from(["appeal", "review", "withdrawn_signal", "replaced"]),
        undone=st.integers(0, 9),
        not_undone=st.integers(0, 3),
    ),
    lines_of("effect.acknowledged", kind=st.just("effect.host"), attempts=st.integers(1, 9)),
    lines_of("effect.buried", kind=st.just("message.mail"), attempts=st.just(9)),
    lines_of("note.written"),
    lines_of("session.opened"),
    lines_of("identity.opened"),
)
HISTORY = st.lists(st.tuples(st.integers(0, DAYS), EVENT), max_size=60)


@contextmanager
def a_house(clock: SetClock) -> Iterator[House]:
    """Open an empty house on SQLite for one example alone."""
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(load_settings(data=Path(folder)), clock=clock)
        metadata.create_all(house.db.engine)
        try:
            yield house
        finally:
            house.close()


def play(house: House, clock: SetClock, history: list[Any]) -> None:
    """Write the history, each event on its day."""
    start = clock.now()

    def write(tx: Tx, number: int, kind: str, data: dict[str, Any]) -> None:
        if data.get("task_opened_at") is not None:
            opened = tx.now - timedelta(minutes=data["task_opened_at"])
            data = {**data, "task_opened_at": stamp(opened)}
        append(tx, kind, subject=f"s-{number}", actor="system", public=data, private={"x": "y"})

    for number, (day, (kind, data)) in enumerate(history):
        clock.at = start + timedelta(days=day)
        house.do(write, number, kind, data)


@settings(max_examples=60, deadline=None)
@given(history=HISTORY, first=st.integers(0, DAYS), length=st.integers(0, DAYS + 1))
def test_every_figure_recomputes_from_the_exported_log(
    history: list[Any], first: int, length: int
) -> None:
    """numbers == recompute over the export, for each figure's query read back from JSON."""
    clock = SetClock()
    since = clock.now() + timedelta(days=first)
    with a_house(clock) as house:
        play(house, clock, history)
        numbers = house.ask(transparency.numbers, since=since, until=since + timedelta(days=length))
        texts = house.ask(lambda tx: list(transparency.export(tx)))
    log = [json.loads(text) for text in texts]
    for figure in numbers.figures():
        query = json.loads(figure.query.as_json())
        assert transparency.recompute(log, query) == figure.value, figure.id
        if figure.shown is not None:
            assert figure.shown == figure.value, figure.id


@settings(max_examples=30, deadline=None)
@given(history=HISTORY)
def test_the_exported_log_is_the_one_the_checkpoint_signs(history: list[Any]) -> None:
    """The exported text, with hashes where lines are withheld, rebuilds the signed root."""
    clock = SetClock()
    with a_house(clock) as house:
        play(house, clock, history)
        texts = house.ask(lambda tx: list(transparency.export(tx)))
        note = house.ask(ledger.head)
    leaves = []
    for text in texts:
        withheld = json.loads(text).get("leaf")
        leaf = bytes.fromhex(withheld) if withheld else ledger.merkle.leaf_hash(text.encode())
        leaves.append(leaf)
    if note is None:
        assert not leaves
        return
    _, size, root = note.split("\n")[:3]
    assert int(size) == len(leaves)
    assert base64.b64decode(root) == ledger.merkle.root_of(leaves)


@settings(max_examples=25, deadline=None)
@given(history=HISTORY.filter(bool), data=st.data())
def test_anyone_finds_their_own_case_in_the_log(history: list[Any], data: st.DataObject) -> None:
    """The line, its proof, the checkpoint and the key are all that the check needs."""
    clock = SetClock()
    with a_house(clock) as house:
        play(house, clock, [*history, (DAYS, ("decision.made", {"measures": []}))])
        extra = data.draw(HISTORY)
        play(house, clock, extra)
        line = house.ask(transparency.line_about, "decision.made", f"s-{len(history)}")
        resources: Resources = house.resources
    point = ledger.checkpoint.read(line.checkpoint, resources.signer.public_key())
    assert point.size == line.size
    leaf = ledger.merkle.leaf_hash(line.text.encode())
    path = [bytes.fromhex(step) for step in line.path]
    assert ledger.merkle.included(leaf, line.index, line.size, path, point.root)
    assert json.loads(line.text)["subject"] == f"s-{len(history)}"
