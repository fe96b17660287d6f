"""Confirmed known material is sealed, or never stored, as the operator's policy says."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from evenhand import banks, decision, detection, evidence, intake, ledger, people, policy, review
from evenhand.bootstrap import House
from evenhand.intake import MediaView
from evenhand.kit.clock import SetClock
from evenhand.people import Actor, Permission, Role
from evenhand.policy import Originals, Policy
from evenhand.review import KnownMaterial, Level
from tests.arrivals import blobs
from tests.stage import Stage, member, picture, violation

#: What is asked here lies above the rooms, which have both databases; one is enough.
pytestmark = pytest.mark.on("sqlite")

KNOWN, OTHER = picture(5), picture(8)
WHY = "The police asked which of two files it was."


@pytest.fixture
def stage(house: House) -> Stage:
    """A furnished house."""
    return Stage.open(house)


def says(stage: Stage, originals: Originals) -> None:
    """Publish a version of a clause that says what becomes of originals."""
    clause = stage.house.ask(policy.clause, "counterfeit")
    changed = replace(clause, version=clause.version + 1, originals=originals)
    stage.house.do(policy.publish, people.SYSTEM, Policy("Rules", (changed,)))


def list_likeness(stage: Stage, photo: bytes) -> str:
    """List a picture's likeness, so that other bytes of it match as well."""
    made = detection.hash_content(photo)
    assert made.pdq is not None
    return stage.house.do(
        banks.add_entry,
        people.SYSTEM,
        bank="known",
        kind="pdq",
        value=made.pdq,
        source="test",
        reason="made for a test",
    )


def sent(stage: Stage, photo: bytes = KNOWN) -> tuple[str, MediaView]:
    """Send a picture and run the path; return the item and its picture."""
    item_id = stage.item(photo=photo)
    stage.settle()
    [media] = stage.house.ask(intake.item, people.SYSTEM, item_id).media
    return item_id, media


def administrator() -> Actor:
    """Make one who may open what is sealed."""
    return member(Role.ADMINISTRATOR)


