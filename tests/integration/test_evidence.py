"""The vault on real databases: objects, identities, and the record of every look."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa

from evenhand import evidence, ledger, people
from evenhand.bootstrap import House
from evenhand.evidence import Veil, store
from evenhand.kit.clock import SetClock
from evenhand.people import ROLE_PERMISSIONS, SYSTEM, Actor, Role

ANNA = Actor("staff", "anna", "Anna", ROLE_PERMISSIONS[Role.ADMINISTRATOR], Role.ADMINISTRATOR)
NOOR = Actor("staff", "noor", "Noor", ROLE_PERMISSIONS[Role.REVIEWER], Role.REVIEWER)
LEE = Actor("staff", "lee", "Lee", ROLE_PERMISSIONS[Role.LEAD], Role.LEAD)
AUDITOR = Actor("staff", "ada", "Ada", ROLE_PERMISSIONS[Role.AUDITOR], Role.AUDITOR)
PIXELS = b"\x89PNG pixels" * 1000


def kept(house: House, content: bytes = PIXELS) -> str:
    """Stage and keep an object."""
    staged = evidence.stage(house.resources, content, "image/png")
    return house.do(evidence.keep, staged)


def view(house: House, object_id: str, *, by: Actor = NOOR, level: str = "outline") -> str:
    """Open a viewing in the one task."""
    return house.do(
        evidence.open_viewing, by, task_id="t-1", item_id="i-1", object_id=object_id, level=level
    )


def forward(house: House, seconds: float) -> None:
    """Move the clock."""
    assert isinstance(house.clock, SetClock)
    house.clock.forward(timedelta(seconds=seconds))


def blob_files(house: House) -> list[Path]:
    """Return the files of the vault."""
    return [file for file in (house.settings.data / "vault").rglob("*") if file.is_file()]


def lines(house: House) -> list[dict[str, object]]:
    """Return all ledger lines."""
    return house.ask(lambda tx: list(ledger.events(tx)))


class TestObjects:
    """What is kept, and how it goes."""

    def test_come_back_whole(self, house: House) -> None:
        """Bytes and media type, with no ledger line of their own."""
        object_id = kept(house)
        assert house.ask(evidence.read_object, object_id) == (PIXELS, "image/png")
        assert lines(house) == []

    def test_lie_encrypted(self, house: House) -> None:
        """No file of the vault shows a byte run of the content."""
        kept(house)
        [file] = blob_files(house)
        assert PIXELS[:16] not in file.read_bytes()

    def test_leave_nothing_when_discarded(self, house: House) -> None:
        """A command that failed takes its staged bytes out again."""
        evidence.discard(house.resources, evidence.stage(house.resources, PIXELS, "image/png"))
        assert blob_files(house) == []

    def test_are_found_damaged(self, house: House) -> None:
        """One flipped bit, another object's bytes, or no bytes at all."""
        one, other = kept(house), kept(house)
        first, second = blob_files(house)
        whole = first.read_bytes(), second.read_bytes()
        flipped = tuple(bytes([content[0] ^ 1]) + content[1:] for content in whole)
        for left, right in (flipped, (whole[1], whole[0])):
            first.write_bytes(left)
            second.write_bytes(right)
            for object_id in (one, other):
                with pytest.raises(evidence.ObjectDamaged):
                    house.ask(evidence.read_object, object_id)
        first.unlink()
        second.unlink()
        with pytest.raises(evidence.ObjectDamaged):
            house.ask(evidence.read_object, one)

    def test_cannot_be_read_once_shredded(self, house: House) -> None:
        """Even before the bytes go, and from any copy of them; then they go."""
        object_id, other = kept(house), kept(house)
        house.do(evidence.shred, object_id)
        with pytest.raises(evidence.ObjectShredded):
            house.ask(evidence.read_object, object_id)
        with pytest.raises(evidence.ObjectShredded):
            house.do(evidence.shred, object_id)
        with pytest.raises(evidence.ObjectShredded):
            view(house, object_id)
        names = house.ask(evidence.orphans)
        assert len(names) == 1
        evidence.delete_blobs(house.resources, names)
        assert house.do(evidence.sweep_orphans, names) == 1
        assert house.ask(evidence.orphans) == []
        assert len(blob_files(house)) == 1
        assert house.ask(evidence.read_object, other)[0] == PIXELS

    def test_sweep_touches_nothing_that_is_kept(self, house: House) -> None:
        """A name that is no orphan is not marked."""
        kept(house)
        [file] = blob_files(house)
        assert house.do(evidence.sweep_orphans, [file.name, "unknown"]) == 0
        assert house.do(evidence.sweep_orphans, []) == 0

    def test_are_unknown_by_any_other_id(self, house: House) -> None:
        """Reading, shredding and viewing all say so."""
        for refused in (
            lambda: house.ask(evidence.read_object, "x"),
            lambda: house.do(evidence.shred, "x"),
            lambda: view(house, "x"),
        ):
            with pytest.raises(evidence.ObjectUnknown):
                refused()


