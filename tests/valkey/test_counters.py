"""Counters that are kept beside the database say what its rows say, whatever becomes of them."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evenhand import rules
from evenhand.bootstrap import House
from evenhand.db import ReadTx, Tx
from evenhand.kit.clock import SetClock
from evenhand.rules import version_store
from evenhand.rules.counting import count_event, count_now, keep
from evenhand.rules.language.counters import Counters
from evenhand.rules.language.ruleset import Counter
from tests.beside import Server, counters
from tests.stage import Stage

MADE = """
counter posts_1m = count in post by account within 1m
counter posts_5m = count in post by account within 5m
counter texts_1m = distinct text in post by account within 1m
counter texts_5m = distinct text in post by account within 5m
"""
SECOND = timedelta(seconds=1)


class Undone(Exception):
    """What makes a transaction undo all it did."""


def plain(tx: ReadTx) -> ReadTx:
    """Give the same view, with nothing beside the database."""
    return ReadTx(conn=tx.conn, now=tx.now, resources=replace(tx.resources, tallies=None))


def arrive(
    tx: Tx, counter: Counter, key: str, value: str | None, *, undone: bool = False
) -> tuple[int, int, int]:
    """Count an event: what the rows say beforehand, what is said beforehand, and what it was."""
    expected = count_now(plain(tx), counter, key, value).count
    foretold = count_now(tx, counter, key, value).count
    event_id = tx.new_id()
    counted = count_event(tx, counter, key, value, event_id=event_id)
    keep(tx, counted, event_id)
    if undone:
        raise Undone
    return expected, foretold, counted.count


def disturb(dice: random.Random, server: Server) -> None:
    """Let something happen to what is kept beside the database."""
    names = server.names
    match dice.randrange(24):
        case 0:
            server.client.flushall()
        case 1 if names:
            server.client.delete(dice.choice(names))
        case 2 if names:
            server.client.zremrangebyrank(dice.choice(names), 0, 0)
        case 3 if names:
            server.client.zadd(dice.choice(names), {"=of another time": -1})


def test_they_say_what_the_rows_and_the_language_say(
    house: House, clock: SetClock, server: Server
) -> None:
    """With ties, missing values, what is undone, and a server that loses what it had."""
    dice = random.Random(1)
    made = counters(MADE)
    memory = Counters(made)
    for _ in range(70):
        clock.forward(dice.choice((0, 0, 1, 1, 7, 45)) * SECOND)
        key, value = dice.choice("ab"), dice.choice((None, "x", "y", "z"))
        disturb(dice, server)
        if dice.random() < 0.15:
            with pytest.raises(Undone):
                house.do(arrive, dice.choice(made), key, value, undone=True)
        ts = int(clock.now().timestamp() * 1e6)
        meant = memory.arrive("post", ts, {"account": key, "text": value})
        said = {one.name: house.do(arrive, one, key, value) for one in made}
        assert said == {name: (count, count, count) for name, count in meant.items()}


def test_a_clock_that_runs_back_moves_no_window(house: House, clock: SetClock) -> None:
    """What was counted later by another clock still counts, and ends when it ends."""
    [counter] = counters("counter posts_1m = count in post by account within 1m")
    assert house.do(arrive, counter, "a", None)[2] == 1
    clock.forward(59 * SECOND)
    assert house.do(arrive, counter, "a", None) == (2, 2, 2)
    clock.forward(-58 * SECOND)
    assert house.do(arrive, counter, "a", None) == (3, 3, 3)
    clock.forward(59 * SECOND)
    assert house.do(arrive, counter, "a", None) == (3, 3, 3)


@pytest.mark.on("sqlite")
def test_without_the_server_the_rows_are_counted(
    house: House, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing fails, nothing is unknown; and once it is there again, it is filled first."""
    [counter] = counters("counter posts_5m = count in post by account within 5m")
    tallies = house.resources.tallies
    assert tallies is not None
    assert [house.do(arrive, counter, "a", None)[2] for _ in range(3)] == [1, 2, 3]
    server.stop()
    assert not tallies.answers()
    assert [house.do(arrive, counter, "a", None)[2] for _ in range(3)] == [4, 5, 6]
    server.start()
    assert tallies.answers()
    assert house.do(arrive, counter, "a", None) == (7, 7, 7)
    [name] = server.names
    assert server.client.zcard(name) == 7 + 1, "seven events and the mark"


