"""What is made of entries is made once while they stay, and little by little after that."""

from __future__ import annotations

from collections.abc import Iterable

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection.ready import STATES_MAX, Ready


def entry(value: str, *, bank: str = "b", kind: EntryKind = EntryKind.PHRASE) -> LiveEntry:
    """List a value in a bank."""
    return LiveEntry(f"{bank}-{value}", bank, bank, Confidence.CONFIRMED, "c", kind, value)


def listing(*values: str) -> Snapshot:
    """List values."""
    return Snapshot(tuple(map(entry, values)))


class Made:
    """Counts what is made, and of how many values."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def __call__(self, values: Iterable[str]) -> frozenset[str]:
        """Make something."""
        made = frozenset(values)
        self.sizes.append(len(made))
        return made


MANY = tuple(str(number) for number in range(20_000))


class TestReady:
    """`Ready.of` a snapshot."""

    def test_is_nothing_where_nothing_is_listed(self) -> None:
        """Entries of other kinds do not count."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        assert ready.of(Snapshot()) is None
        assert ready.of(Snapshot((entry("x", kind=EntryKind.DOMAIN),))) is None
        assert made.sizes == []

    def test_is_made_once(self) -> None:
        """However often it is asked for, also through another snapshot of the same entries."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        bank = listing("a", "b")
        assert ready.of(bank) is ready.of(Snapshot(bank.entries))
        assert made.sizes == [2]

    def test_gives_the_entries_of_a_value(self) -> None:
        """Of every bank that lists it."""
        twice = Snapshot((entry("a"), entry("a", bank="other"), entry("b")))
        listed = Ready(EntryKind.PHRASE, Made()).of(twice)
        assert listed is not None
        assert [one.bank for one in listed.entries["a"]] == ["b", "other"]

    def test_puts_a_few_new_values_beside_the_many(self) -> None:
        """The many are not made again; whatever is listed is in one part or the other."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        ready.of(listing(*MANY))
        for at in range(1, 4):
            listed = ready.of(listing(*MANY[100:], *(f"new {number}" for number in range(at))))
            assert listed is not None
            assert set(listed.entries) <= frozenset().union(*listed.lookups)
            assert "0" not in listed.entries
        assert made.sizes == [20_000, 1, 2, 3]

    def test_makes_nothing_when_something_is_only_withdrawn(self) -> None:
        """What is listed no more is passed over."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        ready.of(listing(*MANY))
        ready.of(listing(*MANY[500:]))
        assert made.sizes == [20_000]

    def test_makes_all_of_it_anew_when_much_has_changed(self) -> None:
        """More new ones than fit beside, or more stale than fresh ones are worth."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        ready.of(listing(*MANY[:100]))
        ready.of(listing(*MANY))
        ready.of(listing(*MANY[:5_000]))
        assert made.sizes == [100, 20_000, 5_000]

    def test_is_made_once_for_the_same_values_listed_again(self) -> None:
        """A search of the past lists the same new entries for each portion of it."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        stands = listing(*MANY)
        ready.of(stands)
        for _ in range(10):
            ready.of(listing(*MANY[:3_000]))
        assert ready.of(stands) is not None
        assert made.sizes == [20_000, 3_000]

    def test_keeps_what_stands_while_others_look_for_a_few(self) -> None:
        """A search of the past for one new entry does not push the banks out."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        stands = listing(*MANY)
        for number in range(3):
            ready.of(stands)
            ready.of(listing(f"one {number}"))
        assert made.sizes.count(20_000) == 1

    def test_forgets_what_was_not_asked_for_lately(self) -> None:
        """Old states of the banks do not fill the memory."""
        made = Made()
        ready = Ready(EntryKind.PHRASE, made)
        states = [listing(*MANY[: at * 3_000]) for at in range(1, STATES_MAX + 2)]
        for state in states:
            ready.of(state)
        assert len(ready._kept) == STATES_MAX
