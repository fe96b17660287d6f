"""Random histories of a whole house: everything that can be reached is reached sooner or later.

Each promise has a test file of its own that runs these histories with its own invariant.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from evenhand import (
    appeal,
    banks,
    decision,
    delivery,
    evidence,
    intake,
    ledger,
    people,
    policy,
    review,
)
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import ReadTx, Row, Tx, metadata
from evenhand.decision import Outcome, Verdict
from evenhand.kit.clock import SetClock
from evenhand.ledger import Work, outbox
from evenhand.policy import Measure
from tests.conftest import load_every_store
from tests.stage import FACTS, REASONS, Stage, member, picture

CHECK = settings(
    max_examples=10,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

KNOWN = picture(5)
PICTURES = [KNOWN, picture(8), picture(13)]
CLAUSES = [clause for clause in policy.starter().clauses if clause.key != "misused-reports"]
ACCOUNTS = ["ann", "ben", "cem"]
REPORTERS = ["dia", "eli", "fay", None]
ABOVE = "Forty buyers were cheated within one single day."
#: Tables with a row for each person, or for what a person holds.
PEOPLE = ["accounts", "receipts"]
QUIET = [o for o in Outcome if o not in {Outcome.VIOLATION, Outcome.ESCALATED}]


@cache
def template() -> Path:
    """Make an empty house once, with its tables, policy and kinds."""
    load_every_store()
    made = Path(tempfile.mkdtemp())
    house = open_house(load_settings(data=made), clock=SetClock())
    metadata.create_all(house.db.engine)
    Stage.open(house)
    house.close()
    return made


def fresh_house(folder: Path, clock: SetClock) -> House:
    """Open a house on a copy of the empty one, so that tables are made only once."""
    shutil.copytree(template(), folder, dirs_exist_ok=True)
    return open_house(load_settings(data=folder), clock=clock)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """Draw a complete verdict."""
    if draw(st.booleans()):
        return Verdict(outcome=draw(st.sampled_from(QUIET)))
    clause = draw(st.sampled_from(CLAUSES))
    rung = draw(st.sampled_from(clause.ladder))
    measures = set(rung.measures) | draw(st.sets(st.sampled_from(list(Measure)), max_size=1))
    return Verdict(
        outcome=Outcome.VIOLATION,
        clause_key=clause.key,
        measures=tuple(sorted(measures)),
        days=draw(st.integers(1, 30)),
        label="sensitive",
        facts=FACTS,
        reasons=REASONS,
        above_ladder_reason=ABOVE,
        add_to_bank=draw(st.sampled_from([None, None, "known"])),
    )


class History(RuleBasedStateMachine):
    """A small service's life: items, reports, decisions, appeals, withdrawals, time, the host."""

    def __init__(self) -> None:
        """Open a house of its own."""
        super().__init__()
        shm = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=shm if shm.is_dir() else None))
        self.clock = SetClock()
        self.house = fresh_house(self.folder, self.clock)
        self.stage = Stage(self.house)
        self.staff = [self.stage.rosa, self.stage.ren, self.stage.lin]
        self.items: list[str] = []
        self.damaged: dict[str, list[tuple[str, bytes]]] = {}
        self.host: set[str] = set()
        self.looked_through = 0

    @initialize()
    def the_bank_knows_a_picture(self) -> None:
        """One confirmed bank with one entry."""
        self.entry = self.stage.image_bank(KNOWN)

    def teardown(self) -> None:
        """Close the house and forget it."""
        self.house.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ── what happens ──────────────────────────────────────────────────────────────────────────

    @rule(account=st.sampled_from(ACCOUNTS), photo=st.sampled_from([None, 0, 1, 2]))
    def an_item_arrives(self, account: str, photo: int | None) -> None:
        """Somebody posts."""
        self.items.append(
            self.stage.item(account=account, photo=None if photo is None else PICTURES[photo])
        )

    @rule(photo=st.integers(0, 2))
    def an_item_arrives_and_its_picture_is_damaged(self, photo: int) -> None:
        """The vault loses a picture between the upload and the look."""
        item_id = self.stage.item(photo=PICTURES[photo])
        self.items.append(item_id)
        if not self.rows("jobs", f"subject = '{item_id}' and state = 'ready'"):
            return
        ids = {row["object_id"] for row in self.rows("media", f"item_id = '{item_id}'")}
        blobs = self.house.resources.blobs
        for row in self.rows("evidence_objects"):
            if row["id"] in ids:
                whole = blobs.get(row["blob"])
                self.damaged.setdefault(item_id, []).append((row["blob"], whole))
                blobs.put(row["blob"], b"rot")

    @precondition(lambda self: self.damaged)
    @rule()
    def the_vault_is_mended(self) -> None:
        """A backup brings the pictures back, and the time comes to look again."""
        for lost in self.damaged.values():
            for blob, whole in lost:
                self.house.resources.blobs.put(blob, whole)
        self.damaged.clear()
        self.clock.forward(timedelta(hours=7))
        self.stage.settle()

    @rule(then=st.sampled_from(list(intake.WhenNotLookedAt)))
    def the_operator_chooses(self, then: intake.WhenNotLookedAt) -> None:
        """What happens to posts that could not be looked at."""
        fields = self.house.ask(intake.kinds)["post"].fields
        with suppress(intake.KindUnchanged):
            self.house.do(
                intake.declare_kind,
                people.SYSTEM,
                name="post",
                fields=fields,
                when_not_looked_at=then,
            )

    @precondition(lambda self: self.items)
    @rule(data=st.data(), by=st.sampled_from(REPORTERS), times=st.sampled_from([1, 1, 7]))
    def it_is_reported(self, data: st.DataObject, by: str | None, times: int) -> None:
        """Somebody, or a crowd, reports something."""
        item_id = data.draw(st.sampled_from(self.items))
        for number in range(times):
            name = f"{by}{number}" if by and times > 1 else by
            self.stage.report(item_id, by=name)

    @rule()
    def the_path_goes_on(self) -> None:
        """Every job that is due runs."""
        self.stage.settle()

    @rule(who=st.integers(0, 2), verdict=verdicts())
    def somebody_decides_the_next_task(self, who: int, verdict: Verdict) -> None:
        """Whatever is next for a reviewer is decided, or judged and concluded."""
        actor = self.staff[who]
        claim = self.house.do(review.claim_next, actor)
        if claim is None:
            return
        task = self.house.ask(review.desk, actor, claim.task_id).task
        try:
            if task.kind.value == "appeal":
                self.judge_and_conclude(actor, task.id, verdict)
            else:
                self.house.do(decision.decide, actor, task.id, verdict)
        except decision.VerdictIncomplete:
            self.house.do(review.release, actor, task.id)

    @rule(
        account=st.sampled_from(ACCOUNTS),
        photo=st.sampled_from([None, 0, 1]),
        by=st.sampled_from(REPORTERS),
        who=st.integers(0, 2),
        verdict=verdicts(),
    )
    def an_item_is_reported_and_decided(
        self, account: str, photo: int | None, by: str | None, who: int, verdict: Verdict
    ) -> None:
        """The ordinary day: posted, reported, queued, claimed, decided."""
        self.an_item_arrives(account, photo)
        self.stage.report(self.items[-1], by=by)
        self.stage.settle()
        task = self.stage.task(self.items[-1])
        self.house.do(review.claim, self.staff[who], task.id)
        try:
            self.house.do(decision.decide, self.staff[who], task.id, verdict)
        except decision.VerdictIncomplete:
            self.house.do(review.release, self.staff[who], task.id)

    @precondition(lambda self: self.receipts())
    @rule(data=st.data(), verdict=verdicts())
    def a_decision_is_appealed_and_judged(self, data: st.DataObject, verdict: Verdict) -> None:
        """The second look, by whoever of the three did not decide before."""
        actor = data.draw(st.sampled_from(self.receipts()))
        try:
            appeal_id = self.house.do(appeal.file, actor, text="Please look again, it is mine.")
        except appeal.AppealError:
            return
        self.stage.settle()
        task = self.rows("tasks", f"appeal_id = '{appeal_id}'")[0]
        for second in self.staff:
            with suppress(review.KeptFromYou, decision.VerdictIncomplete):
                self.house.do(review.claim, second, task["id"])
                self.judge_and_conclude(second, task["id"], verdict)
                return

    def judge_and_conclude(self, actor: people.Actor, task_id: str, verdict: Verdict) -> None:
        """Judge blind, then conclude, unless that is not an answer."""
        if self.house.ask(appeal.desk, actor, task_id).blind is None:
            try:
                self.house.do(appeal.judge, actor, task_id, verdict)
            except (appeal.NeedsAnAnswer, appeal.FirstDecider):
                self.house.do(review.skip, actor, task_id, reason="not for me")
                return
        with suppress(appeal.NotJudgedYet):
            said = "The pictures show something else than the report says."
            self.house.do(appeal.conclude, actor, task_id, explanation=said)

    @rule(who=st.integers(0, 2))
    def somebody_passes_a_task_on(self, who: int) -> None:
        """A reviewer skips what they were given."""
        claim = self.house.do(review.claim_next, self.staff[who])
        if claim is not None:
            self.house.do(review.skip, self.staff[who], claim.task_id, reason="not my language")

    @precondition(lambda self: self.receipts())
    @rule(data=st.data())
    def somebody_appeals(self, data: st.DataObject) -> None:
        """Whoever holds a receipt asks for a second look."""
        actor = data.draw(st.sampled_from(self.receipts()))
        with suppress(appeal.AppealError):
            self.house.do(appeal.file, actor, text="Please look again, this is mine.")

    @precondition(lambda self: self.rows("decisions"))
    @rule(data=st.data())
    def a_lead_reverses(self, data: st.DataObject) -> None:
        """A lead undoes a decision after review."""
        row = data.draw(st.sampled_from([r["id"] for r in self.rows("decisions")]))
        with suppress(decision.AlreadyReversed):
            self.house.do(decision.reverse, self.stage.lin, row, by=decision.ReversedBy.REVIEW)

    @rule()
    def the_bank_entry_is_withdrawn(self) -> None:
        """What the bank knew turns out to be wrong."""
        with suppress(banks.EntryAlreadyWithdrawn):
            self.house.do(banks.withdraw_entry, self.stage.lin, self.entry, why="it was a mistake")

    @rule(hours=st.sampled_from([1, 24, 24 * 8, 24 * 40]))
    def time_passes(self, hours: int) -> None:
        """The clock moves; leases end, measures run out, strikes expire."""
        self.clock.forward(timedelta(hours=hours))

    @rule(fails=st.booleans(), limit=st.integers(1, 5))
    def the_outbox_is_worked_on(self, fails: bool, limit: int) -> None:  # noqa: FBT001
        """The host answers some of what it is sent, and not the rest."""
        for work in self.house.do(delivery.claim, "test", limit=limit):
            self.deliver(work, fails=fails)

    def deliver(self, work: Work, *, fails: bool) -> None:
        """Hand one parcel to a host that knows each id once."""
        self.house.do(_outcome, work, fails=fails)
        if not fails:
            assert work.id not in self.host, "an acknowledged effect is never sent again"
            self.host.add(work.id)

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    def rows(self, table: str, where: str = "1 = 1") -> list[Row]:
        """Read a table as it is."""
        with self.house.db.read() as tx:
            return tx.rows(sa.select(metadata.tables[table]).where(sa.text(where)))

    def ask(self, query: Callable[..., Any], *args: Any) -> Any:
        """Ask a query."""
        return self.house.ask(query, *args)

    def receipts(self) -> list[people.Actor]:
        """Return an actor for every receipt there is."""
        return [
            people.Actor(
                kind="receipt",
                id=row["id"],
                name="receipt",
                holder=row["holder"],
                subject_kind=row["subject_kind"],
                subject_id=row["subject_id"],
            )
            for row in self.rows("receipts")
        ]

    def decisions(self) -> list[decision.DecisionView]:
        """Return every decision, as an auditor reads them."""
        return [self.stage.decision(row["id"]) for row in self.rows("decisions")]

    @invariant()
    def the_ledger_is_sound(self) -> None:
        """Whatever happens, the record holds together."""
        assert self.stage.verify().sound

    @invariant()
    def no_line_says_who_it_was(self) -> None:
        """Whoever has the log can count nobody's acts: staff, accounts, keys, receipts."""
        people_in_it = [self.stage.omar.id, self.stage.host.id, *(one.id for one in self.staff)]
        people_in_it += [row["id"] for table in PEOPLE for row in self.rows(table)]
        for row in self.rows("ledger_lines", f"line >= {self.looked_through}"):
            assert not [who for who in people_in_it if who in row["text"]], row["text"]
            self.looked_through = row["line"] + 1


def _outcome(tx: Tx, work: Work, *, fails: bool) -> None:
    if fails:
        outbox.fail(tx, work, "no answer")
    else:
        outbox.acknowledge(tx, work)


def as_test(machine: type[RuleBasedStateMachine]) -> type:
    """Make a history into a test class with the shared settings."""
    machine.TestCase.settings = CHECK
    return machine.TestCase


__all__ = [
    "CHECK",
    "History",
    "ReadTx",
    "as_test",
    "evidence",
    "ledger",
    "member",
]
