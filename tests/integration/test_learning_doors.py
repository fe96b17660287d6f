"""Classifiers in the console and at the shell: shown, compared, put in force, retired."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from evenhand import detection
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.detection import Drift, State, Stream
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM, Role
from tests import desk_day
from tests.school import CLAUSE, LINES, version
from tests.shell import Say, in_json

pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def opened(house: House) -> House:
    """A house with policy and kinds."""
    desk_day.open_for_work(house)
    return house


def lead(house: House, clock: SetClock, role: Role = Role.LEAD) -> TestClient:
    """Sign somebody of a role in."""
    ada = desk_day.first_administrator(house)
    return desk_day.sign_in(house, clock, desk_day.hire(house, ada, "Lin Lead", role))


def seen(page: str) -> str:
    """Return what a page says, without its markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


class TestThePage:
    """Console, Classifiers."""

    def test_goes_from_asking_to_retiring(self, opened: House, clock: SetClock) -> None:
        """A lead's whole way, each step with a reason and none by itself."""
        desk = lead(opened, clock)
        page = seen(desk.get("/console/classifiers").text)
        assert "It takes 20 of each before anything can be learned." in page
        assert "Nothing was learned under this clause yet." in page
        offered = desk.get("/console/classifiers").text
        assert '<option value="fraud"' in offered
        assert '<option value="child' not in offered
        form = {"clause": CLAUSE, "confidence": "0.95", "why": "many new answers"}
        for changed in ({"why": " "}, {"confidence": "7"}, {"confidence": "x"}):
            assert desk.post("/console/classifiers", data=form | changed).status_code == 422
        sent = desk.post("/console/classifiers", data=form)
        assert (sent.status_code, sent.headers["location"]) == (303, "/console/classifiers?asked=1")
        assert "A worker learns it now" in desk.get(sent.headers["location"]).text
        again = desk.post("/console/classifiers", data=form)
        assert again.status_code == 422
        assert "waits for a worker already" in again.text
        [training] = opened.ask(detection.trainings, SYSTEM)
        assert training.asked_by.startswith("staff:")
        opened.do(
            detection.end_training, SYSTEM, training.id, detection.Learned(refused="Too few.")
        )
        assert "Too few." in desk.get("/console/classifiers").text

        first, second = version(opened), version(opened, offset=-11.0)
        for model_id, why in ((first, "it is the first"), (second, "it does better")):
            address = f"/console/classifiers/{model_id}"
            assert desk.post(f"{address}/enforce", data={"why": ""}).status_code == 422
            assert desk.post(f"{address}/enforce", data={"why": why}).status_code == 303
            assert why in desk.get(address).text
        states = {one.id: one.state for one in opened.ask(detection.classifiers, SYSTEM)}
        assert states == {first: State.REPLACED, second: State.IN_FORCE}
        address = f"/console/classifiers/{second}"
        assert "0 decisions rest on it" in seen(desk.get(address).text)
        assert desk.post(f"{address}/retire", data={"why": " "}).status_code == 422
        assert desk.post(f"{address}/retire", data={"why": "it learned wrong"}).status_code == 303
        page = desk.get(address).text
        assert "it learned wrong" in page
        assert "/retire" not in page
        assert desk.post(f"{address}/enforce", data={"why": "again"}).status_code == 409
        assert desk.get("/console/classifiers/nothing").status_code == 404

    def test_shows_the_card_the_figures_and_the_thresholds(
        self, opened: House, clock: SetClock
    ) -> None:
        """What it learned from, how it did, what it cannot see, and what could not be said."""
        drawn = replace(LINES, auto_from=None, fine=3, needed=99)
        model_id = version(opened, lines=drawn)
        desk = lead(opened, clock, Role.AUDITOR)
        reason = {"purpose": "To see what the classifier learned from.", "days": "1"}
        assert desk.post("/console/purpose", data=reason).status_code == 303
        page = seen(desk.get(f"/console/classifiers/{model_id}").text)
        assert "30 broke the clause and 30 were fine" in page
        assert "Not enough evidence at 90.0 % confidence to propose anything (3 of 99" in page
        assert "Child abuse: nothing is learned about child safety" in page
        assert "98.0 %" in page
        assert "Put it in force" not in page
        assert "Train a new version" not in desk.get("/console/classifiers").text

    def test_says_what_drifted(self, opened: House, clock: SetClock) -> None:
        """First of all, in plain words, and that nothing was changed because of it."""
        model_id = version(opened)
        drift = Drift(Stream.SCORES, before=0.1, after=0.45, seen=200, noticed_at=clock.now())
        opened.do(detection.raise_drift_alarm, SYSTEM, model_id, drift)
        desk = lead(opened, clock)
        for address in ("/console/classifiers", f"/console/classifiers/{model_id}"):
            page = seen(desk.get(address).text)
            assert "Its average score" in page
            assert "0.45" in page
            assert "Nothing was changed because of it" in page

    def test_is_not_for_reviewers(self, opened: House, clock: SetClock) -> None:
        """Whoever answers should not know what a classifier would say."""
        desk = lead(opened, clock, Role.REVIEWER)
        assert desk.get("/console/classifiers").status_code == 403
        assert "/console/classifiers" not in desk.get("/console").text


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a fresh house on SQLite, and point this process at it."""
    folder = tmp_path / "house"
    monkeypatch.setenv("EVENHAND_DATA", str(folder))
    assert run(["migrate"]) is Exit.OK
    return folder


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command on models and return its document; its status is checked."""
    assert data
    return in_json(capsys, "model")


