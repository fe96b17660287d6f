"""Joins what people decided with the texts they decided about, so that detection can learn from it.

No room may do that: what was decided lies further along the path than what learns from it. Texts
are read here when a training begins and are let go when it ends. Left out is whatever has to do
with child safety; who reported, and who made an item, is never looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from evenhand import decision, detection, evidence, people, policy, queue, rules
from evenhand.bootstrap import House
from evenhand.detection import Came, ClassifierView, Lesson, Scored, Stream
from evenhand.worker.minding import mind_rules, tell_audits

if TYPE_CHECKING:
    from evenhand.db import ReadTx

ANSWERS_NEW_MIN: Final = 10  # fewer since the last training would teach nothing
LABELS_WAIT: Final = timedelta(days=30)  # who was asked about before that will hardly be answered
ON_SCHEDULE: Final = "on schedule"


def lessons(tx: ReadTx, clause_key: str) -> list[Lesson]:
    """Return what people decided under a clause, and what was fine, with texts, the newest last.

    What broke another clause says nothing about this one and is left out.
    """
    current = policy.clause(tx, clause_key).version
    answers = decision.answered(tx, people.SYSTEM)
    broke = [one for one in answers if one.broke == clause_key][-detection.LESSONS_MAX :]
    fine = [one for one in answers if one.broke is None][-detection.LESSONS_MAX :]
    found = []
    for one in sorted([*broke, *fine], key=lambda one: (one.at, one.decision_id)):
        came = _came(tx, one)
        if came is None:
            continue
        content = detection.content_of(tx, one.item_id)
        found.append(
            Lesson(
                item_id=one.item_id,
                text=detection.text_of(content),
                broke=one.broke is not None,
                language=content.language,
                came=came,
                earlier_clause=one.clause_version not in {None, current},
            )
        )
    return found


def learn(tx: ReadTx, training_id: str) -> detection.Learned:
    """Train the version that was asked for, or say why none can be had. Slow: seconds to minutes.

    Raises detection's NoSuchClassifier, policy's NoSuchClause.
    """
    asked = detection.training(tx, training_id)
    try:
        trained = detection.train(
            lessons(tx, asked.clause_key),
            clause_key=asked.clause_key,
            encoder=_encoder(),
            confidence=asked.confidence,
            current=_current(tx, asked.clause_key),
        )
    except (detection.TrainingRefused, detection.LearnedPackageMissing) as why:
        return detection.Learned(refused=str(why))
    for known in detection.classifiers(tx, people.SYSTEM):
        if known.clause_key == asked.clause_key and known.sha256 == trained.sha256:
            return detection.Learned(refused=str(detection.NothingNew(known.version)))
    staged = evidence.stage(tx.resources, trained.content, detection.MEDIA_TYPE)
    return detection.Learned(trained, staged)


class Tending:
    """Sees by the clock to rules that err, to audits, and to learning: questions, drift, training.

    Every worker may do it at the same time: each part finds out by itself what was done already.
    """

    def __init__(self, house: House) -> None:
        """See to everything at the first call."""
        self._house = house
        self._hour: datetime | None = None
        self._day: datetime | None = None

    def when_due(self) -> None:
        """Do what this hour and this day ask for, once in each."""
        hour = self._house.clock.now().replace(minute=0, second=0, microsecond=0)
        if hour == self._hour:
            return
        self._hour = hour
        mind_rules(self._house)
        tell_audits(self._house)
        in_force = self._house.ask(detection.versions_in_force)
        if in_force:
            ask_for_labels(self._house)
            watch(self._house, in_force)
        day = hour.replace(hour=0)
        if day != self._day:
            self._day = day
            train_when_due(self._house)


def ask_for_labels(house: House) -> list[str]:
    """Put a few items before people to learn from, as many as the settings allow by now."""
    settings = house.settings
    if settings.labels_per_day == 0:
        return []
    asked = house.ask(rules.of_rule, rules.ASK_FOR_LABELS.id, house.clock.now() - LABELS_WAIT)
    waiting = sum(house.ask(queue.open_task, one.item_id) is not None for one in asked)
    return house.do(
        rules.ask_for_labels,
        a_day=settings.labels_per_day,
        at_random=settings.labels_at_random,
        waiting=waiting,
    )


def watch(house: House, in_force: Sequence[ClassifierView]) -> None:
    """Look whether what the versions in force see has drifted, and raise an alarm where it has."""
    since = min(one.enforced_at for one in in_force if one.enforced_at)
    looks = house.ask(detection.looks_since, since, limit=detection.DRIFT_SEEN_MAX)
    answers = house.ask(decision.answered, people.SYSTEM)
    for one in in_force:
        said = [told for _, told in looks if told is not None and told.model_id == one.id]
        streams = {
            Stream.SCORES: [(told.at, told.score) for told in said],
            Stream.ERRORS: _errors(one.clause_key, said, answers),
        }
        alarms = house.ask(detection.alarms, people.SYSTEM, one.id)
        for stream, told in streams.items():
            heard = [alarm.drift.noticed_at for alarm in alarms if alarm.drift.stream is stream]
            fresh = [(at, number) for at, number in told if not heard or at > max(heard)]
            with suppress(detection.LearnedPackageMissing, detection.AlreadyRaised):
                drift = detection.first_drift(stream, fresh)
                if drift is not None:
                    house.do(detection.raise_drift_alarm, people.SYSTEM, one.id, drift)


def train_when_due(house: House) -> list[str]:
    """Ask for a training under every clause that has new answers and was not taught lately."""
    settings = house.settings
    if settings.train_days == 0:
        return []
    answers = house.ask(decision.answered, people.SYSTEM)
    fine = [one.at for one in answers if one.broke is None]
    asked = []
    for clause in house.ask(policy.clauses):
        broke = [one.at for one in answers if one.broke == clause.key]
        if clause.harm in detection.UNLEARNABLE or not _enough(broke, fine):
            continue
        last = house.ask(detection.last_training, clause.key)
        if last is not None:
            early = house.clock.now() - last.asked_at < timedelta(days=settings.train_days)
            new = sum(at > last.asked_at for at in [*broke, *fine])
            if early or new < ANSWERS_NEW_MIN:
                continue
        with suppress(detection.TrainingWaits):
            asked.append(
                house.do(detection.ask_training, people.SYSTEM, clause.key, why=ON_SCHEDULE)
            )
    return asked


def _enough(broke: Sequence[datetime], fine: Sequence[datetime]) -> bool:
    return min(len(broke), len(fine)) >= detection.LESSONS_MIN


def _came(tx: ReadTx, one: decision.Answered) -> Came | None:
    """Say what brought an item before people; None for one that nothing may be learned from."""
    came = Came.OTHERWISE
    for proposal in rules.proposals_of(tx, people.SYSTEM, one.item_id):
        if proposal.harm in detection.UNLEARNABLE:
            return None
        if proposal.made_at > one.at:
            continue
        if proposal.rule == rules.LEARNED.id:
            came = Came.SUGGESTED
        elif proposal.rule == rules.ASK_FOR_LABELS.id and came is not Came.SUGGESTED:
            random = proposal.evidence["chosen"] == rules.AT_RANDOM
            came = Came.RANDOM if random else Came.UNSURE
    return came


def _encoder() -> detection.Encoder | None:
    """Return the encoder, or None where it is not installed: then letters alone are learned."""
    try:
        return detection.sentence_encoder()
    except detection.LearnedPackageMissing:
        return None


def _current(tx: ReadTx, clause_key: str) -> detection.Current | None:
    """Return the version in force to measure beside the new one; a damaged one is left out."""
    try:
        return detection.current_classifier(tx, clause_key)
    except detection.DetectorFailed:
        return None


def _errors(
    clause_key: str, said: Sequence[Scored], answers: Sequence[decision.Answered]
) -> list[tuple[datetime, float]]:
    """Return 1 for every answer that a score was on the wrong side of, else 0, in order."""
    scores = {told.item_id: told for told in said}
    found = []
    for one in answers:
        told = scores.get(one.item_id)
        if told is None or told.at > one.at or one.broke not in {None, clause_key}:
            continue
        wrong = (told.score >= rules.UNDECIDED) is (one.broke is None)
        found.append((one.at, float(wrong)))
    return found
