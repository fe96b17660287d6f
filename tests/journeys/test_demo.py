"""The demo keeps what it says, run as anybody runs it: as a command, in a folder of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any, Final
from urllib.parse import urlsplit

import httpx2
import pytest

from evenhand import people
from evenhand.kit.clock import SystemClock

pytestmark = pytest.mark.xdist_group("demo")  # one day is enough for everybody who looks at it

#: A minute on two idle cores; longer than this and something waits that nobody ends.
PLAYED_SECONDS_MAX: Final = 180
STOPPED_SECONDS_MAX: Final = 60
COMMAND: Final = (str(Path(sys.executable).with_name("evenhand")),)


def surroundings(**more: str) -> dict[str, str]:
    """Leave out the settings of a house that happens to run here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EVENHAND_")}
    return kept | more


def run(*arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        env=surroundings(**env),
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def free_port() -> int:
    """Find a port that is free, with the one after it."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as first:
            port = int(first.getsockname()[1])
            try:
                socket.create_server(("127.0.0.1", port + 1)).close()
            except OSError:
                continue
            return port


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder the day is kept in."""
    return tmp_path_factory.mktemp("demo") / "day"


@pytest.fixture(scope="module")
def day(folder: Path) -> dict[str, Any]:
    """Play the day once, and return the one JSON object it prints."""
    done = run(
        "demo", "--no-serve", "--json", EVENHAND_DATA=str(folder), EVENHAND_PORT=str(free_port())
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class TestTheDay:
    """A day played with `--no-serve --json`."""

    def test_brings_what_was_promised(self, day: dict[str, Any]) -> None:
        """Items, reports, tasks, decisions, an appeal and its reversal."""
        assert day["items"] >= 60
        assert day["reports"] == 70
        assert day["tasks"] >= 27
        assert day["decisions"] >= 24
        assert day["statements"] >= 12
        assert day["appeals"] >= 1
        assert day["reversed"] >= 1

    def test_leaves_nothing_undelivered(self, day: dict[str, Any]) -> None:
        """Every effect and every message reached whom it was for."""
        assert day["effects_delivered"] > 0
        assert day["effects_pending"] == 0
        assert day["messages_delivered"] > 0
        assert day["messages_pending"] == 0

    def test_lets_no_number_of_reports_remove_anything(self, day: dict[str, Any]) -> None:
        """Thirty reports are one task, and what they were about is still there."""
        assert day["brigade"] == {"reports": 30, "task_reports": 30, "still_visible": True}

    def test_is_over_soon(self, day: dict[str, Any]) -> None:
        """Nobody waits long to see what this is."""
        assert day["seconds"] < PLAYED_SECONDS_MAX

    def test_leaves_a_ledger_that_verifies(self, day: dict[str, Any], folder: Path) -> None:
        """The command that anybody would use says so, of as many lines."""
        done = run("ledger", "verify", EVENHAND_DATA=str(folder))
        assert done.returncode == 0, done.stdout + done.stderr
        assert str(day["ledger_size"]) in done.stdout
        assert day["checkpoint"].split("\n")[1] == str(day["ledger_size"])

    @pytest.mark.usefixtures("day")
    def test_names_nobody_in_any_line(self, folder: Path) -> None:
        """No id, name or address of anybody on the staff, of an account or of a receipt."""
        wanted = (
            "select id from staff union select name from staff union select email from staff"
            " union select id from accounts union select id from receipts"
        )
        with closing(sqlite3.connect(folder / "evenhand.sqlite3")) as rows:
            people_in_it = [who for (who,) in rows.execute(wanted)]
            lines = [text for (text,) in rows.execute("select text from ledger_lines")]
        assert len(people_in_it) > 20
        assert [text for text in lines if any(who in text for who in people_in_it)] == []
        actors = {json.loads(text)["actor"].partition(":")[0] for text in lines}
        assert {"staff", "key", "receipt", "rule", "system"} <= actors

    @pytest.mark.usefixtures("day")
    def test_keeps_the_mail_in_the_folder(self, folder: Path) -> None:
        """Nobody who does not exist is written to."""
        letters = [file.read_text(encoding="utf-8") for file in (folder / "mail").iterdir()]
        assert letters
        addresses = {letter.split("\n", 1)[0].rpartition("@")[2] for letter in letters}
        assert all(re.search(r"(^|\.)example(\.com|\.org)?$", each) for each in addresses)

    @pytest.mark.usefixtures("day")
    def test_keeps_its_secrets_to_the_owner(self, folder: Path) -> None:
        """The sign-in details lie in a file that only the owner reads."""
        assert (folder / "demo.json").stat().st_mode & 0o077 == 0


class TestAPlayedDay:
    """A folder in which a day was played."""

    @pytest.mark.usefixtures("day")
    def test_is_served_as_it_stands(self, folder: Path) -> None:
        """Staff can sign in, every door is open, and Ctrl-C stops all of it."""
        with serving(folder) as (process, said):
            for where in said["addresses"].values():
                assert httpx2.get(where, follow_redirects=True, trust_env=False).status_code == 200
            assert _signs_in(said["addresses"]["console"], folder, "Rosa")
            process.send_signal(signal.SIGINT)
            assert process.wait(STOPPED_SECONDS_MAX) == 0
            ports = {urlsplit(where).port for where in said["addresses"].values()}
            assert len(ports) == 2
            for port in ports:
                socket.create_server(("127.0.0.1", port or 0)).close()

    @pytest.mark.usefixtures("day")
    def test_is_not_played_twice(self, folder: Path, day: dict[str, Any]) -> None:
        """It says what it holds, and adds nothing to it."""
        done = run("demo", "--no-serve", "--json", "--port", "0", "--data", str(folder))
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["items"] == day["items"]


class TestAFolderWithSomethingElse:
    """A folder that is not the demo's."""

    def test_is_left_alone(self, tmp_path: Path) -> None:
        """A real house is never played into."""
        (tmp_path / "evenhand.sqlite3").write_bytes(b"")
        done = run("demo", "--no-serve", "--port", "0", "--data", str(tmp_path))
        assert done.returncode == 3
        assert "left alone" in done.stderr
        assert [file.name for file in tmp_path.iterdir()] == ["evenhand.sqlite3"]


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Serve a folder, and give the process with what it printed first."""
    process = subprocess.Popen(
        [*COMMAND, "demo", "--json", "--port", "0", "--data", str(folder)],
        env=surroundings(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process, _first_object(process.stdout)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _first_object(out: IO[str]) -> dict[str, Any]:
    line = out.readline()
    assert line.startswith("{"), line + out.read()
    found: dict[str, Any] = json.loads(line)
    return found


def _signs_in(console: str, folder: Path, name: str) -> bool:
    """Sign in at the console with what the demo printed: address, password, present code."""
    details = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
    who = next(each for each in details["staff"] if each["name"] == name)
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(console))
    for _ in range(2):  # a code may end between reading the clock and being checked
        code = people.totp_code(who["totp_secret"], SystemClock().now())
        form = {"email": who["email"], "password": who["password"], "code": code}
        with httpx2.Client(headers={"origin": origin}, trust_env=False) as browser:
            answer = browser.post(f"{console}/sign-in", data=form)
            if answer.status_code == 303:
                return browser.get(console, follow_redirects=True).status_code == 200
    return False
