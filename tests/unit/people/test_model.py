"""Roles, scopes and the one gate."""

from __future__ import annotations

import pytest

from evenhand.people import (
    PUBLIC,
    ROLE_PERMISSIONS,
    SYSTEM,
    Actor,
    NotAllowed,
    Permission,
    Role,
    may,
    require,
    rule_actor,
)


def holder_of(role: Role) -> Actor:
    """Make a member of staff."""
    return Actor("staff", "7", "Noor", ROLE_PERMISSIONS[role], role)


class TestRoles:
    """What a role grants."""

    def test_grow_from_reviewer_to_lead_to_administrator(self) -> None:
        """Each of the three may do all that the one before may."""
        reviewer, lead, administrator = (
            ROLE_PERMISSIONS[role] for role in (Role.REVIEWER, Role.LEAD, Role.ADMINISTRATOR)
        )
        assert reviewer < lead < administrator

    def test_let_an_auditor_look_and_change_nothing(self) -> None:
        """An auditor reads the ledger, the numbers and the queue; that is all."""
        assert ROLE_PERMISSIONS[Role.AUDITOR] == {
            Permission.READ_LEDGER,
            Permission.SEE_NUMBERS,
            Permission.SEE_QUEUE,
            Permission.READ_BANKS,
        }

    def test_let_only_an_administrator_open_an_identity(self) -> None:
        """Promise 10: a reporter is shown to nobody by default."""
        allowed = [role for role in Role if may(holder_of(role), Permission.OPEN_IDENTITY)]
        assert allowed == [Role.ADMINISTRATOR]

    def test_grant_no_scope_of_the_host(self) -> None:
        """Sending items and reports is for keys; no member of staff speaks for the host."""
        host = {Permission.SEND_ITEMS, Permission.SEND_REPORTS, Permission.READ_DECISIONS}
        assert not any(host & granted for granted in ROLE_PERMISSIONS.values())


class TestRequire:
    """The gate."""

    def test_says_what_is_missing(self) -> None:
        """The message names the permission, so that one knows what to ask for."""
        with pytest.raises(NotAllowed, match="manage_staff") as refused:
            require(holder_of(Role.LEAD), Permission.MANAGE_STAFF)
        assert refused.value.missing == "manage_staff"

    def test_lets_pass_who_may(self) -> None:
        """Nothing happens to those who may."""
        require(holder_of(Role.LEAD), Permission.MANAGE_BANKS)

    def test_keeps_to_people_what_people_answer_for(self) -> None:
        """Promise 13: the house and its rules never review, judge or open an identity."""
        for actor in (SYSTEM, PUBLIC, rule_actor("known-material", 1)):
            for permission in ("review", "judge_appeals", "open_identity"):
                assert not may(actor, Permission(permission))

    def test_gives_the_public_and_rules_nothing(self) -> None:
        """Whoever has neither role nor key holds no permission."""
        assert not PUBLIC.permissions
        assert not rule_actor("reported", 1).permissions


class TestRef:
    """How the ledger names an actor."""

    @pytest.mark.parametrize(
        ("actor", "ref"),
        [
            (SYSTEM, "system"),
            (PUBLIC, "public"),
            (rule_actor("known-material", 1), "rule:known-material@1"),
            (holder_of(Role.REVIEWER), "staff:7"),
            (Actor("key", "9", "forum"), "key:9"),
            (Actor("receipt", "5", "The holder of a receipt"), "receipt:5"),
        ],
    )
    def test_names_the_kind_and_the_id_and_nobody(self, actor: Actor, ref: str) -> None:
        """A ref is made of kind and id; a name never enters it."""
        assert actor.ref == ref
