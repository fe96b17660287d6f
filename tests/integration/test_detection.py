"""Detection on real databases: a real item, real banks, and every answer on the record."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand import banks, detection, evidence, intake, ledger, people, policy, rules
from evenhand.bootstrap import House
from evenhand.detection import Answer, AssessmentView
from evenhand.detection.detectors import known_images
from evenhand.kit.clock import SetClock
from evenhand.people import PUBLIC, SYSTEM, Actor, Role
from evenhand.people.model import ROLE_PERMISSIONS

NOOR = Actor("staff", "noor", "Noor", ROLE_PERMISSIONS[Role.REVIEWER], Role.REVIEWER)
PICTURES = Path(__file__).parents[1] / "fixtures" / "pdq" / "images" / "bridge-mods"
ORIGINAL = (PICTURES / "square-512x512.jpg").read_bytes()
SMALLER = (PICTURES / "square-256x256.jpg").read_bytes()


@pytest.fixture(autouse=True)
def seeded(house: House) -> None:
    """Publish policy and kinds, and make one bank of each signal."""
    house.do(policy.seed)
    house.do(intake.seed_kinds)
    house.do(rules.seed)
    clause = house.ask(policy.clauses)[0].key
    for signal in banks.Signal:
        house.do(
            banks.create_bank,
            SYSTEM,
            name=f"known {signal}s",
            signal=signal,
            confidence="indicative" if signal is banks.Signal.NAME else "confirmed",
            clause_key=clause,
        )


def add(house: House, kind: banks.EntryKind, value: str) -> str:
    """Add an entry to the bank of its signal."""
    words = {"phrase": "phrase", "domain": "link", "url": "link", "name": "name"}
    signal = words.get(kind, "image")
    return house.do(
        banks.add_entry,
        SYSTEM,
        bank=f"known {signal}s",
        kind=kind,
        value=value,
        source="a test",
        reason="to be found",
    )


def send(house: House, photo: bytes | None = None, **fields: Any) -> str:
    """Send a post."""
    if photo is not None:
        fields["photo"] = {"data": base64.b64encode(photo).decode()}
    account = {"id": "a-1", "name": "Marisol"}
    raw = {"kind": "post", "id": "p-1", "account": account, "fields": {"text": "hello"} | fields}
    kinds = house.ask(intake.kinds)
    return intake.submit_item(house.do, house.resources, kinds, SYSTEM, raw).item_id


def look(house: House, item_id: str) -> dict[str, AssessmentView]:
    """Examine an item and record it; return the last answer of each detector."""
    found = house.ask(detection.examine, item_id)
    house.do(detection.record, SYSTEM, item_id, found)
    return {one.detector: one for one in house.ask(detection.assessments, NOOR, item_id)}


class TestLooking:
    """The whole way from a sent item to a recorded answer."""

    def test_finds_a_picture_by_its_likeness(self, house: House) -> None:
        """The hash made on the way is kept."""
        first = send(house, ORIGINAL)
        look(house, first)
        [media] = house.ask(intake.item, NOOR, first).media
        made = house.ask(detection.hash_of, media.id)
        assert made is not None
        assert made.pdq is not None
        entry_id = add(house, banks.EntryKind.PDQ, made.pdq)
        answer = look(house, send(house, SMALLER))["known_images"]
        assert (answer.answer, answer.entry_id) == (Answer.FOUND, entry_id)
        assert answer.media_id is not None

    def test_finds_phrases_and_links_in_any_field(self, house: House) -> None:
        """With the entry each rests on."""
        phrase = add(house, banks.EntryKind.PHRASE, "gift card")
        domain = add(house, banks.EntryKind.DOMAIN, "scam.example")
        item_id = send(house, title="G1FT card only", links=["https://a.scam.example"])
        answers = look(house, item_id)
        assert answers["known_phrases"].answer is Answer.NOT_FOUND
        assert [
            (one.field, one.entry_id)
            for one in house.ask(detection.assessments, NOOR, item_id)
            if one.detector == "known_phrases"
        ] == [("title", phrase), ("text", None)]
        assert (answers["known_links"].entry_id, answers["known_links"].field) == (
            domain,
            "links[0]",
        )

    def test_answers_for_an_address(self, house: House) -> None:
        """An item that is nothing but a link is looked at like any other."""
        domain = add(house, banks.EntryKind.DOMAIN, "scam.example")
        raw = {"url": "https://scam.example/shop", "harm": "fraud"}
        received = intake.submit_report(house.do, house.resources, PUBLIC, raw)
        answers = look(house, received.item_id)
        assert answers["known_links"].entry_id == domain
        assert answers["known_images"].answer is Answer.SKIPPED

    def test_says_skipped_when_there_is_nothing_to_compare_with(self, house: House) -> None:
        """An empty bank makes nothing clean."""
        answers = look(house, send(house, ORIGINAL))
        compared = [answers[detector.name] for detector in detection.DETECTORS]
        assert {one.answer for one in compared} == {Answer.SKIPPED}

    def test_compares_with_nothing_that_was_withdrawn(self, house: House, clock: SetClock) -> None:
        """The next examination no longer finds it; the earlier one stays on record."""
        add(house, banks.EntryKind.PHRASE, "something else")
        entry_id = add(house, banks.EntryKind.PHRASE, "gift card")
        item_id = send(house, text="gift card")
        assert look(house, item_id)["known_phrases"].answer is Answer.FOUND
        house.do(banks.withdraw_entry, SYSTEM, entry_id, why="Too common.")
        clock.forward(timedelta(seconds=1))
        assert look(house, item_id)["known_phrases"].answer is Answer.NOT_FOUND
        every = house.ask(detection.assessments, NOOR, item_id, every_run=True)
        assert [one.answer for one in every if one.detector == "known_phrases"] == [
            Answer.FOUND,
            Answer.NOT_FOUND,
        ]
        assert house.ask(detection.items_found_by, entry_id) == [item_id]


class TestFailing:
    """What could not be looked at is failed, never not found (charter, promise 5)."""

    def test_records_a_picture_that_is_gone_from_the_vault(self, house: House) -> None:
        """The other detectors still answer."""
        add(house, banks.EntryKind.SHA256, "ab" * 32)
        item_id = send(house, ORIGINAL)
        for blob in (house.settings.data / "vault").rglob("*"):
            if blob.is_file():
                blob.unlink()
        answers = look(house, item_id)
        assert answers["known_images"].answer is Answer.FAILED
        assert answers["known_phrases"].answer is Answer.SKIPPED

    def test_records_a_picture_that_was_changed_in_the_vault(self, house: House) -> None:
        """One bit is enough."""
        add(house, banks.EntryKind.SHA256, "ab" * 32)
        item_id = send(house, ORIGINAL)
        [blob] = [file for file in (house.settings.data / "vault").rglob("*") if file.is_file()]
        content = blob.read_bytes()
        blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        assert look(house, item_id)["known_images"].answer is Answer.FAILED

    def test_records_a_picture_that_was_erased(self, house: House) -> None:
        """Destroyed keys are a reason of their own."""
        add(house, banks.EntryKind.SHA256, "ab" * 32)
        item_id = send(house, ORIGINAL)
        [media] = house.ask(intake.item, NOOR, item_id).media
        house.do(evidence.shred, media.object_id)
        answer = look(house, item_id)["known_images"]
        assert answer.answer is Answer.FAILED
        assert "erased" in answer.why

    def test_records_an_unexpected_decoding_error(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever class it is."""

        def broken(*_args: object, **_kwargs: object) -> object:
            raise RuntimeError("decoder state")

        add(house, banks.EntryKind.SHA256, "ab" * 32)
        monkeypatch.setattr(known_images, "luma_frames", broken)
        assert look(house, send(house, ORIGINAL))["known_images"].answer is Answer.FAILED


