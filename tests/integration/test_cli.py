"""The command line against a real house, room by room."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from evenhand import people, policy
from evenhand.api import documents
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from tests.shell import Say, evenhand, with_house


class TestDetectors:
    """Which there are, and what a model's card says."""

    def test_are_listed_switched_and_taken_back(self, say: Say) -> None:
        listed = {one["name"]: one for one in say("detection", "list")["detectors"]}
        assert listed["known_images"]["on"]
        assert not listed["adult_image_nsfwjs"]["on"]
        assert listed["adult_image_nsfwjs"]["model"] == "nsfwjs"
        assert say("detection", "on", "adult_image_nsfwjs")["missing"] is None
        assert (
            say("detection", "on", "adult_image_nsfwjs", status=Exit.NOT_POSSIBLE)["error"]
            == "switched_already"
        )
        assert say("detection", "off", "known_links") == {
            "detector": "known_links",
            "on": False,
            "missing": None,
        }
        said = say("detection", "withdraw", "adult_image_nsfwjs", "--why", "It errs on roses.")
        assert said == {"withdrawn": "adult_image_nsfwjs"}

    def test_have_cards(self, say: Say, capsys: pytest.CaptureFixture[str]) -> None:
        card = say("detection", "card", "adult_image_opennsfw")["card"]
        assert card["name"] == "opennsfw"
        assert "never disclosed" in card["provenance"]
        assert run(["detection", "card", "nsfwjs"]) is Exit.OK
        assert "scraped from Reddit" in capsys.readouterr().out
        assert say("detection", "card", "gpt", status=Exit.NOT_POSSIBLE)["error"]


