"""Nobody beyond this machine gets in while something that is known to everybody still guards it."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from evenhand.bootstrap import House

#: 32 random bytes hold fewer different values than this once in 10^12 keys.
_DIFFERENT_BYTES_MIN: Final = 16
_WEBHOOK_SECRET_CHARS_MIN: Final = 32  # 24 bytes in base64, the least Standard Webhooks allows


def loopback(address: str) -> bool:
    """Tell whether only this machine reaches an address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def reasons_against(house: House) -> list[str]:
    """Say, a sentence each, what must be set before anybody beyond this machine may come in."""
    settings = house.settings
    found = []
    if len(set(house.resources.keys.master)) < _DIFFERENT_BYTES_MIN:
        found.append(
            "EVENHAND_MASTER_KEY is an example, not a random key: make one with"
            " `openssl rand -base64 32`."
        )
    secret = settings.host_webhook_secret
    length = len(secret.get_secret_value().removeprefix("whsec_")) if secret else 0
    if settings.host_webhook_url is not None and length < _WEBHOOK_SECRET_CHARS_MIN:
        found.append(
            "EVENHAND_HOST_WEBHOOK_SECRET is missing or too short: make one with"
            " `echo whsec_$(openssl rand -base64 32)`."
        )
    address = urlsplit(settings.public_url or "")
    if address.scheme != "https" or not address.hostname:
        found.append(
            "EVENHAND_PUBLIC_URL must be the https address people use: passwords and receipts"
            " would cross the network in the open otherwise."
        )
    return found
