"""A rule comes into force step by step, is watched, and can be taken back with all it did."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from evenhand import banks, decision, intake, ledger, queue, rules
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM, NotAllowed
from evenhand.rules import Stage as At
from evenhand.worker.minding import mind_rules
from tests.stage import Stage, fine, violation

DAY = timedelta(days=1)
WORDS = """
rule offers on post
  when has_word(text, "jackpot")
  propose hide
  policy counterfeit
  why "It says {matched_words}."
  fires {"text": "Win the JACKPOT now"}
  silent {"text": "A quiet evening"}
"""
BETTER = WORDS.replace('"jackpot")', '["jackpot", "lottery"])')
SURGE = """
counter reporters_1h = distinct reporter in report by item within 1h

rule surge on report
  when reporters_1h >= 3
  label item "many-reports" for 2d
  enqueue urgent priority 90
  why "{reporters_1h} different people reported it within an hour."

counter posts_1h = count in post by account within 1h

rule burst on post
  when posts_1h >= 3 and not label(item, "trusted")
  label account "busy"
  enqueue review
  why "{posts_1h} posts in an hour"

rule busy on post
  when label(account, "busy")
  score risk 1
  enqueue review
"""
INDIRECT = SURGE.replace(
    'not label(item, "trusted")\n  label account "busy"',
    'label(item, "many-reports")\n  propose hide',
)

#: Stages, trials and counters are asked of both databases; one is enough for the rest.
on_sqlite = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with what ships."""
    return Stage.open(house)


def deploy(stage: Stage, text: str, *, name: str = "a.rules") -> list[str]:
    """Deploy a file as Lin; return what is new."""
    made = stage.house.do(rules.deploy, stage.lin, [(name, text)], why="it was asked for")
    return [one.called for one in made]


def ada(stage: Stage) -> Any:
    """Give somebody else who keeps rules."""
    from evenhand.people import Role
    from tests.stage import member

    del stage
    return member(Role.ADMINISTRATOR, "Ada")


def tried(stage: Stage, called: str) -> decision.Trial:
    """Try a version on all that was met, and keep what came of it."""
    house, now = stage.house, stage.house.clock.now()
    trial = house.ask(decision.try_rule, stage.lin, called, now - 30 * DAY, now + DAY, seed=1)
    house.do(rules.keep_trial, stage.lin, called, trial.baseline)
    return trial


def step(stage: Stage, called: str, *stages: At, **more: Any) -> None:
    """Take a version on, stage by stage."""
    for to in stages:
        stage.house.do(rules.stage_rule, stage.lin, called, to, why="it held", **more)


def in_force(stage: Stage, called: str, **more: Any) -> None:
    """Take a version all the way."""
    tried(stage, called)
    stage.house.do(rules.approve_rule, ada(stage), called, why="I looked at it")
    step(stage, called, At.SHADOW, At.ENQUEUE, At.CANARY, At.ON, **more)


def said(stage: Stage, event: str) -> list[dict[str, Any]]:
    """Return the data of the ledger's lines of a type."""
    lines = stage.house.ask(lambda tx: list(ledger.events(tx, [event])))
    return [line["data"] for line in lines]


def hits(stage: Stage, item_id: str) -> list[tuple[str, str]]:
    """Return which rules hit an item, and what came of it."""
    found = stage.house.ask(rules.versions_on, stage.rosa, item_id)
    return [(one.called, one.doing) for one in found]


def sent(stage: Stage, text: str, **changes: Any) -> str:
    """Send a post and let the path run."""
    item_id = stage.item(text, **changes)
    stage.settle()
    return item_id


