"""A reviewer claims a task, keeps it, sees its media by steps, notes it, or passes it on."""

from __future__ import annotations

from evenhand import evidence, intake, people, queue, rules
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.queue import TaskClosed, TaskKind, TaskState, TaskView
from evenhand.review import store
from evenhand.review.errors import KnownMaterial, NeedsCertificate, NoSuchMedia, NothingSaid
from evenhand.review.model import (
    LEASE,
    NOTE_CHARS_MAX,
    Claim,
    Note,
    check_free,
    check_held,
)


def claim(tx: Tx, actor: people.Actor, task_id: str) -> Claim:
    """Take one task for ten minutes, renewed by the open desk. Claiming your own renews it.

    Raises TaskTaken, KeptFromYou, NeedsCertificate, TaskClosed, NotAllowed.
    """
    tx.lock(f"task:{task_id}")
    task = queue.task(tx, actor, task_id)
    _require_kind(actor, task.kind)
    if task.state is TaskState.CLOSED:
        raise TaskClosed(task_id)
    lacking = people.certificates_lacking(tx, actor.id)
    if task.harm.value in lacking and task.kind is not TaskKind.EXERCISE:
        raise NeedsCertificate(task.harm.value)
    kept = queue.kept_from(tx, task_id, actor.id)
    check_free(task, staff_id=actor.id, kept=kept, now=tx.now)
    if _is_live(tx, task, actor):
        queue.extend(tx, task_id, until=tx.now + LEASE)
        return Claim(task_id, task.claim_number, tx.now + LEASE)
    held = queue.hold(tx, actor, task_id, until=tx.now + LEASE)
    return Claim(task_id, held.claim_number, tx.now + LEASE)


def claim_next(tx: Tx, actor: people.Actor, *, queue_name: str | None = None) -> Claim | None:
    """Take the task that comes next for this reviewer, or None when nothing waits for them."""
    people.require(actor, people.Permission.REVIEW)
    tx.lock("claim-next")
    settles = people.may(actor, people.Permission.MANAGE_QUALITY)
    but = () if settles else (TaskKind.DISPUTE,)
    lacking = people.certificates_lacking(tx, actor.id)
    task_id = queue.next_task(tx, actor.id, queue=queue_name, but=but, but_harms=lacking)
    return None if task_id is None else claim(tx, actor, task_id)


def beat(tx: Tx, actor: people.Actor, task_id: str) -> Claim:
    """Renew the lease of the desk that is open. Raises NotYours, LeaseEnded."""
    task = held_task(tx, actor, task_id)
    queue.extend(tx, task_id, until=tx.now + LEASE)
    return Claim(task_id, task.claim_number, tx.now + LEASE)


def release(tx: Tx, actor: people.Actor, task_id: str) -> None:
    """Put a task back for anybody. Raises NotYours, LeaseEnded."""
    held_task(tx, actor, task_id)
    evidence.close_viewings(tx, actor, task_id)
    queue.release(tx, actor, task_id)


def skip(tx: Tx, actor: people.Actor, task_id: str, *, reason: str) -> None:
    """Pass a task on: it will not come back to you. Raises NotYours, LeaseEnded, NothingSaid."""
    held_task(tx, actor, task_id)
    evidence.close_viewings(tx, actor, task_id)
    queue.release(tx, actor, task_id, skipped=_said(reason))


def write_note(tx: Tx, actor: people.Actor, task_id: str, *, text: str) -> str:
    """Write an internal note. Raises NothingSaid, NoSuchTask.

    While a task is to be judged blind, only its holder may: nobody else's word reaches them, and
    least of all the first decider's. Raises NotYours, LeaseEnded.
    """
    people.require(actor, people.Permission.REVIEW)
    task = queue.task(tx, actor, task_id)
    if queue.is_blind(tx, task_id):
        check_held(task, staff_id=actor.id, now=tx.now)
    note = Note(tx.new_id(), task_id, actor.id, _said(text), tx.now)
    store.save_note(tx, note, item_id=task.item_id)
    append(
        tx,
        "note.written",
        subject=task_id,
        actor=actor.ref,
        public={"note_id": note.id},
        private={"text": note.text},
    )
    return note.id


def open_media(
    tx: Tx, actor: people.Actor, task_id: str, *, media_id: str, level: evidence.Veil
) -> str:
    """Raise the veil from one piece of media to a level; the viewing is recorded.

    Returns the viewing's id, with which only this viewer can fetch the pixels. Confirmed known
    material is not shown again to confirm it (charter, promise 12). Raises NotYours, LeaseEnded,
    NoSuchMedia, KnownMaterial.
    """
    task, media = _held_media(tx, actor, task_id, media_id)
    if media_id in rules.known_media(tx, actor, task.item_id):
        raise KnownMaterial(media_id)
    return _view(tx, actor, task, media, level)


def open_known(
    tx: Tx,
    actor: people.Actor,
    task_id: str,
    *,
    media_id: str,
    level: evidence.Veil,
    reason: str,
) -> str:
    """Open one picture of confirmed known material, by who may and for a reason, on record.

    Returns the viewing's id. Raises NotAllowed, ReasonRefused, NotYours, LeaseEnded, NoSuchMedia.
    """
    task, media = _held_media(tx, actor, task_id, media_id)
    return _view(tx, actor, task, media, level, reason)


def _held_media(
    tx: Tx, actor: people.Actor, task_id: str, media_id: str
) -> tuple[TaskView, intake.MediaView]:
    """Return the actor's task and one piece of its media."""
    task = held_task(tx, actor, task_id)
    for media in intake.item(tx, actor, task.item_id).media:
        if media.id == media_id:
            return task, media
    raise NoSuchMedia(media_id)


def _view(
    tx: Tx,
    actor: people.Actor,
    task: TaskView,
    media: intake.MediaView,
    level: evidence.Veil,
    reason: str | None = None,
) -> str:
    return evidence.open_viewing(
        tx,
        actor,
        task_id=task.id,
        item_id=task.item_id,
        object_id=media.object_id,
        level=level.value,
        sealed_for=reason,
    )


def finish(tx: Tx, actor: people.Actor, task_id: str, *, outcome: str) -> None:
    """Close a task with its outcome, and the viewings that were open with it."""
    evidence.close_viewings(tx, actor, task_id)
    queue.close(tx, actor, task_id, outcome=outcome)


def held_task(tx: Tx, actor: people.Actor, task_id: str) -> TaskView:
    """Return a task if the actor holds it now, locked until the commit.

    Raises NotYours, LeaseEnded, NotAllowed.
    """
    tx.lock(f"task:{task_id}")
    task = queue.task(tx, actor, task_id)
    _require_kind(actor, task.kind)
    check_held(task, staff_id=actor.id, now=tx.now)
    return task


def _require_kind(actor: people.Actor, kind: TaskKind) -> None:
    wanted = people.Permission.REVIEW
    if kind is TaskKind.APPEAL:
        wanted = people.Permission.JUDGE_APPEALS
    people.require(actor, wanted)
    if kind is TaskKind.DISPUTE:
        people.require(actor, people.Permission.MANAGE_QUALITY)


def _is_live(tx: Tx, task: TaskView, actor: people.Actor) -> bool:
    mine = task.state is TaskState.CLAIMED and task.claimed_by == actor.id
    return mine and task.lease_until is not None and task.lease_until >= tx.now


def _said(text: str) -> str:
    words = text.strip()[:NOTE_CHARS_MAX]
    if not words:
        raise NothingSaid
    return words
