"""A file is opened again only when the banks answer otherwise about it than they did."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.sweep.calls import Calls, Exact, Listening
from tests.listed import changed, drawn

DICE = random.Random(4)
ASKED = tuple(drawn(DICE) for _ in range(16))
DIGESTS = {"sha256": drawn(DICE)}


def entry(value: str, kind: EntryKind = EntryKind.PDQ, name: str = "e") -> LiveEntry:
    return LiveEntry(name, "b", "known", Confidence.CONFIRMED, "c", kind, value)


UNLIKE = entry(drawn(DICE), name="far")
BANK = Snapshot((UNLIKE,))


def looked(bank: Snapshot) -> Calls:
    """Ask what a detector asks of a picture, in two calls."""
    listening = Listening(bank.index)
    for part in (ASKED[:8], ASKED[8:]):
        assert listening.match(part, 31) == bank.index.match(part, 31)
    return listening.calls(Exact(bank), DIGESTS)


def still(calls: Calls, bank: Snapshot) -> bool:
    return calls.still(bank, Exact(bank), DIGESTS)


class TestCalls:
    @pytest.mark.parametrize("near", [0, 31, 40])
    def test_are_read_as_they_were_written(self, near: int) -> None:
        bank = Snapshot((UNLIKE, entry(changed(DICE, ASKED[3], near))))
        calls = looked(bank)
        assert bool(calls.matched) == (near <= 31)
        assert Calls.read(calls.write()) == calls

    def test_take_little_room(self) -> None:
        assert len(looked(BANK).write()) < 650

    def test_of_another_version_are_not_read(self) -> None:
        assert Calls.read(b'{"v":0}\n') is None

    def test_stand_while_the_answers_are_the_same(self) -> None:
        calls = looked(BANK)
        assert still(calls, BANK)
        more = (UNLIKE, entry(drawn(DICE), name="also far"), entry("x", EntryKind.PHRASE, "p"))
        assert still(calls, Snapshot(more))

    def test_do_not_when_something_near_is_listed(self) -> None:
        for place in (0, 15):
            near = entry(changed(DICE, ASKED[place], 31))
            assert not still(looked(BANK), Snapshot((UNLIKE, near)))

    def test_do_not_when_something_near_is_listed_no_more(self) -> None:
        near = entry(changed(DICE, ASKED[0], 5))
        calls = looked(Snapshot((UNLIKE, near)))
        assert still(calls, Snapshot((near,)))
        assert not still(calls, Snapshot((UNLIKE,)))
        assert not still(calls, Snapshot((UNLIKE, replace(near, id="another"))))

    def test_do_not_when_the_bytes_are_listed(self) -> None:
        same = entry(DIGESTS["sha256"], EntryKind.SHA256, "s")
        assert not still(looked(BANK), Snapshot((UNLIKE, same)))
        assert still(looked(Snapshot((UNLIKE, same))), Snapshot((UNLIKE, same)))

    def test_do_not_when_pictures_are_listed_at_all_for_the_first_time(self) -> None:
        """Without a list a detector skips, and may not even have made every hash."""
        assert not still(looked(Snapshot()), BANK)
        assert not still(looked(BANK), Snapshot())
