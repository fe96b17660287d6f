"""People on real databases: first run, invitations, sign-in, keys and receipts."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from evenhand import ledger, people
from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from evenhand.people import SYSTEM, Role, store
from tests.stage import password_hash

PASSWORD = "lantern copper moth"
SECRET = people.new_totp_secret()
EMAIL = "anna@example.org"


def code(house: House) -> str:
    """Return what everybody's authenticator shows now."""
    return people.totp_code(SECRET, house.clock.now())


def set_up(house: House) -> people.Actor:
    """Make the first administrator, and let a minute pass."""
    staff_id = house.do(
        people.setup_administrator,
        None,
        name="Anna Berg",
        email=EMAIL,
        password_hash=password_hash(PASSWORD),
        totp_secret=SECRET,
        code=code(house),
    )
    forward(house, minutes=1)
    return house.ask(people.staff_actor, staff_id)


def add(house: House, by: people.Actor, role: Role, email: str = "noor@example.org") -> str:
    """Add a colleague who has accepted, and return their id."""
    invitation = house.do(people.add_staff, by, name="Noor", email=email, role=role)
    accept(house, invitation.token)
    return invitation.staff_id


def accept(house: House, token: str) -> str:
    """Take up an invitation."""
    return house.do(
        people.accept_invitation,
        token,
        password_hash=password_hash(PASSWORD),
        totp_secret=SECRET,
        code=code(house),
    )


def sign_in(house: House, email: str = EMAIL, password: str = PASSWORD) -> str:
    """Sign in as a door does."""
    credentials = house.do(people.credentials_for, email=email, address="192.0.2.1")
    proven = people.prove_password(credentials, password)
    return house.do(people.open_session, proven, code=code(house))


def forward(house: House, **by: float) -> None:
    """Move the clock."""
    assert isinstance(house.clock, SetClock)
    house.clock.forward(timedelta(**by))


def events(house: House) -> list[str]:
    """Return the types of all lines, in order."""
    return [event["type"] for event in house.ask(lambda tx: list(ledger.events(tx)))]


class TestFirstRun:
    """The first administrator."""

    def test_is_made_once_with_the_token_printed_last(self, house: House) -> None:
        """An earlier token, a wrong one and a used one let nobody in."""
        assert house.ask(people.first_run_needed)
        earlier = house.do(people.new_setup_token)
        token = house.do(people.new_setup_token)
        form = {
            "name": "Anna",
            "email": EMAIL,
            "password_hash": password_hash(PASSWORD),
            "totp_secret": SECRET,
        }
        for wrong in (earlier, "", "x"):
            assert not house.ask(people.setup_token_good, wrong)
            with pytest.raises(people.SetUpRefused):
                house.do(people.setup_administrator, wrong, code=code(house), **form)
        assert house.ask(people.setup_token_good, token)
        house.do(people.setup_administrator, token, code=code(house), **form)
        assert not house.ask(people.first_run_needed)
        assert not house.ask(people.setup_token_good, token)
        for late in (token, None):
            with pytest.raises(people.SetUpRefused):
                house.do(people.setup_administrator, late, code=code(house), **form)
        with pytest.raises(people.SetUpRefused):
            house.do(people.new_setup_token)
        assert events(house) == ["staff.added"]

    def test_leaves_nothing_when_the_code_is_wrong(self, house: House) -> None:
        """A mistyped code spends neither the token nor the chance."""
        token = house.do(people.new_setup_token)
        with pytest.raises(people.CodeRefused):
            house.do(
                people.setup_administrator,
                token,
                name="Anna",
                email=EMAIL,
                password_hash=password_hash(PASSWORD),
                totp_secret=SECRET,
                code="000000",
            )
        assert house.ask(people.first_run_needed)
        assert house.ask(people.setup_token_good, token)


