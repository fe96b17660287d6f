"""What the people room refuses, said so that whoever reads it knows what to do next.

PeopleError
├── NotAllowed
├── SetUpRefused
├── InvitationEnded
├── PasswordRefused
├── PurposeNeeded
├── PurposeRefused
├── CodeRefused
├── SignInRefused
├── TooManySignIns
├── SessionEnded
├── StaffUnknown
├── EmailTaken
├── DetailsRefused
├── AlreadyInThatState
├── LastAdministrator
├── ScopeRefused
├── KeyUnknown
└── ReceiptUnknown
"""

from __future__ import annotations


class PeopleError(Exception):
    """Anything to do with who somebody is and what they may do."""


class NotAllowed(PeopleError):
    """The actor lacks a permission; `missing` names it."""

    def __init__(self, name: str, missing: str) -> None:
        """Name what is missing, so that the reader knows what to ask an administrator for."""
        super().__init__(
            f"{name} may not do this: it needs the permission “{missing}”. "
            "An administrator can give a role that has it."
        )
        self.missing = missing


class SetUpRefused(PeopleError):
    """There is an administrator already, or the setup token is not the one that was printed."""


class InvitationEnded(PeopleError):
    """The invitation was used, has run out, or never was."""

    def __init__(self) -> None:
        """Say the same in each case, and what to do."""
        super().__init__(
            "This invitation is no longer good. Ask an administrator to send you a new one."
        )


class PurposeNeeded(PeopleError):
    """Say first what you are looking for: an auditor sees nothing without a stated purpose."""


class PurposeRefused(PeopleError):
    """Say in a sentence what you are looking for, and for 1 to 30 days."""


class PasswordRefused(PeopleError):
    """The password chosen is too easy to guess; the message says why."""


class CodeRefused(PeopleError):
    """The six digits are wrong, too old, or were used already."""

    def __init__(self) -> None:
        """Say what usually helps."""
        super().__init__(
            "That code is not right. Wait for the next one to appear in your authenticator, and "
            "check that the clocks of both devices are right."
        )


class SignInRefused(PeopleError):
    """Address, password or code is wrong; it is never said which."""

    def __init__(self) -> None:
        """Say the same in each case."""
        super().__init__(
            "The address, password or code is not right. A code can be used only once: "
            "wait for the next one and try again."
        )


class TooManySignIns(PeopleError):
    """Too many failed sign-ins lately, for this address of mail or of network."""

    def __init__(self, retry_seconds: int) -> None:
        """Say how long to wait, in seconds for machines and minutes for people."""
        minutes = -(-retry_seconds // 60)
        super().__init__(
            f"Too many sign-ins have failed. Wait {minutes} "
            f"minute{'' if minutes == 1 else 's'} and try again."
        )
        self.retry_seconds = retry_seconds


class SessionEnded(PeopleError):
    """The session was closed, ran out, or never was."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Your session has ended. Sign in again to go on.")


class StaffUnknown(PeopleError):
    """No member of staff has this id."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("There is no such member of staff.")


class EmailTaken(PeopleError):
    """Somebody on the staff has this address already."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "Somebody on the staff has this address already. Invite them again instead."
        )


class DetailsRefused(PeopleError):
    """A name or an address cannot be used; the message says why."""


class AlreadyInThatState(PeopleError):
    """The command would change nothing, so it is refused rather than passed over in silence."""


class LastAdministrator(PeopleError):
    """Without this person nobody could manage staff any more."""

    def __init__(self) -> None:
        """Say what to do first."""
        super().__init__(
            "This is the only active administrator. Make somebody else administrator first."
        )


class ScopeRefused(PeopleError):
    """A key needs at least one scope, and only scopes that exist."""


class KeyUnknown(PeopleError):
    """The API key is not one of ours, or was revoked; it is never said which."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This API key is not known. Check it, or ask for a new one.")


class ReceiptUnknown(PeopleError):
    """No receipt has these digits."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "We know no receipt with these digits. Check all sixteen of them and try again."
        )
