"""Films are found through their index exactly as by comparing with every frame of every film."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand import banks, people, policy
from evenhand.banks import FrameHash, FramesOneByOne, LiveEntry
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata
from evenhand.detection.signals.films import FilmSignal
from evenhand.detection.signals.interface import OneByOne
from evenhand.kit.clock import SetClock
from tests.conftest import load_every_store
from tests.listed import changed, drawn

NUMBERS = itertools.count()
EDGES = (0, 4, 5, 30, 31, 32, 62, 63)
ACTS = st.lists(st.sampled_from(["add", "import", "withdraw", "rebuild"]), min_size=1, max_size=6)


@pytest.fixture(scope="module")
def lasting_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Open a house for all examples; each has a bank of its own."""
    load_every_store()
    house = open_house(load_settings(data=tmp_path_factory.mktemp("films")), clock=SetClock())
    metadata.create_all(house.db.engine)
    house.do(policy.seed)
    yield house
    house.close()


def drawn_film(dice: random.Random, near: list[str]) -> tuple[FrameHash, ...]:
    """Draw a film: frames that stand still, that change, and some of another film."""
    frames: list[FrameHash] = []
    bits = drawn(dice)
    for at in range(dice.randint(1, 12)):
        step = dice.choice(("stay", "change", "cut", "borrow"))
        if step == "change":
            bits = changed(dice, bits, dice.choice(EDGES))
        elif step == "cut" or not near:
            bits = drawn(dice)
        elif step == "borrow":
            bits = changed(dice, dice.choice(near), dice.choice(EDGES))
        quality = dice.choice((49, 50, 100))
        frames.append(FrameHash(at, quality, bits, float(at)))
    frames.append(FrameHash(99, 100, drawn(dice), 99.0))
    return tuple(frames)


def asked_of(dice: random.Random, films: dict[str, tuple[FrameHash, ...]]) -> list[str]:
    """Draw hashes just inside and just outside of every distance."""
    listed = [frame.bits for frames in films.values() for frame in frames]
    some = dice.sample(listed, min(4, len(listed)))
    return [changed(dice, one, bits) for one in some for bits in EDGES] + [drawn(dice)]


@settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), acts=ACTS)
def test_with_films_that_come_and_go(lasting_house: House, seed: int, acts: list[str]) -> None:
    """Within 31 bits and within 63, whatever happened to the bank before."""
    house, dice = lasting_house, random.Random(seed)
    name = f"films {next(NUMBERS)}"
    with_bank(house, name)
    films: dict[str, tuple[FrameHash, ...]] = {}
    for what in acts:
        near = [frame.bits for frames in films.values() for frame in frames]
        if what == "withdraw" and films:
            gone = dice.choice(sorted(films))
            house.do(banks.withdraw_entry, people.SYSTEM, gone, why="Listed by mistake.")
            del films[gone]
        elif what == "rebuild":
            house.ask(banks.rebuild_index, people.SYSTEM)
        else:
            films |= listed(house, dice, name, near, many=what == "import")
        stand = tuple((live(entry, name), frames) for entry, frames in films.items())
        plain = FramesOneByOne(stand)
        asked = asked_of(dice, films)
        for distance in (31, 63):
            found = house.ask(banks.match_frames, people.SYSTEM, name, asked, distance=distance)
            told = [[(one.distance, one.entry.id, one.run) for one in each] for each in found]
            assert told == [
                [(one.distance, one.entry.id, one.run) for one in each]
                for each in plain.match(asked, distance)
            ]
    health = house.ask(banks.index_health, people.SYSTEM, whole=True)
    assert health.sound


def with_bank(house: House, name: str) -> None:
    """Make a bank of films."""
    clause = house.ask(policy.clauses)[0].key
    about: dict[str, Any] = {"signal": "video", "confidence": "confirmed", "clause_key": clause}
    house.do(banks.create_bank, people.SYSTEM, name=name, **about)


def listed(
    house: House, dice: random.Random, name: str, near: list[str], *, many: bool
) -> dict[str, tuple[FrameHash, ...]]:
    """List a film, or several at once; return them by entry."""
    about: dict[str, Any] = {
        "bank": name,
        "kind": "video",
        "source": "a test",
        "reason": "to be found",
    }
    made = [drawn_film(dice, near) for _ in range(3 if many else 1)]
    texts = [banks.vpdq_lines(frames) for frames in made]
    if many:
        house.do(banks.import_entries, people.SYSTEM, values=list(enumerate(texts)), **about)
    else:
        house.do(banks.add_entry, people.SYSTEM, value=texts[0], **about)
    digests = {banks.film_digest(frames): frames for frames in made}
    entries = house.ask(banks.entries, people.SYSTEM, name)
    return {one.id: digests[one.value] for one in entries if one.value in digests}


def live(entry: str, name: str) -> LiveEntry:
    """Make the entry that the reference knows."""
    sure = banks.Confidence.CONFIRMED
    return LiveEntry(entry, "b", name, sure, "c", banks.EntryKind.VIDEO, "")


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 6))
def test_in_memory_too(seed: int, count: int) -> None:
    """What the signal lays out side by side says what its plain distance says."""
    dice = random.Random(seed)
    signal = FilmSignal()
    films: dict[str, tuple[FrameHash, ...]] = {}
    for at in range(count):
        near = [frame.bits for frames in films.values() for frame in frames]
        films[f"f{at}"] = drawn_film(dice, near)
    texts = {id_: signal.normalised(banks.vpdq_json(frames)) for id_, frames in films.items()}
    near = [frame.bits for frames in films.values() for frame in frames]
    seen = drawn_film(dice, [changed(dice, one, dice.choice(EDGES)) for one in near])
    assert signal.among(texts).near(seen) == OneByOne(signal, texts).near(seen)
