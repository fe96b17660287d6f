"""The command line against a real house: from the first run to a ledger that was tampered with."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evenhand import people, policy
from evenhand.api import documents
from evenhand.bootstrap import load_settings, open_house
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from tests.shell import Say, in_json
from tests.stage import member

SWAPPED = (
    "update ledger_lines set line = -1 where line = 3;"
    "update ledger_lines set line = 3 where line = 4;"
    "update ledger_lines set line = 4 where line = -1"
)


def evenhand(
    data: Path, *words: str, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as its own process."""
    return subprocess.run(
        [sys.executable, "-m", "evenhand.cli", *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"EVENHAND_DATA": str(data)} | env,
    )


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a house by `evenhand migrate`, on SQLite."""
    folder = tmp_path_factory.mktemp("first") / "house"
    made = evenhand(folder, "migrate")
    assert (made.returncode, made.stderr) == (0, ""), made.stderr
    return folder


@pytest.fixture
def data(first_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a fresh house of its own, and point this process at it too."""
    folder = tmp_path / "house"
    shutil.copytree(first_run, folder)
    monkeypatch.setenv("EVENHAND_DATA", str(folder))
    return folder


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command here, with --json, and return its document; its status is checked."""
    return in_json(capsys)


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


def with_house(data: Path, act: Callable[[Any], Any]) -> Any:
    house = open_house(load_settings(data=data))
    try:
        return act(house)
    finally:
        house.close()


class TestLedger:
    """Charter, promise 7: any change, gap or reorder is found, and the cron job hears of it."""

    @pytest.mark.parametrize(
        ("tamper", "finds"),
        [
            ("update ledger_lines set text = replace(text, 'fraud', 'other')", "edit"),
            ("delete from ledger_lines where line = 4", "gap"),
            ("update ledger_lines set line = 1000 - line where line in (3, 997)", "gap"),
            (SWAPPED, "place"),
            ("delete from ledger_lines where line >= (select max(line) from ledger_lines)", "tail"),
            ("update ledger_private set content = replace(content, 'Ada', 'Eve')", "private"),
            ("delete from ledger_head", "head"),
        ],
    )
    def test_tampering_is_found(self, data: Path, say: Say, tamper: str, finds: str) -> None:
        say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        assert say("ledger", "verify")["sound"] is True
        with sqlite3.connect(data / "evenhand.sqlite3") as rows:
            rows.executescript(f"pragma foreign_keys=off; {tamper};")
        rows.close()
        found = say("ledger", "verify", status=Exit.FOUND)
        assert found["sound"] is False
        assert finds in {one["kind"] for one in found["findings"]}

    def test_a_tail_that_is_cut_off_with_its_head_is_found(self, data: Path, say: Say) -> None:
        """Whoever rolls the whole database back still has the kept checkpoint against them."""
        before = (data / "evenhand.sqlite3").read_bytes()
        say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        for left in data.glob("evenhand.sqlite3*"):
            left.unlink()
        (data / "evenhand.sqlite3").write_bytes(before)
        found = say("ledger", "verify", status=Exit.FOUND)
        assert "tail" in {one["kind"] for one in found["findings"]}

    def test_it_is_said_in_words_and_by_the_exit_status(self, data: Path) -> None:
        sound = evenhand(data, "ledger", "verify")
        assert (sound.returncode, sound.stdout[:21]) == (0, "The ledger is sound: ")
        with sqlite3.connect(data / "evenhand.sqlite3") as rows:
            rows.execute("update ledger_lines set text = text || ' ' where line = 2")
        rows.close()
        broken = evenhand(data, "ledger", "verify")
        assert broken.returncode == 1
        assert "line 2 does not have the hash it was given" in broken.stdout

    def test_a_proof_is_made_and_checked_without_the_house(self, say: Say, tmp_path: Path) -> None:
        proof = say("ledger", "prove", "3")
        key = say("ledger", "checkpoint")["verifier_key"]
        file = tmp_path / "proof.json"
        file.write_text(json.dumps(proof))
        nowhere = tmp_path / "nowhere"
        assert evenhand(nowhere, "ledger", "verify-proof", str(file)).returncode == 0
        assert evenhand(nowhere, "ledger", "verify-proof", str(file), "--key", key).returncode == 0
        changed = json.dumps(proof | {"text": proof["text"].replace('"n":3', '"n":2')})
        found = evenhand(nowhere, "ledger", "verify-proof", "-", stdin=changed)
        assert found.returncode == 1
        assert "NOT" in found.stdout

    def test_a_line_is_opened_to_prove_who_acted(
        self, say: Say, data: Path, tmp_path: Path
    ) -> None:
        """The line says `staff`; whoever is shown what it commits to can check that it is that."""
        ada = member(people.Role.ADMINISTRATOR)
        scopes = ["items:write"]
        issued = with_house(
            data, lambda house: house.do(people.issue_key, ada, name="forum", scopes=scopes)
        )
        (line,) = say("ledger", "show", issued.id)["lines"]
        assert (line["type"], line["actor"]) == ("key.issued", "staff")
        assert line["by"].startswith("staff:")
        proof = say("ledger", "prove", str(line["n"]), "--opened")
        assert json.loads(proof["opened"]["content"])["actor"] == line["by"]
        file = tmp_path / "opened.json"
        file.write_text(json.dumps(proof))
        nowhere = tmp_path / "nowhere"
        held = evenhand(nowhere, "ledger", "verify-proof", str(file))
        assert held.returncode == 0
        assert line["by"] in held.stdout
        changed = json.dumps(proof).replace(line["by"], "staff:somebody-else")
        found = evenhand(nowhere, "ledger", "verify-proof", "-", stdin=changed)
        assert found.returncode == 1
        assert "does not commit to what stands beside it" in found.stdout
        why = "Ada asked for it on 3 May."
        assert say("ledger", "erase", str(line["n"]), "--reason", why)["line"] == line["n"]
        (erased,) = say("ledger", "show", issued.id)["lines"]
        assert erased == line | {"by": "staff"}
        missing = ("ledger", "prove", str(line["n"]), "--opened")
        assert say(*missing, status=Exit.NOT_POSSIBLE)["error"]
        again = ("ledger", "erase", str(line["n"]), "--reason", why)
        assert say(*again, status=Exit.NOT_POSSIBLE)["error"] == "nothing_to_erase"
        assert say("ledger", "verify")["sound"]

    def test_a_copy_is_checked_with_the_key_alone(self, say: Say, tmp_path: Path) -> None:
        """As tiles and as lines, without a house; what was changed is found and named."""
        places = (tmp_path / "tiles", tmp_path / "log.jsonl")
        nowhere, kept = tmp_path / "nowhere", tmp_path / "kept"
        kept.write_text(say("ledger", "checkpoint")["checkpoint"])
        for place in places:
            key = say("ledger", "export", str(place))["verifier_key"]
            words = ("ledger", "verify", "--from", str(place), "--against", str(kept), "--key", key)
            held = evenhand(nowhere, *words)
            assert (held.returncode, held.stdout[:21]) == (0, "The ledger is sound: ")
        places[1].write_text(places[1].read_text().replace("clause", "clasue", 1))
        broken = evenhand(nowhere, *words)
        assert broken.returncode == 1
        assert "edit: " in broken.stdout
        assert evenhand(nowhere, "ledger", "verify", "--from", str(tmp_path)).returncode == 3
        for wrong in (("--key", key), ("--from", str(tmp_path), "--key", "x")):
            assert evenhand(nowhere, "ledger", "verify", *wrong).returncode == 3
        missing = evenhand(nowhere, "ledger", "verify", "--from", str(tmp_path), "--key", key)
        assert (missing.returncode, "--checkpoint" in missing.stderr) == (4, True)

    def test_growth_is_proved_to_whoever_kept_a_checkpoint(self, say: Say, tmp_path: Path) -> None:
        """The old checkpoint and the key are all they need."""
        old = say("ledger", "checkpoint")
        kept, file = tmp_path / "kept", tmp_path / "proof.json"
        kept.write_text(old["checkpoint"])
        say("people", "add", "Ada", "ada@example.org", "--role", "reviewer")
        proof = say("ledger", "prove", "--since", old["checkpoint"].split("\n")[1])
        file.write_text(json.dumps(proof))
        words = ("ledger", "verify-proof", str(file), "--kept", str(kept), "--key")
        held = evenhand(tmp_path / "nowhere", *words, old["verifier_key"])
        assert (held.returncode, held.stdout[:15]) == (0, "The proof holds")
        changed = say("ledger", "rotate-key", "--reason", "It is changed once a year.")
        assert changed["old_key"] == old["verifier_key"]
        file.write_text(json.dumps(say("ledger", "prove", "--since", str(proof["first"]))))
        fails = evenhand(tmp_path / "nowhere", *words, changed["new_key"])
        assert (fails.returncode, "trusted" in fails.stdout) == (1, True)
        both = (changed["new_key"], "--key", changed["old_key"])
        assert evenhand(tmp_path / "nowhere", *words, *both).returncode == 0
        assert say("ledger", "verify")["sound"] is True
        assert say("ledger", "rotate-key", "--reason", "no", status=Exit.NOT_POSSIBLE)["says"]
        assert say("ledger", "prove", status=Exit.NOT_POSSIBLE)["says"]
        assert say("ledger", "prove", "--since", "0", status=Exit.NOT_POSSIBLE)["says"]


class Served:
    """`evenhand serve` as a process of its own, until told to stop."""

    def __init__(self, data: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evenhand.cli", "serve", "--port", "0", "--json", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"EVENHAND_DATA": str(data)},
        )
        assert self.process.stdout is not None
        text = ""
        for line in self.process.stdout:
            text += line
            if line.startswith("}"):
                break
        self.greeting: dict[str, Any] = json.loads(text)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.greeting["listening"] + path, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        _, logged = self.process.communicate(timeout=30)
        return self.process.returncode, logged


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve a house that is made by serving it."""
    running = Served(tmp_path / "house")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.communicate()


