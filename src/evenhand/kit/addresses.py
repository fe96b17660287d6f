"""A web address has one written form here, so that two spellings of one place are one place.

Parsing follows what browsers do (WHATWG URL 4.4) where that decides where a link leads: backslashes
are slashes, `user@` is no host, percent signs, dots in paths and numeric addresses are resolved.
Who may register a name is told by the public suffix list that lies in `tldextract`. Nothing is
fetched, ever, and no tracking parameter is dropped.
"""

from __future__ import annotations

import functools
import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

import idna

if TYPE_CHECKING:
    from tldextract import TLDExtract

_HOST_CHARACTERS_MAX: Final = 253  # RFC 1035, 2.3.4, without the final dot
_LABEL_CHARACTERS_MAX: Final = 63
_HOST_WRITTEN_MAX: Final = 2_083
"""No browser takes a longer address; normalising a long run of marks would take quadratic time."""
_PORT_MAX: Final = 65_535
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_UNRESERVED: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
"""What means the same with a percent sign and without (RFC 3986, 2.3)."""


class NotALink(ValueError):
    """The text is not an http or https address with a usable host and port."""


@dataclass(frozen=True, slots=True)
class Address:
    """An http or https address in its parts; `port` as a browser takes it, `query` with its `?`."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def url(self) -> str:
        """Write it: scheme, host, port unless default, path and query."""
        return f"{self.scheme}://{self.place}{self.path}{self.query}"

    @property
    def place(self) -> str:
        """Write host, and port unless default."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _DEFAULT_PORTS[self.scheme] else f"{shown}:{self.port}"


def read_address(written: str) -> Address:
    """Read an address as a browser would; user, fragment and defanging are dropped.

    A host without a scheme is taken as https. Path and query keep their order and case; what is
    percent-encoded needlessly is not, and everything else is; dots in the path are followed. Raises
    NotALink.
    """
    _check_written(written)
    text = re.sub(r"[\t\r\n]", "", written.strip())
    schemed = re.match(r"(?i)h(?:tt|xx)p(s?):[/\\]*", text)
    if schemed is None and re.match(r"(?i)[a-z][a-z0-9+-]*:(?!\d)", text):
        message = "not an http or https address"
        raise NotALink(message)
    scheme = "https" if schemed is None or schemed[1] else "http"
    text = text[schemed.end() if schemed else 0 :].partition("#")[0]
    before_query, question, query = text.partition("?")
    authority, _, path = before_query.replace("\\", "/").partition("/")
    host, port = _host_and_port(authority.rpartition("@")[2], _DEFAULT_PORTS[scheme])
    asked = _encoded(query, safe="/%:@!$&'()*+,;=~?[]")
    return Address(scheme, host, port, _without_dots(path), question + asked)


def canonical_url(written: str) -> str:
    """Write an address in its one form. Raises NotALink."""
    return read_address(written).url


def host_of(written: str) -> str:
    """Give the canonical host a browser would connect to. Raises NotALink."""
    return read_address(written).host


def canonical_host(host: str) -> str:
    """Lower a host, apply IDNA (UTS 46, then IDNA 2008), and resolve numeric addresses.

    Labels that IDNA 2008 forbids and browsers open (emoji, underscores) are kept, as punycode
    where they are not ASCII. Raises NotALink.
    """
    if len(host) > _HOST_WRITTEN_MAX:
        message = "the host is longer than any address"
        raise NotALink(message)
    _check_written(host)
    name = unicodedata.normalize("NFKC", unquote(host.strip())).lower()
    for dot in ("[.]", "(.)", "\u3002", "\uff61"):
        name = name.replace(dot, ".")
    if ":" in name:
        return _ipv6(name)
    name = name.removesuffix(".")
    if not name or len(name) > _HOST_CHARACTERS_MAX:
        message = "the host is empty or too long"
        raise NotALink(message)
    encoded = ".".join(_label(label) for label in name.split("."))
    if len(encoded) > _HOST_CHARACTERS_MAX:
        message = "the host is too long once encoded"
        raise NotALink(message)
    return _ipv4(encoded) or encoded