class TestFirstRun:
    def test_a_command_makes_no_house_by_accident(self, tmp_path: Path) -> None:
        found = evenhand(tmp_path / "nothing", "queue", "list", "--json")
        assert found.returncode == Exit.NOT_READY
        assert json.loads(found.stderr)["error"] == "no_house"
        assert not (tmp_path / "nothing").exists()

    def test_migrate_makes_a_house_with_what_ships(self, data: Path, say: Say) -> None:
        assert len(say("policy", "list")["clauses"]) > 10
        assert {kind["name"] for kind in say("intake", "kinds", "list")["kinds"]} == {
            "listing",
            "message",
            "post",
            "profile",
        }
        assert (data / "keys" / "master.key").stat().st_mode & 0o077 == 0

    def test_migrating_again_does_nothing(self, say: Say) -> None:
        assert say("migrate") == {"changed": False}

    def test_check_looks_at_everything(self, say: Say) -> None:
        states = {one["what"]: one["state"] for one in say("check")["checks"]}
        assert (states["database"], states["keys"], states["media"]) == ("fine",) * 3
        assert states["mail"] == "note"
        assert states["child safety"] == "missing"

    def test_says_loudly_that_no_list_is_loaded(
        self, data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """In words everywhere, and in red where there are colours."""
        assert run(["bank", "stats"]) is Exit.OK
        assert "Child safety: 0 lists loaded" in capsys.readouterr().out
        monkeypatch.delenv("NO_COLOR", raising=False)
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        assert run(["check"]) is Exit.OK
        assert "\x1b[1;31m▲ child safety: 0 lists loaded" in capsys.readouterr().out

    def test_check_finds_a_key_that_others_can_read(self, data: Path, say: Say) -> None:
        (data / "keys" / "master.key").chmod(0o644)
        checks = say("check", status=Exit.NOT_READY)["checks"]
        assert [one["what"] for one in checks if one["state"] == "wrong"] == ["keys"]

    def test_check_finds_a_database_that_does_not_answer(self, data: Path) -> None:
        url = "postgresql+psycopg://nobody:hunter2@127.0.0.1:9/none"
        found = evenhand(data, "check", EVENHAND_DATABASE_URL=url)
        assert found.returncode == Exit.NOT_READY
        assert "▲ database" in found.stdout
        assert "hunter2" not in found.stdout + found.stderr

    def test_wrong_settings_are_named(self, data: Path) -> None:
        found = evenhand(data, "check", EVENHAND_PORT="many")
        assert found.returncode == Exit.NOT_READY
        assert "EVENHAND_PORT" in found.stderr


class TestTheGate:
    """What would become of an item, and what happens when nothing could look."""

    def test_an_item_is_assessed_and_forgotten(self, say: Say, tmp_path: Path) -> None:
        file = tmp_path / "item.json"
        file.write_text(json.dumps(documents.ITEM_EXAMPLE))
        answer = say("intake", "assess", str(file))
        assert (answer["verdict"], answer["looked_at"]) == ("allow", True)
        assert {one["answer"] for one in answer["assessments"]} == {"skipped"}
        assert say("queue", "list")["tasks"] == []
        assert say("intake", "send", str(file))["created"] is True

    def test_what_happens_is_chosen_for_a_kind(self, say: Say, tmp_path: Path) -> None:
        assert say("intake", "kinds", "unlooked", "post", "hold")["when_not_looked_at"] == "hold"
        kinds = {one["name"]: one for one in say("intake", "kinds", "list")["kinds"]}
        assert kinds["post"]["when_not_looked_at"] == "hold"
        assert kinds["message"]["when_not_looked_at"] == "review"
        refused = say("intake", "kinds", "unlooked", "post", "hold", status=Exit.NOT_POSSIBLE)
        assert refused["error"] == "kind_unchanged"
        say("intake", "kinds", "unlooked", "song", "hold", status=Exit.NOT_POSSIBLE)
        file = tmp_path / "song.toml"
        fields = '[[fields]]\nname = "words"\ntype = "text"\n'
        file.write_text(f'name = "song"\nwhen_not_looked_at = "allow"\n{fields}')
        declared = say("intake", "kinds", "declare", str(file))
        assert declared["when_not_looked_at"] == "allow"
        file.write_text(f'name = "song"\nwhen_not_looked_at = "perhaps"\n{fields}')
        wrong = say("intake", "kinds", "declare", str(file), status=Exit.NOT_POSSIBLE)
        assert "hold, review, allow" in wrong["says"]


class TestRooms:
    """Every room's commands, on a house through which one item has gone."""

    def test_an_item_is_sent_and_followed(self, say: Say, tmp_path: Path) -> None:
        say(
            "bank",
            "create",
            "known",
            "--signal",
            "phrase",
            "--confidence",
            "confirmed",
            "--clause",
            "fraud",
        )
        entry = say(
            "bank",
            "add",
            "known",
            "gift cards only",
            "--kind",
            "phrase",
            "--source",
            "partner",
            "--reason",
            "a script that scammers use",
        )["entry_id"]
        item = documents.ITEM_EXAMPLE | {"fields": {"text": "Gift cards only, please."}}
        file = tmp_path / "item.json"
        file.write_text(json.dumps(item))
        sent = say("intake", "send", str(file))
        assert (sent["created"], sent["verdict"], sent["looked_at"]) == (True, "hold", True)

        answers = say("detection", "show", sent["item_id"])["assessments"]
        assert "found" in {one["answer"] for one in answers}
        actions = [one["action"] for one in say("rules", "show", sent["item_id"])["proposals"]]
        assert actions == ["hold", "enqueue"]
        [task] = say("queue", "list", "--queue", "fraud")["tasks"]
        assert task["id"] == sent["task_id"]
        [fraud] = [one for one in say("review", "status")["queues"] if one["name"] == "fraud"]
        assert fraud["waiting"] == 1
        [made] = say("decision", "list")["decisions"]
        shown = say("decision", "show", made["id"])
        assert (shown["automated"], shown["provisional"]) == (True, True)
        types = [line["type"] for line in say("ledger", "show", sent["item_id"])["lines"]]
        assert types[:2] == ["item.received", "item.assessed"]

        say("bank", "withdraw", entry, "--why", "it was a mistake")
        say("worker", "--once")
        [gone] = say("bank", "entries", "known")["entries"]
        assert gone["withdrawn_why"] == "it was a mistake"
        assert say("delivery", "list", "--state", "ready")["deliveries"]
        assert say("appeal", "list")["appeals"] == []

    def test_a_refused_item_says_where(self, say: Say, tmp_path: Path) -> None:
        file = tmp_path / "item.json"
        file.write_text(json.dumps({"kind": "post"}))
        says = say("intake", "send", str(file), status=Exit.NOT_POSSIBLE)["says"]
        assert "account: This is missing." in says

    def test_a_kind_is_declared(self, say: Say, tmp_path: Path) -> None:
        file = tmp_path / "kind.toml"
        file.write_text(
            'name = "event"\n[[fields]]\nname = "title"\ntype = "text"\nrole = "title"\n'
            '[[fields]]\nname = "poster"\ntype = "image"\nmany = true\n'
        )
        assert say("intake", "kinds", "declare", str(file))["name"] == "event"
        again = say("intake", "kinds", "declare", str(file), status=Exit.NOT_POSSIBLE)
        assert again["error"] == "kind_unchanged"

    @pytest.mark.parametrize("text", ["", "name = 1", 'name = "x"\nfields = 1', "x ="])
    def test_a_file_that_is_no_kind_is_refused(self, say: Say, tmp_path: Path, text: str) -> None:
        file = tmp_path / "kind.toml"
        file.write_text(text)
        refused = say("intake", "kinds", "declare", str(file), status=Exit.NOT_POSSIBLE)
        assert refused["error"] == "unreadable"

    def test_staff_and_keys_come_and_go(self, data: Path, say: Say) -> None:
        added = say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        token = added["link"].rpartition("/console/join/")[2]
        with_house(data, lambda house: house.ask(people.invited, token))
        again = say("people", "reset", "ADA@example.org")
        assert again["staff_id"] == added["staff_id"]
        assert again["link"] != added["link"]
        say("people", "role", "ada@example.org", "lead")
        assert [one["role"] for one in say("people", "list")["staff"]] == ["lead"]
        say("people", "remove", added["staff_id"])
        assert [one["state"] for one in say("people", "list")["staff"]] == ["left"]

        issued = say("people", "key", "issue", "host", "--scope", "items:write")
        with_house(data, lambda house: house.ask(people.key_actor, issued["key"]))
        say("people", "key", "revoke", issued["key_id"])
        with pytest.raises(people.KeyUnknown):
            with_house(data, lambda house: house.ask(people.key_actor, issued["key"]))

    def test_a_new_version_of_a_clause_is_published(self, say: Say, tmp_path: Path) -> None:
        text = (Path(policy.__file__).parent / "starter.toml").read_text(encoding="utf-8")
        first = re.search(r'key = "([a-z-]+)"\n', text)
        assert first is not None
        file = tmp_path / "policy.toml"
        file.write_text(text)
        same = say("policy", "publish", str(file), status=Exit.NOT_POSSIBLE)
        assert same["error"] == "nothing_to_publish"
        file.write_text(text.replace("version = 1", "version = 2", 1))
        assert len(say("policy", "publish", str(file))["published"]) == 1

    def test_what_is_published_can_be_had(self, say: Say, tmp_path: Path) -> None:
        assert say("transparency", "numbers")["tables"]
        compared = say("transparency", "compare", "--since", "2025-02-01", "--until", "2025-02-03")
        assert [day["day"] for day in compared["days"]][-1] == "2025-02-03"
        assert len(compared["days"]) == 3
        wrong_way = ("--since", "2025-02-03", "--until", "2025-02-01")
        refused = say("transparency", "compare", *wrong_way, status=Exit.NOT_POSSIBLE)
        assert refused["error"] == "period_unreadable"
        assert say("transparency", "register")["rows"] == []
        out = tmp_path / "log.jsonl"
        assert say("transparency", "export", "--out", str(out))["lines"] == len(
            out.read_text(encoding="utf-8").splitlines()
        )

    def test_nothing_is_found_under_a_wrong_id(self, say: Say) -> None:
        for words in (
            ("decision", "show", "x"),
            ("delivery", "resend", "x"),
            ("ledger", "show", "x"),
            ("ledger", "prove", "999999"),
            ("people", "reset", "nobody@example.org"),
            ("people", "key", "revoke", "x"),
            ("bank", "entries", "x"),
            ("queue", "list", "--queue", "x"),
        ):
            assert " " in say(*words, status=Exit.NOT_POSSIBLE)["says"]