class TestStaff:
    """How colleagues come and go."""

    def test_are_added_by_those_who_may_and_told_to_the_ledger_without_a_name(
        self, house: House
    ) -> None:
        """Names stay in the private part, which can be erased."""
        anna = set_up(house)
        noor = house.ask(people.staff_actor, add(house, anna, Role.LEAD))
        with pytest.raises(people.NotAllowed):
            house.do(people.add_staff, noor, name="X", email="x@example.org", role=Role.REVIEWER)
        lines = house.ask(lambda tx: list(ledger.events(tx)))
        text = json.dumps(lines)
        assert "Noor" not in text
        assert "example.org" not in text
        assert [line["type"] for line in lines] == ["staff.added", "staff.added", "staff.changed"]
        assert noor.id not in text
        assert lines[1]["actor"] == "staff"
        assert house.ask(ledger.actor_of, lines[1]) == anna.ref
        assert house.ask(ledger.private_of, 1) == {
            "staff": noor.id,
            "name": "Noor",
            "email": "noor@example.org",
        }

    def test_keep_one_address_each(self, house: House) -> None:
        """However it is written."""
        anna = set_up(house)
        with pytest.raises(people.EmailTaken):
            house.do(
                people.add_staff, anna, name="B", email="ANNA@example.org ", role=Role.REVIEWER
            )

    def test_join_once_and_in_time(self, house: House) -> None:
        """An invitation is good for seven days and one use."""
        anna = set_up(house)
        one = house.do(people.add_staff, anna, name="A", email="a@example.org", role=Role.REVIEWER)
        two = house.do(people.add_staff, anna, name="B", email="b@example.org", role=Role.REVIEWER)
        assert house.ask(people.invited, one.token).email == "a@example.org"
        accept(house, one.token)
        forward(house, days=7)
        for token in (one.token, two.token, "x"):
            with pytest.raises(people.InvitationEnded):
                house.ask(people.invited, token)
            with pytest.raises(people.InvitationEnded):
                accept(house, token)

    def test_change_role_from_the_next_click(self, house: House) -> None:
        """An open session has the new permissions at once."""
        anna = set_up(house)
        noor = add(house, anna, Role.REVIEWER)
        forward(house, minutes=1)
        token = sign_in(house, "noor@example.org")
        house.do(people.change_role, anna, noor, role=Role.AUDITOR)
        actor = house.ask(people.session_actor, token)
        assert actor.role is Role.AUDITOR
        assert not people.may(actor, people.Permission.REVIEW)
        with pytest.raises(people.AlreadyInThatState):
            house.do(people.change_role, anna, noor, role=Role.AUDITOR)

    def test_lose_every_way_in_when_they_leave(self, house: House) -> None:
        """Sessions, password and invitations all end; the name stays on the record."""
        anna = set_up(house)
        noor = add(house, anna, Role.REVIEWER)
        forward(house, minutes=1)
        token = sign_in(house, "noor@example.org")
        house.do(people.deactivate, anna, noor)
        with pytest.raises(people.SessionEnded):
            house.ask(people.session_actor, token)
        with pytest.raises(people.SignInRefused):
            sign_in(house, "noor@example.org")
        with pytest.raises(people.AlreadyInThatState):
            house.do(people.deactivate, anna, noor)
        assert house.ask(people.staff_name, noor) == "Noor"
        assert [one.state for one in house.ask(people.staff, anna)] == ["active", "left"]

    def test_are_invited_again_after_losing_a_phone(self, house: House) -> None:
        """The old password and sessions end; the new ones work."""
        anna = set_up(house)
        noor = add(house, anna, Role.REVIEWER)
        forward(house, minutes=1)
        token = sign_in(house, "noor@example.org")
        again = house.do(people.invite_again, anna, noor)
        with pytest.raises(people.SessionEnded):
            house.ask(people.session_actor, token)
        with pytest.raises(people.SignInRefused):
            sign_in(house, "noor@example.org")
        forward(house, minutes=1)
        accept(house, again.token)
        with pytest.raises(people.SessionEnded):
            house.ask(people.session_actor, token)
        forward(house, minutes=1)
        sign_in(house, "noor@example.org")

    def test_never_lose_their_last_administrator(self, house: House) -> None:
        """Nobody could let anybody in again; the shell alone may invite them anew."""
        anna = set_up(house)
        for refused in (
            lambda: house.do(people.deactivate, anna, anna.id),
            lambda: house.do(people.change_role, anna, anna.id, role=Role.LEAD),
            lambda: house.do(people.invite_again, anna, anna.id),
        ):
            with pytest.raises(people.LastAdministrator):
                refused()
        house.do(people.invite_again, SYSTEM, anna.id)

    def test_are_listed_for_those_who_may_see_them(self, house: House) -> None:
        """A reviewer sees no list; an unknown id is nobody."""
        anna = set_up(house)
        noor = house.ask(people.staff_actor, add(house, anna, Role.REVIEWER))
        with pytest.raises(people.NotAllowed):
            house.ask(people.staff, noor)
        for query in (people.staff_name, people.staff_actor):
            with pytest.raises(people.StaffUnknown):
                house.ask(query, "nobody")


