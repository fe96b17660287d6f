"""The DSA Transparency Database over HTTPS: one request, one answer, and no redirect followed.

The database answers 302 when it knows a statement, which is an answer and leads nowhere. The token
goes to the address the operator wrote and nowhere else, and is in no message.
"""

from __future__ import annotations

from typing import Final

import httpx2

from evenhand.adapters.routes import NoRoute, Route, is_loopback, routes_to
from evenhand.kit.canonical import canonical
from evenhand.transparency.ports import NoReply, Reply

TIMEOUT_SECONDS: Final = 30.0
ANSWER_BYTES_MAX: Final = 16_000_000  # a hundred statements of the longest texts, and then some


class StatementsMisconfigured(ValueError):
    """The database's address or token cannot be used; the message says what to set."""


class StatementDatabaseOverHttp:
    """The database at the address that the settings name."""

    def __init__(self, url: str, *, token: str, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Use an https address; http only on this machine. Raises StatementsMisconfigured."""
        try:
            self._base = httpx2.URL(url.rstrip("/"))
        except httpx2.InvalidURL as why:
            raise StatementsMisconfigured(f"EVENHAND_DSA_URL cannot be read: {why}") from why
        plain = self._base.scheme == "http" and is_loopback(self._base)
        if not self._base.host or not (self._base.scheme == "https" or plain):
            raise StatementsMisconfigured("EVENHAND_DSA_URL must begin with https://.")
        if not token.strip() or not token.isascii() or not token.isprintable():
            raise StatementsMisconfigured("EVENHAND_DSA_TOKEN must hold the database's token.")
        self._token = token.strip()
        self._client = httpx2.Client(
            timeout=timeout_seconds, follow_redirects=False, trust_env=False
        )

    def __repr__(self) -> str:
        """Say where statements go, and nothing of the token."""
        return f"StatementDatabaseOverHttp({self._base.scheme}://{self._base.host})"

    def request(self, method: str, path: str, document: object = None) -> Reply:
        """Make one request over the first route that connects. Raises NoReply."""
        url = self._base.copy_with(path=f"{self._base.path.rstrip('/')}/{path}")
        try:
            routes = routes_to(url)
        except NoRoute as why:
            raise NoReply(f"The database's {why}", arrived=False) from why
        content = None if document is None else canonical(document).encode()
        for route in routes:
            try:
                return self._over(route, method, content)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            except httpx2.TimeoutException as why:
                raise NoReply("The database did not answer in time.", arrived=True) from why
            except httpx2.HTTPError as why:
                says = "The connection to the database broke off."
                raise NoReply(says, arrived=True) from why
        raise NoReply("The database could not be reached.", arrived=False)

    def close(self) -> None:
        """Let go of open connections."""
        self._client.close()

    def _over(self, route: Route, method: str, content: bytes | None) -> Reply:
        headers = {
            "authorization": f"Bearer {self._token}",
            "accept": "application/json",
            "content-type": "application/json",
            "user-agent": "Evenhand",
            "host": route.host,
        }
        with self._client.stream(
            method,
            route.url,
            content=content,
            headers=headers,
            extensions={"sni_hostname": route.server_name},
        ) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > ANSWER_BYTES_MAX:
                    raise NoReply("The database's answer was too long to be one.", arrived=True)
            return Reply(answer.status_code, bytes(body), answer.headers.get("retry-after"))