def registrable_domain(host: str) -> str | None:
    """Give the part of a canonical host that one owner registered, or None where there is none.

    Private suffixes count: who registers `evil.github.io` owns it, and nobody owns `github.io`
    with all that is under it. An unknown last label is taken for a suffix of its own.
    """
    if is_address(host):
        return None
    labels = host.split(".")
    found = _suffixes().extract_str(host)
    length = len(found.suffix.split(".")) if found.suffix else 1
    return ".".join(labels[-length - 1 :]) if len(labels) > length else None


def is_top_level(label: str) -> bool:
    """Tell whether a label is one of the top-level domains that exist."""
    return label.casefold() in _top_levels() or label.casefold().startswith("xn--")


def is_address(host: str) -> bool:
    """Tell whether a canonical host is an IP address."""
    return ":" in host or re.fullmatch(r"[0-9.]+", host) is not None


def _check_written(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as why:
        message = "it holds half a character, which nobody can send"
        raise NotALink(message) from why


def _host_and_port(authority: str, default: int) -> tuple[str, int]:
    split = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:]*)(?::(\d{0,5}))?", authority)
    if split is None or int(split[2] or 0) > _PORT_MAX:
        message = "the host or its port cannot be read"
        raise NotALink(message)
    return canonical_host(split[1]), int(split[2]) if split[2] else default


def _label(label: str) -> str:
    try:
        encoded = idna.encode(label, uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError:
        plain = label.isascii()
        encoded = label if plain else "xn--" + label.encode("punycode").decode("ascii")
    if not 0 < len(encoded) <= _LABEL_CHARACTERS_MAX or re.search(r"[^0-9a-z_-]", encoded):
        message = "a label of the host is empty, too long or holds what no host may"
        raise NotALink(message)
    return encoded


def _ipv6(name: str) -> str:
    try:
        return ipaddress.IPv6Address(name.strip("[]")).compressed
    except ValueError as error:
        message = "not an IPv6 address"
        raise NotALink(message) from error


def _ipv4(name: str) -> str | None:
    """Resolve decimal, octal and hex addresses of one to four parts (WHATWG URL 3.5)."""
    parts = name.split(".")
    if re.fullmatch(r"0x[0-9a-f]*|[0-9]+", parts[-1]) is None:
        return None
    try:
        numbers = [_number(part) for part in parts]
        address = ipaddress.IPv4Address(
            sum(n << (24 - 8 * i) for i, n in enumerate(numbers[:-1])) + numbers[-1]
        )
    except ValueError as error:
        message = "not an IPv4 address"
        raise NotALink(message) from error
    if len(parts) > 4 or max(numbers[:-1], default=0) > 255 or numbers[-1] >> 8 * (5 - len(parts)):
        message = "not an IPv4 address"
        raise NotALink(message)
    return str(address)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") and len(part) > 1 else 10)


def _without_dots(path: str) -> str:
    """Follow `.` and `..` in a path without its first slash, as browsers do, encoded or not."""
    kept: list[str] = []
    segments = _encoded(path, safe="/%:@!$&'()*+,;=~").split("/")
    for at, segment in enumerate(segments):
        last = at == len(segments) - 1
        if segment == "..":
            del kept[-1:]
        if segment not in {".", ".."}:
            kept.append(segment)
        elif last:
            kept.append("")
    return "/" + "/".join(kept)


def _encoded(text: str, *, safe: str) -> str:
    """Percent-encode what must be, in capitals, and nothing that need not be."""
    return re.sub(r"%[0-9A-Fa-f]{2}", _plainest, quote(text, safe=safe))


def _plainest(found: re.Match[str]) -> str:
    meant = chr(int(found[0][1:], 16))
    return meant if meant in _UNRESERVED else found[0].upper()


@functools.cache
def _suffixes() -> TLDExtract:
    """Load the list that lies in the package, and no other: it is neither fetched nor cached."""
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@functools.cache
def _top_levels() -> frozenset[str]:
    return frozenset(suffix for suffix in _suffixes().tlds if "." not in suffix)
