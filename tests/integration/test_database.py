"""Commands are durable one by one, however they were committed together."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from evenhand import ledger
from evenhand.bootstrap import House
from evenhand.db import DatabaseBusy, ReadTx, Tx, kept
from evenhand.db.errors import ViewClosed
from evenhand.ledger import jobs, leases
from tests.stage import Stage


def put(tx: Tx, number: int) -> None:
    """Add a job, and fail on every third number after having written."""
    jobs.enqueue(tx, "item.received", {"subject": str(number)})
    if number % 3 == 0:
        raise ZeroDivisionError(number)


def stored(tx: ReadTx) -> set[str]:
    """Return the subjects that are there."""
    return {row["subject"] for row in tx.rows(sa.select(jobs.table.c.subject))}


class TestAKeptStatement:
    """Built once, asked with other values."""

    def test_is_built_once_and_answers_what_it_is_asked(self, house: House) -> None:
        for number in (1, 2, 4):
            house.do(put, number)
        built: list[str] = []

        @kept
        def some(subjects: list[str], after: str) -> sa.Select[Any]:
            built.append("once")
            table = jobs.table
            wanted = sa.select(table.c.subject).where(table.c.subject.in_(subjects))
            return wanted.where(table.c.subject > after).order_by(table.c.subject)

        def asked(tx: ReadTx, subjects: list[str], after: str) -> list[str]:
            return [row["subject"] for row in tx.rows(some(subjects, after))]

        assert house.ask(asked, ["1", "2", "3", "4"], "1") == ["2", "4"]
        assert house.ask(asked, ["1"], "0") == ["1"]
        assert house.ask(asked, [], "0") == []
        assert built == ["once"]

    def test_is_not_asked_with_nothing(self) -> None:
        """For nothing equals NULL, and it would find nothing without a word."""

        @kept
        def one(subject: str | None) -> sa.Select[Any]:
            return sa.select(jobs.table).where(jobs.table.c.subject == subject)

        with pytest.raises(AssertionError, match="would find nothing"):
            one(None)

    def test_finds_and_changes_the_row_with_an_id(self, house: House) -> None:
        """That one alone, and says whether it is there."""
        for number in (1, 2):
            house.do(put, number)
        first, second = house.ask(lambda tx: tx.rows(sa.select(jobs.table).order_by("subject")))
        changed = {"subject": "changed", "error": "late", "lease_until": house.clock.now()}
        assert house.do(lambda tx: tx.change(jobs.table, first["id"], **changed)) == 1
        assert house.do(lambda tx: tx.change(jobs.table, first["id"], error=None)) == 1
        assert house.do(lambda tx: tx.change(jobs.table, "nobody's", error=None)) == 0
        found = house.ask(lambda tx: tx.by_id(jobs.table, first["id"]))
        assert dict(found or {}) == dict(first) | changed | {"error": None}
        assert house.ask(lambda tx: tx.by_id(jobs.table, second["id"])) == second
        assert house.ask(lambda tx: tx.by_id(jobs.table, "nobody's")) is None

    def test_loses_nothing_that_was_to_be_written(self, house: House) -> None:
        """A name that is no column is a slip, and what it names would be left out in silence."""
        house.do(put, 1)
        [job] = house.ask(lambda tx: tx.rows(sa.select(jobs.table)))
        with pytest.raises(AssertionError, match="jobs has no column eror"):
            house.do(lambda tx: tx.change(jobs.table, job["id"], subject="x", eror="late"))
        with pytest.raises(AssertionError, match="jobs has no column eror"):
            house.do(lambda tx: tx.insert(jobs.table, **{**job, "id": "2", "eror": "late"}))
        with pytest.raises(AssertionError, match="jobs has no column eror"):
            house.do(lambda tx: tx.insert_all(jobs.table, [{**job, "id": "2", "eror": "late"}]))
        assert house.ask(lambda tx: tx.rows(sa.select(jobs.table))) == [job]


class TestSharedView:
    """One view for several threads."""

    def test_serves_them_one_at_a_time(self, house: House) -> None:
        """Everybody reads what stood when the view began."""
        house.do(put, 1)
        seen: list[set[str]] = []

        def read(view: ReadTx) -> None:
            for _ in range(20):
                seen.append(stored(view))

        def read_in_threads(tx: ReadTx) -> None:
            with tx.shared() as view:
                threads = [threading.Thread(target=read, args=(view,)) for _ in range(4)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

        house.ask(read_in_threads)
        assert seen == [{"1"}] * 80

    def test_gives_portions_in_turn(self, house: House) -> None:
        """As a view of one's own does, and other reading goes on between them."""
        for number in (1, 2, 4, 5, 7):
            house.do(put, number)
        wanted = sa.select(jobs.table.c.subject).order_by(jobs.table.c.subject)

        def both(tx: ReadTx) -> None:
            alone = [list(portion) for portion in tx.portions(wanted, 2)]
            assert [len(portion) for portion in alone] == [2, 2, 1]
            with tx.shared() as view:
                shared = []
                for portion in view.portions(wanted, 2):
                    shared.append(list(portion))
                    assert len(stored(view)) == 5
            assert shared == alone

        house.ask(both)

    def test_is_closed_to_whoever_comes_too_late(self, house: House) -> None:
        """Work that was given up never gets somebody else's connection."""

        def late(tx: ReadTx) -> ReadTx:
            with tx.shared() as view:
                return view

        view = house.ask(late)
        for ask in (view.rows, view.row, view.value):
            with pytest.raises(ViewClosed):
                ask(sa.select(jobs.table))
        with pytest.raises(ViewClosed):
            list(view.portions(sa.select(jobs.table), 1))


