"""The path goes on by itself, each step once, and what fails is seen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from evenhand import decision, delivery, ledger, people, queue
from evenhand.adapters.webhook import WebhookHost
from evenhand.bootstrap import House
from evenhand.delivery import State
from evenhand.kit.clock import SetClock, SystemClock
from evenhand.policy import Measure
from evenhand.worker import Outside, Step, Worker, path
from tests.outside import SECRET, Host, serving
from tests.stage import Stage, member, picture, violation

WAIT_SECONDS_MAX = 20


@pytest.fixture
def host() -> Iterator[Host]:
    """A host that does what it is told."""
    with serving(Host(check_age=False)) as served:
        yield served


def idle(house: House) -> Worker:
    """Make a worker with nowhere to deliver to."""
    return Worker(house, outside=Outside())


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    last = time.monotonic() + WAIT_SECONDS_MAX
    while not true():
        assert time.monotonic() < last, "it did not happen in time"
        time.sleep(0.02)


class TestAdvance:
    """Advancing one item in a request."""

    def test_runs_the_whole_path_so_that_the_answer_can_be_given(self, house: House) -> None:
        """Known material is held before the host is answered."""
        stage = Stage.open(house)
        photo = picture(5)
        stage.image_bank(photo)
        item_id = stage.item(photo=photo)
        assert idle(house).advance(item_id)
        assert house.ask(decision.standing_item, item_id) == "hold"
        assert house.ask(queue.open_task, item_id) is not None

    def test_waits_for_what_another_worker_holds(self, house: House) -> None:
        """Nobody reads "no hold" while somebody else is still looking."""
        stage = Stage.open(house)
        item_id = stage.item()
        (held,) = house.do(ledger.jobs.claim, "other", limit=1)
        assert not idle(house).advance(item_id, seconds_max=0.1)
        house.do(lambda tx: ledger.jobs.finish(tx, held))
        assert idle(house).advance(item_id, seconds_max=0.1)

    def test_says_so_when_a_step_fails(self, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
        """The item is then not "clean": it was not looked at."""
        _break(monkeypatch, "item.received")
        item_id = Stage.open(house).item()
        assert not idle(house).advance(item_id)


class TestSteps:
    """Steps of the path."""

    def test_become_visible_dead_letters_when_they_keep_failing(
        self, house: House, clock: SetClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A line, a row, a log line without the error's words; and somebody may take it up."""
        _break(monkeypatch, "item.received")
        item_id = Stage.open(house).item()
        running = idle(house)
        with capture_logs() as logs:
            for _ in range(20):
                running.run_due()
                clock.forward(timedelta(days=2))
        assert not any("secret words" in str(line) for line in logs)
        assert [line["event"] for line in logs][-1] == "job.buried"
        (stuck,) = house.ask(delivery.stuck_steps, people.SYSTEM)
        assert (stuck.event, stuck.subject) == ("item.received", item_id)
        assert stuck.error is not None
        assert "secret words" not in stuck.error
        buried = house.ask(lambda tx: list(ledger.events(tx, ["effect.buried"])))
        assert [line["data"]["step"] for line in buried] == ["item.received"]
        monkeypatch.undo()
        house.do(delivery.resume_step, member(people.Role.LEAD), stuck.id)
        running.run_due()
        assert house.ask(delivery.stuck_steps, people.SYSTEM) == []
        assert house.ask(ledger.line_of, "item.assessed", item_id) is not None

    def test_leave_nothing_behind_when_they_fail_half_way(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All steps of an event and the end of its job are one transaction."""
        broken = (*path.STEPS["item.received"], Step("fail", _fail))
        monkeypatch.setitem(path.STEPS, "item.received", broken)
        item_id = Stage.open(house).item()
        idle(house).run_due()
        assert house.ask(ledger.line_of, "item.assessed", item_id) is None

    def test_are_taken_over_from_a_worker_that_died(self, house: House, clock: SetClock) -> None:
        """After its lease; and what it still brings is refused."""
        item_id = Stage.open(house).item()
        (held,) = house.do(ledger.jobs.claim, "dead", limit=1)
        assert idle(house).run_due() == 0
        clock.forward(timedelta(seconds=31))
        idle(house).run_due()
        assert house.ask(ledger.line_of, "item.assessed", item_id) is not None
        with pytest.raises(ledger.LeaseLost):
            house.do(ledger.jobs.finish, held)

    def test_give_up_work_that_ends_every_worker(self, house: House, clock: SetClock) -> None:
        """A job that kills whoever holds it is buried instead of killing for ever."""
        Stage.open(house).item()
        for _ in range(20):
            assert house.do(ledger.jobs.claim, "dies", limit=1)
            clock.forward(timedelta(minutes=1))
        idle(house).run_due()
        (stuck,) = house.ask(delivery.stuck_steps, people.SYSTEM)
        assert stuck.error is not None
        assert stuck.error.startswith("EndedItsWorker")

    def test_happen_at_their_time(self, house: House, host: Host, clock: SetClock) -> None:
        """A measure that runs out is lifted on the host without anybody asking."""
        stage = Stage.open(house)
        item_id = stage.reported(email=None)
        stage.decide(item_id, violation(Measure.SUSPEND, days=3))
        adapter = WebhookHost(host.url, secret=SECRET, clock=SystemClock())
        running = Worker(house, outside=Outside(adapter))
        running.run_due()
        assert _effects(host) == ["apply suspend"]
        clock.forward(timedelta(days=3, minutes=1))
        running.run_due()
        assert sorted(_effects(host)) == ["apply suspend", "lift suspend"]


class TestRunning:
    """Workers in the background."""

    def test_do_each_thing_once_however_many_there_are(self, house: House, host: Host) -> None:
        """Three workers, twelve items; every item is assessed once and every effect sent once."""
        stage = Stage.open(house)
        adapter = WebhookHost(host.url, secret=SECRET, clock=SystemClock())
        workers = [Worker(house, outside=Outside(adapter)) for _ in range(3)]
        for running in workers:
            running.start()
        items = [stage.item(account=f"a{number}", email=None) for number in range(12)]
        for item_id in items:
            stage.report(item_id, by=None)
        until(lambda: all(house.ask(queue.open_task, item_id) for item_id in items))
        for item_id in items:
            stage.decide(item_id, violation(Measure.LABEL))
        until(lambda: house.ask(delivery.counts, people.SYSTEM)[State.DONE] == 24)
        for running in workers:
            running.stop()
        assessed = house.ask(lambda tx: list(ledger.events(tx, ["item.assessed"])))
        assert sorted(line["subject"] for line in assessed) == sorted(items)
        assert len(host.tries) == len(set(host.tries)) == 24

    def test_stop_without_dropping_what_is_in_hand(self, house: House) -> None:
        """What was begun before the stop is finished by it."""
        begun, go_on = threading.Event(), threading.Event()

        class Slow:
            def send(self, _parcel: delivery.Parcel) -> str:
                begun.set()
                go_on.wait(WAIT_SECONDS_MAX)
                return "taken"

        stage = Stage.open(house)
        running = Worker(house, outside=Outside(Slow()))
        item_id = stage.reported(email=None)
        stage.decide(item_id, violation(Measure.LABEL))
        running.start()
        assert begun.wait(WAIT_SECONDS_MAX)
        stopping = threading.Thread(target=running.stop)
        stopping.start()
        go_on.set()
        stopping.join(WAIT_SECONDS_MAX)
        assert not stopping.is_alive()
        assert house.ask(delivery.counts, people.SYSTEM)[State.RUNNING] == 0


def _fail(*_: Any) -> None:
    raise ValueError("secret words of a person")


def _break(monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    """Let the step of an event fail as a bug would."""
    monkeypatch.setitem(path.STEPS, event, (Step("fail", _fail),))


def _effects(host: Host) -> list[str]:
    found = [one["data"] for one in host.applied.values() if one["type"].startswith("effect.")]
    return [f"{data['effect']} {data['measure']}" for data in found]
