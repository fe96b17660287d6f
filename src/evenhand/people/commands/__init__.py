"""What the people room does, by what it is done to: staff, sessions, and outside access."""

from evenhand.people.commands.access import issue_key, issue_receipt, revoke_key
from evenhand.people.commands.certificates import (
    give_certificate,
    require_certificate,
    take_certificate,
)
from evenhand.people.commands.sessions import (
    close_session,
    credentials_for,
    open_session,
    touch_session,
)
from evenhand.people.commands.staff import (
    accept_invitation,
    add_staff,
    change_role,
    deactivate,
    invite_again,
    new_setup_token,
    setup_administrator,
)
from evenhand.people.commands.visits import record_view, state_purpose

__all__ = [
    "accept_invitation",
    "add_staff",
    "change_role",
    "close_session",
    "credentials_for",
    "deactivate",
    "give_certificate",
    "invite_again",
    "issue_key",
    "issue_receipt",
    "new_setup_token",
    "open_session",
    "record_view",
    "require_certificate",
    "revoke_key",
    "setup_administrator",
    "state_purpose",
    "take_certificate",
    "touch_session",
]
