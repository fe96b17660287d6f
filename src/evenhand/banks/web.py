"""A listed web address is written as a browser would open it, and never names half the web.

A domain stands for itself and all that is under it, so a name under which anybody may register
(`co.uk`, `github.io`) is refused. An address stands for its page and what lies below it. Pure.
"""

from __future__ import annotations

import re
from typing import Final

from evenhand.banks.errors import EntryRefused
from evenhand.kit.addresses import (
    NotALink,
    canonical_host,
    is_address,
    read_address,
    registrable_domain,
)

URL_CHARS_MAX: Final = 2_083  # the longest a browser ever took at most
_DOMAIN: Final = "Write a domain such as example.com, without https:// and without a path."
_URL: Final = "Write the whole address of a page, such as https://example.com/login."


def domain_value(text: str) -> str:
    """Write a domain as ASCII labels: lower case, IDNA, without `*.` or a dot at either end.

    Raises EntryRefused, also for a public suffix.
    """
    written = text.strip().removeprefix("*").strip(".")
    try:
        value = canonical_host(written)
    except NotALink as why:
        raise EntryRefused("value", _DOMAIN) from why
    if is_address(value):
        return value
    if "." not in value or re.search(r"[/?#@\s]", written):
        raise EntryRefused("value", _DOMAIN)
    if registrable_domain(value) is None:
        says = (
            f"Anybody may register a name under {value}, so it would match strangers. "
            f"Write the one that is meant, such as example.{value}."
        )
        raise EntryRefused("value", says)
    return value


def url_value(text: str) -> str:
    """Write an address as https, without user and fragment, and without a slash at its end.

    A query is kept: such an entry stands for that one address. Raises EntryRefused, also for a
    whole site.
    """
    if len(text) > URL_CHARS_MAX or re.search(r"\s", text.strip()):
        raise EntryRefused("value", _URL)
    try:
        address = read_address(text)
    except NotALink as why:
        raise EntryRefused("value", _URL) from why
    if not address.query and address.path.strip("/") == "":
        says = f"This is a whole site: list {address.host} as a domain, in an entry of that kind."
        raise EntryRefused("value", says)
    if "." not in address.host and not is_address(address.host):
        raise EntryRefused("value", _URL)
    path = address.path if address.query else address.path.rstrip("/")
    return f"https://{address.place}{path}{address.query}"
