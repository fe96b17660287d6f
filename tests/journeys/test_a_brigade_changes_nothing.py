"""Thirty accounts report one harmless post: it stays, and waits once for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from evenhand import ledger, queue
from tests.town import Town, open_town

TEXT: Final = "Board games in the back room on Thursday, bring a friend and something to nibble."
ACCOUNTS: Final = 30
PASSWORD: Final = "a long enough password"
HARMS: Final = ("fraud", "malware_spam", "violence_harassment", "other")
RESTRICTS: Final = ("decision.made", "effect.acknowledged")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Open a town with Plaza."""
    folder: Path = tmp_path_factory.mktemp("town")
    with open_town(folder) as opened:
        yield opened


@pytest.fixture(scope="module")
def post(town: Town) -> str:
    """Post something harmless on Plaza; have thirty accounts report it; return its address."""
    with town.visitor(at=town.plaza) as author:
        author.post("/sign-in", data={"name": "Thursday", "password": PASSWORD})
        where = str(author.post("/posts", files={"text": (None, TEXT)}).headers["location"])
    for number in range(ACCOUNTS):
        with town.visitor(at=town.plaza) as browser:
            browser.post("/sign-in", data={"name": f"fresh-{number:02}", "password": PASSWORD})
            harm = HARMS[number % len(HARMS)]
            says = {"harm": harm, "explanation": f"This is terrible, take it down. {number % 4}"}
            assert browser.post(f"{where}/report", data=says).status_code == 200
    town.settle()
    return where


class TestABrigade:
    """Thirty reports of one harmless post."""

    def test_leaves_the_post_where_it_is(self, town: Town, post: str) -> None:
        """Everybody still sees it, on its page and in the list."""
        with town.visitor(at=town.plaza) as stranger:
            assert TEXT in stranger.get(post).text
            assert TEXT in stranger.get("/").text

    @pytest.mark.usefixtures("post")
    def test_becomes_one_task_that_says_how_many(self, town: Town) -> None:
        """One look for one post; the count raises it, with a limit, and is explained."""
        (task,) = town.house.ask(queue.waiting, town.actor("Rosa"))
        assert task.reports == ACCOUNTS
        assert sum(part.points for part in task.why) == task.priority

    @pytest.mark.usefixtures("post")
    def test_is_shown_folded_to_the_reviewer(self, town: Town) -> None:
        """As many texts as there are, not as many as were sent."""
        (task,) = town.house.ask(queue.waiting, town.actor("Rosa"))
        with town.console("Rosa") as rosa:
            desk = rosa.get(f"/console/tasks/{task.id}").text
        assert "4 different texts" in desk
        assert not re.search(r"fresh-\d\d", desk)

    @pytest.mark.usefixtures("post")
    def test_restricts_nothing_in_the_record_either(self, town: Town) -> None:
        """No decision, no measure, and nothing sent to the host but words to people."""
        lines = town.house.ask(lambda tx: list(ledger.events(tx, list(RESTRICTS))))
        assert lines == []
        counts = town.house.ask(ledger.outbox.counts)
        assert not any(kind == "effect.host" for kind, _ in counts)

    @pytest.mark.usefixtures("post")
    def test_gives_the_next_real_case_no_later_look(self, town: Town) -> None:
        """One trusted report of something severe comes before thirty of nothing."""
        with town.api() as api:
            item = {"kind": "post", "id": "severe", "account": {"id": "x", "name": "X"}}
            api.post("/api/v1/items", json=item | {"fields": {"text": "I know where you sleep."}})
            says = {
                "harm": "child_safety",
                "explanation": "He threatens a child.",
                "illegal": False,
            }
            about = {"item": {"kind": "post", "id": "severe"}, "reporter": {"trusted": True}}
            assert api.post("/api/v1/reports", json=says | about).status_code == 201
        town.settle()
        first, *_ = town.house.ask(queue.waiting, town.actor("Rosa"))
        assert first.harm == "child_safety"