class TestSignIn:
    """Both factors, counted attempts, sessions that end."""

    def test_needs_the_password_and_an_unused_code(self, house: House) -> None:
        """A code that was used is refused, and so is the one before it."""
        anna = set_up(house)
        token = sign_in(house)
        assert house.ask(people.session_actor, token) == anna
        with pytest.raises(people.SignInRefused):
            sign_in(house)
        forward(house, seconds=30)
        with pytest.raises(people.SignInRefused):
            sign_in(house, password="lantern copper moths")
        sign_in(house)

    def test_stores_nothing_that_lets_a_thief_in(self, house: House) -> None:
        """Neither token, password, secret nor code stands in any row."""
        set_up(house)
        token = sign_in(house)
        rows = house.ask(
            lambda tx: [
                dict(row)
                for table in (store.staff, store.sessions, store.sign_in_attempts)
                for row in tx.rows(sa.select(table))
            ]
        )
        for secret in (token, PASSWORD, SECRET):
            assert secret not in repr(rows)

    def test_stops_after_ten_failures_and_opens_again(self, house: House) -> None:
        """Ten in fifteen minutes, for one mail address; even the right password waits."""
        set_up(house)
        for _ in range(10):
            house.do(people.credentials_for, email=EMAIL, address="192.0.2.7")
        with pytest.raises(people.TooManySignIns) as refused:
            house.do(people.credentials_for, email=EMAIL.upper(), address="192.0.2.8")
        assert refused.value.retry_seconds == 15 * 60
        forward(house, minutes=15)
        sign_in(house)

    def test_counts_network_addresses_too(self, house: House) -> None:
        """One network address cannot try ten names; another still can."""
        set_up(house)
        for number in range(10):
            house.do(people.credentials_for, email=f"{number}@example.org", address="192.0.2.7")
        with pytest.raises(people.TooManySignIns):
            house.do(people.credentials_for, email=EMAIL, address="192.0.2.7")
        house.do(people.credentials_for, email=EMAIL, address="192.0.2.8")

    def test_cannot_be_rushed_past_the_limit(self, house: House) -> None:
        """Thirty attempts at once count like thirty in a row."""
        set_up(house)
        outcomes: list[bool] = []

        def attempt() -> None:
            try:
                house.do(people.credentials_for, email=EMAIL, address="192.0.2.7")
                outcomes.append(True)
            except people.TooManySignIns:
                outcomes.append(False)

        threads = [threading.Thread(target=attempt) for _ in range(30)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == [False] * 20 + [True] * 10

    def test_clears_the_count_when_it_succeeds(self, house: House) -> None:
        """Somebody who mistypes nine times a day is never locked out."""
        set_up(house)
        for _ in range(2):
            for _ in range(4):
                house.do(people.credentials_for, email=EMAIL, address="192.0.2.7")
            sign_in(house)
            forward(house, minutes=1)

    def test_takes_one_code_once_however_fast(self, house: House) -> None:
        """Eight browsers at once with the same code: one gets in."""
        set_up(house)
        proven = [
            people.prove_password(
                house.do(people.credentials_for, email=EMAIL, address="192.0.2.1"), PASSWORD
            )
            for _ in range(8)
        ]
        opened: list[str] = []

        def enter(one: people.PasswordProven) -> None:
            try:
                opened.append(house.do(people.open_session, one, code=code(house)))
            except people.SignInRefused:
                pass

        threads = [threading.Thread(target=enter, args=(one,)) for one in proven]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(opened) == 1

    def test_uses_up_the_attempt(self, house: House) -> None:
        """A proven password opens one session, not two."""
        set_up(house)
        credentials = house.do(people.credentials_for, email=EMAIL, address="192.0.2.1")
        proven = people.prove_password(credentials, PASSWORD)
        house.do(people.open_session, proven, code=code(house))
        forward(house, minutes=1)
        with pytest.raises(people.SignInRefused):
            house.do(people.open_session, proven, code=code(house))


class TestSessions:
    """How a session lives and ends."""

    def test_runs_out_when_idle(self, house: House) -> None:
        """Twelve hours without a click."""
        set_up(house)
        token = sign_in(house)
        forward(house, hours=11)
        assert house.ask(people.session_of, token).touch_due
        house.do(people.touch_session, token)
        assert not house.ask(people.session_of, token).touch_due
        forward(house, hours=11)
        house.ask(people.session_actor, token)
        forward(house, hours=1)
        for use in (
            lambda: house.ask(people.session_actor, token),
            lambda: house.do(people.touch_session, token),
            lambda: house.do(people.close_session, token),
        ):
            with pytest.raises(people.SessionEnded):
                use()

    def test_ends_with_signing_out(self, house: House) -> None:
        """One line tells of the begin, one of the end; both name the same session."""
        set_up(house)
        token = sign_in(house)
        house.do(people.close_session, token)
        for wrong in (token, "", "x"):
            with pytest.raises(people.SessionEnded):
                house.ask(people.session_actor, wrong)
            with pytest.raises(people.SessionEnded):
                house.do(people.close_session, wrong)
        lines = house.ask(lambda tx: list(ledger.events(tx)))[1:]
        assert [line["type"] for line in lines] == ["session.opened", "session.closed"]
        assert lines[0]["subject"] == lines[1]["subject"]


class TestKeys:
    """How the host comes in."""

    def test_open_what_their_scopes_say(self, house: House) -> None:
        """The text is shown once; the row holds a hash."""
        issued = house.do(
            people.issue_key, SYSTEM, name="forum", scopes=["reports:write", "items:write"]
        )
        assert issued.text.startswith("eh_")
        actor = house.ask(people.key_actor, issued.text)
        assert actor.ref == f"key:{issued.id}"
        assert actor.permissions == {
            people.Permission.SEND_ITEMS,
            people.Permission.SEND_REPORTS,
        }
        [view] = house.ask(people.keys, SYSTEM)
        assert view.scopes == ("items:write", "reports:write")
        assert view.prefix == issued.text[:11]
        assert issued.text[12:] not in repr(
            house.ask(lambda tx: tx.rows(sa.select(store.api_keys)))
        )
        assert house.ask(people.name_of, actor.ref) == "key forum"

    def test_are_unknown_when_wrong_or_revoked(self, house: House) -> None:
        """The same answer for each; revoking counts from the next request."""
        issued = house.do(people.issue_key, SYSTEM, name="forum", scopes=["items:write"])
        house.do(people.revoke_key, SYSTEM, issued.id)
        for wrong in (issued.text, issued.text[:-1], "eh_00000000_x", "eh__", "", "sk_1_2"):
            with pytest.raises(people.KeyUnknown):
                house.ask(people.key_actor, wrong)
        with pytest.raises(people.AlreadyInThatState):
            house.do(people.revoke_key, SYSTEM, issued.id)
        with pytest.raises(people.KeyUnknown):
            house.do(people.revoke_key, SYSTEM, "nothing")
        assert events(house) == ["key.issued", "key.revoked"]

    @pytest.mark.parametrize("scopes", [[], ["everything"], ["items:write", "x"]])
    def test_need_scopes_that_exist(self, house: House, scopes: list[str]) -> None:
        """A key without a scope, or with an unknown one, is not issued."""
        with pytest.raises(people.ScopeRefused):
            house.do(people.issue_key, SYSTEM, name="forum", scopes=scopes)

    def test_are_managed_by_those_who_may(self, house: House) -> None:
        """A lead manages no keys."""
        noor = house.ask(people.staff_actor, add(house, set_up(house), Role.LEAD))
        with pytest.raises(people.NotAllowed):
            house.do(people.issue_key, noor, name="forum", scopes=["items:write"])
        with pytest.raises(people.NotAllowed):
            house.ask(people.keys, noor)


class TestReceipts:
    """How the public comes back."""

    def test_open_the_one_thing_they_are_for(self, house: House) -> None:
        """Typed in groups or not, the holder is known, and holds no permission."""
        digits = house.do(
            people.issue_receipt, holder="affected", subject_kind="decision", subject_id="d-1"
        )
        actor = house.ask(people.receipt_actor, people.format_receipt(digits))
        assert (actor.holder, actor.subject_kind, actor.subject_id) == (
            "affected",
            "decision",
            "d-1",
        )
        assert not actor.permissions
        assert digits not in repr(house.ask(lambda tx: tx.rows(sa.select(store.receipts))))

    def test_are_unknown_when_mistyped(self, house: House) -> None:
        """One wrong digit opens nothing."""
        digits = house.do(
            people.issue_receipt, holder="reporter", subject_kind="report", subject_id="r-1"
        )
        wrong = digits[:-1] + str((int(digits[-1]) + 1) % 10)
        with pytest.raises(people.ReceiptUnknown):
            house.ask(people.receipt_actor, wrong)


class TestNameOf:
    """Names for refs on records."""

    @pytest.mark.parametrize(
        ("ref", "name"),
        [
            ("system", "Evenhand"),
            ("rule:reported@1", "rule reported, version 1"),
            ("receipt:1", "the holder of a receipt"),
            ("public", "somebody"),
        ],
    )
    def test_is_readable(self, house: House, ref: str, name: str) -> None:
        """What has no name of its own still reads well."""
        assert house.ask(people.name_of, ref) == name

    def test_is_a_colleague_or_nobody(self, house: House) -> None:
        """An id that is nobody's is refused."""
        anna = set_up(house)
        assert house.ask(people.name_of, anna.ref) == "Anna Berg"
        with pytest.raises(people.StaffUnknown):
            house.ask(people.name_of, "staff:x")
        with pytest.raises(people.KeyUnknown):
            house.ask(people.name_of, "key:x")
