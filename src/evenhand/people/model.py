"""Who acts, and what each may do: roles, permissions, and the one gate every room calls.

A permission is granted by a role or an API key's scope and by nothing else. What only a person
may answer for (reviewing, judging appeals, opening what is sealed) is granted to no machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from evenhand.people.errors import NotAllowed

ActorKind = Literal["staff", "key", "receipt", "rule", "system", "public"]
Holder = Literal["reporter", "affected"]
SubjectKind = Literal["report", "decision"]
StaffState = Literal["invited", "active", "left"]


class Role(StrEnum):
    """What a member of staff was appointed to."""

    REVIEWER = "reviewer"
    LEAD = "lead"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class Permission(StrEnum):
    """One thing an actor may be allowed to do."""

    REVIEW = "review"
    JUDGE_APPEALS = "judge_appeals"
    SEE_QUEUE = "see_queue"
    MANAGE_BANKS = "manage_banks"
    MANAGE_MODELS = "manage_models"
    MANAGE_RULES = "manage_rules"
    MANAGE_QUALITY = "manage_quality"
    PUBLISH_CASES = "publish_cases"
    MANAGE_ORDERS = "manage_orders"
    MANAGE_POLICY = "manage_policy"
    MANAGE_STAFF = "manage_staff"
    MANAGE_KEYS = "manage_keys"
    RESEND = "resend"
    OPEN_IDENTITY = "open_identity"
    OPEN_SEALED = "open_sealed"
    READ_LEDGER = "read_ledger"
    SEE_STAFF = "see_staff"
    SEE_NUMBERS = "see_numbers"
    SEND_ITEMS = "send_items"
    SEND_REPORTS = "send_reports"
    READ_DECISIONS = "read_decisions"
    READ_BANKS = "read_banks"


_REVIEWER = frozenset(
    {
        Permission.SEE_QUEUE,
        Permission.REVIEW,
        Permission.JUDGE_APPEALS,
        Permission.READ_BANKS,
    }
)
_LEAD = _REVIEWER | {
    Permission.MANAGE_BANKS,
    Permission.MANAGE_MODELS,
    Permission.MANAGE_RULES,
    Permission.MANAGE_QUALITY,
    Permission.PUBLISH_CASES,
    Permission.MANAGE_ORDERS,
    Permission.RESEND,
    Permission.SEE_NUMBERS,
    Permission.SEE_STAFF,
}
_ADMINISTRATOR = _LEAD | {
    Permission.MANAGE_POLICY,
    Permission.MANAGE_STAFF,
    Permission.MANAGE_KEYS,
    Permission.OPEN_IDENTITY,
    Permission.OPEN_SEALED,
    Permission.READ_LEDGER,
}
_AUDITOR = frozenset(
    {
        Permission.READ_LEDGER,
        Permission.SEE_NUMBERS,
        Permission.SEE_QUEUE,
        Permission.READ_BANKS,
    }
)

#: What each role may do. An auditor looks, and changes nothing.
ROLE_PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.REVIEWER: _REVIEWER,
    Role.LEAD: _LEAD,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.AUDITOR: _AUDITOR,
}

#: What each scope of an API key allows.
SCOPES: Final[dict[str, Permission]] = {
    "items:write": Permission.SEND_ITEMS,
    "reports:write": Permission.SEND_REPORTS,
    "decisions:read": Permission.READ_DECISIONS,
    "banks:read": Permission.READ_BANKS,
    "banks:write": Permission.MANAGE_BANKS,
}

#: Granted to people alone: machines propose, people answer (charter, promises 10 and 13).
PEOPLE_ONLY: Final = frozenset(
    {
        Permission.REVIEW,
        Permission.JUDGE_APPEALS,
        Permission.OPEN_IDENTITY,
        Permission.OPEN_SEALED,
        Permission.PUBLISH_CASES,
    }
)


@dataclass(frozen=True)
class Actor:
    """Whoever or whatever acts. `ref` is what the house's records hold; it names nobody.

    `holder`, `subject_kind` and `subject_id` are set for the holder of a receipt: which part
    they have in which report or decision.
    """

    kind: ActorKind
    id: str
    name: str
    permissions: frozenset[Permission] = frozenset()
    role: Role | None = None
    holder: Holder | None = None
    subject_kind: SubjectKind | None = None
    subject_id: str | None = None

    @property
    def ref(self) -> str:
        """Say who acts as records keep it, like `staff:<id>`, `rule:<id>@<n>` or `system`.

        A leaf of the ledger says the kind alone, but of a rule.
        """
        return self.kind if self.kind in {"system", "public"} else f"{self.kind}:{self.id}"


#: The house itself: the worker, the shell, the first run.
SYSTEM: Final = Actor("system", "system", "Evenhand", frozenset(Permission) - PEOPLE_ONLY)

#: Anybody, without an account or a receipt. Whatever the public may do is gated by nothing.
PUBLIC: Final = Actor("public", "public", "Anybody")


def rule_actor(rule_id: str, version: int) -> Actor:
    """Return the actor for one version of a rule. It holds no permission: it only proposes."""
    return Actor("rule", f"{rule_id}@{version}", f"rule {rule_id}, version {version}")


def may(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor holds the permission."""
    return permission in actor.permissions


def require(actor: Actor, permission: Permission) -> None:
    """Let the actor pass if they hold the permission. Raises NotAllowed, which says what lacks."""
    if not may(actor, permission):
        raise NotAllowed(actor.name, permission.value)


@dataclass(frozen=True)
class Invitation:
    """A new member of staff, and the one-time token with which they choose how to sign in."""

    staff_id: str
    token: str


@dataclass(frozen=True)
class Invited:
    """What the holder of an invitation may know: whom it is for and as what."""

    staff_id: str
    name: str
    email: str
    role: Role


@dataclass(frozen=True)
class Credentials:
    """What a password is checked against in one sign-in attempt; empty for unknown addresses."""

    attempt_id: str
    email_key: str
    staff_id: str | None
    password_hash: str | None


@dataclass(frozen=True)
class PasswordProven:
    """That the password of one sign-in attempt was right: made by `prove_password` alone."""

    attempt_id: str
    email_key: str
    staff_id: str


@dataclass(frozen=True)
class Session:
    """One signed-in browser. The door calls `touch_session` when `touch_due`."""

    id: str
    actor: Actor
    opened_at: datetime
    seen_at: datetime
    touch_due: bool


@dataclass(frozen=True)
class IssuedKey:
    """A new API key. Its text is shown once and stored nowhere."""

    id: str
    text: str


@dataclass(frozen=True)
class StaffView:
    """A member of staff as colleagues who may see staff know them."""

    id: str
    name: str
    email: str
    role: Role
    state: StaffState
    added_at: datetime


@dataclass(frozen=True)
class Purpose:
    """What an auditor looks for, and until when they said so."""

    id: str
    staff_id: str
    says: str
    stated_at: datetime
    until: datetime


@dataclass(frozen=True)
class ViewOnRecord:
    """That an auditor looked at a page: who, when, and for which purpose."""

    name: str
    page: str
    purpose: str
    at: datetime


@dataclass(frozen=True)
class KeyView:
    """An API key as those who manage keys see it: everything but its secret."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    issued_by: str
    issued_at: datetime
    revoked_at: datetime | None
