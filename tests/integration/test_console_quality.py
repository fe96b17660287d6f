"""Quality in the console: draw, look again unseen, settle, and see what came of one's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from evenhand import decision, people, quality, queue, review, transparency
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from evenhand.policy import Harm
from tests import audits, desk_day
from tests.desk_day import Office
from tests.stage import Stage, violation

#: Pages ask rooms, which have both databases; one is enough for pages.
pytestmark = pytest.mark.on("sqlite")

SECRET = "These words of the first reviewer must not be seen by the second one."


@pytest.fixture
def decided(office: Office) -> str:
    """Let Rui remove a listing, and a day pass; return the decision's id."""
    house = office.house
    item_id = desk_day.send_listing(house)
    rui = house.ask(people.staff_actor, office.rui.id)
    task = house.ask(queue.open_task, item_id)
    assert task is not None
    house.do(review.claim, rui, task.id)
    verdict = violation(clause=desk_day.clause_of(house, task.harm))
    made = house.do(decision.decide, rui, task.id, replace(verdict, facts=SECRET))
    office.clock.forward(timedelta(days=1))
    house.do(transparency.publish_checkpoint, people.SYSTEM)
    return made


class TestAnAudit:
    """An audit, from the draw to what came of it."""

    def test_passes_through_three_pairs_of_hands(self, office: Office, decided: str) -> None:
        """A lead draws, a colleague looks, another lead settles; whoever decided sees why."""
        house, clock = office.house, office.clock
        ada = desk_day.sign_in(house, clock, office.ada)
        form = {"since": "2026-11-21", "until": "2026-11-21", "sample": "10", "least": "1"}
        assert ada.post("/console/quality", data=form | {"sample": "many"}).status_code == 422
        drawn = ada.post("/console/quality", data=form)
        assert drawn.headers["location"] == "/console/quality/audit-1"
        assert "some of these days already" in ada.post("/console/quality", data=form).text
        sam = desk_day.sign_in(house, clock, desk_day.hire(house, office.ada, "Sam", Role.REVIEWER))
        place = sam.post("/console/next").headers["location"]
        desk = sam.get(place).text
        assert "Judge it as if for the first time" in desk
        assert SECRET not in desk
        address = place.partition("?")[0]
        assert "Nothing is chosen yet" in sam.post(f"{address}/label", data={}).text
        sent = sam.post(f"{address}/label", data={"choice": "no_violation", "note": "A joke."})
        assert (sent.status_code, sent.headers["location"]) == (303, "/console?done=1")
        place = ada.post("/console/next").headers["location"]
        assert "A joke." in ada.get(place).text
        address = place.partition("?")[0]
        assert "say which of the two" in ada.post(f"{address}/settle", data={}).text
        why = "It is plainly a joke between two friends."
        refused = ada.post(f"{address}/settle", data={"choice": "second", "reasons": "No."})
        assert refused.status_code == 422
        ada.post(f"{address}/settle", data={"choice": "second", "reasons": why})
        rui = desk_day.sign_in(house, clock, office.rui)
        mine = rui.get("/console/quality").text
        assert "yours was not right" in mine
        assert why in mine
        assert why not in sam.get("/console/quality").text
        seen = house.ask(decision.for_delivery, decided)
        assert seen.reversed_by is decision.ReversedBy.REVIEW
        assert "figures are not open yet" in ada.get("/console/quality/audit-1").text

    def test_is_drawn_and_seen_by_those_who_may(self, office: Office, decided: str) -> None:
        """A reviewer neither draws one nor reads its figures."""
        assert decided
        form = {"since": "2026-11-21", "until": "2026-11-21", "sample": "10", "least": "1"}
        desk = desk_day.sign_in(office.house, office.clock, office.rui)
        assert desk.post("/console/quality", data=form).status_code == 403
        assert desk.get("/console/quality/audit-1").status_code == 403
        assert "Draw an audit" not in desk.get("/console/quality").text
        ada = desk_day.sign_in(office.house, office.clock, office.ada)
        assert ada.get("/console/quality/audit-9").status_code == 404


class TestFigures:
    """What an audit found, as a page."""

    def test_are_told_with_intervals_and_can_end_early(self, house: House, clock: SetClock) -> None:
        """One that ended tells; one under way can be ended, and tells after its dispute."""
        desk_day.open_for_work(house)
        ada_hired = desk_day.first_administrator(house)
        stage = Stage(house)
        audits.lay_out(stage, stage.rosa)
        ada = desk_day.sign_in(house, clock, ada_hired)
        page = ada.get("/console/quality/audit-1").text
        assert "18.0 %" in page  # 8 of 40 removals, which are nine tenths of all decisions
        assert "Known texts" in page
        assert "not told: too few" not in page
        assert ada.post("/console/quality/audit-2/close").status_code == 303
        assert "nothing is in dispute any more" in ada.get("/console/quality/audit-2").text


