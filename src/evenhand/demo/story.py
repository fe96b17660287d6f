"""The story of the day: people post and report, reviewers decide, and a mistake is undone.

Whoever is outside comes over HTTP; whoever is inside uses the rooms' commands, as the console
does. Each step ends with a check of what it promised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any, Self

from evenhand import appeal, decision, evidence, intake, policy, queue, review
from evenhand.decision import Outcome, Verdict
from evenhand.demo.day import Complaint, Day, Judgement
from evenhand.demo.errors import DemoBroke
from evenhand.demo.premises import Details, actor_named
from evenhand.demo.reasons import EXPLANATION, LEFT_WAITING, WHY
from evenhand.demo.stage import Stage
from evenhand.demo.told import Teller
from evenhand.demo.visitors import PlazaVisitor, PortalVisitor
from evenhand.people import Actor
from evenhand.policy import Measure
from evenhand.queue import TaskView

KIND = "post"  # Plaza sends everything as one kind
TASKS_MAX = 200


@dataclass(frozen=True)
class Told:
    """What came of the story: numbers for the summary, and receipts to try."""

    summary: Mapping[str, Any]
    receipts: Mapping[str, str]


@dataclass
class Story:
    """The day being played: who is where, and which post is which."""

    here: Stage
    day: Day
    details: Details
    visitors: dict[str, PlazaVisitor] = field(default_factory=dict)
    post_ids: dict[str, str] = field(default_factory=dict)
    receipts: dict[str, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Somebody without an account walks past as well."""
        self.passer_by = PlazaVisitor(self.here.plaza)
        return self

    def __exit__(self, *_error: object) -> None:
        """Everybody closes their browser."""
        for visitor in (self.passer_by, *self.visitors.values()):
            visitor.close()

    def tell(self, teller: Teller) -> Told:
        """Play the day, a step at a time. Raises DemoBroke when a promise does not hold."""
        with teller.step("Everybody posts on Plaza") as step:
            step.came_to(self._everybody_posts())
        with teller.step("People report what they saw") as step:
            step.came_to(self._people_report())
        with teller.step("Thirty new accounts report one harmless post") as step:
            brigade = self._brigade_comes()
            step.came_to(
                f"{brigade['reports']} reports in half an hour on a harmless post:"
                " one task, and the post stays up"
            )
        with teller.step("Reviewers claim tasks and decide") as step:
            step.came_to(self._reviewers_decide())
        with teller.step("Effects reach Plaza, people are told") as step:
            step.came_to(self._plaza_obeys())
        with teller.step("A wrong removal is appealed and judged blind") as step:
            step.came_to(self._a_mistake_is_undone())
        self._require_seen(self.day.brigade_item, seen=True)
        return Told({"brigade": brigade | {"still_visible": True}}, self.receipts)

    # ── outside ──────────────────────────────────────────────────────────────────────────────

    def _everybody_posts(self) -> str:
        for post in self.day.posts:
            self.post_ids[post.key] = self._visitor(post.account).post(post)
        seen = sum(self.passer_by.sees(post_id) for post_id in self.post_ids.values())
        held = len(self.post_ids) - seen
        self.here.settle()
        return f"{len(self.post_ids)} posts went through the gate; {held} wait unseen for a person"

    def _people_report(self) -> str:
        notices = 0
        for seat, complaint in enumerate(self.day.complaints, 1):
            notices += complaint.illegal
            self._report(complaint, seat)
        self.here.settle()
        return (
            f"{len(self.day.complaints)} reports, {notices} of them legal notices, from Plaza's"
            " page and the public form"
        )

    def _report(self, complaint: Complaint, seat: int) -> None:
        """Report from Plaza's own page, or as anybody may, through the public form."""
        post_id = self.post_ids[complaint.item]
        if complaint.on_plaza and complaint.account is not None:
            self._visitor(complaint.account).report(post_id, complaint)
            return
        account = self.day.accounts.get(complaint.account or "")
        language = account.language if account else "en"
        portal = PortalVisitor(self.here.base, language=language, seat=seat)
        receipt = portal.report(self.passer_by.url(post_id), self._named(complaint))
        portal.close()
        if complaint.illegal:
            self.receipts.setdefault("reporter", receipt)

    def _named(self, complaint: Complaint) -> Complaint:
        """Give the notice of somebody with an account the name and address the law asks for."""
        account = self.day.accounts.get(complaint.account or "")
        if account is None:
            return complaint
        return Complaint(
            **{**vars(complaint), "name": account.name, "email": account.email},
        )

    def _brigade_comes(self) -> dict[str, int]:
        key = self.day.brigade_item
        for complaint in self.day.brigade:
            assert complaint.account is not None, "the brigade has accounts"
            self._visitor(complaint.account).report(self.post_ids[key], complaint)
        self.here.settle()
        task = self._task_of(key)
        if task is None:
            raise DemoBroke("Thirty reports brought no task.")
        self._require_seen(key, seen=True)
        return {"reports": len(self.day.brigade), "task_reports": task.reports}

    def _visitor(self, account_id: str) -> PlazaVisitor:
        if account_id not in self.visitors:
            account = self.day.accounts[account_id]
            self.visitors[account_id] = PlazaVisitor(
                self.here.plaza, account, self.details.plaza_password
            )
        return self.visitors[account_id]

    # ── inside ───────────────────────────────────────────────────────────────────────────────

    def _reviewers_decide(self) -> str:
        """Go through the queue in its order; the wrong removal is Rosa's, three tasks are left."""
        rosa, ren, lin = (actor_named(self.here.house, name) for name in ("Rosa", "Ren", "Lin"))
        shifts = cycle((rosa, ren, lin))
        waiting = self.here.house.ask(queue.waiting, lin, limit=TASKS_MAX)
        keys = {self._item_id(key): key for key in self.post_ids}
        decided = 0
        for task in waiting:
            key = keys[task.item_id]
            if key in LEFT_WAITING or key not in self.day.judgements:
                continue
            if key == self.day.wrong.item:
                self._decide(rosa, task, self.day.wrong.first)
            else:
                self._decide(next(shifts), task, self.day.judgements[key])
            decided += 1
        left = len(waiting) - decided
        return f"{decided} decisions by three reviewers; {left} tasks are left for you"

    def _decide(self, actor: Actor, task: TaskView, found: Judgement) -> None:
        house = self.here.house
        house.do(review.claim, actor, task.id)
        self._look(actor, task)
        house.do(decision.decide, actor, task.id, self._verdict(actor, task, found))

    def _look(self, actor: Actor, task: TaskView) -> None:
        """Open the pictures one step, grey and blurred: enough for these, and on record."""
        desk = self.here.house.ask(review.desk, actor, task.id)
        for media in desk.item.media:
            self.here.house.do(
                review.open_media, actor, task.id, media_id=media.id, level=evidence.Veil.GREY
            )

    def _verdict(self, actor: Actor, task: TaskView, found: Judgement) -> Verdict:
        facts = self._facts(actor, task, found)
        outcome = Outcome(found.outcome)
        if outcome is not Outcome.VIOLATION:
            return Verdict(outcome=outcome, facts=facts, reasons=found.facts_en)
        why = WHY[found.item]
        measures = tuple(Measure(each) for each in found.measures)
        rung = self.here.house.ask(decision.suggestion, actor, task.id, why.clause).rung
        above = policy.above_ladder(measures, rung, days=why.days)
        return Verdict(
            outcome=outcome,
            clause_key=why.clause,
            measures=measures,
            days=why.days,
            facts=facts,
            reasons=why.reasons,
            above_ladder_reason=why.less_would_not_do if above else None,
        )

    def _facts(self, actor: Actor, task: TaskView, found: Judgement) -> str:
        """Write to the author in the language Plaza says they read."""
        account = self.here.house.ask(intake.item, actor, task.item_id).account
        theirs = self.day.author(found.item).language
        reads = (account.language if account else None) or "en"
        return found.facts if reads == theirs else found.facts_en

    def _item_id(self, key: str) -> str:
        found = self.here.house.ask(intake.item_named, KIND, self.post_ids[key])
        if found is None:
            raise DemoBroke(f"{key} is on Plaza and was never sent to Evenhand.")
        return found

    def _task_of(self, key: str) -> TaskView | None:
        return self.here.house.ask(queue.open_task, self._item_id(key))

    # ── what must be true ────────────────────────────────────────────────────────────────────

    def _plaza_obeys(self) -> str:
        """See on Plaza what was decided: what was removed is gone, what was fine is there."""
        self.here.settle()
        down = []
        for key, found in self.day.judgements.items():
            if key in LEFT_WAITING or key == self.day.wrong.item:
                continue
            removed = not {"remove", "hide"}.isdisjoint(found.measures)
            self._require_seen(key, seen=not removed)
            down += [key] * removed
        self._require_seen(self.day.wrong.item, seen=False)
        return f"{len(down) + 1} posts are down on Plaza, and each author can read why"

    def _a_mistake_is_undone(self) -> str:
        """The author finds the receipt on Plaza and objects; Ren judges, blind; it is back."""
        wrong, house = self.day.wrong, self.here.house
        author = self.day.author(wrong.item)
        post_id = self.post_ids[wrong.item]
        receipt = self._visitor(author.id).receipt_on(post_id)
        portal = PortalVisitor(self.here.base, language=author.language)
        portal.appeal(receipt, wrong.appeal_text)
        portal.close()
        self.here.settle()
        rosa, ren = actor_named(house, "Rosa"), actor_named(house, "Ren")
        task = _only(house.ask(queue.waiting, ren, queue="appeals"))
        self._require_kept_from(rosa, task)
        house.do(review.claim, ren, task.id)
        if house.ask(appeal.desk, ren, task.id).first is not None:
            raise DemoBroke("The first decision was shown before the second judgement.")
        house.do(appeal.judge, ren, task.id, self._verdict(ren, task, wrong.second))
        outcome = house.do(appeal.conclude, ren, task.id, explanation=EXPLANATION)
        if outcome is not appeal.AppealOutcome.GRANTED:
            raise DemoBroke(f"The appeal was {outcome}, not granted.")
        self.here.settle()
        self._require_seen(wrong.item, seen=True)
        return "A wrong removal was appealed, judged blind by somebody else, and undone on Plaza"

    def _require_kept_from(self, first: Actor, task: TaskView) -> None:
        try:
            self.here.house.do(review.claim, first, task.id)
        except review.KeptFromYou:
            return
        raise DemoBroke("Whoever decided first was given the appeal.")

    def _require_seen(self, key: str, *, seen: bool) -> None:
        if self.passer_by.sees(self.post_ids[key]) is not seen:
            says = "is not shown on Plaza, and should be" if seen else "is still shown on Plaza"
            raise DemoBroke(f"The post {key} {says}.")


def _only(found: Sequence[TaskView] | Iterable[TaskView]) -> TaskView:
    tasks = list(found)
    if len(tasks) != 1:
        raise DemoBroke(f"One appeal was filed, and {len(tasks)} tasks wait for it.")
    return tasks[0]
