"""Where an address may be connected to, so that nobody's name leads a request inside.

A name that leads to a private, loopback or link-local address is refused, and the connection is
made to the very address that was checked; an operator who means a server on the same machine or
network writes its address literally.
"""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

import httpx2


class NoRoute(Exception):
    """The address leads nowhere, or where nothing may be sent; the message says which."""


@dataclass(frozen=True)
class Route:
    """Where to connect, and what to say there, so that no second look-up can change the answer."""

    url: httpx2.URL
    host: str
    server_name: str


def routes_to(url: httpx2.URL) -> list[Route]:
    """Look the name of an http or https address up, and keep what may be connected to.

    Raises NoRoute.
    """
    host = url.host
    header = url.netloc.decode("ascii")
    if host == "localhost" or _is_address(host):
        return [Route(url, header, host)]
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as why:
        raise NoRoute("name leads nowhere.") from why
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not all(_is_public(address) for address in addresses):
        raise NoRoute(
            "name leads to a private address, which is refused. Write the address itself if that "
            "is meant."
        )
    return [Route(url.copy_with(host=a), header, host) for a in addresses]


def is_loopback(url: httpx2.URL) -> bool:
    """Tell whether an address is on this machine and written as such."""
    if url.host == "localhost":
        return True
    return _is_address(url.host) and ipaddress.ip_address(url.host).is_loopback


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(address: str) -> bool:
    """Tell whether an address is on the open internet, seeing through IPv4 inside IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped or ip.sixtofour if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_global and not (mapped or ip).is_multicast
