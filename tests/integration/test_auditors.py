"""Auditors look for a stated purpose only, on record, and the operator sees what they looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest

from evenhand import ledger, people, transparency
from evenhand.people import Role
from tests import desk_day
from tests.desk_day import Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

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
