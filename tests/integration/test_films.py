"""Films on real databases: listed, found, held, seen as stills, banked by a decision, undone."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest

from evenhand import banks, decision, detection, intake, ledger, policy
from evenhand.banks import EntryKind
from evenhand.bootstrap import House
from evenhand.detection import Answer, AssessmentView
from evenhand.intake import ItemView
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM, Role
from tests import desk_day
from tests.films import KNOWN, OTHER, film
from tests.stage import Stage, violation

#: What is asked here lies above the rooms, which have both databases; one is enough.
pytestmark = pytest.mark.on("sqlite")

CLAUSE = "counterfeit"


@pytest.fixture
def stage(house: House) -> Stage:
    """Open for work, with one bank of films."""
    opened = Stage.open(house)
    make_bank(house, "films")
    return opened


def make_bank(house: House, name: str, *, confidence: str = "confirmed") -> None:
    """Make a bank of films."""
    about: dict[str, Any] = {"signal": "video", "confidence": confidence, "clause_key": CLAUSE}
    house.do(banks.create_bank, SYSTEM, name=name, **about)


def add(house: House, value: str, *, bank: str = "films", kind: str = "video") -> str:
    """Add an entry to a bank of films."""
    told: dict[str, Any] = {"source": "a test", "reason": "to be found"}
    return house.do(banks.add_entry, SYSTEM, bank=bank, kind=kind, value=value, **told)


def frames_of(data: bytes) -> str:
    """Hash a film as a bank lists it."""
    return banks.vpdq_lines(detection.hash_content(data).frames or ())


def send(house: House, data: bytes, *, number: str = "p-1", **fields: Any) -> str:
    """Send a post with a film."""
    sent = {"text": "Look at this.", "video": {"data": base64.b64encode(data).decode()}} | fields
    account = {"id": "ann", "name": "Ann", "email": "ann@example.org"}
    raw = {"kind": "post", "id": number, "account": account, "fields": sent}
    kinds = house.ask(intake.kinds)
    return intake.submit_item(house.do, house.resources, kinds, SYSTEM, raw).item_id


def item(house: House, item_id: str) -> ItemView:
    """Return an item."""
    return house.ask(intake.item, SYSTEM, item_id)


def said(house: House, item_id: str) -> AssessmentView:
    """Return the first that the detector of films said."""
    every = house.ask(detection.assessments, SYSTEM, item_id)
    return next(one for one in every if one.detector == "known_videos")


class TestListing:
    """Films in a bank."""

    def test_comes_in_and_goes_out_as_it_was(self, stage: Stage) -> None:
        """By every way, and is never listed twice."""
        house = stage.house
        frames = frames_of(film())
        entry_id = add(house, frames)
        with pytest.raises(banks.EntryExists):
            add(house, frames.upper())
        [found] = house.ask(lambda tx: list(banks.exported(tx, SYSTEM, "films")))
        assert (found.id, found.kind) == (entry_id, EntryKind.VIDEO)
        text = found.value
        make_bank(house, "again")
        taken = house.do(
            banks.import_entries,
            SYSTEM,
            bank="again",
            kind="video",
            values=[(1, text), (2, text), (3, "nonsense"), (4, frames_of(film(OTHER)))],
            source="a list",
            reason="a test",
        )
        assert (taken.added, taken.known, [line for line, _ in taken.refused]) == (2, 1, [3])
        kept = house.ask(banks.frames_of, SYSTEM, entry_id)
        assert banks.vpdq_lines(kept) == frames
        [view] = house.ask(banks.entries, SYSTEM, "films")
        assert view.value == banks.film_digest(kept)

    def test_is_followed_as_it_comes_and_goes(self, stage: Stage) -> None:
        """What was withdrawn is found no more, also after the index is made anew."""
        house = stage.house
        entry_id = add(house, frames_of(film()))
        bits = house.ask(banks.frames_of, SYSTEM, entry_id)[3].bits

        def ask() -> list[banks.FrameLike]:
            return house.ask(banks.match_frames, SYSTEM, "films", [bits], distance=31)[0]

        assert ask()[0].entry.id == entry_id
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Listed by mistake.")
        assert ask() == []
        house.ask(banks.rebuild_index, SYSTEM)
        assert ask() == []
        assert house.ask(banks.index_health, SYSTEM, whole=True).sound


class TestFinding:
    """A film that is sent."""

    def test_is_kept_measured_and_looked_at(self, stage: Stage) -> None:
        """A listed film is held and put before a person, with its timeline on the record."""
        house = stage.house
        entry_id = add(house, frames_of(film()))
        item_id = send(house, film((*OTHER, KNOWN[1])))
        [media] = item(house, item_id).media
        assert media.is_film
        assert media.seconds == pytest.approx(12.0, abs=0.3)
        stage.settle()
        found = said(house, item_id)
        assert (found.answer, found.entry_id, found.media_id) == (
            Answer.FOUND,
            entry_id,
            media.id,
        )
        [passage] = found.evidence["passages"]
        assert int(passage["start"]) == 9
        assert house.ask(decision.standing_item, item_id) == "hold"
        assert stage.task(item_id).harm == policy.Harm.INTELLECTUAL_PROPERTY

    def test_is_found_when_it_is_listed_later(self, stage: Stage, clock: SetClock) -> None:
        """What was sent before anything was listed, by a scene and by its bytes; and let go."""
        house = stage.house
        item_id = send(house, film((*OTHER, KNOWN[1])))
        other_id = send(house, film(OTHER), number="p-2")
        stage.settle()
        assert said(house, item_id).answer is Answer.SKIPPED
        clock.forward(timedelta(hours=1))
        entry_id = add(house, frames_of(film()))
        stage.settle()
        assert said(house, item_id).entry_id == entry_id
        assert house.ask(decision.standing_item, item_id) == "hold"
        assert stage.task(item_id).state == "waiting"
        bank_id = house.ask(banks.bank, "films").id
        [search] = house.ask(detection.searches, SYSTEM, bank_id)
        assert (search.looked, search.found) == (2, 1)
        clock.forward(timedelta(hours=1))
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Listed by mistake.")
        stage.settle()
        assert said(house, item_id).answer is Answer.SKIPPED
        assert stage.task(item_id).state == "waiting"
        clock.forward(timedelta(hours=1))
        bytes_id = add(house, hashlib.sha256(film(OTHER)).hexdigest(), kind="sha256")
        stage.settle()
        assert said(house, other_id).entry_id == bytes_id

    def test_with_a_glimpse_of_a_listed_one_is_for_people(self, stage: Stage) -> None:
        """One frame in common holds nothing, however sure the bank is."""
        house = stage.house
        frames = frames_of(film(OTHER)).splitlines()[4:5] + frames_of(film()).splitlines()[:6]
        add(house, "\n".join(frames))
        item_id = send(house, film(OTHER))
        stage.settle()
        assert said(house, item_id).evidence["only_for_people"] is True
        assert house.ask(decision.standing_item, item_id) == "allow"
        assert stage.task(item_id).state == "waiting"

    def test_is_known_by_its_bytes(self, stage: Stage) -> None:
        """Without a frame being decoded."""
        house = stage.house
        md5 = hashlib.md5(film(OTHER), usedforsecurity=False).hexdigest()
        entry_id = add(house, md5, kind="md5")
        item_id = send(house, film(OTHER))
        stage.settle()
        assert said(house, item_id).entry_id == entry_id

    def test_that_is_not_listed_is_not_found(self, stage: Stage) -> None:
        """And says how it was looked at."""
        house = stage.house
        add(house, frames_of(film()))
        item_id = send(house, film(OTHER))
        stage.settle()
        assert said(house, item_id).answer is Answer.NOT_FOUND
        assert house.ask(decision.standing_item, item_id) == "allow"


class TestDeciding:
    """A film that a person judged."""

    def test_joins_a_bank_and_leaves_it_when_the_decision_is_undone(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Its bytes at once, its frames by a step of the path, and both are withdrawn together."""
        house = stage.house
        item_id = send(house, film())
        stage.report(item_id)
        stage.settle()
        decision_id = stage.decide(item_id, violation(add_to_bank="films"))
        [bytes_entry] = house.ask(banks.entries_of_decision, decision_id)
        assert bytes_entry.kind is EntryKind.SHA256
        stage.settle()
        added = house.ask(banks.entries_of_decision, decision_id)
        assert {one.kind for one in added} == {EntryKind.SHA256, EntryKind.VIDEO}
        copy = send(house, film(codec="mpeg4", container="avi"), number="p-2")
        stage.settle()
        assert said(house, copy).answer is Answer.FOUND
        clock.forward(timedelta(minutes=1))
        house.do(decision.reverse, stage.lin, decision_id, by=decision.ReversedBy.REVIEW)
        entries = house.ask(banks.entries_of_decision, decision_id)
        assert all(one.withdrawn_at is not None for one in entries)

    def test_does_not_join_a_bank_when_it_was_undone_first(self, stage: Stage) -> None:
        """The step finds nothing to list any more."""
        house = stage.house
        item_id = send(house, film())
        stage.report(item_id)
        stage.settle()
        decision_id = stage.decide(item_id, violation(add_to_bank="films"))
        house.do(decision.reverse, stage.lin, decision_id, by=decision.ReversedBy.REVIEW)
        stage.settle()
        [entry] = house.ask(banks.entries_of_decision, decision_id)
        assert entry.withdrawn_at is not None


