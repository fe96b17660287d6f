"""Parcels reach the host as signed webhooks (Standard Webhooks), once or again with the same id.

Redirects are refused, because a signed parcel goes to the address the operator wrote and nowhere
else. Names that lead inside are refused too (see `routes`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Final

import httpx2

from evenhand.adapters.routes import NoRoute, Route, routes_to
from evenhand.delivery import NotDelivered, Parcel
from evenhand.kit.clock import Clock

TIMEOUT_SECONDS: Final = 10.0
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every such secret begins with
SECRET_BYTES_MIN: Final = 24  # the least the Standard Webhooks specification allows
SECRET_BYTES_MAX: Final = 64
GONE: Final = 410  # the one answer by which a host says "never again"


class WebhookMisconfigured(ValueError):
    """The webhook's address or secret cannot be used; the message says what to set."""


def read_secret(text: str) -> bytes:
    """Read a `whsec_…` secret. Raises WebhookMisconfigured when it is not 24 to 64 bytes."""
    try:
        secret = base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as why:
        raise WebhookMisconfigured("The webhook secret must be whsec_ and base64.") from why
    if not SECRET_BYTES_MIN <= len(secret) <= SECRET_BYTES_MAX:
        raise WebhookMisconfigured(
            f"The webhook secret must hold {SECRET_BYTES_MIN} to {SECRET_BYTES_MAX} bytes."
        )
    return secret


def sign(secret: bytes, *, parcel: Parcel, at: datetime) -> dict[str, str]:
    """Make the three headers: the id, the second it is sent, HMAC-SHA256 over all of it."""
    second = str(int(at.timestamp()))
    signed = f"{parcel.id}.{second}.".encode() + parcel.body
    mac = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return {
        "webhook-id": parcel.id,
        "webhook-timestamp": second,
        "webhook-signature": f"v1,{mac}",
    }


class WebhookHost:
    """The host's webhook address."""

    def __init__(
        self, url: str, *, secret: str, clock: Clock, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        """Use an http or https address. Raises WebhookMisconfigured."""
        try:
            self._url = httpx2.URL(url)
        except httpx2.InvalidURL as why:
            raise WebhookMisconfigured(f"The webhook address cannot be read: {why}") from why
        if self._url.scheme not in {"http", "https"} or not self._url.host:
            raise WebhookMisconfigured("The webhook address must begin with https:// or http://.")
        self._secret = read_secret(secret)
        self._clock = clock
        self._client = httpx2.Client(
            timeout=timeout_seconds,
            follow_redirects=False,
            trust_env=False,
            limits=httpx2.Limits(max_connections=16, max_keepalive_connections=8),
        )

    def __repr__(self) -> str:
        """Say where parcels go, and nothing of the secret."""
        return f"WebhookHost({self._url.scheme}://{self._url.host})"

    def send(self, parcel: Parcel) -> str:
        """Post the parcel. Any 2xx acknowledges it; raises NotDelivered otherwise."""
        headers = sign(self._secret, parcel=parcel, at=self._clock.now())
        headers["content-type"] = "application/json"
        headers["user-agent"] = "Evenhand-Webhooks"
        status = self._post(self._routes(), parcel.body, headers)
        if httpx2.codes.is_success(status):
            return f"HTTP {status}"
        if httpx2.codes.is_redirect(status):
            raise NotDelivered(f"The host answered with a redirect ({status}), which is refused.")
        raise NotDelivered(f"The host answered HTTP {status}.", for_good=status == GONE)

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _post(self, routes: list[Route], body: bytes, headers: dict[str, str]) -> int:
        """Post over the first route that connects, and return the status; no body is read."""
        says = "The host could not be reached."
        for route in routes:
            try:
                with self._client.stream(
                    "POST",
                    route.url,
                    content=body,
                    headers=headers | {"host": route.host},
                    extensions={"sni_hostname": route.server_name},
                ) as answer:
                    return answer.status_code
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            except httpx2.TimeoutException as why:
                raise NotDelivered("The host did not answer in time.") from why
            except httpx2.HTTPError as why:
                says = "The connection to the host broke off."
                raise NotDelivered(says) from why
        raise NotDelivered(says)

    def _routes(self) -> list[Route]:
        """Look the name up and keep what may be connected to. Raises NotDelivered."""
        try:
            return routes_to(self._url)
        except NoRoute as why:
            raise NotDelivered(f"The host's {why}") from why