class TestTheShell:
    """`evenhand model …`."""

    def test_refuses_to_learn_from_too_little_and_says_how_much_it_takes(self, say: Any) -> None:
        """The training is carried through here, and what came of it is said."""
        told = say("train", "--clause", "fraud", status=Exit.NOT_POSSIBLE)
        [training] = told["trainings"]
        assert training["state"] == "refused"
        assert "It takes 20 of each" in training["says"]
        assert say("train", "--clause", "child-grooming", status=Exit.NOT_POSSIBLE)["error"] == (
            "not_learnable"
        )
        assert say("train", "--clause", "none", status=Exit.NOT_POSSIBLE)
        listed = say("list")
        assert listed["versions"] == []
        assert [one["clause_key"] for one in listed["trainings"]] == ["fraud"]

    def test_shows_uses_and_retires_a_version(self, say: Any, data: Path) -> None:
        """By the beginning of its digest, each on record."""
        house = open_house(load_settings(data=data))
        model_id = version(house)
        house.close()
        [one] = say("list")["versions"]
        assert (one["id"], one["state"]) == (model_id, "trained")
        shown = say("show", one["version"])
        assert shown["report"]["broke"] == 30
        assert any("Child abuse" in line for line in shown["card"]["cannot_see"])
        assert say("use", one["version"], "--why", "a test")["in_force"] == model_id
        assert say("use", one["version"], "--why", "again", status=Exit.NOT_POSSIBLE)
        assert say("retire", one["version"], "--why", "a test")["retired"] == model_id
        assert [each["state"] for each in say("list")["versions"]] == ["retired"]
        assert say("show", "000000", status=Exit.NOT_POSSIBLE)["error"] == "no_such_classifier"

    def test_prints_for_people_too(
        self, say: Any, data: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A card that reads like one, and sentences for what happened."""
        assert say("list")["versions"] == []
        house = open_house(load_settings(data=data))
        version(house)
        house.close()
        capsys.readouterr()
        [one] = say("list")["versions"]
        for words in (
            ["list"],
            ["show", one["version"]],
            ["use", one["version"], "--why", "it is good"],
            ["retire", one["version"], "--why", "it is not"],
        ):
            assert run(["model", *words]) is Exit.OK
        printed = capsys.readouterr().out
        assert "cannot see" in printed
        assert "is in force under fraud" in printed
        assert "No version was in force to compare it with." in printed
        assert "A worker now reopens what rested on it" in printed
