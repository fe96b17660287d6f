"""The banks in the console: lists in and out, one entry's life, and a flood that somebody stops.

What the database says is tested on both in `test_bank_life.py`; here it is the pages, on one.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from evenhand import banks, policy
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM, Role
from tests import desk_day
from tests.desk_day import Office
from tests.listed import changed, drawn

DICE = random.Random(11)
NEAR, FAR = drawn(DICE), drawn(DICE)
LIST = f"hash,labels\n{NEAR},partner:1\n{changed(DICE, NEAR, 20)},\n{FAR},\nnonsense,\n"


@dataclass(frozen=True)
class Keeper:
    """A lead's browser, and a bank of pictures that it made."""

    house: House
    clock: SetClock
    desk: TestClient
    bank: str

    def entry(self, value: str) -> str:
        """Return the address of the entry with this value."""
        page = self.desk.get(f"{self.bank}?text={value}").text
        [found] = set(re.findall(rf"{self.bank}/entries/[0-9a-f-]{{36}}", page))
        return str(found)

    def said(self, address: str, form: dict[str, str], status: int = 303) -> str:
        """Send a form; return the page it leads to, or the one that comes back."""
        answer = self.desk.post(address, data=form)
        assert answer.status_code == status, answer.text
        return self.desk.get(answer.headers["location"]).text if status == 303 else answer.text


pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def keeper(house: House, clock: SetClock) -> Keeper:
    """Sign a lead in, and let them make a bank and take a list in."""
    desk_day.open_for_work(house)
    ada = desk_day.first_administrator(house)
    lin = desk_day.hire(house, ada, "Lin Ek", Role.LEAD)
    desk = desk_day.sign_in(house, clock, lin)
    form = {"name": "known", "signal": "image", "polarity": "harm", "confidence": "confirmed"}
    form |= {"clause": desk_day.clause_of(house, policy.Harm.FRAUD), "rollout": "100"}
    bank = desk.post("/console/banks", data=form | {"flood": "3"}).headers["location"]
    return Keeper(house, clock, desk, bank)


def test_a_list_is_taken_in_and_given_out_again(keeper: Keeper) -> None:
    """Refused lines are named; a file that is no list says so; nothing is needed but a form."""
    upload = f"{keeper.bank}/import"
    form = {"kind": "pdq", "format": "", "source": "", "reason": "A partner's list."}
    empty = keeper.desk.post(upload, data=form, files={"file": ("", b"")})
    assert "Choose the file" in empty.text
    wrong = keeper.desk.post(upload, data=form, files={"file": ("a.csv", b"name\nx\n")})
    assert (wrong.status_code, "no column" in wrong.text) == (422, True)
    taken = keeper.desk.post(upload, data=form, files={"file": ("list.csv", LIST.encode())}).text
    assert "3 added, 0 known before, 1 refused." in taken
    assert "Line 5: A hash is written as 64 hexadecimal characters." in taken
    out = keeper.desk.get(f"{keeper.bank}/export")
    assert out.headers["content-type"].startswith("text/csv")
    assert out.text.count("\n") == 4
    assert f"{NEAR},pdq" in out.text
    assert "list.csv" in out.text
    again = keeper.desk.post(upload, data=form, files={"file": ("out.csv", out.content)}).text
    assert "0 added, 3 known before, 0 refused." in again
    assert "No entry of this bank is like that" in keeper.desk.get(f"{keeper.bank}?text=zz").text
    assert "partner:1" in keeper.desk.get(f"{keeper.bank}?state=stands&text=partner").text


def test_an_entry_is_disabled_enabled_and_withdrawn_with_its_cluster(keeper: Keeper) -> None:
    """Each with a reason, and each is in the entry's history with who did it."""
    form = {"kind": "pdq", "format": "csv", "source": "", "reason": "A partner's list."}
    keeper.desk.post(f"{keeper.bank}/import", data=form, files={"file": ("list", LIST.encode())})
    entry = keeper.entry(NEAR)
    assert "came with a list" in keeper.desk.get(entry).text
    until = (keeper.clock.now() + timedelta(days=7)).date().isoformat()
    assert "three" not in keeper.said(f"{entry}/disable", {"until": until, "why": " "}, 422)
    assert "Choose the day" in keeper.said(f"{entry}/disable", {"until": "", "why": "x"}, 422)
    page = keeper.said(f"{entry}/disable", {"until": until, "why": "It is a logo, perhaps."})
    assert "Disabled until" in page
    page = keeper.said(f"{entry}/enable", {"why": "It is no logo."})
    assert "It is no logo." in page
    assert "Lin Ek" in page
    assert "not in quarantine" in keeper.said(f"{entry}/release", {"why": "Let it go."}, 422)
    assert "1 that shows the same picture" in re.sub(r"\s+", " ", page)
    assert ">2<" in keeper.desk.get(f"{keeper.bank}/clusters").text
    page = keeper.said(f"{entry}/withdraw", {"why": "It was a logo.", "cluster": "1"})
    assert "It was a logo." in page
    left = keeper.house.ask(lambda tx: [e.value for e in banks.exported(tx, SYSTEM, "known")])
    assert left == [FAR]
    assert "No two entries" in keeper.desk.get(f"{keeper.bank}/clusters").text