class TestTheDesk:
    """What a reviewer sees of a film."""

    def test_is_stills_under_a_veil_with_a_timeline(self, house: House, clock: SetClock) -> None:
        """Opened by steps, on record, without a script, and never played."""
        desk_day.open_for_work(house)
        ada = desk_day.first_administrator(house)
        desk = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Rui", Role.REVIEWER))
        make_bank(house, "films")
        add(house, frames_of(film()))
        send(house, film((*OTHER, KNOWN[1])))
        desk_day.run(house)
        task_id = desk.post("/console/next").headers["location"].rpartition("/")[2]
        page = desk.get(f"/console/tasks/{task_id}").text
        assert "Film in “video”, 0:12, 320 × 240, not shown and not played." in page
        assert "0:09 – 0:11" in page
        assert "<video" not in page
        assert "<img" not in page
        media = re.search(r'id="media-([0-9a-f-]{36})"', page)
        assert media
        where = f"/console/tasks/{task_id}/media/{media[1]}"
        opened = desk.post(where, data={"level": "grey"}).headers["location"]
        shown = desk.get(opened).text
        image = re.search(r'src="(/console/viewings/[0-9a-f-]{36}/image)"', shown)
        part = re.search(r'href="([^"]+part=9\.0[^"]+)#media', shown)
        assert image
        assert part
        whole = desk.get(image[1])
        assert whole.headers["content-type"] == "image/jpeg"
        closer = desk.get(part[1].replace("&amp;", "&")).text
        stills = re.search(r'src="(/console/viewings/[0-9a-f-]{36}/image\?part=[\d.-]+)"', closer)
        assert stills
        assert "shown above" in closer
        nearer = desk.get(stills[1])
        assert nearer.headers["content-type"] == "image/jpeg"
        assert nearer.content != whole.content
        again = desk.post(where, data={"level": "full", "part": "9.000-11.000"})
        assert "part=9.000-11.000" in again.headers["location"]
        levels = [one["data"]["level"] for one in house.ask(opened_media)]
        assert levels == ["grey", "full"]

    def test_says_when_a_film_cannot_be_shown(self, house: House, clock: SetClock) -> None:
        """With a sentence, not with a broken page."""
        desk_day.open_for_work(house)
        ada = desk_day.first_administrator(house)
        desk = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Rui", Role.REVIEWER))
        item_id = send(house, film(KNOWN[:1]))
        Stage(house).report(item_id)
        desk_day.run(house)
        task_id = desk.post("/console/next").headers["location"].rpartition("/")[2]
        [media] = item(house, item_id).media
        where = f"/console/tasks/{task_id}/media/{media.id}"
        seen = desk.post(where, data={"level": "grey"}).headers["location"].partition("seen=")[2]
        answer = desk.get(f"/console/viewings/{seen}/image?part=900.0-901.0")
        assert answer.status_code == 422
        assert "not shown" in answer.text


def opened_media(tx: Any) -> list[dict[str, Any]]:
    """Read what the record says of openings."""
    return list(ledger.events(tx, ["media.opened"]))