class TestRecording:
    """What stays."""

    def test_leaves_one_line_of_counts_and_versions(self, house: House) -> None:
        """And the path goes on to the rules."""
        add(house, banks.EntryKind.PHRASE, "gift card")
        item_id = send(house, text="gift card for Marisol")
        look(house, item_id)
        [line] = house.ask(lambda tx: list(ledger.events(tx, ["item.assessed"])))
        assert line["subject"] == item_id
        asked: tuple[Any, ...] = (*detection.READERS, *detection.DETECTORS)
        versions = {one.name: one.version for one in asked}
        assert line["data"]["answers"]["found"] == 1
        assert sum(line["data"]["answers"].values()) == len(versions)
        assert line["data"]["detectors"] == versions
        assert house.ask(ledger.jobs.waiting_for, item_id, "item.assessed")

    def test_refuses_to_record_nothing(self, house: House) -> None:
        """No assessment means that nobody looked."""
        with pytest.raises(detection.NothingToRecord):
            house.do(detection.record, SYSTEM, send(house), [])
        assert house.ask(lambda tx: list(ledger.events(tx, ["item.assessed"]))) == []

    def test_is_read_by_staff_and_the_host(self, house: House) -> None:
        """No object without a gate."""
        item_id = send(house)
        look(house, item_id)
        host = Actor("key", "k", "host", frozenset({people.Permission.SEND_ITEMS}))
        assert house.ask(detection.assessments, host, item_id)
        with pytest.raises(people.NotAllowed):
            house.ask(detection.assessments, PUBLIC, item_id)

    def test_of_an_unknown_item_is_refused(self, house: House) -> None:
        """There is nothing to look at."""
        with pytest.raises(intake.NoSuchItem):
            house.ask(detection.examine, "0" * 36)
