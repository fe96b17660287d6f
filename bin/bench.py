"""Measures what a person or a host waits for, in a fresh house on one SQLite file.

Figures depend on the machine and on who else uses it, so they are printed and never asserted.
"""

from __future__ import annotations

import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import structlog

from evenhand import intake, ledger, people, policy, review, rules
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db.database import GROUP_COMMANDS_MAX
from evenhand.db.migrate import migrate
from evenhand.people import Actor, Role
from evenhand.worker import Outside, Worker

ITEMS: Final = 1_000
TASKS: Final = 300
THREADS: Final = 32
REPORTS: Final = 400
ROUNDS: Final = 3
HELPS: Final = 10


@contextmanager
def house() -> Iterator[House]:
    """Open a furnished house in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        opened = open_house(load_settings(data=Path(folder)))
        migrate(opened.db.engine)
        opened.do(policy.seed)
        opened.do(intake.seed_kinds)
        opened.do(rules.seed)
        try:
            yield opened
        finally:
            opened.close()


def item(number: int) -> dict[str, Any]:
    """Write an item as a host sends it."""
    return {
        "kind": "post",
        "id": f"bench-{number}",
        "account": {"id": f"a-{number % 97}", "name": "Bench"},
        "fields": {"text": f"Item {number}: a rowing boat for sale, two oars, little used."},
    }


def report(number: int) -> dict[str, Any]:
    """Write a report of that item."""
    return {
        "item": {"kind": "post", "id": f"bench-{number}"},
        "harm": "fraud",
        "explanation": "The seller asked to be paid by gift card.",
        "illegal": False,
        "reporter": {"account_id": f"a-{number % 89}"},
    }


def timed(times: list[float], act: Callable[[], object]) -> None:
    """Do something and note how long it took, in milliseconds."""
    began = time.perf_counter()
    act()
    times.append((time.perf_counter() - began) * 1000)


def told(what: str, times: list[float], seconds: float) -> None:
    """Print one line of the table."""
    cuts = statistics.quantiles(times, n=100)
    rate = len(times) / seconds
    print(f"{what:<34}{rate:>10,.0f}{cuts[49]:>10.1f}{cuts[94]:>10.1f}{cuts[98]:>10.1f}")


def take_in(here: House) -> None:
    """Send items from many threads at once, then report some of them."""
    kinds = here.ask(intake.kinds)

    def send(number: int) -> None:
        timed(
            items,
            lambda: intake.submit_item(here.do, here.resources, kinds, people.SYSTEM, item(number)),
        )

    def say(number: int) -> None:
        timed(
            reports,
            lambda: intake.submit_report(here.do, here.resources, people.SYSTEM, report(number)),
        )

    items: list[float] = []
    reports: list[float] = []
    with ThreadPoolExecutor(THREADS) as threads:
        began = time.perf_counter()
        list(threads.map(send, range(ITEMS)))
        told("items taken in, durably", items, time.perf_counter() - began)
        began = time.perf_counter()
        list(threads.map(say, range(TASKS)))
        told("reports taken in, with receipt", reports, time.perf_counter() - began)


def reports_a_second(group_max: int) -> float:
    """Write reports from many threads at once, with so many commands to a commit at most.

    They are checked and their receipts drawn before the clock starts: what is compared is writing.
    """
    with house() as here:
        here.db.group_max = group_max
        kinds = here.ask(intake.kinds)
        intake.submit_item(here.do, here.resources, kinds, people.SYSTEM, item(0))

        ready = [
            (
                intake.check_report(report(0) | {"reporter": {"account_id": f"r-{number}"}}),
                people.draw_receipt(here.resources.keys),
            )
            for number in range(THREADS + REPORTS)
        ]

        def say(number: int) -> None:
            checked, drawn = ready[number]
            here.do(intake.receive_report, people.SYSTEM, checked, drawn=drawn)

        with ThreadPoolExecutor(THREADS) as threads:
            list(threads.map(say, range(THREADS)))
            began = time.perf_counter()
            list(threads.map(say, range(THREADS, THREADS + REPORTS)))
            return REPORTS / (time.perf_counter() - began)


def commits() -> None:
    """Compare reports a second with group commit and with a commit each, on the same disk."""
    together, alone = [], []
    for _ in range(ROUNDS):
        together.append(reports_a_second(GROUP_COMMANDS_MAX))
        alone.append(reports_a_second(1))
    best = (statistics.median(together), statistics.median(alone))
    print(f"{'durable reports, group commit':<34}{best[0]:>10,.0f}")
    print(f"{'durable reports, a commit each':<34}{best[1]:>10,.0f}   ×{best[0] / best[1]:.1f}")


def help_page() -> None:
    """Time `evenhand --help`, from the shell's prompt to its return."""
    command = [str(Path(sys.executable).parent / "evenhand"), "--help"]
    times: list[float] = []
    for _ in range(HELPS):
        timed(times, lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True))
    told("evenhand --help", times, sum(times) / 1000)


def pass_on(here: House) -> None:
    """Take everything along the path to where a person is needed."""
    before = here.ask(ledger.size)
    began = time.perf_counter()
    Worker(here, outside=Outside(host=None, post=None)).run_due()
    seconds = time.perf_counter() - began
    lines = here.ask(ledger.size) - before
    print(f"{'items and reports along the path':<34}{(ITEMS + TASKS) / seconds:>10,.0f}", end="")
    print(f"{'':>10}  {lines:,} lines of the ledger in {seconds:.1f} s")


def look(here: House) -> None:
    """Claim tasks and open their desks, as a reviewer does between two keys."""
    invited = here.do(
        people.add_staff, people.SYSTEM, name="Bench", email="bench@example.org", role=Role.LEAD
    )
    reviewer = Actor(
        "staff", invited.staff_id, "Bench", people.ROLE_PERMISSIONS[Role.LEAD], Role.LEAD
    )
    times: list[float] = []

    def next_desk() -> None:
        claim = here.do(review.claim_next, reviewer)
        assert claim is not None, "there are tasks left"
        here.ask(review.desk, reviewer, claim.task_id)

    began = time.perf_counter()
    for _ in range(TASKS):
        timed(times, next_desk)
    told("next task claimed, desk opened", times, time.perf_counter() - began)


def main() -> None:
    """Print the table, and nothing of what the house logs meanwhile."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"{'':<34}{'a second':>10}{'p50 ms':>10}{'p95 ms':>10}{'p99 ms':>10}")
    help_page()
    commits()
    with house() as here:
        take_in(here)
        pass_on(here)
        look(here)
    browser = Path(__file__).with_name("bench_browser.py")
    subprocess.run([sys.executable, str(browser)], check=True)


if __name__ == "__main__":
    main()
