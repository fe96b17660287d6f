"""The key that signs the log changes on the log itself, and every old checkpoint stays good."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand import ledger, transparency
from evenhand.adapters.published import LinesCopy
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.ledger import store
from evenhand.ledger.append import append
from evenhand.ledger.checkpoint import read, read_verifier_line, verifier_line
from evenhand.people import SYSTEM
from tests import public

REASON = "Somebody may have seen the old one."


def write(tx: Tx, count: int = 1) -> None:
    """Append lines."""
    for number in range(count):
        append(tx, "item.received", subject=f"s-{number}", actor="system", public={})


def rotate(house: House) -> str:
    """Change the key."""
    return house.do(ledger.rotate_key, "system", reason=REASON)


def kinds(found: ledger.Verification) -> set[str]:
    """Return the kinds of all findings."""
    return {one.kind for one in found.findings}


class TestRotateKey:
    def test_signs_with_the_new_key_from_its_line_on(self, house: House) -> None:
        """The old checkpoints verify under the old key, and the whole log under both."""
        house.do(write, 3)
        old_note = str(house.ask(ledger.head))
        house.do(transparency.publish_checkpoint, SYSTEM)
        new = read_verifier_line(rotate(house))
        house.do(write, 3)
        house.do(transparency.publish_checkpoint, SYSTEM)
        newer = read_verifier_line(rotate(house))
        signers = house.ask(ledger.signers)
        first = house.resources.signer.public_key()
        assert signers.keys == (first, new, newer)
        assert signers.lines == (4, 9)
        assert [signers.at(size) for size in (4, 5, 9, 10)] == [first, new, new, newer]
        assert read(old_note, first).size == 3
        assert read(str(house.ask(ledger.head)), newer).size == 10
        assert house.ask(ledger.verify, against=[old_note]).sound

    def test_changes_twice_in_one_transaction(self, house: House) -> None:
        """The last of them signs."""
        house.do(write)

        def twice(tx: Tx) -> None:
            for _ in range(2):
                ledger.rotate_key(tx, "system", reason=REASON)
            write(tx)

        house.do(twice)
        house.do(write)
        assert house.ask(ledger.signers).lines == (1, 2)
        assert house.ask(ledger.verify).sound

    def test_needs_a_log_that_the_old_key_signed(self, house: House) -> None:
        """An empty log has nothing to hand on."""
        with pytest.raises(ledger.NothingSigned):
            rotate(house)

    def test_keeps_the_new_key_sealed_and_the_reason_private(self, house: House) -> None:
        """Neither the key nor who may have seen it is in the log."""
        house.do(write)
        rotate(house)
        (line,) = house.ask(lambda tx: list(ledger.events(tx, ["signer.changed"])))
        assert set(line["data"]) == {"number", "from", "to", "note"}
        assert house.ask(ledger.private_of, line["n"]) == {"reason": REASON}
        with house.db.read() as tx:
            assert len(store.sealed_signer(tx, 2)) == 12 + 32 + 16

    def test_is_found_when_nobody_of_the_house_did_it(self, house: House) -> None:
        """A line that names another key, or a key that no line put in force."""
        house.do(write)
        rotate(house)
        other = verifier_line(Ed25519PrivateKey.generate().public_key())
        with house.db.engine.begin() as conn:
            text = str(conn.scalar(sa.select(store.lines.c.text).where(store.lines.c.line == 1)))
            said = json.loads(text)
            said["data"]["to"] = other
            text = json.dumps(said, sort_keys=True, separators=(",", ":"))
            leaf = ledger.merkle.leaf_hash(text.encode())
            changed = store.lines.update().where(store.lines.c.line == 1)
            conn.execute(changed.values(text=text, leaf=leaf))
        assert "key" in kinds(house.ask(ledger.verify))


@pytest.mark.on("sqlite")
class TestOutside:
    """The copy is the same from either kind of database."""

    def copy(self, house: House, tmp_path: Path) -> LinesCopy:
        """Write the log as lines."""
        file = tmp_path / "log.jsonl"
        with house.db.read() as tx, file.open("wb") as out:
            transparency.export_to(tx, out)
        return LinesCopy(file, str(house.ask(ledger.head)))

    def test_any_key_of_the_log_leads_to_the_others(self, house: House, tmp_path: Path) -> None:
        """Whoever kept the first key follows the lines to the one that signs; no other key does."""
        house.do(write, 3)
        old_note = str(house.ask(ledger.head))
        rotate(house)
        house.do(write, 3)
        rotate(house)
        copy, now = self.copy(house, tmp_path), house.clock.now()
        for key in house.ask(ledger.signers).keys:
            assert ledger.verify_published(copy, key, against=[old_note], now=now).sound
        stranger = Ed25519PrivateKey.generate().public_key()
        assert "key" in kinds(ledger.verify_published(copy, stranger, now=now))

    def test_a_thief_cannot_put_a_key_in_force(self, house: House, tmp_path: Path) -> None:
        """Its note is not signed by the key before it, so what it signs is not believed."""
        house.do(write, 3)
        rotate(house)
        copy, now = self.copy(house, tmp_path), house.clock.now()
        lines = [entry for entry, _ in copy.entries()]
        said = json.loads(lines[3])
        thief = Ed25519PrivateKey.generate()
        said["data"]["to"] = verifier_line(thief.public_key())
        for note in (said["data"]["note"], ledger.checkpoint.endorse(thief.public_key(), thief)):
            said["data"]["note"] = note
            lines[3] = json.dumps(said, sort_keys=True, separators=(",", ":"))
            hashes = [ledger.merkle.leaf_hash(line.encode()) for line in lines]
            head = ledger.checkpoint.Checkpoint(4, ledger.merkle.root_of(hashes))
            file = tmp_path / "forged.jsonl"
            file.write_text("".join(f"{line}\n" for line in lines))
            forged = LinesCopy(file, ledger.checkpoint.sign(head, thief))
            first = house.resources.signer.public_key()
            assert {"key", "head"} <= kinds(ledger.verify_published(forged, first, now=now))

    def test_the_page_of_the_log_names_every_key(self, house: House) -> None:
        """The one that signs now, and each earlier one with its last line."""
        house.do(write, 3)
        new = rotate(house)
        with public.browser(house) as client:
            page = client.get("/log").text
        old = verifier_line(house.resources.signer.public_key())
        assert page.index("Key</h2>") < page.index(new) < page.index("Up to line 3")
        assert page.index("Up to line 3") < page.index(old)