class TestIdentities:
    """Who somebody is lies sealed apart."""

    DATA: ClassVar = {"name": "Rosa Prüfer", "email": "rosa@example.org"}

    def test_open_to_somebody_allowed_with_a_reason_and_leave_a_line(self, house: House) -> None:
        """Promise 10: who and why; neither the name nor the reason in clear."""
        identity_id = house.do(evidence.seal_identity, self.DATA)
        reason = "Rosa asked us to call her back"
        opened = house.do(evidence.open_identity, ANNA, identity_id, reason=reason)
        assert opened == self.DATA
        [line] = lines(house)
        assert (line["type"], line["subject"]) == ("identity.opened", identity_id)
        assert house.ask(ledger.actor_of, line) == ANNA.ref
        assert ANNA.ref not in json.dumps(line)
        assert "Rosa" not in json.dumps(line)
        assert house.ask(ledger.private_of, 0) == {"reason": reason}

    @pytest.mark.parametrize("actor", [NOOR, LEE, AUDITOR, SYSTEM, people.PUBLIC])
    def test_stay_shut_to_everybody_else(self, house: House, actor: Actor) -> None:
        """Reviewers, leads, auditors, the house itself and the public."""
        identity_id = house.do(evidence.seal_identity, self.DATA)
        with pytest.raises(people.NotAllowed):
            house.do(evidence.open_identity, actor, identity_id, reason="a long enough reason")
        assert lines(house) == []

    def test_stay_shut_without_a_reason(self, house: House) -> None:
        """A word is no reason."""
        identity_id = house.do(evidence.seal_identity, self.DATA)
        with pytest.raises(evidence.ReasonRefused):
            house.do(evidence.open_identity, ANNA, identity_id, reason="because")

    def test_serve_a_letter(self, house: House) -> None:
        """Delivery writes to the person without anybody seeing the address."""
        identity_id = house.do(evidence.seal_identity, self.DATA)
        assert house.ask(evidence.contact_of, identity_id) == self.DATA
        assert lines(house) == []

    def test_stand_in_no_row_in_clear(self, house: House) -> None:
        """The table alone gives nobody away."""
        house.do(evidence.seal_identity, self.DATA)
        [row] = house.ask(lambda tx: tx.rows(sa.select(store.identities)))
        assert b"rosa" not in bytes(row["sealed"]) + bytes(row["sealed_key"])

    @pytest.mark.parametrize("actor", [ANNA, SYSTEM])
    def test_are_erased_for_good(self, house: House, actor: Actor) -> None:
        """Content and key are gone; the line says who did it."""
        identity_id = house.do(evidence.seal_identity, self.DATA)
        house.do(evidence.erase_identity, actor, identity_id, reason="asked for on the phone")
        [row] = house.ask(lambda tx: tx.rows(sa.select(store.identities)))
        assert row["sealed"] is None
        assert row["sealed_key"] is None
        for refused in (
            lambda: house.ask(evidence.contact_of, identity_id),
            lambda: house.do(
                evidence.open_identity, ANNA, identity_id, reason="a long enough reason"
            ),
            lambda: house.do(
                evidence.erase_identity, actor, identity_id, reason="a long enough reason"
            ),
        ):
            with pytest.raises(evidence.IdentityErased):
                refused()
        assert [line["type"] for line in lines(house)] == ["person.erased"]

    def test_are_unknown_by_any_other_id(self, house: House) -> None:
        """Reading and erasing say so; a reviewer may not even ask."""
        with pytest.raises(evidence.IdentityUnknown):
            house.ask(evidence.contact_of, "x")
        with pytest.raises(evidence.IdentityUnknown):
            house.do(evidence.erase_identity, ANNA, "x", reason="a long enough reason")
        with pytest.raises(people.NotAllowed):
            house.do(evidence.erase_identity, NOOR, "x", reason="a long enough reason")


