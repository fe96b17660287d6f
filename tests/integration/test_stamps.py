"""An authority's time stamp is kept beside a checkpoint, and holds the log to its time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evenhand import ledger
from evenhand.adapters import timestamps
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import Tx
from evenhand.kit.clock import SetClock
from evenhand.ledger.append import append
from tests.stamping import Authority, served

pytestmark = pytest.mark.on("sqlite")


def write(tx: Tx) -> None:
    """Append a line."""
    append(tx, "item.received", subject="s", actor="system", public={})


@pytest.fixture
def authority(clock: SetClock) -> Authority:
    """Make an authority whose clock is ours."""
    return Authority(clock.now())


@pytest.fixture
def trusting(house: House, authority: Authority, tmp_path: Path, clock: SetClock) -> House:
    """Open a house that trusts the authority, with a log of one line."""
    file = tmp_path / "roots.pem"
    file.write_text(authority.roots)
    house.close()
    settings = load_settings(
        data=tmp_path, database_url=house.settings.database_url, timestamp_roots=file
    )
    opened = open_house(settings, clock=clock)
    opened.do(write)
    return opened


def stamp(house: House, ask: Callable[[bytes], bytes]) -> str:
    """Have the checkpoint stamped; return its note."""
    note = str(house.ask(ledger.head))
    assert ledger.stamp_checkpoint(house.resources, note, ask) == house.clock.now()
    return note


def found(house: House) -> set[str]:
    """Return the kinds of what a check finds."""
    return {one.kind for one in house.ask(ledger.verify).findings}


class TestStamps:
    def test_are_asked_for_over_http_and_kept_beside_the_checkpoint(
        self, trusting: House, authority: Authority, tmp_path: Path
    ) -> None:
        """Under the checkpoint's name, as the file that `openssl ts` reads."""
        with served(authority) as url:
            note = stamp(trusting, lambda request: timestamps.ask(url, request))
        folder = tmp_path / "checkpoints"
        checkpoint = folder / "published-1-0.checkpoint"
        token = folder / "published-1-0-0.tsr"
        assert checkpoint.read_text() == note
        assert token.read_bytes()[:1] == b"\x30"
        trusting.do(write)
        assert found(trusting) == set()
        trusting.close()

    def test_that_do_not_hold_are_found(self, trusting: House, authority: Authority) -> None:
        """Of something else, cut, or by nobody that is trusted."""
        stamp(trusting, authority.answer)
        shelf, first = trusting.resources.shelf, str(trusting.ask(ledger.head))
        trusting.do(write)
        second = str(trusting.ask(ledger.head))
        ((_, _, token),) = shelf.stamps()
        shelf.publish(second, size=2)
        for bad in (token, token[:-9], b"", b"\x30" * 100_000):
            shelf.stamp(second, bad)
        says = [one.says for one in trusting.ask(ledger.verify).findings]
        assert len(says) == 4
        assert sum("stamps something else" in one for one in says) == 1
        assert sum("cannot be read" in one for one in says) == 2
        assert sum("far longer" in one for one in says) == 1
        stranger = Authority(trusting.clock.now())
        with pytest.raises(ledger.StampInvalid, match="no authority that is trusted"):
            ledger.stamp_checkpoint(trusting.resources, first, stranger.answer)
        trusting.close()

    def test_are_put_aside_with_their_checkpoint_after_a_restore(
        self, trusting: House, authority: Authority, tmp_path: Path
    ) -> None:
        """A later checkpoint of the same size is not held to them."""
        stamp(trusting, authority.answer)
        assert trusting.resources.shelf.set_aside(beyond=0) == 1
        assert trusting.resources.shelf.published() == []
        files = sorted(file.name for file in (tmp_path / "checkpoints").glob("set-aside-*"))
        names = ["set-aside-1-0.checkpoint", "set-aside-1-1-0.tsr", "set-aside-1-1.checkpoint"]
        assert files == names
        trusting.resources.shelf.publish("another", size=1)
        assert trusting.resources.shelf.stamps() == []
        trusting.close()

    def test_that_answer_something_else_are_refused(
        self, trusting: House, authority: Authority
    ) -> None:
        """A refusal, and an answer to another request, are kept nowhere."""
        note = str(trusting.ask(ledger.head))
        authority.wrong_nonce = True
        with pytest.raises(ledger.StampInvalid, match="another request"):
            ledger.stamp_checkpoint(trusting.resources, note, authority.answer)
        authority.status = 2
        with pytest.raises(ledger.StampInvalid, match="refused"):
            ledger.stamp_checkpoint(trusting.resources, note, authority.answer)
        assert trusting.resources.shelf.stamps() == []
        trusting.close()

    def test_hold_the_lines_to_their_time(
        self, trusting: House, authority: Authority, clock: SetClock
    ) -> None:
        """Lines that were stamped this morning cannot bear a time of this afternoon."""
        clock.forward(timedelta(hours=5))
        trusting.do(write)
        note = str(trusting.ask(ledger.head))
        ledger.stamp_checkpoint(trusting.resources, note, authority.answer)
        (later,) = trusting.ask(ledger.verify).findings
        assert later.kind == "clock"
        assert "bears a later time" in later.says
        trusting.close()

    def test_count_for_nothing_where_no_authority_is_trusted(
        self, house: House, authority: Authority
    ) -> None:
        """None is asked for, and what lies there is said to be unchecked."""
        house.do(write)
        note = str(house.ask(ledger.head))
        with pytest.raises(ledger.StampsUnread, match="EVENHAND_TIMESTAMP_ROOTS"):
            ledger.stamp_checkpoint(house.resources, note, authority.answer)
        house.resources.shelf.publish(note, size=1)
        house.resources.shelf.stamp(note, b"token")
        (unread,) = house.ask(ledger.verify).findings
        assert unread.kind == "stamp"


class TestAsk:
    def test_goes_where_it_was_sent_and_nowhere_else(
        self, house: House, authority: Authority
    ) -> None:
        """No redirect, no other scheme, no answer but a good one; and says what happened."""
        assert house.ask(ledger.size) == 0
        for status in (302, 500):
            with (
                served(authority, status=status) as url,
                pytest.raises(timestamps.NoStamp, match=str(status)),
            ):
                timestamps.ask(url, b"\x30\x00")
        for url, says in (
            ("ftp://stamps.example", "https://"),
            ("http://127.0.0.1:9/", "reached"),
            ("http://stamps.example:port/", "read"),
            ("http://stamps.invalid/", "nowhere"),
        ):
            with pytest.raises(timestamps.NoStamp, match=says):
                timestamps.ask(url, b"")