@on_sqlite
class TestDeploying:
    """What comes in."""

    def test_begins_as_a_draft_that_does_nothing(self, stage: Stage) -> None:
        """And is on the record, with who and why."""
        assert deploy(stage, WORDS) == ["offers@1"]
        item_id = sent(stage, "win the jackpot")
        assert hits(stage, item_id) == []
        line = said(stage, "rules.deployed")[-1]
        assert line["rules"] == [{"rule": "offers", "number": 1}]

    def test_numbers_what_is_new_and_keeps_what_means_the_same(self, stage: Stage) -> None:
        """Words around a rule change nothing."""
        deploy(stage, WORDS)
        with pytest.raises(rules.NothingDeployed):
            deploy(stage, "# about offers\n" + WORDS)
        assert deploy(stage, BETTER) == ["offers@2"]

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (WORDS.replace("counterfeit", "counterfiet"), "There is no clause `counterfiet`"),
            (WORDS.replace("hide", "hush"), "hush"),
            (SURGE.replace("enqueue urgent", "enqueue urgnet"), "There is no queue `urgnet`"),
            (WORDS.replace("quiet evening", "jackpot"), "does not come true"),
            (SURGE.replace("enqueue urgent priority 90", "propose hide"), "No number of reports"),
            (INDIRECT, "because of reports"),
        ],
    )
    def test_is_refused_with_what_is_wrong(self, stage: Stage, text: str, says: str) -> None:
        """Nothing of it stays."""
        with pytest.raises(rules.RulesRefused, match=says):
            deploy(stage, text)
        assert "offers" not in {one.name for one in stage.house.ask(rules.deployed, stage.lin)}

    def test_minds_what_stands_beside_it(self, stage: Stage) -> None:
        """A label that one deployment hangs because of reports restricts nobody in another."""
        deploy(stage, SURGE)
        reads = WORDS.replace('has_word(text, "jackpot")', 'label(item, "many-reports")')
        without = "\n".join(line for line in reads.splitlines() if "{" not in line)
        with pytest.raises(rules.RulesRefused, match="which surge hangs because of reports"):
            deploy(stage, without)

    def test_of_what_ships_is_on_the_record(self, stage: Stage) -> None:
        """What acts from the first day says so, and by whom."""
        lines = said(stage, "rule.staged")
        assert {line["rule"] for line in lines} == {
            "known-material",
            "possibly-known-material",
            "reported",
        }
        assert {(line["from"], line["to"]) for line in lines} == {("draft", "on")}

    def test_is_for_those_who_keep_rules(self, stage: Stage) -> None:
        """A reviewer looks on."""
        with pytest.raises(NotAllowed):
            stage.house.do(rules.deploy, stage.rosa, [("a.rules", WORDS)], why="I want to")