class TestViewings:
    """What was revealed to whom."""

    def test_record_who_saw_what_up_to_which_level(self, house: House) -> None:
        """One line for each opening, with codes and ids alone."""
        object_id = kept(house)
        viewing_id = view(house, object_id)
        [line] = lines(house)
        assert line["type"] == "media.opened"
        assert line["subject"] == "t-1"
        assert line["data"] == {
            "viewing": viewing_id,
            "item": "i-1",
            "object": object_id,
            "level": "outline",
        }
        [one] = house.ask(evidence.viewings_of, task_id="t-1")
        assert (one.id, one.staff_id, one.level, one.seconds) == (
            viewing_id,
            "noor",
            Veil.OUTLINE,
            0.0,
        )
        assert house.ask(evidence.viewings_of, item_id="i-1") == [one]
        assert house.ask(evidence.viewings_of, item_id="i-2") == []

    def test_belong_to_one_pair_of_eyes(self, house: House) -> None:
        """Nobody else fetches the pixels or beats for them, whatever their role."""
        viewing_id = view(house, kept(house))
        assert house.ask(evidence.viewing, NOOR, viewing_id).id == viewing_id
        for other in (ANNA, SYSTEM, people.PUBLIC, Actor("key", "noor", "forum")):
            with pytest.raises(evidence.NotYourViewing):
                house.ask(evidence.viewing, other, viewing_id)
            with pytest.raises(evidence.NotYourViewing):
                house.do(evidence.beat_viewing, other, viewing_id)
        with pytest.raises(evidence.ViewingUnknown):
            house.ask(evidence.viewing, NOOR, "x")
        with pytest.raises(evidence.ViewingUnknown):
            house.do(evidence.beat_viewing, NOOR, "x")

    @pytest.mark.parametrize("actor", [AUDITOR, SYSTEM, people.PUBLIC])
    def test_open_to_reviewers_alone(self, house: House, actor: Actor) -> None:
        """An auditor looks at records, not at media; a machine looks at nothing."""
        with pytest.raises(people.NotAllowed):
            view(house, kept(house), by=actor)

    def test_count_watched_seconds_by_beats(self, house: House) -> None:
        """Five seconds, then an hour of silence that counts fifteen, then the end."""
        viewing_id = view(house, kept(house))
        for passed in (5, 3600, 2):
            forward(house, passed)
            house.do(evidence.beat_viewing, NOOR, viewing_id)
        forward(house, 3)
        assert house.do(evidence.close_viewings, NOOR, "t-1") == 1
        [one] = house.ask(evidence.viewings_of, task_id="t-1")
        assert one.seconds == pytest.approx(25)
        assert house.ask(evidence.exposure_today, NOOR) == pytest.approx(
            {Veil.OUTLINE: 25.0, Veil.GREY: 0.0, Veil.FULL: 0.0}
        )
        assert len(lines(house)) == 1

    def test_end_for_good(self, house: House) -> None:
        """A closed viewing shows nothing and counts nothing more."""
        viewing_id = view(house, kept(house))
        house.do(evidence.close_viewings, NOOR, "t-1")
        with pytest.raises(evidence.ViewingClosed):
            house.ask(evidence.viewing, NOOR, viewing_id)
        with pytest.raises(evidence.ViewingClosed):
            house.do(evidence.beat_viewing, NOOR, viewing_id)
        assert house.do(evidence.close_viewings, NOOR, "t-1") == 0

    def test_never_count_one_second_twice(self, house: House) -> None:
        """Raising the level ends the viewing before it; another object goes on."""
        first, second = kept(house), kept(house)
        lower, beside = view(house, first), view(house, second)
        forward(house, 4)
        higher = view(house, first, level="full")
        with pytest.raises(evidence.ViewingClosed):
            house.ask(evidence.viewing, NOOR, lower)
        for still in (higher, beside):
            house.ask(evidence.viewing, NOOR, still)
        assert house.ask(evidence.exposure_today, NOOR)[Veil.OUTLINE] == pytest.approx(4)

    def test_are_closed_each_for_themselves_or_all_by_the_house(self, house: House) -> None:
        """A reviewer closes their own; the house closes a task's."""
        object_id = kept(house)
        view(house, object_id)
        view(house, object_id, by=ANNA)
        assert house.do(evidence.close_viewings, NOOR, "t-1") == 1
        view(house, object_id)
        assert house.do(evidence.close_viewings, SYSTEM, "t-1") == 2

    def test_count_for_the_day_they_began(self, house: House) -> None:
        """Tomorrow begins at nothing, and nobody carries another's load."""
        viewing_id = view(house, kept(house), level="grey")
        forward(house, 10)
        house.do(evidence.beat_viewing, NOOR, viewing_id)
        assert house.ask(evidence.exposure_today, ANNA)[Veil.GREY] == 0.0
        assert house.ask(evidence.exposure_today, NOOR)[Veil.GREY] == pytest.approx(10)
        forward(house, 24 * 3600)
        assert house.ask(evidence.exposure_today, NOOR)[Veil.GREY] == 0.0

    def test_know_no_other_level(self, house: House) -> None:
        """A level that is none is a programmer's error."""
        with pytest.raises(ValueError, match="naked"):
            view(house, kept(house), level="naked")

    def test_are_asked_for_by_task_or_by_item(self, house: House) -> None:
        """Neither or both is a programmer's error."""
        with pytest.raises(TypeError):
            house.ask(evidence.viewings_of)
        with pytest.raises(TypeError):
            house.ask(evidence.viewings_of, task_id="t", item_id="i")