@pytest.mark.on("sqlite")
def test_it_holds_nothing_that_says_who_or_what(
    house: House, clock: SetClock, server: Server
) -> None:
    """Names and values are sealed; what is over is swept out, and the rest ends by itself."""
    made = counters(MADE)
    for counter in made:
        house.do(arrive, counter, "ann@example.org", "some words")
    held = b" ".join(
        part
        for name in server.names
        for part in (name, *(member for member, _ in server.client.zscan_iter(name)))
    )
    assert b"ann@" not in held
    assert b"words" not in held
    assert all(0 < server.client.pttl(name) <= 3_900_000 for name in server.names)
    clock.forward(10 * timedelta(minutes=1))
    for counter in made:
        assert house.do(arrive, counter, "ann@example.org", "others") == (1, 1, 1)
    assert {server.client.zcard(name) for name in server.names} == {2}


#: Counts as many events of one key as it is told to, undoing some, and prints what each was.
OTHER = """
import json, random, sys
from evenhand.bootstrap import load_settings, open_house
from evenhand.rules.counting import count_event, keep
from tests.beside import counters
data, url, beside, seed = sys.argv[1:]
house = open_house(load_settings(data=data, database_url=url, counters=beside or None))
[counter] = counters("counter texts_24h = distinct text in post by account within 24h")
[every] = counters("counter posts_24h = count in post by account within 24h")
dice = random.Random(int(seed))
def arrive(tx, value, undone):
    event_id = tx.new_id()
    counted = [count_event(tx, one, "a", value, event_id=event_id) for one in (every, counter)]
    for one in counted:
        keep(tx, one, event_id)
    if undone:
        raise KeyError
    return [value, *(one.count for one in counted)]
print("ready", flush=True)
sys.stdin.readline()
said = []
for _ in range(30):
    try:
        said.append(house.do(arrive, str(dice.randrange(60)), dice.random() < 0.2))
    except KeyError:
        pass
print(json.dumps(said), flush=True)
house.close()
"""


def test_several_processes_count_each_event_once(
    house: House, database_url: str, tmp_path: Path, server: Server
) -> None:
    """In one order, whatever is undone; even beside a process that is not told of the server."""
    words = [sys.executable, "-c", OTHER, str(tmp_path), database_url]
    running = [
        subprocess.Popen(
            [*words, url, str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        for seed, url in enumerate((server.url, ""))
    ]
    for one in running:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in running:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    [every] = counters("counter posts_24h = count in post by account within 24h")
    here = [house.do(arrive, every, "b", None)[2] for _ in range(10)]
    told = [told for one in running for told in json.loads(one.communicate(timeout=60)[0])]
    assert here == list(range(1, 11)), "another key has numbers of its own"
    in_order = sorted(told, key=lambda one: int(one[1]))
    assert [every for _, every, _ in in_order] == list(range(1, len(told) + 1))
    seen: set[str] = set()
    for value, _, different in in_order:
        seen.add(value)
        assert different == len(seen)


@pytest.mark.on("sqlite")
def test_rules_read_them_like_any_other(house: House, clock: SetClock, server: Server) -> None:
    """From what came before the rule ran, and the numbers are kept with the events."""
    stage = Stage.open(house)
    text = """
counter posts_1h = count in post by account within 1h

rule burst on post
  when posts_1h >= 3
  enqueue review
"""
    house.do(rules.deploy, stage.lin, [("a.rules", text)], why="it was asked for")
    stage.item("before", account="ann")
    stage.settle()
    now = clock.now()
    house.do(
        rules.keep_trial,
        stage.lin,
        "burst",
        {"begin": now.isoformat(), "end": now.isoformat(), "events": 0, "matches": 0},
    )
    house.do(rules.stage_rule, stage.lin, "burst", rules.Stage.SHADOW, why="to see")
    for n in range(4):
        stage.item(f"hello {n}", account="ann")
        stage.settle()
        if n == 1:
            server.client.flushall()
    begin, end = now - timedelta(days=1), now + timedelta(days=1)
    rows = house.ask(lambda tx: version_store.events_between(tx, begin, end, limit=99))
    assert sorted(row["counted"].get("posts_1h", 0) for row in rows) == [0, 2, 3, 4, 5]
