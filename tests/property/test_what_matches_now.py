"""What the database and the index say matches is what each entry, one by one, says of itself.

Entries are added, run out, are disabled and let go on, quarantined, withdrawn; banks are switched
off and on; time passes. Nothing of that makes the index anew.
"""

from __future__ import annotations

import random
import tempfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand import banks, policy
from evenhand.banks import EntryKind, LiveEntry, OneByOne
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import ReadTx, metadata
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM
from tests.conftest import load_every_store
from tests.listed import changed, drawn

ACTS = st.lists(
    st.sampled_from(
        (
            "add",
            "add with an end",
            "import",
            "disable",
            "enable",
            "quarantine",
            "release",
            "withdraw",
            "switch",
            "time passes",
            "close what ran out",
        )
    ),
    min_size=3,
    max_size=20,
)
BANKS = ("one", "two")
WHY = "because"


class Kept:
    """A house with two banks of pictures, and what happens to them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = SetClock()
        settings_ = load_settings(data=folder, database_url=f"sqlite:///{folder / 'h.sqlite3'}")
        self.house: House = open_house(settings_, clock=self.clock)
        metadata.create_all(self.house.db.engine)
        self.house.do(policy.seed)
        self.values: list[str] = []
        for name in BANKS:
            self.house.do(banks.create_bank, SYSTEM, name=name, signal="image", clause_key="fraud")

    def entries(self) -> list[banks.EntryView]:
        """Return every entry there ever was."""
        return [one for name in BANKS for one in self.house.ask(banks.entries, SYSTEM, name)]

    def act(self, what: str) -> None:
        """Let something happen; what changes nothing is refused, and that is fine."""
        house, dice, name = self.house, self.dice, self.dice.choice(BANKS)
        with suppress(banks.BanksError):
            if what.startswith(("add", "import")):
                self._add(what, name)
            elif what == "time passes":
                self.clock.forward(timedelta(hours=dice.choice([1, 5])))
            elif what == "switch":
                enabled = not house.ask(banks.bank, name).enabled
                house.do(banks.change_bank, SYSTEM, name, why=WHY, enabled=enabled)
            elif what == "close what ran out":
                house.do(banks.retire_expired, SYSTEM, house.ask(banks.bank, name).id)
            elif existing := self.entries():
                self._change(what, dice.choice(existing).id)

    def _add(self, what: str, name: str) -> None:
        known = self.values[-1:] or [drawn(self.dice)]
        value = changed(self.dice, known[0], self.dice.choice([0, 1, 30, 31, 32]))
        ends = self.clock.now() + timedelta(hours=3) if what == "add with an end" else None
        self.values.append(value)
        about = {"bank": name, "kind": "pdq", "source": "a test", "reason": WHY}
        if what == "import":
            several = [banks.Incoming(at, drawn(self.dice)) for at in range(5)]
            listed = [banks.Incoming(9, value, expires=ends), *several]
            self.house.do(banks.import_entries, SYSTEM, values=listed, **about)
        else:
            wanted = {"value": value, **about}
            self.house.do(banks.add_entry, SYSTEM, expires_at=ends, **wanted)

    def _change(self, what: str, entry_id: str) -> None:
        house = self.house
        if what == "disable":
            until = self.clock.now() + timedelta(hours=2)
            house.do(banks.disable_entry, SYSTEM, entry_id, until=until, why=WHY)
        elif what == "quarantine":
            house.do(banks.quarantine_entry, SYSTEM, entry_id, accounts=2, limit=1)
        else:
            acts = {
                "enable": banks.enable_entry,
                "release": banks.release_entry,
                "withdraw": banks.withdraw_entry,
            }
            house.do(acts[what], SYSTEM, entry_id, why=WHY)

    def check(self) -> None:
        """Compare the index with the entries that say of themselves that they match."""
        now = self.clock.now()
        every = self.entries()
        matching = tuple(
            LiveEntry(
                one.id, one.bank_id, one.bank, one.confidence, one.clause_key, one.kind, one.value
            )
            for one in sorted(every, key=lambda one: one.id)
            if one.matches(now)
        )
        asked = [changed(self.dice, value, bits) for value in self.values[-3:] for bits in (0, 31)]

        def compare(tx: ReadTx) -> None:
            snapshot = banks.snapshot(tx)
            reference = OneByOne(matching)
            assert snapshot.index.match(asked, 31) == reference.match(asked, 31)
            assert snapshot.index.held == reference.held
            assert snapshot.exact.every(EntryKind.PDQ) == matching

        self.house.ask(compare)
        for name in BANKS:
            counts = self.house.ask(banks.state_counts, SYSTEM, name)
            mine = [one.state(now) for one in every if one.bank == name]
            assert counts == {state: mine.count(state) for state in banks.EntryState}
            for state in banks.EntryState:
                found = self.house.ask(banks.entries, SYSTEM, name, state=state)
                assert len(found) == counts[state]


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), acts=ACTS)
def test_is_what_each_entry_says_of_itself(seed: int, acts: list[str]) -> None:
    """After every act, at the edge of the distance, with states as the model tells them."""
    load_every_store()
    with tempfile.TemporaryDirectory() as name:
        kept = Kept(Path(name), seed)
        for what in acts:
            kept.act(what)
            kept.check()
        health = kept.house.ask(banks.index_health, SYSTEM, whole=True)
        assert health.sound
        kept.house.close()
