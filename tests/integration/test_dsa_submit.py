"""Submitting to a stand-in for the Commission's database: once each, whatever goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from evenhand import ledger, people
from evenhand.adapters.statements import StatementDatabaseOverHttp, StatementsMisconfigured
from evenhand.bootstrap import House
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.decision import Verdict
from evenhand.people import SYSTEM
from evenhand.policy import Measure
from evenhand.transparency import dsa
from evenhand.transparency.ports import Reply, StatementDatabase
from tests.commission import TOKEN, Commission, serving
from tests.shell import at_shell
from tests.stage import Stage, violation

SUBMIT = ("transparency", "dsa", "submit", "--since", "2026-01-01", "--until", "2026-12-31")
on_sqlite = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House) -> Stage:
    """Open a house with its policy, kinds and staff."""
    return Stage.open(house)


@pytest.fixture
def commission() -> Iterator[Commission]:
    """Serve the database."""
    with serving(Commission()) as served:
        yield served


@pytest.fixture
def pauses() -> list[float]:
    """Collect the seconds that were waited, without waiting."""
    return []


def submit(
    stage: Stage,
    commission: Commission,
    pauses: list[float] | None = None,
    *,
    batch: int = dsa.BATCH_MAX,
) -> dsa.Submission:
    """Submit all there is."""
    database = StatementDatabaseOverHttp(commission.url, token=TOKEN)
    submitter = dsa.Submitter(
        do=stage.house.do,
        database=database,
        actor=SYSTEM,
        pause=(pauses if pauses is not None else []).append,
        batch=batch,
    )
    now = stage.house.clock.now()
    try:
        return submitter.submit(since=now - timedelta(days=9), until=now + timedelta(days=9))
    finally:
        database.close()


@dataclass
class Saying:
    """A database that says the same to everything."""

    reply: Reply

    def request(self, method: str, path: str, document: object = None) -> Reply:
        """Say it."""
        return self.reply


def submit_to(stage: Stage, database: StatementDatabase) -> dsa.Submission:
    """Submit all there is to some database."""
    now: datetime = stage.house.clock.now()
    submitter = dsa.Submitter(stage.house.do, database, SYSTEM, pause=lambda _: None)
    return submitter.submit(since=now - timedelta(days=9), until=now + timedelta(days=9))


def removed(stage: Stage, account: str = "ann", verdict: Verdict | None = None) -> str:
    """Let something be reported and removed; return the decision."""
    return stage.decide(stage.reported(account=account), verdict or violation())


def submitted(stage: Stage) -> list[str]:
    """Return which decisions the log says were submitted, in order, as often as it says so."""
    found = stage.house.ask(lambda tx: list(ledger.events(tx, ["statements.submitted"])))
    return [one for line in found for one in line["data"]["decisions"]]


def waiting(stage: Stage) -> dict[str, dsa.State]:
    """Return what waits for a person."""
    return {one.decision_id: one.state for one in stage.house.ask(dsa.waiting, SYSTEM)}


@on_sqlite
class TestSubmit:
    """The ordinary day, and the database's bad ones."""

    def test_stores_every_statement_once_and_says_so_in_the_log(
        self, stage: Stage, commission: Commission
    ) -> None:
        """One alone goes to the single address, several go together; nothing goes twice."""
        first = removed(stage, "a")
        assert submit(stage, commission).stored == 1
        others = [removed(stage, account) for account in "bcd"]
        assert submit(stage, commission).stored == 3
        assert submit(stage, commission) == dsa.Submission()
        assert commission.requests == ["POST statement", "POST statements"]
        assert set(commission.stored) == {first, *others}
        assert sorted(submitted(stage)) == sorted(commission.stored)
        assert stage.verify().sound

    def test_sends_no_more_at_once_than_is_taken(
        self, stage: Stage, commission: Commission
    ) -> None:
        """As many calls as it needs; those that owe nothing take no place."""
        made = [removed(stage, account) for account in "abcde"]
        stage.decide(stage.reported(account="f"), violation(Measure.WARN))
        done = submit(stage, commission, batch=2)
        assert done.stored == 5
        assert commission.requests == ["POST statements", "POST statements", "POST statement"]
        assert set(commission.stored) == set(made)

    def test_sets_the_bad_ones_aside_and_sends_the_rest(
        self, stage: Stage, commission: Commission
    ) -> None:
        """A batch is all or nothing, so one bad statement would keep the others out."""
        made = [removed(stage, account) for account in "abcd"]
        commission.bad_words = {made[1]: "category", made[2]: "puid"}
        done = submit(stage, commission)
        assert (done.stored, done.refused, done.stopped) == (2, 2, None)
        assert set(commission.stored) == {made[0], made[3]}
        assert waiting(stage) == {made[1]: dsa.State.REFUSED, made[2]: dsa.State.REFUSED}
        assert submit(stage, commission) == dsa.Submission()

    def test_waits_when_too_much_was_asked(
        self, stage: Stage, commission: Commission, pauses: list[float]
    ) -> None:
        """429 is plain text; it says how long, or a minute is waited."""
        removed(stage)
        commission.script = ["429", "429"]
        commission.retry_after = "7"
        assert submit(stage, commission, pauses).stored == 1
        assert pauses == [7, 7]

    @pytest.mark.parametrize("way", ["500", "503", "drop"])
    def test_asks_before_it_sends_again(
        self, stage: Stage, commission: Commission, way: str, pauses: list[float]
    ) -> None:
        """Nobody knows what became of it, so it is asked about by its name."""
        made = removed(stage)
        commission.script = [way]
        done = submit(stage, commission, pauses)
        assert (done.stored, done.known) == (1, 0)
        assert commission.requests == ["POST statement", f"GET {made}", "POST statement"]
        assert pauses == [1]

    def test_does_not_send_again_what_arrived(self, stage: Stage, commission: Commission) -> None:
        """The answer was lost on the way; the database knows the names."""
        made = [removed(stage, account) for account in "abc"]
        commission.script = ["lost"]
        done = submit(stage, commission)
        assert (done.stored, done.known) == (0, 3)
        assert set(commission.stored) == set(made)
        assert commission.requests.count("POST statements") == 1
        assert sorted(submitted(stage)) == sorted(made)

    def test_waits_and_tries_again_while_it_asks(
        self, stage: Stage, commission: Commission, pauses: list[float]
    ) -> None:
        """The question may be asked too often, or break off, as well."""
        removed(stage)
        commission.script = ["lost", "429", "500", "ok"]
        assert submit(stage, commission, pauses).known == 1
        assert pauses == [1, 60, 1]

    def test_stops_at_an_answer_that_leads_nowhere(self, stage: Stage) -> None:
        """A refusal that names no statement of the call would be asked for for ever."""
        removed(stage, "a")
        removed(stage, "b")
        odd = Reply(422, b'{"errors": {"statement_7": {"puid": ["Not valid."]}}}')
        done = submit_to(stage, Saying(odd))
        assert done.stopped is not None
        assert (done.stored, done.refused) == (0, 0)
        assert waiting(stage) == {}

    def test_takes_a_name_that_is_known_for_stored(
        self, stage: Stage, commission: Commission
    ) -> None:
        """As after a backup was restored: the database remembers more than we do."""
        made = [removed(stage, account) for account in "abc"]
        commission.stored[made[1]] = {}
        done = submit(stage, commission)
        assert (done.stored, done.known, done.refused) == (2, 1, 0)
        assert sorted(submitted(stage)) == sorted(made)
        alone = removed(stage, "d")
        commission.stored[alone] = {}
        assert submit(stage, commission).known == 1

    @pytest.mark.parametrize("way", ["401", "redirect"])
    def test_stops_where_somebody_has_to_act(
        self, stage: Stage, commission: Commission, way: str
    ) -> None:
        """No redirect is followed with a token in hand; all of it goes the next time."""
        removed(stage)
        commission.script = [way]
        done = submit(stage, commission)
        assert done.stopped is not None
        assert TOKEN not in done.stopped
        assert commission.requests == ["POST statement"]
        assert submit(stage, commission).stored == 1

    def test_gives_up_after_a_while_and_goes_on_there(
        self, stage: Stage, commission: Commission, pauses: list[float]
    ) -> None:
        """Each pause is twice as long as the one before; nothing is lost."""
        removed(stage)
        commission.script = ["500"] * 50
        done = submit(stage, commission, pauses)
        assert done.stopped is not None
        assert pauses[:3] == [1, 1, 2]
        commission.script = []
        assert submit(stage, commission).stored == 1
        assert len(commission.stored) == 1

    def test_sends_no_personal_data(self, stage: Stage, commission: Commission) -> None:
        """It waits for a person, who may have it cut out; what was told stays as it is."""
        told = replace(violation(), facts="You asked people to write to @ann_tickets about it.")
        made = removed(stage, verdict=told)
        done = submit(stage, commission)
        assert (done.held, done.stored) == (1, 0)
        assert waiting(stage) == {made: dsa.State.HELD}
        stage.house.do(dsa.retry, SYSTEM, made, cut=True)
        commission.script = ["401"]
        assert submit(stage, commission).stopped is not None
        assert submit(stage, commission).stored == 1
        says = "You asked people to write to […] about it."
        assert commission.stored[made]["decision_facts"] == says
        view = stage.decision(made)
        assert view.statement is not None
        assert view.statement.facts == told.facts

    def test_lets_only_those_be_sent_again_that_wait(
        self, stage: Stage, commission: Commission
    ) -> None:
        """What is stored is stored for ever."""
        made = removed(stage)
        submit(stage, commission)
        with pytest.raises(dsa.NotHeld):
            stage.house.do(dsa.retry, SYSTEM, made)

    def test_is_not_for_everybody(self, stage: Stage, commission: Commission) -> None:
        """Reviewers decide and leads publish; an auditor looks, and changes nothing."""
        told = replace(violation(), facts="You asked people to write to @ann_tickets about it.")
        made = removed(stage, verdict=told)
        submit(stage, commission)
        for actor in (stage.rosa, stage.omar):
            with pytest.raises(people.NotAllowed):
                stage.house.do(dsa.retry, actor, made)
        with pytest.raises(people.NotAllowed):
            stage.house.ask(dsa.waiting, stage.rosa)
        assert stage.house.ask(dsa.waiting, stage.omar)
        stage.house.do(dsa.retry, stage.lin, made)