class TestPractice:
    """Training, calibration and checks, as pages."""

    def test_leads_from_a_case_to_an_exercise_and_its_answer(
        self, office: Office, decided: str
    ) -> None:
        """A lead keeps a colleague's decision; another colleague practises on it."""
        house, clock = office.house, office.clock
        ada = desk_day.sign_in(house, clock, office.ada)
        assert "Keep it to learn from" in ada.get(f"/console/decisions/{decided}").text
        case = f"/console/decisions/{decided}/case"
        assert ada.post(case, data={"why": "Yes."}).status_code == 422
        why = "It names gift cards as the only way to pay."
        assert ada.post(case, data={"why": why}).headers["location"] == "/console/practice"
        hired = [
            desk_day.hire(house, office.ada, name, Role.REVIEWER) for name in ("Sam", "Tia", "Uma")
        ]
        sam = desk_day.sign_in(house, clock, hired[0])
        harm = {"harm": "fraud"}
        assert "10 cases" in sam.post("/console/practice/courses", data=harm).text
        form = {**harm, "cases": "3", "staff": [one.id for one in hired]}
        assert sam.post("/console/practice/calibrations", data=form).status_code == 403
        assert ada.post("/console/practice/calibrations", data=harm).status_code == 422
        assert ada.post("/console/practice/calibrations", data=form).status_code == 303
        place = _take_next(sam)
        assert "This was settled before" in sam.get(place).text
        done = sam.post(f"{place}/label", data={"choice": "no_violation"})
        assert done.headers["location"].startswith("/console/practice#s-")
        assert why in sam.get("/console/practice").text
        tia = desk_day.sign_in(house, clock, hired[1])
        assert why not in tia.get("/console/practice").text
        clause = desk_day.clause_of(house, Harm.FRAUD)
        uma = desk_day.sign_in(house, clock, hired[2])
        for one in (tia, uma):
            one.post(f"{_take_next(one)}/label", data={"choice": f"clause:{clause}"})
        told = tia.get("/console/practice").text
        address = told.partition('href="/console/practice/calibrations/')[2].partition('"')[0]
        assert "1 was answered differently" in (
            tia.get(f"/console/practice/calibrations/{address}").text
        )

    def test_says_where_nobody_may_open_what_waits(self, office: Office) -> None:
        """On the pages where work is given out, until somebody is certified."""
        house = office.house
        Stage(house).reported(text="Pay with gift cards.", account="dead-end")
        ada = desk_day.sign_in(house, office.clock, office.ada)
        pages = ("", "/queues/fraud", "/dashboard", "/practice")
        says = "1 task waits that nobody here may open"
        for page in pages:
            assert "nobody here may open" not in ada.get(f"/console{page}").text
        for harm in ("fraud", "violence_harassment"):
            ada.post("/console/practice/required", data={"harm": harm, "required": "yes"})
        for page in pages:
            text = ada.get(f"/console{page}").text
            assert says in text
            assert "would wait for ever" in text
        desk = desk_day.sign_in(house, office.clock, office.rui)
        told = desk.get("/console").text
        assert says in told
        assert "Certify somebody" not in told
        form = {"do": "give", "harm": "fraud", "why": "ten years of it", "staff": office.rui.id}
        assert ada.post("/console/practice/certificates", data=form).status_code == 303
        assert says not in ada.get("/console").text
        house.do(people.deactivate, people.SYSTEM, office.rui.id)
        assert says in ada.get("/console").text

    def test_tells_a_check_for_what_it_was_once_it_is_answered(
        self, office: Office, decided: str
    ) -> None:
        """Until then it is a task like any other."""
        house, clock = office.house, office.clock
        ada = desk_day.sign_in(house, clock, office.ada)
        why = "It names gift cards as the only way to pay."
        ada.post(f"/console/decisions/{decided}/case", data={"why": why})
        assert ada.post("/console/practice/checks", data={"count": "2"}).status_code == 303
        clock.forward(quality.PLANTED_WITHIN)
        Stage(house).settle()
        sam = desk_day.sign_in(house, clock, desk_day.hire(house, office.ada, "Sam", Role.REVIEWER))
        place = sam.post("/console/next").headers["location"].partition("?")[0]
        assert SECRET not in sam.get(place).text
        clause = desk_day.clause_of(house, Harm.FRAUD)
        form = {"choice": f"clause:{clause}", "measures": ["warn"], "measures_for": clause}
        assert sam.post(f"{place}/decide", data=form).status_code == 422
        done = sam.post(f"{place}/decide", data={"choice": "no_violation"})
        assert done.headers["location"] == "/console/practice?checked=1#checks"
        assert why in sam.get("/console/practice?checked=1").text

    def test_asks_for_certificates_where_an_administrator_says_so(self, office: Office) -> None:
        """Whoever has none is told where the training is."""
        house, clock = office.house, office.clock
        item_id = desk_day.send_listing(house)
        task = house.ask(queue.open_task, item_id)
        assert task is not None
        ada = desk_day.sign_in(house, clock, office.ada)
        required = {"harm": "fraud", "required": "yes"}
        assert office.desk.post("/console/practice/required", data=required).status_code == 403
        assert ada.post("/console/practice/required", data=required).status_code == 303
        rui = desk_day.sign_in(house, clock, office.rui)
        refused = rui.post(f"/console/tasks/{task.id}/claim")
        assert "training for it is under Practice" in refused.text
        given = {"do": "give", "staff": office.rui.id, "harm": "fraud", "why": "ten years of it"}
        assert (
            ada.post("/console/practice/certificates", data=given | {"do": "x"}).status_code == 422
        )
        assert ada.post("/console/practice/certificates", data=given).status_code == 303
        assert rui.post(f"/console/tasks/{task.id}/claim").status_code == 303
        assert "yours, until" in rui.get("/console/practice").text


def _take_next(desk: TestClient) -> str:
    """Take the next exercise; return its address."""
    told = desk.get("/console/practice").text
    task_id = told.partition('action="/console/tasks/')[2].partition("/")[0]
    return desk.post(f"/console/tasks/{task_id}/claim").headers["location"]
