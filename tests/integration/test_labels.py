"""From a picture that says a model made it, to the label that people see: a person stands between.

The whole way on real databases: the reader suggests, a reviewer decides, the person is told, the
host is told, and an undone decision takes the label off again.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from evenhand import decision, detection, ledger, people, policy, queue
from evenhand.bootstrap import House
from evenhand.decision import VerdictIncomplete
from evenhand.detection import Answer
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from evenhand.policy import Label, Measure, NothingToPublish, Policy, PolicyRefused
from examples.plaza import host as plaza_host
from examples.plaza import pages as plaza_pages
from tests import desk_day
from tests.signing import BY_MODEL, signed
from tests.stage import FACTS, REASONS, Stage, picture, violation

pytestmark = pytest.mark.on("sqlite")

CLAUSE = "made-with-ai"


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a stage."""
    return Stage.open(house)


def labelled(stage: Stage, photo: bytes | None = None) -> tuple[str, str]:
    """Send an item, report it, and have the AI label put on it; return item and decision."""
    item_id = stage.reported(photo=photo)
    verdict = violation(Measure.LABEL, clause=CLAUSE)
    changed = {**verdict.__dict__, "label": "ai_generated", "above_ladder_reason": None}
    return item_id, stage.decide(item_id, decision.Verdict(**changed))


def effects(stage: Stage, decision_id: str) -> list[dict[str, Any]]:
    """Return what the host is told of a decision."""
    sent = [row for row in stage.sent(decision_id) if row["kind"] == "effect.host"]
    return [row["payload"] for row in sent]


class TestTheWholeWay:
    """Suggested, decided, told, shown, undone."""

    def test_a_reader_suggests_and_does_nothing_else(self, stage: Stage) -> None:
        """No rule acts on what a file says of itself."""
        item_id = stage.item(photo=signed(picture(3), source_type=BY_MODEL))
        stage.settle()
        said = stage.house.ask(detection.assessments, stage.rosa, item_id)
        [found] = [one for one in said if one.detector == "content_credentials"]
        assert (found.answer, found.evidence["suggests_label"]) == (Answer.FOUND, "ai_generated")
        assert found.evidence["integrity"] == "intact"
        assert stage.house.ask(queue.open_task, item_id) is None
        assert stage.house.ask(decision.standing_item, item_id) == "allow"

    def test_a_decision_names_the_label_to_everybody(self, stage: Stage) -> None:
        """Statement, host, register line: words to people, its key to machines."""
        _, decision_id = labelled(stage)
        made = stage.decision(decision_id)
        [measure] = made.measures
        assert (measure.label, measure.label_says) == ("ai_generated", "Made or changed with AI")
        assert any("“Made or changed with AI”" in value for _, value in made.lines)
        [effect] = effects(stage, decision_id)
        assert (effect["measure"], effect["label"]) == ("label", "ai_generated")
        assert effect["label_says"] == "Made or changed with AI"
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["decision.made"])))
        assert line["data"]["measures"] == [
            {"measure": "label", "days": None, "label": "ai_generated"}
        ]
        assert stage.verify().sound

    def test_the_host_shows_it_until_it_is_undone(self, stage: Stage, tmp_path: Path) -> None:
        """Plaza obeys, as any host would."""
        _, decision_id = labelled(stage)
        plaza = plaza_host.Store(tmp_path / "plaza")
        post: dict[str, Any] = {
            "id": "x",
            "account": "ann",
            "text": "A harbour",
            "photo": None,
            "state": "published",
        }
        [applied] = effects(stage, decision_id)
        post |= {"id": applied["target"]["id"], "at": "2026-11-21T09:00:00Z"}

        def shown() -> str:
            post["measures"] = plaza.standing("item", str(post["id"]))
            return plaza_pages.post(None, post)

        for number, action in enumerate(("apply", "lift")):
            data = applied | {"effect": action, "status_url": "http://127.0.0.1:8000/status"}
            event = {
                "type": f"effect.{action}",
                "timestamp": f"2026-11-21T09:0{number}:00Z",
                "data": data,
            }
            plaza_host.obey(plaza, f"m{number}", json.loads(json.dumps(event)))
            assert ("Made or changed with AI" in shown()) is (action == "apply")

    def test_it_is_refused_without_a_name(self, stage: Stage) -> None:
        """Nobody could tell which label was meant."""
        item_id = stage.reported()
        verdict = violation(Measure.LABEL, clause=CLAUSE)
        nameless = decision.Verdict(**{**verdict.__dict__, "label": None})
        with pytest.raises(VerdictIncomplete, match="Say which label"):
            stage.decide(item_id, nameless)


class TestDeclaring:
    """Labels in the policy."""

    def test_keeps_the_words_that_a_decision_was_made_with(self, stage: Stage) -> None:
        """The words may change; a decision is read under those of its day."""
        _, decision_id = labelled(stage)
        clauses = policy.starter().clauses
        anew = Policy("Rules", clauses, (Label("ai_generated", "AI was used"),))
        assert stage.house.do(policy.publish, people.SYSTEM, anew) == ["label ai_generated@2"]
        labels = {one.key: one.says for one in stage.house.ask(policy.labels)}
        assert labels["ai_generated"] == "AI was used"
        assert labels["sensitive"] == "Sensitive content"
        [measure] = stage.decision(decision_id).measures
        assert measure.label_says == "Made or changed with AI"
        with pytest.raises(NothingToPublish):
            stage.house.do(policy.publish, people.SYSTEM, anew)

    def test_comes_before_a_step_that_names_one(self, house: House) -> None:
        """A ladder that ends in nothing is refused whole."""
        alone = Policy("Rules", policy.starter().clauses)
        with pytest.raises(PolicyRefused, match="declare it"):
            house.do(policy.publish, people.SYSTEM, alone)
        assert house.ask(policy.clauses) == ()


class TestTheDesk:
    """What the reviewer sees and chooses."""

    def test_shows_the_credentials_and_offers_the_suggested_label(
        self, house: House, clock: SetClock
    ) -> None:
        """Integrity apart from trust; the label is offered, and a person chooses it."""
        stage = Stage.open(house)
        item_id = stage.reported(photo=signed(picture(4), source_type=BY_MODEL))
        ada = desk_day.first_administrator(house)
        desk = desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Rui", Role.REVIEWER))
        task_id = desk.post("/console/next").headers["location"].rpartition("/")[2]
        page = desk.get(f"/console/tasks/{task_id}").text
        assert "Content credentials: intact · signer: not known" in page
        form: dict[str, object] = {"choice": f"clause:{CLAUSE}", "measures": [], "facts": FACTS}
        form |= {"measures_for": "", "reasons": REASONS}
        drawn = desk.post(f"/console/tasks/{task_id}/draft", data=form).text
        [offered] = re.findall(r'<select id="f-label".*?</select>', drawn, re.DOTALL)
        assert re.search(r'value="ai_generated" selected>[^<]*suggested by what was found', offered)
        form |= {"measures_for": CLAUSE, "measures": ["label"]}
        refused = desk.post(f"/console/tasks/{task_id}/decide", data=form | {"label": ""})
        assert refused.status_code == 422
        assert "Say which label to add" in refused.text
        made = desk.post(f"/console/tasks/{task_id}/decide", data=form | {"label": "ai_generated"})
        assert made.status_code == 303, made.text
        [view] = house.ask(decision.on_item, stage.omar, item_id)
        page = desk.get(f"/console/decisions/{view.id}").text
        assert "“Made or changed with AI”" in page
        assert "Labels that may be put on an item" in desk.get("/console/policy").text
