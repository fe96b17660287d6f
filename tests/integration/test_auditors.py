"""Auditors look for a stated purpose only, on record, and the operator sees what they looked at."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from evenhand import ledger, people, quality, transparency
from evenhand.people import Role
from tests import desk_day
from tests.desk_day import Office
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.on("sqlite")

PURPOSE = {"purpose": "The yearly audit under article 37 of the law.", "days": "2"}


class TestAnAuditor:
    """An auditor in the console."""

    def test_sees_nothing_before_saying_what_for(self, office: Office) -> None:
        """Nor once the time they named is over."""
        kim = desk_day.hire(office.house, office.ada, "Kim", Role.AUDITOR)
        desk = desk_day.sign_in(office.house, office.clock, kim)
        for page in ("/console", "/console/decisions", "/console/ledger"):
            assert desk.get(page).headers["location"] == "/console/purpose"
        assert "30 at most" in desk.get("/console/purpose").text
        for wrong in (PURPOSE | {"days": "31"}, PURPOSE | {"purpose": "Audit."}):
            assert desk.post("/console/purpose", data=wrong).status_code == 422
        assert desk.post("/console/purpose", data=PURPOSE).status_code == 303
        assert desk.get("/console/ledger").status_code == 200
        office.clock.forward(timedelta(days=2))
        back = desk_day.sign_in(office.house, office.clock, kim)
        assert back.get("/console/ledger").headers["location"] == "/console/purpose"

    def test_leaves_a_record_that_the_operator_sees(self, office: Office) -> None:
        """Each page, with the purpose; in the ledger, and in public as a hash alone."""
        house = office.house
        kim = desk_day.hire(house, office.ada, "Kim", Role.AUDITOR)
        desk = desk_day.sign_in(house, office.clock, kim)
        desk.post("/console/purpose", data=PURPOSE)
        desk.get("/console/decisions")
        desk.get("/console/ledger")
        ada = desk_day.sign_in(house, office.clock, office.ada)
        seen = ada.get("/console/visits").text
        assert all(part in seen for part in ("Kim", PURPOSE["purpose"], "/console/decisions"))
        assert "/console/purpose" not in seen.partition("<table>")[2]
        assert desk.get("/console/visits").status_code == 403
        with house.db.read() as tx:
            lines = list(ledger.events(tx, ["page.viewed"]))
            public = "".join(transparency.export(tx))
            private = ledger.private_of(tx, lines[0]["n"])
        assert len(lines) == 3
        assert private == {"page": "/console/decisions"}
        assert "page.viewed" not in public
        assert "purpose.stated" in public
        assert PURPOSE["purpose"] not in public

    def test_alone_states_a_purpose(self, office: Office) -> None:
        """Others look as their work asks, and their views are not collected."""
        assert office.desk.get("/console/purpose").headers["location"] == "/console"
        assert office.desk.post("/console/purpose", data=PURPOSE).status_code == 403
        office.desk.get("/console/decisions")
        ada = office.house.ask(people.staff_actor, office.ada.id)
        assert office.house.ask(people.views_on_record, ada) == []


class TestAnExtract:
    """Decisions that an auditor asked for."""

    def test_is_drawn_by_a_checkpoint_that_came_after_the_asking(self, office: Office) -> None:
        """Neither side could choose; anybody draws it again; it names nobody."""
        house = office.house
        stage = Stage(house)
        made = [
            stage.decide(stage.reported(text=f"Offer {number}.", account=f"a{number}"), verdict)
            for number, verdict in enumerate((violation(), fine(), violation()))
        ]
        office.clock.forward(timedelta(days=1))
        house.do(transparency.publish_checkpoint, people.SYSTEM)
        desk = desk_day.sign_in(
            house, office.clock, desk_day.hire(house, office.ada, "Kim", Role.AUDITOR)
        )
        desk.post("/console/purpose", data=PURPOSE)
        asked = {"since": "2026-11-21", "until": "2026-11-21", "sample": "2"}
        assert desk.post("/console/extracts", data=asked | {"sample": "501"}).status_code == 422
        assert desk.post("/console/extracts", data=asked).status_code == 303
        address = "/console/extracts/extract-1"
        assert "there is none yet" in desk.post(f"{address}/draw").text
        assert desk.get(f"{address}/file").text == ""
        house.do(transparency.publish_checkpoint, people.SYSTEM)
        assert desk.post(f"{address}/draw").status_code == 303
        assert "drawn already" in desk.post(f"{address}/draw").text
        told = [json.loads(line) for line in desk.get(f"{address}/file").text.splitlines()]
        assert len(told) == 2
        assert {one["decision"] for one in told} < set(made)
        assert all(one["item"]["texts"]["text"].startswith("Offer") for one in told)
        assert stage.rosa.id not in str(told)
        with house.db.read() as tx:
            log = [json.loads(line) for line in transparency.export(tx)]
        again = quality.redraw(log, "extract-1")
        assert again.same
        assert {drawn for one in again.strata for drawn in one.drawn} == {
            one["decision"] for one in told
        }
        ada = desk_day.sign_in(house, office.clock, office.ada)
        assert ada.post("/console/extracts", data=asked).status_code == 403
        assert ada.get(f"{address}/file").status_code == 403
        assert f"{address}/file" in ada.get("/console/visits").text
        assert desk.get("/console/extracts/extract-9/file").status_code == 404
