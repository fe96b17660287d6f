"""Links in pictures, listed pages and protected names, from the item to the desk."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from evenhand import banks, decision, detection, people, queue
from evenhand.banks import Confidence, EntryKind, EntryRefused, Signal
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata
from evenhand.detection import Answer, AssessmentView
from evenhand.detection.readers import equipped
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from tests import desk_day
from tests.conftest import load_every_store
from tests.signing import authority, signed
from tests.stage import Stage, picture, violation

pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a stage."""
    return Stage.open(house)


def bank(stage: Stage, signal: Signal, kind: EntryKind, value: str) -> str:
    """Make a bank of one entry, as sure as its signal may be; return the entry's id."""
    sure = Confidence.INDICATIVE if signal is Signal.NAME else Confidence.CONFIRMED
    clause = {Signal.NAME: "impersonation"}.get(signal, "fraud")
    make: dict[str, Any] = {
        "name": f"our {signal}s",
        "signal": signal,
        "confidence": sure,
        "clause_key": clause,
    }
    stage.house.do(banks.create_bank, people.SYSTEM, **make)
    words: dict[str, Any] = {"source": "a test", "reason": "to be found"}
    return stage.house.do(
        banks.add_entry, people.SYSTEM, bank=f"our {signal}s", kind=kind, value=value, **words
    )


def code(link: str) -> bytes:
    """Draw a QR code on a picture."""
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="png", scale=4, border=4)
    whole = Image.open(io.BytesIO(picture(1)))
    whole.paste(Image.open(drawn).convert("RGB"), (20, 20))
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=85)
    return out.getvalue()


def found(stage: Stage, item_id: str) -> list[AssessmentView]:
    """Return what was found in an item by an entry."""
    said = stage.house.ask(detection.assessments, stage.rosa, item_id)
    return [one for one in said if one.answer is Answer.FOUND and one.entry_id]


class TestLinksInPictures:
    """A link that nobody typed."""

    def test_is_held_like_a_typed_one_and_said_to_be_read(self, stage: Stage) -> None:
        """The reviewer reads what it was read out of, and what it says there."""
        link = "https://pay.scam.example/login?id=7"
        entry = bank(stage, Signal.LINK, EntryKind.DOMAIN, "scam.example")
        item_id = stage.item(photo=code(link))
        stage.settle()
        [one] = found(stage, item_id)
        assert (one.entry_id, one.detector, one.field) == (entry, "known_links", "photo")
        assert one.media_id == one.evidence["read_from"]
        assert one.evidence["read_text"] == link
        assert one.why.endswith("It was read out of a picture.")
        assert stage.house.ask(decision.standing_item, item_id) == "hold"

    def test_comes_back_when_its_entry_is_withdrawn(self, stage: Stage) -> None:
        """What was read is a ground like any other (promise 9)."""
        entry = bank(stage, Signal.LINK, EntryKind.URL, "https://scam.example/login")
        item_id = stage.item(photo=code("http://scam.example/login/"))
        stage.settle()
        stage.decide(item_id, violation(clause="fraud"))
        stage.house.do(banks.withdraw_entry, stage.lin, entry, why="It was somebody else.")
        stage.settle()
        assert stage.task(item_id).kind is queue.TaskKind.REOPENED


class TestProtectedNames:
    """A likeness is looked at, and never held."""

    NAME = "Lumipay; domains: lumipay.example; handles: lumipay; genuine: the-real-one"

    def test_puts_a_likeness_before_a_person(self, stage: Stage) -> None:
        """By the account's name; the item stays where it is."""
        entry = bank(stage, Signal.NAME, EntryKind.NAME, self.NAME)
        item_id = stage.item(account="lumipay_support")
        stage.settle()
        [one] = found(stage, item_id)
        assert (one.entry_id, one.detector) == (entry, "impersonation")
        assert "“support” taken off" in one.why
        assert stage.task(item_id).origin.value == "own_initiative"
        assert stage.house.ask(decision.standing_item, item_id) == "allow"

    def test_lets_the_genuine_account_be(self, stage: Stage) -> None:
        """By what the host knows it by."""
        bank(stage, Signal.NAME, EntryKind.NAME, self.NAME)
        item_id = stage.item(account="the-real-one")
        stage.settle()
        assert found(stage, item_id) == []
        assert stage.house.ask(queue.open_task, item_id) is None

    def test_has_no_bank_that_is_sure(self, stage: Stage) -> None:
        """So that no rule can hold anything for a name."""
        make: dict[str, Any] = {
            "name": "names",
            "signal": Signal.NAME,
            "clause_key": "impersonation",
        }
        with pytest.raises(EntryRefused, match="choose indicative"):
            stage.house.do(
                banks.create_bank, people.SYSTEM, confidence=Confidence.CONFIRMED, **make
            )

    def test_is_kept_on_the_pages_of_the_banks(self, house: House, clock: SetClock) -> None:
        """Made, added to and refused there, with the sentence."""
        desk_day.open_for_work(house)
        ada = desk_day.first_administrator(house)
        desk = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Lin", Role.LEAD))
        form = {"name": "our names", "signal": "name", "clause": "impersonation"}
        refused = desk.post("/console/banks", data=form | {"confidence": "confirmed"})
        assert "choose indicative" in refused.text
        page = desk.post("/console/banks", data=form | {"confidence": "indicative"}).headers
        add = {"kind": "name", "source": "us", "reason": "it is ours"}
        where = f"{page['location']}/entries"
        wrong = desk.post(where, data=add | {"value": "Lumipay; domains: co.uk"})
        assert "match strangers" in wrong.text
        assert desk.post(where, data=add | {"value": self.NAME}).status_code == 303
        shown = desk.get(page["location"]).text
        assert "genuine: the-real-one" in shown
        assert "never said to be like it" in shown


class TestSettings:
    """What the operator set about reading."""

    def test_a_signer_on_the_operators_list_is_known(self, tmp_path: Path) -> None:
        """By a file of certificates."""
        load_every_store()
        listed = tmp_path / "signers.pem"
        listed.write_text(authority().root, encoding="ascii")
        url = f"sqlite:///{tmp_path / 'e.sqlite3'}"
        settings = load_settings(data=tmp_path / "d", database_url=url, trusted_signers=listed)
        house = open_house(settings, clock=SetClock())
        metadata.create_all(house.db.engine)
        stage = Stage.open(house)
        item_id = stage.item(photo=signed(picture(6)))
        stage.settle()
        said = house.ask(detection.assessments, stage.rosa, item_id)
        house.close()
        [one] = [one for one in said if one.detector == "content_credentials"]
        assert (one.evidence["integrity"], one.evidence["signer"]) == ("intact", "known")

    def test_words_may_be_read_whatever_the_banks_hold(self) -> None:
        """The switch reaches the reader."""
        assert [reader.name for reader in equipped()] == [
            "qr_codes",
            "words_in_pictures",
            "content_credentials",
        ]
        assert equipped(read_words=True)[1]._always  # type: ignore[attr-defined]  # its own switch
        assert not equipped()[1]._always  # type: ignore[attr-defined]
