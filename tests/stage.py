"""A stage for tests: staff, items, reports and the path, all through the rooms' front doors."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np
from argon2 import PasswordHasher
from PIL import Image

from evenhand import banks, decision, intake, ledger, people, policy, queue, review, rules
from evenhand.bootstrap import House
from evenhand.decision import Outcome, Verdict
from evenhand.kit.ids import new_id
from evenhand.people import Actor, Permission, Role
from evenhand.people.model import ROLE_PERMISSIONS
from evenhand.policy import Measure
from evenhand.worker import steps

FACTS = "Your listing asks buyers to pay by gift card before the tickets are sent."
REASONS = "Paying by gift card leaves a buyer without any way to get money back."

_numbers = count(1)


def picture(shade: int = 0, *, size: tuple[int, int] = (320, 240)) -> bytes:
    """Draw a harmless picture with enough structure to be hashed; shades differ."""
    y, x = np.indices((size[1], size[0]))
    colours = np.stack((x * 7 + shade * 31, y * 5 + x * shade, x * y // 40 + shade), axis=-1) % 256
    out = io.BytesIO()
    Image.fromarray(colours.astype(np.uint8)).save(out, "JPEG", quality=90)
    return out.getvalue()


def member(role: Role, name: str | None = None) -> Actor:
    """Make a member of staff with the permissions of a role."""
    return Actor(
        kind="staff",
        id=new_id(_AT),
        name=name or f"{role.value} {next(_numbers)}",
        permissions=ROLE_PERMISSIONS[role],
        role=role,
    )


def password_hash(password: str) -> str:
    """Hash a password as the house does, with little work: how much is written in the hash."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


def host_key() -> Actor:
    """Make the key of a host that sends items and reports and reads decisions."""
    granted = {Permission.SEND_ITEMS, Permission.SEND_REPORTS, Permission.READ_DECISIONS}
    return Actor(kind="key", id=new_id(_AT), name="host", permissions=frozenset(granted))


def violation(
    *measures: Measure, clause: str = "counterfeit", days: int | None = None, **changes: Any
) -> Verdict:
    """Make a complete violation; measures above the ladder bring their sentence."""
    return Verdict(
        outcome=Outcome.VIOLATION,
        clause_key=clause,
        measures=measures or (Measure.REMOVE, Measure.WARN),
        days=days,
        label="sensitive" if Measure.LABEL in measures else None,
        facts=FACTS,
        reasons=REASONS,
        above_ladder_reason="Forty buyers were cheated within one single day.",
        **changes,
    )


def fine() -> Verdict:
    """Make the verdict that nothing is wrong."""
    return Verdict(outcome=Outcome.NO_VIOLATION)


@dataclass
class Stage:
    """A house with policy, kinds and staff, and verbs that read like the path."""

    house: House
    host: Actor = field(default_factory=host_key)
    rosa: Actor = field(default_factory=lambda: member(Role.REVIEWER, "Rosa"))
    ren: Actor = field(default_factory=lambda: member(Role.REVIEWER, "Ren"))
    lin: Actor = field(default_factory=lambda: member(Role.LEAD, "Lin"))
    omar: Actor = field(default_factory=lambda: member(Role.AUDITOR, "Omar"))

    @classmethod
    def open(cls, house: House) -> Stage:
        """Publish the starter policy and kinds."""
        house.do(policy.seed)
        house.do(intake.seed_kinds)
        house.do(rules.seed)
        return cls(house)

    def item(
        self,
        text: str = "Two tickets for Saturday, half price.",
        *,
        account: str = "ann",
        external_id: str | None = None,
        photo: bytes | None = None,
        email: str | None = "ann@example.org",
    ) -> str:
        """Send an item as the host does; return its id. The path has not looked at it yet."""
        fields: dict[str, Any] = {"text": text}
        if photo is not None:
            fields["photo"] = {"data": _base64(photo), "media_type": "image/jpeg"}
        number = external_id or f"p{next(_numbers)}"
        raw = {
            "kind": "post",
            "id": number,
            "url": f"https://plaza.example/{number}",
            "account": {"id": account, "name": account.title(), "email": email, "language": "en"},
            "fields": fields,
        }
        kinds = self.house.ask(intake.kinds)
        return intake.submit_item(
            self.house.do, self.house.resources, kinds, self.host, raw
        ).item_id

    def report(
        self, item_id: str, *, by: str | None = "bo", harm: str = "fraud", text: str = "A scam."
    ) -> intake.ReceivedReport:
        """Report an item as somebody, or as nobody in particular."""
        item = self.house.ask(intake.item, people.SYSTEM, item_id)
        raw: dict[str, Any] = {
            "item": {"kind": item.kind, "id": item.external_id},
            "harm": harm,
            "explanation": text,
            "illegal": False,
            "reporter": None,
        }
        if by is not None:
            raw["reporter"] = {"account_id": by, "email": f"{by}@example.org"}
        return intake.submit_report(self.house.do, self.house.resources, self.host, raw)

    def settle(self) -> None:
        """Run the path until nothing is due."""
        while self.house.ask(ledger.jobs.any_due):
            for work in self.house.do(ledger.jobs.claim, "test", limit=20):
                assert steps.run_step(self.house, work), self._why(work)

    def task(self, item_id: str) -> queue.TaskView:
        """Return the open task of an item."""
        found = self.house.ask(queue.open_task, item_id)
        assert found is not None, "the item has no open task"
        return found

    def decide(self, item_id: str, verdict: Verdict, *, by: Actor | None = None) -> str:
        """Claim the item's task and decide it; return the decision's id."""
        actor = by or self.rosa
        task = self.task(item_id)
        self.house.do(review.claim, actor, task.id)
        return self.house.do(decision.decide, actor, task.id, verdict)

    def reported(self, **changes: Any) -> str:
        """Send an item, report it, run the path; return the item's id."""
        item_id = self.item(**changes)
        self.report(item_id)
        self.settle()
        return item_id

    def decision(self, decision_id: str) -> decision.DecisionView:
        """Look at a decision as an auditor does, who judges nothing and so may read all."""
        return self.house.ask(decision.decision, self.omar, decision_id)

    def image_bank(self, photo: bytes, *, name: str = "known", clause: str = "counterfeit") -> str:
        """Make a confirmed bank that knows one picture; return the entry's id."""
        import hashlib

        self.house.do(
            banks.create_bank,
            people.SYSTEM,
            name=name,
            signal=banks.Signal.IMAGE,
            confidence=banks.Confidence.CONFIRMED,
            clause_key=clause,
        )
        return self.house.do(
            banks.add_entry,
            people.SYSTEM,
            bank=name,
            kind=banks.EntryKind.SHA256,
            value=hashlib.sha256(photo).hexdigest(),
            source="test",
            reason="a picture made for a test",
        )

    def sent(self, *subjects: str) -> list[dict[str, Any]]:
        """Return what the outbox holds about these subjects."""
        return [dict(row) for row in self.house.ask(ledger.outbox.about, list(subjects))]

    def verify(self) -> ledger.Verification:
        """Verify the ledger against the kept checkpoint."""
        return self.house.ask(ledger.verify)

    def _why(self, work: ledger.Work) -> str:
        import sqlalchemy as sa

        table = ledger.jobs.table
        with self.house.db.read() as tx:
            error = tx.value(sa.select(table.c.error).where(table.c.id == work.id))
        return f"{work.kind} failed: {error}"


def _base64(content: bytes) -> str:
    import base64

    return base64.b64encode(content).decode()


def _at() -> Any:
    from datetime import UTC, datetime

    return datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


_AT = _at()
