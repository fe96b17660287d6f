"""Statements reach the Commission's database once each, whatever goes wrong in between.

A batch is all or nothing: what is bad in it is set aside and the rest is sent again. What left
without an answer is asked about by its name before it is sent again, in this run or, after a
crash, in the next. Too much asked means waiting; a refused token means that somebody has to act.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import people
from evenhand.intake import Do
from evenhand.transparency.dsa import commands
from evenhand.transparency.dsa.checking import BATCH_MAX
from evenhand.transparency.dsa.queries import in_flight
from evenhand.transparency.dsa.replies import (
    Answer,
    Faulty,
    Known,
    Stopped,
    Stored,
    Unsure,
    Wait,
    read_known,
    read_sent,
)
from evenhand.transparency.ports import NoReply, StatementDatabase

UNSURE_MAX: Final = 5  # in a row, 1 + 2 + 4 + 8 + 16 seconds apart
WAITS_MAX: Final = 30  # in a row: half an hour of being told to wait

Bodies = Sequence[dict[str, Any]]


class _Halt(Exception):
    """Submitting ends here; the message says what somebody has to do."""


@dataclass
class Submission:
    """What came of submitting. `stopped` says why it ended before everything was sent, or None."""

    stored: int = 0
    known: int = 0
    refused: int = 0
    held: int = 0
    not_owed: int = 0
    stopped: str | None = None


@dataclass
class Submitter:
    """Sends statements to a database, one batch at a time.

    `pause` waits for some seconds; `told` is called after each batch, of `batch` statements.
    """

    do: Do
    database: StatementDatabase
    actor: people.Actor
    pause: Callable[[float], object]
    told: Callable[[Submission], object] = lambda _: None
    batch: int = BATCH_MAX

    def submit(self, *, since: datetime, until: datetime) -> Submission:
        """Submit the statements of a period that are not stored yet; `until` is exclusive.

        What an earlier run left without an answer comes first. Raises NotAllowed.
        """
        done = Submission()
        try:
            self._settle(self.do(in_flight, self.actor), done)
            after: str | None = None
            while True:
                taken = self.do(
                    commands.take,
                    self.actor,
                    since=since,
                    until=until,
                    after=after,
                    limit=self.batch,
                )
                done.held += taken.held
                done.not_owed += taken.not_owed
                if taken.bodies:
                    self._send(taken.bodies, done)
                self.told(done)
                after = taken.after
                if after is None:
                    return done
        except _Halt as why:
            done.stopped = str(why)
            return done

    def _send(self, bodies: Bodies, done: Submission) -> None:
        """Send until every one of these has an answer of its own. Raises _Halt."""
        unsure = waits = 0
        while bodies:
            puids = [body["puid"] for body in bodies]
            answer = self._post(bodies, puids)
            left = set(puids)
            if isinstance(answer, Stored):
                self.do(commands.record_stored, self.actor, puids, answer.uuids)
                done.stored += len(puids)
                return
            if isinstance(answer, Faulty):
                bad = {puids[place]: faults for place, faults in answer.faults.items()}
                self.do(commands.record_refused, self.actor, bad)
                done.refused += len(bad)
                left -= bad.keys()
            elif isinstance(answer, Known):
                self._record_known(sorted(answer.puids), done)
                left -= answer.puids
            elif isinstance(answer, Wait):
                waits += 1
                self._wait(answer, waits, puids)
                continue
            elif isinstance(answer, Unsure):
                unsure += 1
                if unsure > UNSURE_MAX:
                    raise _Halt(f"{answer.says} Run the command again later: it goes on here.")
                self.pause(2 ** (unsure - 1))
                left = set(self._ask(puids, done))
            else:
                self.do(commands.release, self.actor, puids)
                raise _Halt(answer.says)
            if len(left) == len(puids) and not isinstance(answer, Unsure):
                self.do(commands.release, self.actor, puids)
                raise _Halt("The database refuses the call, and names no statement of it.")
            bodies = [body for body in bodies if body["puid"] in left]

    def _post(self, bodies: Bodies, puids: Sequence[str]) -> Answer:
        """Make one call: a single statement alone, several together."""
        try:
            if len(bodies) == 1:
                reply = self.database.request("POST", "statement", bodies[0])
            else:
                reply = self.database.request("POST", "statements", {"statements": [*bodies]})
        except NoReply as why:
            return Unsure(why.says)
        return read_sent(reply, puids)

    def _settle(self, puids: Sequence[str], done: Submission) -> None:
        """Ask about what left without an answer: it is stored, or it is sent another time."""
        if puids:
            self.do(commands.release, self.actor, self._ask(puids, done))

    def _ask(self, puids: Sequence[str], done: Submission) -> list[str]:
        """Return those of some names that the database does not know; record the others."""
        unknown: list[str] = []
        for puid in puids:
            if self._knows(puid):
                self._record_known([puid], done)
            else:
                unknown.append(puid)
        return unknown

    def _knows(self, puid: str) -> bool:
        unsure = waits = 0
        while True:
            try:
                answer = read_known(
                    self.database.request("GET", f"statement/existing-puid/{puid}"), puid
                )
            except NoReply as why:
                answer = Unsure(why.says)
            if isinstance(answer, bool):
                return answer
            if isinstance(answer, Stopped):
                raise _Halt(answer.says)
            if isinstance(answer, Wait):
                waits += 1
                self._wait(answer, waits, [])
            else:
                unsure += 1
                if unsure > UNSURE_MAX:
                    raise _Halt(f"{answer.says} Run the command again later: it goes on here.")
                self.pause(2 ** (unsure - 1))

    def _wait(self, answer: Wait, waits: int, puids: Sequence[str]) -> None:
        if waits > WAITS_MAX:
            self.do(commands.release, self.actor, puids)
            raise _Halt("The database still asks to wait (429). Run the command again later.")
        self.pause(answer.seconds)

    def _record_known(self, puids: Sequence[str], done: Submission) -> None:
        self.do(commands.record_stored, self.actor, puids, {})
        done.known += len(puids)
