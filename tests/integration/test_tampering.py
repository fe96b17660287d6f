"""Whatever is done to the rows, the kept checkpoints or a published copy is found, and named."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evenhand import ledger, transparency
from evenhand.adapters.published import CopyUnreadable, open_copy
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.kit.clock import SetClock
from evenhand.ledger import tiles
from evenhand.ledger.append import append
from evenhand.ledger.checkpoint import Checkpoint, sign
from evenhand.people import SYSTEM
from tests.tampering import TAMPERINGS, Hand

pytestmark = pytest.mark.on("sqlite")

TIMES = 200
Change = Callable[[list[str]], list[str]]


def write(tx: Tx, first: int, count: int) -> None:
    """Append lines, every third with something private behind it."""
    for number in range(first, first + count):
        append(
            tx,
            "note.written" if number % 7 == 0 else "item.received",
            subject=f"s-{number}",
            actor="system",
            public={"number": number},
            private={"text": f"note {number}"} if number % 3 == 0 else None,
        )


def furnish(house: House, clock: SetClock) -> int:
    """Write a log of more than one tile, with published checkpoints; return its size."""
    for first in (0, 150, 300):
        house.do(write, first, 150)
        clock.forward(timedelta(minutes=20))
        house.do(transparency.publish_checkpoint, SYSTEM)
    return house.ask(ledger.size)


def kinds(found: ledger.Verification) -> set[str]:
    """Return the kinds of all findings."""
    return {one.kind for one in found.findings}


class TestTwoHundredTamperings:
    def test_are_all_found_and_named(self, house: House, clock: SetClock) -> None:
        """Each is done to a sound ledger, found under its name, and taken back."""
        size = furnish(house, clock)
        assert house.ask(ledger.verify).findings == ()
        chance, done = random.Random(20261122), Counter[str]()
        for number in range(TIMES):
            tamper, kind = TAMPERINGS[number % len(TAMPERINGS)]
            with house.db.engine.connect() as conn:
                transaction = conn.begin()
                tamper(Hand(conn, chance, house.resources.signer, size))
                tx = Tx(conn=conn, now=house.clock.now(), resources=house.resources)
                found = ledger.verify(tx)
                transaction.rollback()
            assert kind in kinds(found), f"{number} {tamper.__name__}: {found.findings}"
            done[kind] += 1
        assert done.total() == TIMES
        assert house.ask(ledger.verify).sound

    def test_say_where_as_narrowly_as_can_be_said(self, house: House, clock: SetClock) -> None:
        """A rewritten line lies between the last checkpoint that fits and the first that does not,
        and within the tile that no longer makes its node.
        """
        size = furnish(house, clock)
        for line, span in ((100, (0, 149)), (200, (150, 255)), (449, (301, 451))):
            with house.db.engine.connect() as conn:
                transaction = conn.begin()
                hand = Hand(conn, random.Random(1), house.resources.signer, size)
                hand.rewrite(line, hand.say(line))
                tx = Tx(conn=conn, now=house.clock.now(), resources=house.resources)
                (edit,) = [one for one in ledger.verify(tx).findings if one.kind == "edit"]
                transaction.rollback()
            assert edit.line == span[0]
            assert f"from {span[0]} to {span[1]} was changed" in edit.says

    def test_that_are_very_many_are_counted(self, house: House, clock: SetClock) -> None:
        """Fifty of a kind are named."""
        size = furnish(house, clock)
        with house.db.engine.begin() as conn:
            hand = Hand(conn, random.Random(1), house.resources.signer, size)
            for line in range(60):
                hand.write(line, leaf=b"?" * 32)
        edits = [one for one in house.ask(ledger.verify).findings if one.kind == "edit"]
        assert len(edits) == 51
        assert edits[-1].says == "and 10 more like these"


class TestForks:
    def test_are_found_by_whoever_kept_a_checkpoint(
        self, house: House, clock: SetClock, tmp_path: Path
    ) -> None:
        """Same size or another: the log does not begin with what was signed."""
        size = furnish(house, clock)
        shorter = sign(Checkpoint(200, b"r" * 32), house.resources.signer)
        same = sign(Checkpoint(size, b"r" * 32), house.resources.signer)
        for note in (shorter, same):
            found = house.ask(ledger.verify, against=[str(house.ask(ledger.head)), note])
            (fork,) = found.findings
            assert fork.kind == "fork"
            assert "checkpoint 2 of those given" in fork.says

    def test_are_found_by_the_published_checkpoints_that_were_kept(
        self, house: House, clock: SetClock, tmp_path: Path
    ) -> None:
        """Each lies in the folder of checkpoints, and one that was changed is not believed."""
        furnish(house, clock)
        folder = tmp_path / "checkpoints"
        files = sorted(file.name for file in folder.glob("published-*"))
        sizes = [150, 301, 452]
        assert files == [f"published-{size}-0.checkpoint" for size in sizes]
        other = sign(Checkpoint(301, b"r" * 32), house.resources.signer)
        (folder / "published-301-1.checkpoint").write_text(other)
        assert kinds(house.ask(ledger.verify)) == {"fork"}
        (folder / "published-301-1.checkpoint").write_text(other.replace("301", "302"))
        assert kinds(house.ask(ledger.verify)) == {"published"}


class TestClocks:
    def test_that_were_set_back_are_found(self, house: House, clock: SetClock) -> None:
        """The first line after the jump is named, not every line that follows."""
        furnish(house, clock)
        clock.forward(-timedelta(minutes=40))
        house.do(write, 500, 5)
        clock.forward(timedelta(hours=1))
        house.do(write, 600, 5)
        (jump,) = house.ask(ledger.verify).findings
        assert (jump.kind, jump.line) == ("clock", 453)
        assert "set back" in jump.says

    def test_that_were_wrong_are_explained_on_the_log(self, house: House, clock: SetClock) -> None:
        """Then nightly checks are quiet again, and still say that there was something."""
        furnish(house, clock)
        clock.forward(-timedelta(minutes=40))
        house.do(write, 500, 5)
        clock.forward(timedelta(hours=2))
        reason = "The machine came up with the time of its last shutdown."
        house.do(ledger.explain_clock, "system", line=453, reason=reason)
        found = house.ask(ledger.verify)
        assert (found.findings, [one.line for one in found.explained]) == ((), [453])
        for line in (453, 454, 9_999):
            with pytest.raises(ledger.NothingToExplain):
                house.do(ledger.explain_clock, "system", line=line, reason=reason)

    def test_that_differ_by_minutes_are_no_finding(self, house: House, clock: SetClock) -> None:
        """Machines differ, and a long transaction stands behind shorter ones."""
        furnish(house, clock)
        clock.forward(-timedelta(minutes=14))
        house.do(write, 500, 5)
        assert house.ask(ledger.verify).sound

    def test_that_ran_ahead_are_found(self, house: House, clock: SetClock) -> None:
        """A line of tomorrow is not believed today."""
        clock.forward(timedelta(days=1))
        house.do(write, 0, 1)
        clock.forward(-timedelta(days=1))
        (ahead,) = house.ask(ledger.verify).findings
        assert (ahead.kind, ahead.line) == ("clock", 0)
        clock.forward(timedelta(days=1))
        assert house.ask(ledger.verify).sound


class TestCopies:
    """A published copy is checked with the key alone."""

    def copies(self, house: House, folder: Path) -> list[Path]:
        """Write the log as tiles and as lines."""
        with house.db.read() as tx:
            for path, content in transparency.files(tx):
                file = folder / "tiles" / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
            with (folder / "log.jsonl").open("wb") as out:
                transparency.export_to(tx, out)
            (folder / "log.jsonl.checkpoint").write_text(str(ledger.head(tx)))
        return [folder / "tiles", folder / "log.jsonl"]

    def check(self, house: House, place: Path) -> ledger.Verification:
        """Check a copy."""
        copy, key = open_copy(place, None), house.resources.signer.public_key()
        return ledger.verify_published(copy, key, now=house.clock.now())

    def test_are_sound_as_they_were_written(
        self, house: House, clock: SetClock, tmp_path: Path
    ) -> None:
        """With the same root as the house finds."""
        furnish(house, clock)
        inside = house.ask(ledger.verify)
        for place in self.copies(house, tmp_path):
            found = self.check(house, place)
            assert (found.findings, found.root) == ((), inside.root)

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            (lambda texts: texts[:300] + texts[301:], "gap"),
            (lambda texts: texts[:-30], "tail"),
            (lambda texts: [*texts[:5], texts[6], texts[5], *texts[7:]], "place"),
            (lambda texts: [*texts[:9], texts[9].replace("s-9", "s-8"), *texts[10:]], "edit"),
            (lambda texts: [*texts[:7], texts[7].replace("f", "e"), *texts[8:]], "edit"),
            (lambda texts: [*texts[:7], '{"leaf":"zz","n":7}', *texts[8:]], "edit"),
            (lambda texts: [*texts[:9], "{", *texts[10:]], "edit"),
            (lambda texts: [*texts, texts[-1].replace('"n":452', '"n":453')], "head"),
        ],
    )
    def test_that_were_changed_are_found(
        self, house: House, clock: SetClock, tmp_path: Path, change: Change, kind: str
    ) -> None:
        """As lines and as tiles."""
        furnish(house, clock)
        folder, file = self.copies(house, tmp_path)
        texts = change(file.read_text().splitlines())
        file.write_text("".join(f"{text}\n" for text in texts))
        assert kind in kinds(self.check(house, file))
        for bundle in tiles.bundles_of(453):
            under = texts[bundle.first : bundle.first + bundle.width]
            (folder / bundle.path).write_bytes(tiles.write_bundle(under))
        if kind != "head":  # what stands behind the signed size is no tile's
            assert kinds(self.check(house, folder)) & {kind, "edit"}

    def test_with_other_hashes_or_checkpoints_are_found(
        self, house: House, clock: SetClock, tmp_path: Path
    ) -> None:
        """A tile above the lines, a checkpoint by another key, one of another log."""
        furnish(house, clock)
        folder, _ = self.copies(house, tmp_path)
        above = folder / "tile/1/000.p/1"
        whole = above.read_bytes()
        above.write_bytes(b"?" * 32)
        assert kinds(self.check(house, folder)) == {"tile"}
        above.write_bytes(whole)
        note = (folder / "checkpoint").read_text()
        (folder / "checkpoint").write_text(note.replace("/ledger", "/lodger"))
        assert kinds(self.check(house, folder)) == {"head"}

    def test_that_are_none_are_said_to_be_none(self, house: House, tmp_path: Path) -> None:
        """With what is missing, and what to do."""
        house.do(write, 0, 3)
        folder, file = self.copies(house, tmp_path)
        for place in (tmp_path / "nowhere", tmp_path):
            with pytest.raises(CopyUnreadable, match="--checkpoint"):
                open_copy(place, None)
        with pytest.raises(CopyUnreadable, match="no copy"):
            open_copy(tmp_path / "nowhere", folder / "checkpoint")
        (folder / "tile/entries/000.p/3").write_bytes(b"\xff\xffcut")
        with pytest.raises(CopyUnreadable, match="cut short"):
            self.check(house, folder)
        (folder / "checkpoint").write_text("x")
        with pytest.raises(CopyUnreadable, match="second line"):
            open_copy(folder, None)
        assert json.loads(file.read_text().splitlines()[0])["n"] == 0
