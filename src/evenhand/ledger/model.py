"""Every kind of event the ledger can hold, and how an event becomes a leaf.

Nothing personal enters a leaf in clear: what names or quotes a person, and which person acted, goes
into a separate row, and the leaf carries a salted commitment to it. Destroying the row erases the
person's data while the tree still verifies.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand.kit.canonical import canonical
from evenhand.kit.clock import stamp
from evenhand.ledger.errors import UnknownEvent

SALT_BYTES = 16
#: Where what a line commits to keeps the ref of whoever acted, when they are somebody.
ACTOR: Final = "actor"
#: Actors that are nobody: a leaf says which of them acted. Of staff, and of the holder of a receipt
#: or a key (which may be one person's), it says only that, so that nobody's acts can be counted.
NOBODY: Final = frozenset({"rule"})


@dataclass(frozen=True)
class EventKind:
    """What an event's line says happened, and whether the path goes on from it."""

    says: str
    moves_on: bool = False


#: The registry: past tense, room order. The glossary and `worker/path.py` are tested against it.
EVENTS: Final[dict[str, EventKind]] = {
    "kind.declared": EventKind("the operator declared a kind of item and its fields"),
    "item.received": EventKind("the host sent an item", moves_on=True),
    "report.received": EventKind("somebody reported an item", moves_on=True),
    "order.received": EventKind("an order of an authority was received, and waits for a person"),
    "order.confirmed": EventKind("an authority was told that its order was received"),
    "order.answered": EventKind("an authority was told what came of its order"),
    "item.assessed": EventKind("detectors looked at an item and left assessments", moves_on=True),
    "detector.switched": EventKind("the operator switched a detector on or off"),
    "detector.withdrawn": EventKind("what a detector said was taken back as wrong", moves_on=True),
    "training.asked": EventKind("a classifier was to learn from decisions", moves_on=True),
    "training.refused": EventKind("nothing worth keeping could be learned"),
    "model.trained": EventKind("a version of a classifier was learned from decisions"),
    "model.enforced": EventKind("a person put a version of a classifier in force"),
    "model.retired": EventKind("a version of a classifier was retired", moves_on=True),
    "model.drifted": EventKind("what a classifier sees changed, and somebody has to look"),
    "rules.proposed": EventKind("rules met the facts and proposed what follows", moves_on=True),
    "rules.deployed": EventKind("rule files were deployed, with the versions that are new"),
    "rule.staged": EventKind("a version of a rule went a step on, or back"),
    "rule.tried": EventKind("a version of a rule was tried on the past"),
    "rule.approved": EventKind("a second person approved a rule that would restrict somebody"),
    "rule.braked": EventKind("a rule did far more than expected, or erred, and does less now"),
    "rule.retired": EventKind("a version of a rule was retired as wrong", moves_on=True),
    "trial.asked": EventKind("a rule was to be tried on the past", moves_on=True),
    "trial.failed": EventKind("a trial of a rule on the past came to nothing"),
    "label.hung": EventKind("a rule hung a label on an account or an item"),
    "task.opened": EventKind("a subject began to wait for a person"),
    "task.joined": EventKind("a report joined a task that was already open"),
    "task.claimed": EventKind("a reviewer took a task"),
    "task.released": EventKind("a task went back to the queue"),
    "task.skipped": EventKind("a reviewer passed a task on to somebody else"),
    "task.escalated": EventKind("a reviewer asked for somebody more senior to look"),
    "task.closed": EventKind("a task was decided"),
    "task.reopened": EventKind("a decision came into doubt, and somebody looks again"),
    "task.withdrawn": EventKind("a task was taken back: nobody is needed any more"),
    "media.opened": EventKind("a reviewer raised the veil from media to a level"),
    "sealed.opened": EventKind("sealed known material was opened, by whom and why"),
    "note.written": EventKind("a reviewer wrote an internal note"),
    "decision.made": EventKind("a person or a rule decided under a clause"),
    "decision.reversed": EventKind("a decision was undone with everything that followed from it"),
    "measure.ended": EventKind("a measure ran out or was lifted"),
    "effect.acknowledged": EventKind("the host confirmed an effect"),
    "effect.buried": EventKind("an effect or message could not be delivered and waits for help"),
    "effect.resent": EventKind("a person sent an undelivered effect or message again"),
    "message.sent": EventKind("a message to a person was handed to a mail server"),
    "appeal.filed": EventKind("a person asked for a decision to be looked at again", moves_on=True),
    "appeal.judged": EventKind("a second reviewer judged before seeing the first decision"),
    "appeal.decided": EventKind("an appeal was granted, granted in part or rejected"),
    "audit.drawn": EventKind("decisions were drawn by lot to be looked at again"),
    "audit.labelled": EventKind("somebody looked again at a drawn decision, unseen"),
    "audit.settled": EventKind("a lead said which of two answers is right"),
    "audit.closed": EventKind("an audit ended"),
    "audit.counted": EventKind("what an audit found was told, after those concerned had seen it"),
    "case.kept": EventKind("a settled case was kept to learn from"),
    "course.begun": EventKind("somebody began a training"),
    "course.ended": EventKind("a training ended"),
    "calibration.begun": EventKind("several people began to answer the same cases"),
    "calibration.ended": EventKind("a calibration session ended"),
    "checks.planted": EventKind("settled cases were put into the queue again, unmarked"),
    "extract.asked": EventKind("an auditor asked for decisions to be drawn by lot"),
    "extract.drawn": EventKind("what an auditor asked for was drawn by a later checkpoint"),
    "clause.published": EventKind("a version of a policy clause took effect"),
    "label.declared": EventKind("a label that may be put on items was declared, or its words"),
    "bank.created": EventKind("a bank of known material was made"),
    "bank.changed": EventKind("a bank was switched on or off, rolled out or given another limit"),
    "entry.added": EventKind("an entry joined a bank", moves_on=True),
    "entries.imported": EventKind("entries of a file joined a bank together", moves_on=True),
    "entries.searched": EventKind("the recent past was searched for entries of a bank"),
    "entry.disabled": EventKind("an entry was disabled until a time", moves_on=True),
    "entry.enabled": EventKind("a disabled entry was let match again", moves_on=True),
    "entry.quarantined": EventKind(
        "an entry matched far too much and holds no more", moves_on=True
    ),
    "entry.released": EventKind("a person let a quarantined entry count again", moves_on=True),
    "entries.expired": EventKind("the time of entries of a bank ran out", moves_on=True),
    "entry.withdrawn": EventKind("an entry left a bank", moves_on=True),
    "staff.added": EventKind("a member of staff was given a role"),
    "staff.changed": EventKind("a member of staff changed role, state or sign-in means"),
    "session.opened": EventKind("a member of staff signed in"),
    "session.closed": EventKind("a member of staff signed out or was signed out"),
    "purpose.stated": EventKind("an auditor said what they look for"),
    "page.viewed": EventKind("an auditor looked at a page of the console"),
    "certificate.required": EventKind("work on a kind of harm takes a certificate, or no more"),
    "certificate.given": EventKind("a member of staff was certified for a kind of harm"),
    "certificate.taken": EventKind("a certificate was taken back"),
    "key.issued": EventKind("an API key was issued"),
    "key.revoked": EventKind("an API key was revoked"),
    "identity.opened": EventKind("a sealed identity was opened, by whom and why"),
    "person.erased": EventKind("a person's data was erased on request or after its time"),
    "ledger.restored": EventKind("a backup was restored: how many signed lines were lost"),
    "clock.explained": EventKind("somebody said why a line's time does not follow those before it"),
    "line.erased": EventKind("what a line committed to was destroyed; the line stays"),
    "signer.changed": EventKind("the key that signs the log put the next one in force"),
    "statements.submitted": EventKind("statements of reasons were stored by the EU's database"),
    "statement.held": EventKind("a statement of reasons was not submitted and waits for a person"),
    "statement.retried": EventKind("a person let a statement that waited be submitted again"),
    "case.told": EventKind("a case was told without names, for a lead to read"),
    "case.returned": EventKind("a lead sent a told case back, and said why"),
    "case.approved": EventKind("a lead let a told case be published"),
    "case.withdrawn": EventKind("a told case was taken back"),
    "checkpoint.published": EventKind("a checkpoint was published"),
}


