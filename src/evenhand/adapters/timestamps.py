"""A time-stamp authority over HTTP (RFC 3161 §3.4): one request, one answer, no redirect followed.

The answer is signed, so http will do; names that lead inside are refused (see `routes`).
"""

from __future__ import annotations

from typing import Final

import httpx2

from evenhand.adapters.routes import NoRoute, Route, routes_to

TIMEOUT_SECONDS: Final = 20.0
ANSWER_BYTES_MAX: Final = 1_000_000


class NoStamp(Exception):
    """The authority could not be asked, or gave no answer; the message says what happened."""


def ask(url: str, request: bytes) -> bytes:
    """Take a request to the authority at an address and bring its answer back. Raises NoStamp."""
    try:
        address = httpx2.URL(url)
    except httpx2.InvalidURL as why:
        raise NoStamp(f"The authority's address cannot be read: {why}") from why
    if address.scheme not in {"http", "https"} or not address.host:
        raise NoStamp("The authority's address must begin with https:// or http://.")
    try:
        routes = routes_to(address)
    except NoRoute as why:
        raise NoStamp(f"The authority's {why}") from why
    with httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False) as client:
        for route in routes:
            try:
                return _over(client, route, request)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                continue
            except httpx2.HTTPError as why:
                raise NoStamp("The connection to the authority broke off. Try again.") from why
    raise NoStamp("The authority could not be reached. Look at the address, and try again.")


def _over(client: httpx2.Client, route: Route, request: bytes) -> bytes:
    headers = {
        "content-type": "application/timestamp-query",
        "user-agent": "Evenhand",
        "host": route.host,
    }
    with client.stream(
        "POST",
        route.url,
        content=request,
        headers=headers,
        extensions={"sni_hostname": route.server_name},
    ) as answer:
        if answer.status_code != httpx2.codes.OK:
            raise NoStamp(f"The authority answered HTTP {answer.status_code}, and no stamp.")
        content = b""
        for part in answer.iter_bytes():
            content += part
            if len(content) > ANSWER_BYTES_MAX:
                raise NoStamp("The authority's answer is far too long for a stamp.")
    return content
