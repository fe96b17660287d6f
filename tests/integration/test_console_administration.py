"""What only administrators do in the console: sealed identities, detectors, staff and keys."""

from __future__ import annotations

import re

import pytest

from evenhand import intake, ledger, people
from tests import desk_day
from tests.desk_day import Office

#: Pages ask rooms, which have both databases; one is enough for pages.
pytestmark = pytest.mark.on("sqlite")


class TestSealedIdentities:
    def test_are_opened_and_erased_by_an_administrator_on_the_record(self, office: Office) -> None:
        desk_day.send_listing(office.house)
        raw = {
            "item": {"kind": "listing", "id": "listing-1"},
            "harm": "fraud",
            "explanation": "A scam.",
            "illegal": False,
            "reporter": {"email": "bo@example.org"},
        }
        house = office.house
        sent = intake.submit_report(house.do, house.resources, people.SYSTEM, raw)
        report_id = sent.report_id
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        form = {"whose": "report", "name": report_id, "reason": "Court of Lyon, order 26/1182."}
        assert boss.get(f"/console/identities?whose=report&name={report_id}").status_code == 200
        assert "bo@example.org" in boss.post("/console/identities/open", data=form).text
        assert "Erased for good" in boss.post("/console/identities/erase", data=form).text
        assert boss.post("/console/identities/open", data=form).status_code == 422
        lines = office.house.ask(lambda tx: list(ledger.events(tx, ["identity.opened"])))
        who = [office.house.ask(ledger.actor_of, line) for line in lines]
        assert who == [f"staff:{office.ada.id}"]
        assert "Lyon" not in str(lines)

    def test_need_a_reason_and_the_permission(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        form = {"whose": "account", "name": "nobody", "reason": "because of it all"}
        page = boss.post("/console/identities/open", data=form)
        assert (page.status_code, "There is no such account" in page.text) == (422, True)
        assert office.desk.get("/console/identities").status_code == 403
        assert office.desk.post("/console/identities/open", data=form).status_code == 403


class TestDetectors:
    """What looks at items, and who may switch it."""

    def test_are_shown_to_reviewers_and_switched_by_administrators(self, office: Office) -> None:
        page = office.desk.get("/console/detectors").text
        assert "adult_image_nsfwjs" in page
        assert "Switch on" not in page
        assert "scraped from Reddit" in office.desk.get("/console/detectors/cards/nsfwjs").text
        assert office.desk.get("/console/detectors/cards/none").status_code == 404
        asked = office.desk.post("/console/detectors/known_links/switch", data={"on": ""})
        assert asked.status_code == 403
        ada = desk_day.sign_in(office.house, office.clock, office.ada)
        for on in ("yes", "yes", ""):
            done = ada.post("/console/detectors/adult_image_nsfwjs/switch", data={"on": on})
            assert done.status_code == 303
        assert ada.post("/console/detectors/none/switch", data={"on": ""}).status_code == 404
        withdraw = "/console/detectors/adult_image_nsfwjs/withdraw"
        assert ada.post(withdraw, data={"why": " "}).status_code == 422
        assert ada.post(withdraw, data={"why": "It errs on roses."}).status_code == 303

    def test_no_list_stands_in_red_until_one_is_loaded(self, office: Office) -> None:
        """On the first page and on that of the banks."""
        assert "0 lists loaded" in office.desk.get("/console").text
        ada = desk_day.sign_in(office.house, office.clock, office.ada)
        assert "0 lists loaded" in ada.get("/console/banks").text


class TestStaffAndKeys:
    def test_a_key_is_shown_once(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        form = {"name": "shop", "scopes": ["items:write"]}
        page = boss.post("/console/keys", data=form).text
        key = re.search(r"eh_[0-9a-f]{8}_[\w-]+", page)
        assert key
        assert key[0] not in boss.get("/console/keys").text
        assert boss.post("/console/keys", data={"name": "none"}).status_code == 422
        key_id = re.search(r"/console/keys/([0-9a-f-]{36})/revoke", page)
        assert key_id
        assert boss.post(f"/console/keys/{key_id[1]}/revoke").status_code == 303
        with pytest.raises(people.KeyUnknown):
            office.house.ask(people.key_actor, key[0])

    def test_roles_change_and_colleagues_leave(self, office: Office) -> None:
        boss = desk_day.sign_in(office.house, office.clock, office.ada)
        where = f"/console/staff/{office.rui.id}"
        assert boss.post(f"{where}/role", data={"role": "lead"}).status_code == 303
        assert office.desk.get("/console/banks").status_code == 200
        assert boss.post(f"{where}/role", data={"role": "king"}).status_code == 422
        assert "/console/join/" in boss.post(f"{where}/invite").text
        assert boss.post(f"{where}/deactivate").status_code == 303
        assert office.desk.get("/console").status_code == 303
        last = boss.post(f"/console/staff/{office.ada.id}/deactivate")
        assert last.status_code == 422
        assert "only active administrator" in last.text
        same = boss.post("/console/staff", data={"name": "R", "email": "no", "role": "lead"})
        assert same.status_code == 422
