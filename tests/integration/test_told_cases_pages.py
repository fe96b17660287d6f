"""Told cases on pages: told and answered for in the console, read by everybody on the portal."""

from __future__ import annotations

import pytest

from evenhand import decision, people, transparency
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from tests import desk_day, public
from tests.desk_day import Office
from tests.stage import Stage, violation
from tests.told import TITLE, WORDS

#: Pages ask rooms, which have both databases; one is enough for pages.
pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House, office: Office) -> Stage:
    """Open a house for work, with Rui at the desk."""
    return Stage(house, rosa=house.ask(people.staff_actor, office.rui.id))


@pytest.fixture
def made(stage: Stage) -> str:
    """Decide three listings under one rule; return the last decision's id."""
    return [
        stage.decide(stage.reported(account=name), violation()) for name in ("ann", "bea", "zelda")
    ][-1]


class TestACase:
    """From a reviewer's words to a page for everybody."""

    def test_passes_through_two_pairs_of_hands(
        self, office: Office, stage: Stage, made: str
    ) -> None:
        """Told by one, sent back, told again, published by another, withdrawn."""
        house, clock = office.house, office.clock
        rui = desk_day.sign_in(house, clock, office.rui)
        assert f"/console/cases?decision={made}" in rui.get(f"/console/decisions/{made}").text
        assert f'value="{made}"' in rui.get(f"/console/cases?decision={made}").text
        form = {"decision": made, "title": TITLE, "words": WORDS}
        refused = rui.post("/console/cases", data=form | {"words": f"{WORDS} It was Zelda."})
        assert refused.status_code == 422
        assert "names the account" in refused.text
        first = rui.post("/console/cases", data=form).headers["location"]
        assert "somebody else has to read it" in rui.get(first).text
        assert rui.post(f"{first}/approve").status_code == 403
        ada = desk_day.sign_in(house, clock, office.ada)
        assert ada.post(f"{first}/return", data={"why": "No."}).status_code == 422
        ada.post(f"{first}/return", data={"why": "Leave out what was paid."})
        assert "Leave out what was paid." in rui.get(first).text
        second = rui.post("/console/cases", data=form).headers["location"]
        with public.browser(house) as reader:
            assert TITLE not in reader.get("/cases").text
            assert ada.post(f"{second}/approve").headers["location"] == second
            assert ada.post(f"{second}/approve").status_code == 409
            address = f"/cases/{second[-6:]}"
            assert address in reader.get("/cases").text
            page = reader.get(address)
            assert page.status_code == 200
            assert WORDS in page.text
            view = house.ask(decision.for_delivery, made)
            for hidden in (
                made,
                made[-6:],
                view.item_id,
                "zelda",
                "Zelda",
                "Rui Costa",
                "Two tickets",
            ):
                assert hidden not in page.text
            assert f"{view.made_at:%Y-%m-%d}" not in page.text
            assert f"{view.made_at:%B %Y}" in page.text
            why = {"why": "Somebody knew themselves again."}
            assert rui.post(f"{second}/withdraw", data=why).status_code == 403
            ada.post(f"{second}/withdraw", data=why)
            gone = reader.get(address)
            assert gone.status_code == 404
            assert "may have been withdrawn" in gone.text

    def test_is_not_published_when_it_changed(
        self, office: Office, stage: Stage, made: str
    ) -> None:
        """The page says what to do next."""
        house = office.house
        case_id = house.do(transparency.tell_case, stage.rosa, made, title=TITLE, words=WORDS)
        house.do(decision.reverse, stage.lin, made, by=decision.ReversedBy.REVIEW)
        ada = desk_day.sign_in(house, office.clock, office.ada)
        answer = ada.post(f"/console/cases/{case_id}/approve")
        assert answer.status_code == 422
        assert "Send it back to be told anew" in answer.text

    @pytest.mark.parametrize("language", ["en", "ar", "zh-Hans"])
    def test_is_read_in_every_language(
        self, office: Office, stage: Stage, made: str, language: str
    ) -> None:
        """What the service says of it is translated; what the teller wrote stays."""
        house = office.house
        case_id = house.do(transparency.tell_case, stage.rosa, made, title=TITLE, words=WORDS)
        house.do(transparency.approve_case, stage.lin, case_id)
        with public.browser(house) as reader:
            page = reader.get(f"/cases/{case_id[-6:]}", headers={"accept-language": language}).text
        assert f'lang="{language}"' in page
        assert WORDS in page
        assert ("within a day" in page) is (language == "en")
        assert "<script" not in page


def test_an_auditor_reads_and_does_nothing(office: Office, clock: SetClock) -> None:
    """They see the list, and no form."""
    omar = desk_day.hire(office.house, office.ada, "Omar Diaz", Role.AUDITOR)
    browser = desk_day.sign_in(office.house, clock, omar)
    browser.post("/console/purpose", data={"purpose": "The yearly audit of cases.", "days": "3"})
    page = browser.get("/console/cases")
    assert page.status_code == 200
    assert '<form method="post" action="/console/cases"' not in page.text
    assert browser.post("/console/cases", data={}).status_code == 403