def kind_of(actor: str) -> str:
    """Say of an actor's ref what a leaf says: `rule:<name>@<version>` as it is, else the kind."""
    kind = actor.partition(":")[0]
    return actor if kind in NOBODY else kind


def commitment(private: str, salt: bytes) -> str:
    """Commit to private content: SHA-256 of the salt and the canonical text, as hex."""
    return hashlib.sha256(salt + private.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """A line before it has an index. `private` is the canonical text of what it commits to.

    `before` and `after` are its canonical text on either side of the index.
    """

    type: str
    subject: str
    at: datetime
    before: str
    after: str
    private: str | None
    salt: bytes

    @classmethod
    def of(
        cls,
        event: str,
        *,
        subject: str,
        actor: str,
        public: Mapping[str, Any],
        private: Mapping[str, Any] | None,
        at: datetime,
        salt: bytes,
    ) -> Draft:
        """Draft the line of an event. `public` holds no personal data; `private` may.

        The leaf says what kind of actor it was, and who it was is kept with `private`. Raises
        UnknownEvent, and ValueError or TypeError for what has no canonical text: here, where it
        concerns one command, and not at a commit that many share.
        """
        if event not in EVENTS:
            raise UnknownEvent(f"{event!r} is not in ledger.EVENTS")
        kind = kind_of(actor)
        apart = private if kind == actor else {**(private or {}), ACTOR: actor}
        kept_apart = None if apart is None else canonical(apart)
        committed = ""
        if kept_apart is not None:
            committed = f'"commitment":"{commitment(kept_apart, salt)}",'
        before = (
            f'{{"actor":{canonical(kind)},"at":"{stamp(at)}",{committed}'
            f'"data":{canonical(public)},"n":'
        )
        after = f',"subject":{canonical(subject)},"type":"{event}"}}'
        return cls(event, subject, at, before, after, kept_apart, salt)

    def text(self, index: int) -> str:
        """Write the leaf: canonical JSON with the index, so that no line fits another place.

        Its keys are sorted: actor, at, commitment, data, n, subject, type.
        """
        return f"{self.before}{index}{self.after}"


@dataclass(frozen=True, slots=True)
class Line:
    """A draft in its place: the canonical text that is the leaf, and the leaf's hash."""

    index: int
    draft: Draft
    text: str
    hash: bytes
