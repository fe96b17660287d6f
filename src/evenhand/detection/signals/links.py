"""A link is compared by where it leads, not by how it was written.

Parsing follows what browsers do (WHATWG URL 4.4) where that decides the host: backslashes are
slashes, `user@` is no host, percent signs and numeric addresses are resolved. Nothing is fetched,
no tracking parameter is dropped, and no public-suffix list is consulted.
"""

import functools
import ipaddress
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote, unquote

import idna

from evenhand.detection.signals.look_alikes import letters_meant

_HOST_CHARACTERS_MAX = 253  # RFC 1035, 2.3.4, without the final dot
_LABEL_CHARACTERS_MAX = 63
_HOST_WRITTEN_MAX = 2_083
"""No browser takes a longer address; normalising a long run of marks would take quadratic time."""
_PORT_MAX = 65_535
_DEFAULT_PORTS = {"http": 80, "https": 443}
_EDIT_LABEL_MIN = 5
"""One edit turns most four-letter names into another real name (bbc, nbc), so five and up."""
_SUFFIX_EDIT_MIN = 3
"""Two-letter country suffixes are one edit from each other and mean nothing by it."""

_COUNTRY_SUFFIXES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs "
    "bt bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee "
    "eg er es et eu fi fj fk fm fo fr ga gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm "
    "hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb "
    "lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz "
    "na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs "
    "ru rw sa sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl "
    "tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_GENERIC_SUFFIXES = (
    "com net org info biz edu gov mil int name mobi pro tel asia cat jobs travel app dev page blog "
    "site online store shop website web tech space fun top xyz club vip win bid loan work live "
    "life link click digital media news email cloud host help support services agency center "
    "company finance money bank credit pay exchange market trade deal sale buzz icu cyou cfd sbs "
    "bond rest quest monster lol gift cam chat dating sex adult porn xxx bet casino poker games "
    "game zip mov ink wiki art design social network world today group team zone one plus fit "
    "health care academy school london berlin paris tokyo moscow рф рус укр бел срб қаз мон ευ ею"
)
_SUFFIXES = frozenset((_COUNTRY_SUFFIXES + " " + _GENERIC_SUFFIXES).split())

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af"
_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
_DOT = r"(?:\.|\[\.\]|\(\.\)|[\u3002\uff0e\uff61](?=[0-9A-Za-z]))"
_REST = r"[^\s<>\"\u201c\u201d\u00ab\u00bb\u3001\u3002\uff0c\u300c\u300d\u300e\u300f]"
_FOUND = re.compile(
    rf"(?P<scheme>(?<![0-9a-z])h(?:tt|xx)ps?:[/\\]*(?:{_DOT}|{_REST})+)"
    rf"|(?<!{_LETTER})(?<![_@.\-/])(?P<bare>(?:{_LETTER}(?:{_LETTER}|[-_]){{0,62}}{_DOT}){{1,10}}"
    rf"(?P<suffix>{_LETTER}{{2,24}}))(?!{_LETTER}|[_@-])(?::\d{{1,5}})?(?:[/?\\#]{_REST}*)?",
    re.IGNORECASE,
)
_GLUED = re.compile(
    rf"(?i)h(?:tt|xx)ps?:[/\\]*[0-9a-z.-]+\.(?P<suffix>[a-z]{{2,24}})(?=[{_UNSPACED}])"
)
"""An ASCII host with Han, kana or Thai glued to its suffix: the sentence goes on, not the host."""
_CLOSERS = {")": "(", "]": "[", "}": "{", "\uff09": "\uff08"}
_TRAILING = ".,;:!?'*_~\u2026\u2019\uff01\uff1f\uff1b\uff1a"


