"""Letters reach people by mail, over STARTTLS unless the server is on this machine.

Mail is plain text, one recipient each, with the outbox id as its Message-ID so that a repeated
letter is seen as the same one. What is kept about an attempt never holds the address.
"""

from __future__ import annotations

import ipaddress
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from evenhand.delivery import Letter, NotDelivered
from evenhand.kit.clock import Clock

TIMEOUT_SECONDS: Final = 10.0
PERMANENT: Final = range(500, 600)  # RFC 5321 §4.2.1: do not try this again
AUTHENTICATION: Final = range(530, 540)  # RFC 4954: ours to mend, so it is tried again


class MailMisconfigured(ValueError):
    """The mail settings cannot be used; the message says what to set."""


@dataclass(frozen=True, repr=False)
class MailServer:
    """How to reach the mail server, and in whose name. It has no `repr`: it holds a password."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: str | None = None
    tls: bool = True


class SmtpPost:
    """A mail server spoken to over SMTP, one connection for each letter."""

    def __init__(
        self, server: MailServer, *, clock: Clock, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """Use a server. Raises MailMisconfigured when TLS is off and it is not on this machine."""
        if not server.tls and not _is_loopback(server.host):
            raise MailMisconfigured(
                "Mail may go without TLS only to a server on this machine. Set EVENHAND_SMTP_TLS."
            )
        self._server = server
        self._clock = clock
        self._timeout = timeout_seconds

    def send(self, letter: Letter) -> str:
        """Hand the letter over. Raises NotDelivered, for good when the address is refused."""
        message = self._written(letter)
        try:
            with smtplib.SMTP(
                self._server.host, self._server.port, timeout=self._timeout
            ) as connection:
                self._greet(connection)
                connection.send_message(message)
        except smtplib.SMTPRecipientsRefused as why:
            code = next((code for code, _ in why.recipients.values()), 0)
            raise NotDelivered(
                f"The mail server refused the address (SMTP {code}).", for_good=_permanent(code)
            ) from None
        except smtplib.SMTPResponseException as why:
            raise NotDelivered(f"The mail server answered SMTP {why.smtp_code}.") from None
        except TimeoutError:
            raise NotDelivered("The mail server did not answer in time.") from None
        except (smtplib.SMTPException, ssl.SSLError):
            raise NotDelivered("The mail server did not take the letter.") from None
        except (OSError, socket.gaierror):
            raise NotDelivered("The mail server could not be reached.") from None
        return "taken by the mail server"

    def _greet(self, connection: smtplib.SMTP) -> None:
        if self._server.tls:
            connection.starttls(context=ssl.create_default_context())
        if self._server.user is not None:
            connection.login(self._server.user, self._server.password or "")

    def _written(self, letter: Letter) -> EmailMessage:
        """Write the letter as mail. Raises NotDelivered for an address that breaks headers."""
        message = EmailMessage(policy=SMTP)
        domain = self._server.sender.rpartition("@")[2] or "localhost"
        message["From"] = self._server.sender
        message["Subject"] = letter.subject
        try:
            message["To"] = letter.to
            one_address = [bool(a.username and a.domain) for a in message["To"].addresses] == [True]
        except (ValueError, IndexError):  # what the header parser raises on damaged addresses
            one_address = False
        if not one_address:
            raise NotDelivered("The address cannot be written to.", for_good=True)
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{letter.id}@{domain}>"
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
        message.set_content(letter.text)
        return message


def _permanent(code: int) -> bool:
    return code in PERMANENT and code not in AUTHENTICATION


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