class TestResume:
    """A process that was killed."""

    def test_sends_nothing_twice_and_loses_nothing(
        self, stage: Stage, commission: Commission
    ) -> None:
        """Killed with one batch stored and unanswered, and another marked and never sent."""
        stored = [removed(stage, account) for account in "ab"]
        kill(stage, commission, after="stored")
        lost = [removed(stage, account) for account in "cd"]
        kill(stage, commission, after="marked")
        assert set(commission.stored) == set(stored)
        done = submit(stage, commission)
        assert (done.known, done.stored) == (0, 2), "the second run asked about the first's"
        assert set(commission.stored) == {*stored, *lost}
        assert sorted(submitted(stage)) == sorted([*stored, *lost])

    def test_sends_nothing_twice_when_two_run_at_once(
        self, stage: Stage, commission: Commission
    ) -> None:
        """The second asks about what the first has on its way, and the database knows each name."""
        made = [removed(stage, account) for account in "ab"]
        real = StatementDatabaseOverHttp(commission.url, token=TOKEN)
        inner: list[dsa.Submission] = []

        class Overtaken:
            def request(self, method: str, path: str, document: object = None) -> Reply:
                if not inner:
                    inner.append(dsa.Submission())
                    inner[0] = submit(stage, commission)
                return real.request(method, path, document)

        outer = submit_to(stage, Overtaken())
        real.close()
        assert (inner[0].stored, outer.known) == (2, 2)
        assert set(commission.stored) == set(made)
        assert sorted(submitted(stage)) == sorted(made)


