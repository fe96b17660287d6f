"""The index on real databases: what joins a bank matches at once, in every process that looks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand import banks, ledger, people, policy
from evenhand.banks import EntryKind, OneByOne
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.kit.clock import SetClock
from evenhand.people import PUBLIC, SYSTEM
from tests.listed import changed, drawn

FILE = {"source": "a partner's list", "reason": "known there"}


@pytest.fixture(autouse=True)
def bank(house: House) -> None:
    """Make a bank of pictures, and another one."""
    house.do(policy.seed)
    clause = house.ask(policy.clauses)[0].key
    for name in ("known", "other"):
        house.do(
            banks.create_bank,
            SYSTEM,
            name=name,
            signal="image",
            confidence="confirmed",
            clause_key=clause,
        )


@pytest.fixture
def second(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[House]:
    """Open the same house again, as another process does."""
    opened = open_house(load_settings(data=tmp_path, database_url=database_url), clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def third(house: House, database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[House]:
    """Open the same house from another machine: the same key, and a folder of its own."""
    key = (house.settings.data / "keys" / "master.key").read_text(encoding="ascii")
    settings = load_settings(data=tmp_path / "elsewhere", database_url=database_url, master_key=key)
    opened = open_house(settings, clock=clock)
    yield opened
    opened.close()


def add(house: House, value: str, bank: str = "known") -> str:
    """Add a hash."""
    return house.do(
        banks.add_entry,
        SYSTEM,
        bank=bank,
        kind="pdq",
        value=value,
        source=FILE["source"],
        reason=FILE["reason"],
    )


def send_in(house: House, values: list[str], bank: str = "known") -> banks.Imported:
    """Import hashes as the lines of a file."""
    rows = list(enumerate(values, 2))
    return house.do(banks.import_entries, SYSTEM, bank=bank, kind="pdq", values=rows, **FILE)


def near(house: House, value: str, distance: int = 31) -> list[tuple[int, str]]:
    """Ask the index in a new view."""
    [found] = house.ask(lambda tx: banks.snapshot(tx).index.match([value], distance))
    return [(like.distance, like.entry.id) for like in found]


def refused_by_the_index(house: House) -> int:
    """Verify the whole index; count what is wrong."""
    health = house.ask(banks.index_health, SYSTEM, whole=True)
    return health.missing + health.over + len(health.damaged)


class TestFollowing:
    """Every process follows the ledger."""

    def test_sees_an_entry_in_its_next_view(
        self, house: House, second: House, third: House
    ) -> None:
        """No matter which process added it, or on which machine."""
        dice = random.Random(1)
        everywhere = (house, second, third)
        for one in everywhere:
            value = drawn(dice)
            asked = changed(dice, value, 31)
            assert [near(each, asked) for each in everywhere] == [[]] * 3
            entry = add(one, value)
            assert [near(each, asked) for each in everywhere] == [[(31, entry)]] * 3
            assert near(one, changed(dice, value, 32)) == []
            one.do(banks.withdraw_entry, SYSTEM, entry, why="A mistake.")
            assert [near(each, asked) for each in everywhere] == [[]] * 3

    def test_sees_what_is_imported_and_withdrawn_of_it(self, house: House, second: House) -> None:
        """Long enough to be published; the naive reference finds the same."""
        dice = random.Random(2)
        values = [drawn(dice) for _ in range(9_000)]
        assert near(second, values[0]) == []
        for at in range(0, len(values), 3_000):
            assert send_in(house, values[at : at + 3_000]).added == 3_000
        assert refused_by_the_index(house) == 0
        [(_, entry)] = near(second, values[5])
        second.do(banks.withdraw_entry, SYSTEM, entry, why="A mistake.")
        assert near(house, values[5]) == []
        standing = house.ask(lambda tx: list(banks.exported(tx, SYSTEM, "known")))
        assert len(standing) == 8_999
        health = house.ask(banks.index_health, SYSTEM, whole=True)
        assert health.sound
        assert refused_by_the_index(second) == 0

    def test_is_made_anew_by_a_process_that_starts(
        self, house: House, database_url: str, tmp_path: Path, clock: SetClock
    ) -> None:
        """From the files, or from the entries when the files are gone or damaged."""
        dice = random.Random(3)
        values = [drawn(dice) for _ in range(9_000)]
        send_in(house, values)
        assert len(near(house, values[7])) == 1
        folder = tmp_path / "index" / "all"
        for damage in (False, True):
            [file] = folder.glob("*.hashes")
            if damage:
                file.write_bytes(file.read_bytes()[:-1])
            settings = load_settings(data=tmp_path, database_url=database_url)
            again = open_house(settings, clock=clock)
            assert len(near(again, values[7])) == 1
            assert refused_by_the_index(again) == 0
            again.close()

    def test_is_made_anew_when_a_worker_finds_a_changed_byte(
        self, house: House, database_url: str, tmp_path: Path, clock: SetClock
    ) -> None:
        """Whatever part of the body it is in; a worker reads all of it once, by itself."""
        dice = random.Random(10)
        values = [drawn(dice) for _ in range(9_000)]
        send_in(house, values)
        assert len(near(house, values[7])) == 1
        folder = tmp_path / "index" / "all"
        for _ in range(3):
            [file] = folder.glob("*.hashes")
            content = bytearray(file.read_bytes())
            content[dice.randrange(5_000, len(content))] ^= 1 << dice.randrange(8)
            file.unlink()  # and not written over: whoever has it mapped would see it change
            file.write_bytes(content)
            settings = load_settings(data=tmp_path, database_url=database_url)
            again = open_house(settings, clock=clock)
            again.ask(banks.tend_index)
            assert refused_by_the_index(again) == 0
            assert [len(near(again, one)) for one in values[:50]] == [1] * 50
            [made] = folder.glob("*.hashes")
            assert made.name != file.name
            again.close()
        assert refused_by_the_index(house) == 0

    def test_does_not_believe_the_files_of_another_database(
        self, house: House, tmp_path: Path, clock: SetClock
    ) -> None:
        """A folder that was kept while the database was not."""
        dice = random.Random(4)
        values = [drawn(dice) for _ in range(9_000)]
        send_in(house, values)
        assert len(near(house, values[7])) == 1
        from evenhand.db import metadata

        url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
        other = open_house(load_settings(data=tmp_path, database_url=url), clock=clock)
        metadata.create_all(other.db.engine)
        assert near(other, values[7]) == []
        other.close()

    def test_compares_as_the_reference_does(self, house: House) -> None:
        """The same entries in the same order, with all that a detector needs of them."""
        dice = random.Random(5)
        values = [drawn(dice) for _ in range(50)]
        for value in values:
            add(house, changed(dice, value, dice.randint(0, 33)))
            add(house, changed(dice, value, dice.randint(0, 33)), bank="other")

        def both(tx: object) -> None:
            from evenhand.banks import matching

            every = matching.every_standing(tx)  # type: ignore[arg-type]  # a read view
            index = banks.snapshot(tx).index  # type: ignore[arg-type]  # a read view
            assert index.held
            wanted = OneByOne(tuple(e for e in every if e.kind is EntryKind.PDQ))
            assert index.match(values, 31) == wanted.match(values, 31)

        house.ask(both)


class TestImporting:
    """Many entries at once."""

    def test_counts_what_came_of_each_line(self, house: House) -> None:
        """Twice in the file or there before is known; what is no hash is named by its line."""
        dice = random.Random(6)
        first, second = drawn(dice), drawn(dice)
        add(house, first)
        found = send_in(house, [first, second, second.upper(), "nonsense", "00" * 32])
        assert (found.added, found.known) == (1, 2)
        assert [line for line, _ in found.refused] == [5, 6]
        again = send_in(house, [first, second])
        assert (again.added, again.known, again.refused) == (0, 2, ())
        assert again.ids == {line: found.ids[line] for line in (2, 3)}

    def test_leaves_one_line_that_names_no_value(self, house: House) -> None:
        """How many, into which bank, from which id to which."""
        dice = random.Random(7)
        values = [drawn(dice) for _ in range(5)]
        send_in(house, values)
        [line] = house.ask(lambda tx: list(ledger.events(tx, ["entries.imported"])))
        assert line["data"]["count"] == 5
        assert line["data"]["kind"] == "pdq"
        assert not any(value in str(line) for value in values)
        [entry] = house.ask(banks.entries, SYSTEM, "known", limit=1)
        assert (entry.source, entry.added_by) == (FILE["source"], SYSTEM.ref)

    def test_of_nothing_new_leaves_none(self, house: House) -> None:
        """Nothing happened."""
        send_in(house, ["nonsense"])
        assert house.ask(lambda tx: list(ledger.events(tx, ["entries.imported"]))) == []

    def test_is_for_those_who_keep_banks(self, house: House) -> None:
        """And so is asking them."""
        rows = [(1, "ab" * 32)]
        for refused in (people.NotAllowed,):
            with pytest.raises(refused):
                house.do(
                    banks.import_entries, PUBLIC, bank="known", kind="pdq", values=rows, **FILE
                )
            with pytest.raises(refused):
                house.ask(banks.match, PUBLIC, "known", ["ab" * 32], distance=31)
        with pytest.raises(banks.NoSuchBank):
            house.do(banks.import_entries, SYSTEM, bank="x", kind="pdq", values=rows, **FILE)
        with pytest.raises(banks.EntryRefused):
            house.do(banks.import_entries, SYSTEM, bank="known", kind="phrase", values=rows, **FILE)


class TestAsking:
    """One bank, asked by a person."""

    def test_finds_only_what_is_in_it(self, house: House) -> None:
        """Nearest first, up to the wider ring."""
        dice = random.Random(8)
        value = drawn(dice)
        far, close = changed(dice, value, 63), changed(dice, value, 4)
        ids = [add(house, far), add(house, close)]
        add(house, value, bank="other")
        [found] = house.ask(banks.match, SYSTEM, "known", [value], distance=63)
        assert [(like.distance, like.entry.id) for like in found] == [(4, ids[1]), (63, ids[0])]
        [found] = house.ask(banks.match, SYSTEM, "known", [value], distance=62)
        assert [like.distance for like in found] == [4]

    def test_refuses_what_is_no_hash(self, house: House) -> None:
        """With a sentence, once there is anything to compare with."""
        add(house, drawn(random.Random(9)))
        for wrong, distance in (("ab", 31), ("ab" * 32, 64)):
            with pytest.raises(banks.EntryRefused):
                house.ask(banks.match, SYSTEM, "known", [wrong], distance=distance)