class TestWrite:
    """Running a command in one transaction."""

    def test_takes_nothing_else_down_with_a_command_that_fails(self, house: House) -> None:
        """Sixty concurrent commands, of which every third fails: the others are all there."""
        failed: list[int] = []

        def run(number: int) -> None:
            try:
                house.do(put, number)
            except ZeroDivisionError:
                failed.append(number)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(failed) == list(range(0, 60, 3))
        assert house.ask(stored) == {str(n) for n in range(60) if n % 3}

    def test_is_visible_to_the_next_read(self, house: House) -> None:
        """Whoever wrote can read it at once."""
        for number in (1, 2, 4, 5):
            house.do(put, number)
            assert str(number) in house.ask(stored)

    def test_refuses_after_the_house_is_closed(self, house: House) -> None:
        """A closed database says so instead of hanging."""
        if not house.db.is_sqlite:
            return
        house.db.close()
        with pytest.raises(DatabaseBusy):
            house.do(put, 1)

    def test_survives_a_shelf_that_cannot_be_written(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A full disk for checkpoints loses no command; the next checkpoint covers it."""
        stage = Stage.open(house)
        monkeypatch.setattr(type(house.resources.shelf), "keep", _full)
        item_id = stage.item()
        monkeypatch.undo()
        stage.settle()
        assert house.ask(ledger.events, subject=item_id) is not None
        assert stage.verify().sound


def _full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


class TestClaim:
    """Leased work on both databases."""

    def test_gives_work_to_one_of_many_workers(self, house: House) -> None:
        """Forty jobs, four workers: each job is claimed once."""
        for number in range(1, 60):
            if number % 3:
                house.do(put, number)
        claimed: list[str] = []

        def work(name: str) -> None:
            while works := house.do(jobs.claim, name, limit=3):
                claimed.extend(one.id for one in works)

        threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(claimed) == len(set(claimed)) == 40

    def test_can_be_seen_to_be_worth_it_without_writing(self, house: House) -> None:
        """What is due is seen, and so is what its holder left; nothing else is."""

        def moved(seconds: int) -> bool:
            house.clock.forward(timedelta(seconds=seconds))  # type: ignore[attr-defined]  # the set clock
            return house.ask(jobs.any_due)

        later = house.clock.now() + timedelta(seconds=5)
        assert not moved(0)
        house.do(lambda tx: jobs.enqueue(tx, "noted", {}, run_at=later))
        assert [moved(4), moved(1)] == [False, True]
        (work,) = house.do(jobs.claim, "w")
        assert [moved(jobs.LEASE_SECONDS), moved(1)] == [False, True]
        (work,) = house.do(jobs.claim, "w")
        house.do(jobs.finish, work)
        assert not moved(jobs.LEASE_SECONDS + 1)
        assert not house.ask(ledger.outbox.any_due)

    def test_lets_another_take_over_and_drops_the_late_result(
        self, house: House, clock: object
    ) -> None:
        """Whoever was thought dead cannot finish what somebody else took over."""
        house.do(put, 1)
        (late,) = house.do(jobs.claim, "slow")
        assert house.do(jobs.claim, "other") == []
        house.clock.forward(timedelta(seconds=jobs.LEASE_SECONDS + 1))  # type: ignore[attr-defined]  # the set clock
        (taken,) = house.do(jobs.claim, "other")
        assert (taken.id, taken.attempt) == (late.id, 2)
        with pytest.raises(ledger.LeaseLost):
            house.do(jobs.finish, late)
        house.do(jobs.finish, taken)
        assert house.do(jobs.claim, "slow") == []

    def test_gives_up_after_days_and_comes_back_when_asked(self, house: House) -> None:
        """The waits add up to more than five days, then it is a dead letter that can be revived."""
        assert sum(leases.BACKOFF_SECONDS) > 4 * 24 * 3600
        house.do(put, 1)
        buried = False
        for _ in range(len(leases.BACKOFF_SECONDS) + 1):
            house.clock.forward(timedelta(days=2))  # type: ignore[attr-defined]  # the set clock
            (work,) = house.do(jobs.claim, "w")
            buried = house.do(jobs.fail, work, "host is away")
        assert buried
        assert house.do(leases.revive, jobs.table, work.id)
        assert len(house.do(jobs.claim, "w")) == 1