class NotALink(ValueError):
    """The text is not an http or https address with a usable host and port."""


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link written at text[start:end], and its canonical address and host."""

    start: int
    end: int
    url: str
    host: str


class LookAlikeKind(StrEnum):
    """How a host imitates a protected domain."""

    EMBEDDED = "embedded"
    CONFUSABLE = "confusable"
    ONE_EDIT = "one_edit"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """The protected domain that is imitated, and how."""

    protected: str
    kind: LookAlikeKind


def canonical_url(written: str) -> str:
    """Give scheme, host, port unless default, path and query; drop user, fragment and defanging.

    A host without a scheme is taken as https. Path and query keep their order and case; non-ASCII
    in them is percent-encoded. Raises NotALink.
    """
    scheme, host, port, rest = _parts(written)
    shown = f"[{host}]" if ":" in host else host
    at_port = "" if port == _DEFAULT_PORTS[scheme] else f":{port}"
    return f"{scheme}://{shown}{at_port}{rest}"


def host_of(written: str) -> str:
    """Give the canonical host a browser would connect to. Raises NotALink."""
    return _parts(written)[1]


def canonical_host(host: str) -> str:
    """Lower a host, apply IDNA (UTS 46, then IDNA 2008), and resolve numeric addresses.

    Labels that IDNA 2008 forbids and browsers open (emoji, underscores) are kept, as punycode
    where they are not ASCII. Raises NotALink.
    """
    if len(host) > _HOST_WRITTEN_MAX:
        message = "the host is longer than any address"
        raise NotALink(message)
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


def find_links(text: str) -> list[FoundLink]:
    """Find http(s) addresses and bare hosts such as `bit.ly/x`, in the order they stand.

    A bare host counts when its last label is a country code or a generic suffix listed here, and
    it is not part of a mail address. Closing punctuation is left outside. `hxxp` and `[.]`, as
    reporters write them, are read. What only resembles a link is passed over.
    """
    links = []
    for match in _FOUND.finditer(text):
        bare = match["suffix"]
        if bare is not None and not _is_suffix(bare):
            continue
        written = _without_trailing(match[0])
        try:
            found = FoundLink(
                start=match.start(),
                end=match.start() + len(written),
                url=canonical_url(written),
                host=host_of(written),
            )
        except NotALink:
            continue
        links.append(found)
    return links


def matches_domain(host: str, listed: str) -> bool:
    """Tell whether host is the listed domain or under it, cut only between labels.

    A leading `*.` or `.` in the listed name is ignored; an address matches only itself. Raises
    NotALink when either is no host.
    """
    name, domain = canonical_host(host), canonical_host(listed.removeprefix("*").lstrip("."))
    return name == domain or (name.endswith("." + domain) and not _is_address(domain))


def looks_like(host: str, protected: Sequence[str]) -> LookAlike | None:
    """Tell which protected domain a host imitates, or None; the first in the list wins.

    Imitating is: holding the name as if it were the end (`example.com.evil.net`), look-alike
    letters in the domain or in its longest label (`examp1e.net`), or one edit (a letter more, less,
    other or swapped) in a label of five and up or in a suffix of three and up. A protected domain
    and whatever is under it imitate nothing. Raises NotALink.
    """
    name = canonical_host(host)
    if _is_address(name) or any(matches_domain(name, domain) for domain in protected):
        return None
    labels = _readable(name)
    for domain in protected:
        kind = _imitation(labels, _readable(canonical_host(domain)))
        if kind is not None:
            return LookAlike(domain, kind)
    return None


def _parts(written: str) -> tuple[str, str, int, str]:
    """Split into scheme, canonical host, port, and path with query."""
    text = re.sub(r"[\t\r\n]", "", written.strip())
    schemed = re.match(r"(?i)h(?:tt|xx)p(s?):[/\\]*", text)
    if schemed is None and re.match(r"(?i)[a-z][a-z0-9+-]*:(?!\d)", text):
        message = "not an http or https address"
        raise NotALink(message)
    scheme = "https" if schemed is None or schemed[1] else "http"
    text = text[schemed.end() if schemed else 0 :].partition("#")[0]
    before_query, question, query = text.partition("?")
    authority, slash, path = before_query.replace("\\", "/").partition("/")
    host, port = _host_and_port(authority.rpartition("@")[2], _DEFAULT_PORTS[scheme])
    rest = "/" + quote(path, safe="/%:@!$&'()*+,;=~") if slash else "/"
    return scheme, host, port, rest + question + quote(query, safe="/%:@!$&'()*+,;=~?[]")


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


def _is_address(host: str) -> bool:
    return ":" in host or re.fullmatch(r"[0-9.]+", host) is not None


def _is_suffix(label: str) -> bool:
    return label.casefold() in _SUFFIXES or label.casefold().startswith("xn--")


_BRACKETS: Final = frozenset(_CLOSERS) | frozenset(_CLOSERS.values())


def _without_trailing(written: str) -> str:
    """Leave sentence punctuation, glued words and unopened brackets outside the link."""
    glued = _GLUED.match(written)
    end = glued.end() if glued and _is_suffix(glued["suffix"]) else len(written)
    counts = Counter(character for character in written[:end] if character in _BRACKETS)
    while end:
        last = written[end - 1]
        opener = _CLOSERS.get(last)
        unopened = opener is not None and counts[last] > counts[opener]
        if last not in _TRAILING and not unopened:
            break
        counts[last] -= 1
        end -= 1
    return written[:end]


def _readable(host: str) -> list[str]:
    return [_decoded(label) for label in host.removeprefix("www.").split(".")]


@functools.lru_cache(maxsize=65_536)
def _decoded(label: str) -> str:
    """Show a label as a reader sees it: punycode undone, accents off."""
    if label.startswith("xn--"):
        try:
            label = label[4:].encode("ascii").decode("punycode")
        except UnicodeError:
            return label
    apart = unicodedata.normalize("NFKD", label)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def _imitation(labels: list[str], domain: list[str]) -> LookAlikeKind | None:
    size = len(domain)
    windows = [labels[i : i + size] for i in range(len(labels) - size + 1)]
    if domain in windows[:-1]:
        return LookAlikeKind.EMBEDDED
    if any(all(map(_reads_same, window, domain)) for window in windows):
        return LookAlikeKind.CONFUSABLE
    name = max(domain, key=len)
    if len(name) >= _EDIT_LABEL_MIN - 1 and any(
        label != name and _reads_same(label, name) for label in labels
    ):
        return LookAlikeKind.CONFUSABLE
    if windows and _is_one_edit_off(windows[-1], domain):
        return LookAlikeKind.ONE_EDIT
    return None


def _reads_same(seen: str, real: str) -> bool:
    seen, real = (_joined_strokes(text) for text in (seen, real))
    return len(seen) == len(real) and all(
        letters_meant(a) & letters_meant(b) for a, b in zip(seen, real, strict=True)
    )


def _joined_strokes(label: str) -> str:
    return label.replace("rn", "m").replace("vv", "w")


def _is_one_edit_off(window: list[str], domain: list[str]) -> bool:
    if max(map(len, domain)) < _EDIT_LABEL_MIN:
        return False
    changed = [(a, b) for a, b in zip(window, domain, strict=True) if a != b]
    if len(changed) != 1:
        return False
    seen, real = changed[0]
    is_suffix = real == domain[-1]
    long_enough = len(real) >= (_SUFFIX_EDIT_MIN if is_suffix else _EDIT_LABEL_MIN)
    return long_enough and _one_edit_apart(seen, real)


def _one_edit_apart(a: str, b: str) -> bool:
    """Tell whether one insertion, deletion, substitution or swap of neighbours turns a into b."""
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) != len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b[start:]