def test_a_flood_is_shown_and_stopped(keeper: Keeper) -> None:
    """On the first page, on that of the banks, and on the entry's own."""
    form = {"kind": "pdq", "value": NEAR, "source": "us", "reason": "seen often"}
    keeper.said(f"{keeper.bank}/entries", form | {"labels": "a b", "expires": "2099-01-01"})
    entry = keeper.entry(NEAR)
    keeper.house.do(banks.quarantine_entry, SYSTEM, entry.rpartition("/")[2], accounts=4, limit=3)
    for page in ("/console", "/console/banks", entry):
        assert "quarantine" in keeper.desk.get(page).text
    page = keeper.said(f"{entry}/release", {"why": "It is a real wave."})
    assert "It is a real wave." in page
    assert "quarantine</" not in keeper.desk.get("/console/banks").text


def test_a_bank_is_rolled_out_and_switched_off_with_a_reason(keeper: Keeper) -> None:
    """What was done to it stays in its history."""
    change = f"{keeper.bank}/change"
    form = {"enabled": "off", "rollout": "20", "flood": "", "why": "Too many wrong ones."}
    assert "so already" not in keeper.said(change, form)
    page = keeper.desk.get(keeper.bank).text
    assert "rollout: 100 → 20" in page
    assert "Too many wrong ones." in page
    assert "so already" in keeper.said(change, form, 422)
    assert "numbers where one is asked for" in keeper.said(change, form | {"rollout": "x"}, 422)
    fine = {"name": "logos", "signal": "image", "polarity": "fine", "confidence": "confirmed"}
    assert "known fine" in keeper.said("/console/banks", fine)


def test_an_entry_is_not_here_under_another_bank(keeper: Keeper) -> None:
    """And pages are for those who keep banks."""
    form = {"kind": "pdq", "value": NEAR, "source": "us", "reason": "seen often"}
    keeper.said(f"{keeper.bank}/entries", form)
    entry = keeper.entry(NEAR)
    fine = {"name": "logos", "signal": "image", "polarity": "fine", "confidence": "confirmed"}
    other = keeper.desk.post("/console/banks", data=fine).headers["location"]
    moved = entry.replace(keeper.bank, other)
    assert keeper.desk.get(moved).status_code == 404
    assert keeper.desk.get(f"{keeper.bank}/entries/none").status_code == 404


class TestBanks:
    def test_an_entry_is_added_and_withdrawn_with_a_reason(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        clause = desk_day.clause_of(office.house, policy.Harm.FRAUD)
        bank = {"name": "shops", "signal": "link", "confidence": "confirmed", "clause": clause}
        where = boss.post("/console/banks", data=bank).headers["location"]
        entry = {"kind": "domain", "value": "no domain", "source": "us", "reason": "fake shop"}
        refused = boss.post(f"{where}/entries", data=entry)
        assert refused.status_code == 422
        assert "Write a domain" in refused.text
        boss.post(f"{where}/entries", data=entry | {"value": "shop.example"})
        page = boss.get(where).text
        entry_id = re.search(r"/entries/([0-9a-f-]{36})", page)
        assert entry_id
        withdraw = f"{where}/entries/{entry_id[1]}/withdraw"
        assert boss.post(withdraw, data={"why": ""}).status_code == 422
        boss.post(withdraw, data={"why": "It was another shop."})
        assert "It was another shop." in boss.get(where).text

    def test_the_same_name_twice_is_said(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        clause = desk_day.clause_of(office.house, policy.Harm.FRAUD)
        bank = {"name": "a", "signal": "link", "confidence": "confirmed", "clause": clause}
        boss.post("/console/banks", data=bank)
        assert boss.post("/console/banks", data=bank).status_code == 422
        assert boss.post("/console/banks", data=bank | {"signal": "x"}).status_code == 422