class TestStages:
    """How far a version has come."""

    def test_go_one_by_one_and_only_after_a_trial(self, stage: Stage) -> None:
        """Each refusal says what to do first."""
        deploy(stage, WORDS)
        with pytest.raises(rules.StepRefused, match="never tried"):
            step(stage, "offers", At.SHADOW)
        tried(stage, "offers")
        with pytest.raises(rules.StepRefused, match="one step"):
            step(stage, "offers", At.ENQUEUE)
        step(stage, "offers", At.SHADOW, At.ENQUEUE)
        with pytest.raises(rules.StepRefused, match="second person"):
            step(stage, "offers", At.CANARY)
        with pytest.raises(rules.StepRefused, match="cannot approve"):
            stage.house.do(rules.approve_rule, stage.lin, "offers", why="mine")
        stage.house.do(rules.approve_rule, ada(stage), "offers", why="I looked")
        step(stage, "offers", At.CANARY, At.ON)
        steps = [one for one in said(stage, "rule.staged") if one["rule"] == "offers"]
        assert [(one["from"], one["to"]) for one in steps] == [
            ("draft", "shadow"),
            ("shadow", "enqueue"),
            ("enqueue", "canary"),
            ("canary", "on"),
        ]

    def test_decide_what_comes_of_a_hit(self, stage: Stage) -> None:
        """Noted, then looked at, then held with notice."""
        deploy(stage, WORDS)
        tried(stage, "offers")
        stage.house.do(rules.approve_rule, ada(stage), "offers", why="I looked")
        step(stage, "offers", At.SHADOW)
        noted = sent(stage, "jackpot one", external_id="s1")
        assert hits(stage, noted) == [("offers@1", "note")]
        assert stage.house.ask(queue.open_task, noted) is None
        step(stage, "offers", At.ENQUEUE)
        asked = sent(stage, "jackpot two", external_id="s2")
        assert hits(stage, asked) == [("offers@1", "look")]
        assert stage.task(asked)
        assert stage.house.ask(decision.on_item, stage.omar, asked) == []
        step(stage, "offers", At.CANARY, share=100)
        step(stage, "offers", At.ON, held_out=1)
        held = sent(stage, "jackpot three", external_id="s3")
        if hits(stage, held) == [("offers@1", "act")]:
            [hold] = stage.house.ask(decision.on_item, stage.omar, held)
            assert hold.provisional
            assert hold.statement is not None
            assert "It says jackpot" in hold.statement.facts

    def test_wait_where_the_rule_says_so(self, stage: Stage, clock: SetClock) -> None:
        """For a while drawn by lot within its bounds; a person may look meanwhile."""
        deploy(stage, WORDS.replace("propose hide", "propose hide after 2m..20m"))
        in_force(stage, "offers")
        number = 0
        while True:
            item_id = sent(stage, "jackpot", external_id=f"w{number}")
            if hits(stage, item_id) == [("offers@1", "act")]:
                break
            number += 1
        assert stage.task(item_id)
        assert stage.house.ask(decision.on_item, stage.omar, item_id) == []
        clock.forward(timedelta(minutes=2) - timedelta(seconds=1))
        stage.settle()
        assert stage.house.ask(decision.on_item, stage.omar, item_id) == []
        clock.forward(timedelta(minutes=18, seconds=1))
        stage.settle()
        [hold] = stage.house.ask(decision.on_item, stage.omar, item_id)
        assert hold.provisional

    def test_of_a_new_version_retire_the_one_before(self, stage: Stage) -> None:
        """And a rollback brings it back, and reopens what rested on the new one."""
        deploy(stage, WORDS)
        in_force(stage, "offers@1")
        deploy(stage, BETTER)
        in_force(stage, "offers@2")
        assert {
            one.called: one.stage.value
            for one in stage.house.ask(rules.deployed, stage.lin, "offers")
        } == {
            "offers@1": "retired",
            "offers@2": "on",
        }
        item_id = next(
            found
            for n in range(20)
            if hits(stage, found := sent(stage, f"lottery {n}", external_id=f"l{n}"))
            == [("offers@2", "act")]
        )
        decided = stage.decide(item_id, violation(clause="counterfeit"))
        stage.settle()
        assert stage.house.ask(queue.open_task, item_id) is None
        back = stage.house.do(rules.roll_back, stage.lin, "offers", why="it errs")
        assert (back.called, back.stage) == ("offers@1", At.ON)
        stage.settle()
        assert stage.task(item_id).kind is queue.TaskKind.REOPENED
        assert stage.decision(decided).superseded_by is None
        assert hits(stage, sent(stage, "another lottery", external_id="l-last")) == []