class Killed(BaseException):
    """The process is gone: nothing catches this."""


def kill(stage: Stage, commission: Commission, *, after: str) -> None:
    """Submit with a database that ends this process just before or after it stores a batch."""
    real = StatementDatabaseOverHttp(commission.url, token=TOKEN)

    class Deadly:
        def request(self, method: str, path: str, document: object = None) -> Reply:
            if method == "GET":
                return real.request(method, path, document)
            if after == "stored":
                real.request(method, path, document)
            raise Killed

    with pytest.raises(Killed):
        submit_to(stage, Deadly())
    real.close()


@on_sqlite
class TestAtAShell:
    """The commands that an operator puts into cron."""

    def test_submit_list_and_retry(
        self,
        stage: Stage,
        commission: Commission,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """The exit status says whether a person is wanted, or a setting."""
        made = [removed(stage, account) for account in "ab"]
        commission.bad_words = {made[0]: "category"}
        at_shell(stage.house, monkeypatch)
        assert run([*SUBMIT]) is Exit.NOT_READY
        assert "EVENHAND_DSA_TOKEN" in capsys.readouterr().err
        monkeypatch.setenv("EVENHAND_DSA_URL", commission.url)
        monkeypatch.setenv("EVENHAND_DSA_TOKEN", "an-older-token")
        assert run([*SUBMIT]) is Exit.NOT_READY
        printed = capsys.readouterr()
        assert "refuses the token" in printed.out
        assert "an-older-token" not in printed.out + printed.err
        monkeypatch.setenv("EVENHAND_DSA_TOKEN", TOKEN)
        assert run([*SUBMIT]) is Exit.FOUND
        assert run(["transparency", "dsa", "waiting"]) is Exit.FOUND
        assert made[0] in capsys.readouterr().out
        commission.bad_words = {}
        assert run(["transparency", "dsa", "retry", made[0]]) is Exit.OK
        assert run([*SUBMIT]) is Exit.OK
        assert run(["transparency", "dsa", "waiting"]) is Exit.OK
        assert set(commission.stored) == set(made)


class TestTheAddress:
    """Where statements go, with a token in hand."""

    @pytest.mark.parametrize(
        ("url", "token"),
        [
            ("http://transparency.example/api/v1", TOKEN),
            ("ftp://transparency.example/", TOKEN),
            ("https://", TOKEN),
            ("https://transparency.example/", " "),
            ("https://transparency.example/", "a\nb"),
        ],
    )
    def test_is_https_and_has_a_token(self, url: str, token: str) -> None:
        """A token in clear would be anybody's."""
        with pytest.raises(StatementsMisconfigured):
            StatementDatabaseOverHttp(url, token=token)

    def test_shows_no_token(self) -> None:
        """In no log and no trace."""
        shown = repr(StatementDatabaseOverHttp("https://transparency.example/", token=TOKEN))
        assert TOKEN not in shown
