"""Where deliveries go: the host's webhook and the mail server that the settings name."""

from __future__ import annotations

from dataclasses import dataclass

from evenhand import delivery
from evenhand.adapters.mail import MailServer, SmtpPost
from evenhand.adapters.webhook import WebhookHost
from evenhand.bootstrap import House


@dataclass(frozen=True)
class Outside:
    """Where deliveries go. None means that the operator has not set it up yet."""

    host: delivery.Host | None = None
    post: delivery.Post | None = None

    def take(self, outgoing: delivery.Outgoing) -> str:
        """Hand something over and return what acknowledged it. Raises NotDelivered.

        What has nowhere to go yet is tried again like anything else, so that it leaves as soon
        as the operator has set it up, and stands visibly failed when they do not.
        """
        if isinstance(outgoing, delivery.Letter):
            if self.post is None:
                raise delivery.NotDelivered("No mail server is set: set EVENHAND_SMTP_HOST.")
            return self.post.send(outgoing)
        if self.host is None:
            raise delivery.NotDelivered("No host is set: set EVENHAND_HOST_WEBHOOK_URL.")
        return self.host.send(outgoing)


def open_outside(house: House) -> Outside:
    """Open what the settings name. Raises WebhookMisconfigured, MailMisconfigured."""
    return Outside(host=_host(house), post=_post(house))


def _host(house: House) -> delivery.Host | None:
    settings = house.settings
    if settings.host_webhook_url is None:
        return None
    secret = settings.host_webhook_secret
    text = secret.get_secret_value() if secret else ""
    return WebhookHost(settings.host_webhook_url, secret=text, clock=house.clock)


def _post(house: House) -> delivery.Post | None:
    settings = house.settings
    if settings.smtp_host is None:
        return None
    password = settings.smtp_password
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.mail_from,
        user=settings.smtp_user,
        password=password.get_secret_value() if password else None,
        tls=settings.smtp_tls,
    )
    return SmtpPost(server, clock=house.clock)