class TestTrials:
    """What would have been."""

    def test_say_what_is_known_and_what_is_not(self, stage: Stage) -> None:
        """Precision from what people decided; the rest is unknown."""
        ids = [
            sent(
                stage,
                f"jackpot {n}" if n % 2 else f"a walk {n}",
                external_id=f"t{n}",
                account=f"a{n % 4}",
            )
            for n in range(10)
        ]
        for n in (1, 3, 5):
            stage.report(ids[n])
            stage.settle()
            stage.decide(ids[n], violation(clause="counterfeit"))
        deploy(stage, WORDS)
        trial = tried(stage, "offers")
        assert (trial.events, trial.matches, trial.accounts) == (13, 5, 2)
        assert set(trial.samples) == {ids[n] for n in (1, 3, 5, 7, 9)}
        assert (trial.decided, trial.undecided) == (3, 2)
        assert trial.precision is not None
        assert (trial.precision.hits, trial.precision.of) == (3, 3)
        assert trial.recall is None
        assert trial.by_kind == {"post": 5}
        assert sum(trial.ladder.values()) == 2
        assert trial.checked == 13

    def test_count_new_counters_as_if_they_had_been_there(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """In the order of arrival, with windows that end."""
        for n in range(6):
            sent(stage, f"hello {n}", external_id=f"c{n}", account="ann")
            clock.forward(timedelta(minutes=25))
        deploy(stage, SURGE)
        trial = tried(stage, "burst")
        assert trial.matches == 4
        step(stage, "burst", At.SHADOW)
        live = sent(stage, "hello again", external_id="c-live", account="ann")
        assert hits(stage, live) == [("burst@1", "note")], "the third within the hour"
        other = sent(stage, "hello", external_id="c-other", account="bo")
        assert hits(stage, other) == []
        stage.house.do(rules.retire_rule, stage.lin, "burst", why="to begin anew")
        clock.forward(timedelta(minutes=20))
        sent(stage, "nobody counts", external_id="c-gap", account="bo")
        deploy(stage, SURGE)
        tried(stage, "burst")
        step(stage, "burst", At.SHADOW)
        third = sent(stage, "hello", external_id="c-third", account="bo")
        assert hits(stage, third) == [("burst@2", "note")], "what came in between counts"


class TestCounters:
    """What is counted as it comes."""

    def test_count_each_event_once_and_within_their_window(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """And a label that a rule hangs is read by the next."""
        deploy(stage, SURGE)
        for name in ("burst", "busy", "surge"):
            tried(stage, name)
            step(stage, name, At.SHADOW, At.ENQUEUE, At.CANARY, At.ON)
        first = [sent(stage, f"hello {n}", external_id=f"c{n}", account="ann") for n in range(3)]
        assert [len(hits(stage, one)) for one in first] == [0, 0, 1]
        other = sent(stage, "hello", external_id="o", account="bo")
        assert hits(stage, other) == []
        clock.forward(timedelta(hours=2))
        after = sent(stage, "hello again", external_id="c9", account="ann")
        assert hits(stage, after) == [("busy@1", "act")]
        [line] = stage.house.ask(lambda tx: list(ledger.events(tx, ["label.hung"])))
        assert line["data"] == {"entity": "account", "item": first[2]}
        account = stage.house.ask(intake.item, stage.omar, first[2]).account
        assert account is not None
        assert account.id not in str(line)

    def test_of_reporters_ask_for_a_look_and_hold_nothing(self, stage: Stage) -> None:
        """However many report it; the same person twice is one."""
        deploy(stage, SURGE)
        tried(stage, "surge")
        step(stage, "surge", At.SHADOW, At.ENQUEUE, At.CANARY, At.ON)
        item_id = sent(stage, "hello")
        for by in ("bo", "bo", "cy", "di"):
            stage.report(item_id, by=by)
            stage.settle()
        task = stage.task(item_id)
        assert task.queue == "urgent"
        assert "a rule asks for priority 90 of 100" in [part.says for part in task.why]
        surges = [doing for rule, doing in hits(stage, item_id) if rule == "surge@1"]
        assert surges == ["act"]
        assert stage.house.ask(decision.on_item, stage.omar, item_id) == []


@on_sqlite
class TestTheBrake:
    """A rule that does far too much."""

    def test_takes_it_back_a_stage_and_says_what_to_look_at(
        self, stage: Stage, clock: SetClock
    ) -> None:
        """Never silently."""
        sent(stage, "a walk")
        deploy(stage, WORDS)
        in_force(stage, "offers")
        for n in range(22):
            clock.forward(timedelta(seconds=1))
            sent(stage, f"jackpot {n}", external_id=f"b{n}", account=f"a{n}")
        [line] = said(stage, "rule.braked")
        assert (line["from"], line["to"], line["because"]) == ("on", "enqueue", "too_many_hits")
        assert len(line["items"]) == 21
        [now] = stage.house.ask(rules.deployed, stage.lin, "offers")
        assert now.stage is At.ENQUEUE
        assert "within an hour" in (now.braked_why or "")
        assert hits(stage, sent(stage, "jackpot last", external_id="bl")) == [("offers@1", "look")]

    def test_takes_it_back_when_people_overturn_it(self, stage: Stage) -> None:
        """By the clock, from what people found of what it did."""
        sent(stage, "a walk")
        deploy(stage, WORDS.replace("offers", "milder").replace("propose hide", "enqueue review"))
        tried(stage, "milder")
        step(stage, "milder", At.SHADOW, At.ENQUEUE, At.CANARY, At.ON)
        for n in range(20):
            item_id = sent(stage, f"jackpot {n}", external_id=f"o{n}", account=f"a{n}")
            assert mind_rules(stage.house) == []
            stage.decide(item_id, violation(clause="counterfeit") if n % 2 else fine())
        assert mind_rules(stage.house) == ["milder@1"]
        [line] = said(stage, "rule.braked")
        assert (line["from"], line["to"], line["because"]) == ("on", "enqueue", "overturned")


@on_sqlite
class TestAFailure:
    """A rule that cannot be asked."""

    def test_marks_the_item_and_puts_it_before_a_person(self, stage: Stage) -> None:
        """Rule failed is not clean: here the kind lost the field that the rule reads."""
        from evenhand import intake

        text = WORDS.replace("has_word(text", "price > 3 and has_word(text").replace(
            "on post", "on listing"
        )
        text = text.replace('{"text": "Win', '{"price": 4, "text": "Win')
        deploy(stage, text)
        tried(stage, "offers")
        step(stage, "offers", At.SHADOW)
        fields = (intake.Field("text", intake.FieldType.TEXT, required=True),)
        stage.house.do(intake.declare_kind, ada(stage), name="listing", fields=fields)
        item_id = sent(stage, "win the jackpot")
        assert "rule" not in str(hits(stage, item_id))
        task = stage.task(item_id)
        proposals = stage.house.ask(rules.proposals_of, stage.rosa, item_id)
        assert [one.rule for one in proposals] == ["not-looked-at"]
        assert "rule offers failed" in proposals[0].why
        assert task.harm == "other"


@on_sqlite
def test_a_text_is_normalised_once_for_detectors_rules_and_explanations(stage: Stage) -> None:
    """Whoever asks second is handed what was made for the first; the original is kept."""
    from evenhand.kit.folding import letters_once
    from evenhand.rules.language.forms import folded_once

    signal, phrase = banks.Signal.PHRASE, "лёгкие деньги"
    stage.house.do(banks.create_bank, SYSTEM, name="words", signal=signal, clause_key="fraud")
    stage.house.do(
        banks.add_entry,
        SYSTEM,
        bank="words",
        kind="phrase",
        value=phrase,
        source="a test",
        reason="a test",
    )
    text = """
rule money on post
  when has_word(text, "деньги") and has_phrase(text, ["лёгкие деньги"]) and contains(text, "нет")
  enqueue review
rule more on post
  when has_word(text, ["рубли", "деньги"]) and contains(text, "даром")
  enqueue review
"""
    sent(stage, "a walk")
    deploy(stage, text)
    for name in ("money", "more"):
        tried(stage, name)
        step(stage, name, At.SHADOW)
    sent(stage, "тёплый вечер")  # by now what is looked for is written in its forms
    letters, forms = letters_once.cache_info().misses, folded_once.cache_info().misses
    wrote = "ЛЁГКИЕ  дeньги, сегодня"
    item_id = sent(stage, wrote)
    assert stage.house.ask(intake.item, SYSTEM, item_id).fields[0].value == wrote
    assert letters_once.cache_info().misses == letters + 1
    assert folded_once.cache_info().misses == forms + 2, "its words and its letters"
    nearly = stage.house.ask(rules.near_misses_on, stage.rosa, item_id, shadows=True)
    assert [one.version.called for one in nearly] == ["money@1", "more@1"]
    assert nearly[0].needed == "text contains “нет”"
