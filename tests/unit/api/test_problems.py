"""Every error leaves as one problem document, and the table and its page agree."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from starlette.exceptions import HTTPException

from evenhand import appeal, decision, intake, people, queue
from evenhand.api import problems
from evenhand.api.problems import KINDS, TABLE, DocumentRefused, KeyMissing, NotFound
from evenhand.api.strict_json import JsonRefused, Problem

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "errors.md"
ROW = re.compile(r"^\| (\d{3}) \| `([a-z_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def body(error: Exception) -> dict[str, object]:
    found: dict[str, object] = json.loads(bytes(problems.answer(error).body))
    return found


class TestThePage:
    def test_says_exactly_what_the_table_says(self) -> None:
        told = [
            (int(status), code, title, do)
            for status, code, title, do in ROW.findall(PAGE.read_text(encoding="utf-8"))
        ]
        assert told == [(k.status, k.code, k.title, k.do) for k in KINDS.values()]


class TestTheTable:
    def test_names_kinds_that_there_are(self) -> None:
        assert set(TABLE.values()) <= set(KINDS)

    def test_every_kind_can_come_about(self) -> None:
        by_status = set(problems._STATUSES.values())
        assert set(KINDS) == set(TABLE.values()) | by_status | {"fault"}

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (KeyMissing(), 401, "key_missing"),
            (people.KeyUnknown(), 401, "key_unknown"),
            (people.NotAllowed("host", "send_items"), 403, "not_allowed"),
            (NotFound(), 404, "not_found"),
            (decision.NoSuchDecision("0190"), 404, "not_found"),
            (queue.NoSuchTask("0190"), 404, "not_found"),
            (intake.KeyReused(), 409, "key_reused"),
            (appeal.TooLate("2026-01-01"), 410, "too_late"),
            (HTTPException(405), 405, "method_not_allowed"),
            (HTTPException(418), 500, "fault"),
            (RuntimeError("boom"), 500, "fault"),
        ],
    )
    def test_gives_each_fact_its_status(self, error: Exception, status: int, code: str) -> None:
        found = body(error)
        assert (found["status"], found["code"]) == (status, code)


class TestTheDocument:
    def test_detail_is_a_sentence_even_for_an_error_that_holds_an_id(self) -> None:
        assert body(decision.NoSuchDecision("0190"))["detail"] == (
            "There is no decision with this id, or it is not yours to see."
        )

    def test_a_fault_says_nothing_about_itself(self) -> None:
        assert "boom" not in json.dumps(body(RuntimeError("boom")))

    def test_spots_are_listed(self) -> None:
        for error in (JsonRefused(Problem("a", "x y")), DocumentRefused(Problem("a", "x y"))):
            assert body(error)["problems"] == [{"path": "a", "says": "x y"}]

    def test_without_spots_there_is_no_list(self) -> None:
        assert "problems" not in body(KeyMissing())

    def test_who_has_no_key_is_asked_for_one(self) -> None:
        assert problems.answer(KeyMissing()).headers["www-authenticate"].startswith("Bearer")