class TestKeptInTheVault:
    """`keep_in_vault`: decided from its hash."""

    def test_is_not_shown_to_whoever_reviews_it(self, stage: Stage) -> None:
        """At no level; the desk says which entry it matches, and how nearly."""
        says(stage, Originals.KEEP_IN_VAULT)
        entry = stage.image_bank(KNOWN)
        item_id, media = sent(stage)
        task = stage.task(item_id)
        stage.house.do(review.claim, stage.rosa, task.id)
        for level in Level:
            with pytest.raises(KnownMaterial):
                stage.house.do(
                    review.open_media, stage.rosa, task.id, media_id=media.id, level=level
                )
        known = stage.house.ask(review.desk, stage.rosa, task.id).known[media.id]
        assert (known.entry_id, known.bank, known.distance) == (entry, "known", 0)
        assert stage.house.ask(evidence.viewings_of, item_id=item_id) == []
        assert stage.house.ask(evidence.read_object, media.object_id)[0] == KNOWN

    def test_can_be_decided_unseen(self, stage: Stage) -> None:
        """A person answers, without having to look at it again."""
        says(stage, Originals.KEEP_IN_VAULT)
        stage.image_bank(KNOWN)
        item_id, _ = sent(stage)
        made = stage.decide(item_id, violation())
        assert stage.decision(made).outcome == "violation"

    def test_opens_to_an_administrator_with_a_reason_on_record(self, stage: Stage) -> None:
        """Who, what and to which level in clear; why, committed to."""
        says(stage, Originals.KEEP_IN_VAULT)
        stage.image_bank(KNOWN)
        item_id, media = sent(stage)
        ada, task = administrator(), stage.task(item_id)
        stage.house.do(review.claim, ada, task.id)
        with pytest.raises(KnownMaterial):
            stage.house.do(review.open_media, ada, task.id, media_id=media.id, level=Level.OUTLINE)
        asked: dict[str, Any] = {"media_id": media.id, "level": Level.OUTLINE}
        with pytest.raises(evidence.ReasonRefused):
            stage.house.do(review.open_known, ada, task.id, **asked, reason="to see")
        viewing_id = stage.house.do(review.open_known, ada, task.id, **asked, reason=WHY)
        assert stage.house.ask(evidence.viewing, ada, viewing_id).level is Level.OUTLINE
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["sealed.opened"])))
        assert line["subject"] == task.id
        assert stage.house.ask(ledger.actor_of, line) == ada.ref
        assert line["data"]["object"] == media.object_id
        assert WHY not in str(line)
        assert stage.house.ask(ledger.private_of, line["n"]) == {"reason": WHY}
        assert stage.house.ask(lambda tx: list(ledger.events(tx, ["media.opened"]))) == []

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.LEAD])
    def test_opens_to_nobody_else(self, stage: Stage, role: Role) -> None:
        """It is a permission of its own, and no machine has it."""
        says(stage, Originals.KEEP_IN_VAULT)
        stage.image_bank(KNOWN)
        item_id, media = sent(stage)
        who, task = member(role), stage.task(item_id)
        stage.house.do(review.claim, who, task.id)
        with pytest.raises(people.NotAllowed, match="open_sealed"):
            stage.house.do(
                review.open_known,
                who,
                task.id,
                media_id=media.id,
                level=Level.OUTLINE,
                reason=WHY,
            )
        assert not people.may(people.SYSTEM, Permission.OPEN_SEALED)

    def test_is_shown_again_when_its_entry_is_withdrawn(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Then it is known no more, and somebody has to look (charter, promise 9)."""
        says(stage, Originals.KEEP_IN_VAULT)
        entry = stage.image_bank(KNOWN)
        item_id, media = sent(stage)
        stage.decide(item_id, violation())
        stage.house.do(banks.withdraw_entry, stage.lin, entry, why="It was a mistake.")
        clock.forward(timedelta(minutes=1))
        stage.settle()
        task = stage.task(item_id)
        stage.house.do(review.claim, stage.ren, task.id)
        assert stage.house.ask(review.desk, stage.ren, task.id).known == {}
        assert stage.house.do(
            review.open_media, stage.ren, task.id, media_id=media.id, level=Level.GREY
        )

    def test_is_so_for_the_gravest_clauses_unless_they_say_otherwise(self, stage: Stage) -> None:
        """And for no other: a counterfeit is looked at as before."""
        for clause in stage.house.ask(policy.clauses):
            kept = clause.originals is Originals.KEEP_IN_VAULT
            assert kept == (clause.severity == policy.SEVERITY_MAX), clause.key
        stage.image_bank(KNOWN)
        item_id, media = sent(stage)
        task = stage.task(item_id)
        stage.house.do(review.claim, stage.rosa, task.id)
        assert stage.house.ask(review.desk, stage.rosa, task.id).known == {}
        assert stage.house.do(
            review.open_media, stage.rosa, task.id, media_id=media.id, level=Level.FULL
        )


class TestNotKept:
    """`do_not_keep`: never stored, and known all the same."""

    @pytest.fixture
    def strict(self, stage: Stage) -> Stage:
        """A house whose clause says so, with a bank that knows one picture."""
        says(stage, Originals.DO_NOT_KEEP)
        stage.image_bank(KNOWN)
        return stage

    def test_leaves_no_bytes_and_every_fact(self, strict: Stage) -> None:
        """Its hash, size, time and why, and which entry in which clause version."""
        item_id, media = sent(strict)
        assert blobs(strict.house) == []
        assert media.unkept is not None
        assert (media.bytes, len(media.sha256)) == (len(KNOWN), 64)
        ids = media.unkept["ids"]
        assert (ids["clause"], ids["clause_version"]) == ("counterfeit", 2)
        [line] = strict.house.ask(lambda tx: list(ledger.events(tx, ["item.received"])))
        assert line["data"]["not_kept"] == [ids]
        assert media.sha256 not in str(line)
        with pytest.raises(evidence.ObjectNotKept, match=r"clause 6\.2"):
            strict.house.ask(evidence.read_object, media.object_id)
        assert item_id

    def test_is_held_and_reviewed_like_any_known_material(self, strict: Stage) -> None:
        """What was found at the gate is on the record as the detector's own answer."""
        item_id, media = sent(strict)
        assert strict.house.ask(decision.standing_item, item_id) == "hold"
        said = strict.house.ask(detection.assessments, people.SYSTEM, item_id)
        [found] = [one for one in said if one.answer == "found"]
        assert (found.detector, found.media_id) == ("known_images", media.id)
        assert "not stored" in found.why
        assert not [one for one in said if one.answer == "failed"]
        task = strict.task(item_id)
        strict.house.do(review.claim, strict.rosa, task.id)
        assert media.id in strict.house.ask(review.desk, strict.rosa, task.id).known
        made = strict.house.do(decision.decide, strict.rosa, task.id, violation())
        assert strict.decision(made).stands

    def test_cannot_be_opened_by_anybody(self, strict: Stage) -> None:
        """There is nothing to open, for whatever reason."""
        item_id, media = sent(strict)
        ada, task = administrator(), strict.task(item_id)
        strict.house.do(review.claim, ada, task.id)
        asked: dict[str, Any] = {"media_id": media.id, "level": Level.OUTLINE, "reason": WHY}
        with pytest.raises(evidence.ObjectNotKept):
            strict.house.do(review.open_known, ada, task.id, **asked)

    def test_is_known_by_its_likeness_too(self, strict: Stage) -> None:
        """Other bytes of a listed picture are let go as well; its hash stays."""
        list_likeness(strict, OTHER)
        again = io.BytesIO()
        Image.open(io.BytesIO(OTHER)).save(again, "JPEG", quality=60)
        item_id, media = sent(strict, again.getvalue())
        assert blobs(strict.house) == []
        assert media.unkept is not None
        made = strict.house.ask(detection.hash_of, media.id)
        assert made is not None
        assert made.pdq == media.unkept["pdq"]
        assert strict.house.ask(decision.standing_item, item_id) == "hold"

    def test_keeps_everything_else(self, strict: Stage) -> None:
        """Only what a rule would hold under such a clause is let go."""
        item_id, media = sent(strict, OTHER)
        assert media.unkept is None
        assert len(blobs(strict.house)) == 1
        assert strict.house.ask(evidence.read_object, media.object_id)[0] == OTHER
        assert strict.house.ask(decision.standing_item, item_id) == "allow"

    def test_is_only_for_what_is_confirmed(self, stage: Stage) -> None:
        """A hint lets nothing go: it has to be looked at."""
        says(stage, Originals.DO_NOT_KEEP)
        stage.house.do(
            banks.create_bank,
            people.SYSTEM,
            name="known",
            signal=banks.Signal.IMAGE,
            confidence=banks.Confidence.INDICATIVE,
            clause_key="counterfeit",
        )
        list_likeness(stage, KNOWN)
        _, media = sent(stage)
        assert media.unkept is None
        assert len(blobs(stage.house)) == 1

    def test_says_what_undoing_cannot_give_back(self, strict: Stage) -> None:
        """Restitution lists it, for the person."""
        item_id, _ = sent(strict)
        made = strict.decide(item_id, violation())
        undone = strict.house.do(decision.reverse, strict.lin, made, by=decision.ReversedBy.REVIEW)
        assert any("never stored" in says for says in undone.not_undone)

    def test_is_let_go_by_nobody_but_the_policy(self, stage: Stage) -> None:
        """Without such a clause nothing is looked at before it is stored, and all is kept."""
        stage.image_bank(KNOWN)
        _, media = sent(stage)
        assert media.unkept is None
        assert len(blobs(stage.house)) == 1
        text = policy.starter()
        assert not [c for c in text.clauses if c.originals is Originals.DO_NOT_KEEP]
