"""Where counters may be kept is said in an address, which is refused without repeating it."""

from __future__ import annotations

import sys

import pytest

from evenhand.adapters.tallies import RemoteTallies, TalliesRefused
from evenhand.kit.resources import OutOfReach, Tally

NOBODY = Tally("evenhand:x", None, 0, 60_000_000)


class TestAnAddress:
    """What EVENHAND_COUNTERS may say."""

    @pytest.mark.parametrize(
        "url",
        [
            "redis://:secret@localhost:6379/0",
            "rediss://u:secret@localhost/1",
            "unix:///run/redis.sock?db=2",
            "valkey://:secret@localhost",
            "valkeys://localhost",
        ],
    )
    def test_is_taken_and_nothing_is_connected(self, url: str) -> None:
        """A house opens whether or not the server is there."""
        made = RemoteTallies(url)
        made.close()
        assert "secret" not in repr(made)

    @pytest.mark.parametrize(
        "url", ["localhost:6379", "http://:secret@h", "redis://:secret@h:port/0", "redis://h/?db=x"]
    )
    def test_that_is_none_is_refused_with_how_to_write_it(self, url: str) -> None:
        """And without the password that may stand in it."""
        with pytest.raises(TalliesRefused, match="redis://host:6379/0") as refused:
            RemoteTallies(url)
        assert "secret" not in str(refused.value)

    def test_needs_a_package(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Which the message names."""
        monkeypatch.setitem(sys.modules, "redis", None)
        with pytest.raises(TalliesRefused, match="evenhand\\[valkey\\]"):
            RemoteTallies("redis://localhost")


class TestAServerThatIsNotThere:
    """What is asked of nobody."""

    def test_is_out_of_reach_and_left_alone_for_a_while(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Said once, without the password; who asks meanwhile does not wait."""
        tallies = RemoteTallies("redis://:secret@127.0.0.1:1/0")
        assert not tallies.answers()
        for _ in range(3):
            with pytest.raises(OutOfReach):
                tallies.add(NOBODY, member="a", at=1, mark="m")
        with pytest.raises(OutOfReach):
            tallies.fill(NOBODY, [])
        said = capsys.readouterr().out
        assert said.count("counters.out_of_reach") == 1
        assert "secret" not in said