class TestServe:
    def test_it_serves_every_door_and_stops_when_told(self, served: Served) -> None:
        assert served.get("/healthz") == (200, '{"alive":true}')
        assert json.loads(served.get("/readyz")[1])["ready"] is True
        assert served.get("/")[0] == 200
        assert served.get("/api/v1/me")[0] == 401
        link = served.greeting["setup_link"]
        setup = link.removeprefix(served.greeting["public_url"])
        assert served.get(setup)[0] == 200
        assert served.get("/console/setup/wrong")[0] != 200
        status, logged = served.stop()
        assert status == 0
        assert setup.rpartition("/")[2] not in logged
        assert '"route": "/console/setup/{token}"' in logged
        assert "worker.stopped" in logged

    def test_a_port_in_use_is_said_plainly(self, served: Served, tmp_path: Path) -> None:
        port = served.greeting["listening"].rpartition(":")[2]
        found = evenhand(tmp_path / "other", "serve", "--port", port)
        assert found.returncode == Exit.NOT_READY
        assert "--port" in found.stderr

    def test_it_does_not_listen_beyond_this_machine_by_default(self, tmp_path: Path) -> None:
        found = evenhand(tmp_path / "house", "serve", "--listen", "0.0.0.0", "--port", "0")
        assert found.returncode == Exit.NOT_READY
        assert "EVENHAND_PUBLIC_URL" in found.stderr


class TestWorker:
    def test_it_stops_when_told(self, data: Path) -> None:
        running = subprocess.Popen(
            [sys.executable, "-m", "evenhand.cli", "worker"],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"EVENHAND_DATA": str(data)},
        )
        assert running.stderr is not None
        while "worker.started" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=30)
        assert running.returncode == 0
        assert "worker.stopped" in rest
