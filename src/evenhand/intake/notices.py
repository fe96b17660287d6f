"""A notice that passes here is one the law recognises (DSA Art. 16(2)); anything else says why not.

The same check serves the public form and the API. Whoever sends it about a child being abused may
stay nameless. The sender is kept out of every printed form of the object (promise 10).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urlsplit, urlunsplit

from evenhand.kit.words import N_
from evenhand.policy import Harm

EXPLANATION_MIN_CHARS: Final = 10  # one short sentence, in any script
EXPLANATION_MAX_CHARS: Final = 10_000
LOCATIONS_MAX: Final = 100  # one notice, one matter; more is several notices
URL_MAX_CHARS: Final = 2083  # the longest address browsers agreed on; also the schema's limit
EMAIL_MAX_CHARS: Final = 254  # RFC 5321 path limit, less the angle brackets
NAME_MAX_CHARS: Final = 200
DETAIL_MAX_CHARS: Final = 1000
_YES: Final = frozenset({"on", "true", "yes", "1"})
_NO: Final = frozenset({"", "off", "false", "no", "0"})
_EMAIL: Final = re.compile(
    r"[^\s@<>()\[\],;:\\\"]+@[^\s@<>()\[\],;:\\\"]+\.[^\s@<>()\[\],;:\\\".]+"
)
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.\-_]*[a-z0-9])?\.?")
_STRAY_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOTIFIER_FIELDS: Final = ("name", "email", "organisation", "trusted_flagger_id")

_TEXT: Final = N_("Use plain text here.")
_TOO_LONG: Final = N_("This is too long. Please shorten it.")
_UNSHOWABLE: Final = N_("This contains characters that cannot be stored. Please type it again.")
_NOT_A_URL: Final = N_("This is not a web address. It begins with https:// or http://.")


class NoticeIncomplete(Exception):
    """A notice that cannot be taken yet: `problems` has a sentence for each field to mend."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Keep every problem, so the form is mended once; nothing the sender wrote is repeated."""
        super().__init__("; ".join(f"{name}: {why}" for name, why in problems.items()))
        self.problems: Mapping[str, str] = MappingProxyType(dict(problems))


@dataclass(frozen=True, slots=True)
class Location:
    """Where the item is (DSA Art. 16(2)(b)): its exact address, and what helps to find it there."""

    url: str
    additional: str | None = None


@dataclass(frozen=True, slots=True)
class Notifier:
    """Who sent the notice (DSA Art. 16(2)(c)); to be sealed apart from everything else."""

    name: str
    email: str
    organisation: str | None = None
    trusted_flagger_id: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """All that DSA Art. 16(2) asks for; `category` None means the sender did not choose one."""

    explanation: str
    locations: tuple[Location, ...]
    notifier: Notifier | None = field(repr=False)
    category: Harm | None
    legal_provision: str | None = None
    member_state: str | None = None
    language: str | None = None

    @property
    def csam_exempt(self) -> bool:
        """Say whether a sender may stay nameless: Art. 16(2)(c) exempts child abuse offences."""
        return self.category is Harm.CHILD_SAFETY

    def to_dict(self) -> dict[str, object]:
        """Write the notice as JSON data that meets `dsa_art16_notice.schema.json`."""
        written: dict[str, object | None] = {
            "explanation": self.explanation,
            "locations": [_filled(url=w.url, additional=w.additional) for w in self.locations],
            "notifier": self.notifier
            and _filled(**{name: getattr(self.notifier, name) for name in _NOTIFIER_FIELDS}),
            "csam_exempt": self.csam_exempt,
            "good_faith": True,
            "category": self.category and self.category.value,
            "legal_provision": self.legal_provision,
            "member_state": self.member_state,
            "language": self.language,
        }
        return _filled(**written)


def check_notice(raw: Mapping[str, object]) -> Notice:
    """Return the notice, or raise NoticeIncomplete with a sentence for every field to mend.

    Takes the schema's JSON, or a form (see `shape_form`). Unknown fields are left aside.
    """
    shaped = shape_form(raw)
    problems: dict[str, str] = {}
    category = _category(shaped, problems)
    notice = Notice(
        explanation=_explanation(shaped, problems),
        locations=_locations(shaped, problems),
        notifier=_notifier(shaped, problems, exempt=shaped.get("csam_exempt") is True),
        category=category,
        legal_provision=_text(shaped, "legal_provision", problems, DETAIL_MAX_CHARS),
        member_state=_matching(
            shaped, "member_state", problems, _COUNTRY, N_("Use a country code such as FR.")
        ),
        language=_matching(
            shaped, "language", problems, _LANGUAGE, N_("Use a language code such as en.")
        ),
    )
    if shaped.get("good_faith") is not True:
        problems["good_faith"] = N_(
            "Please confirm that you believe this notice to be accurate and complete."
        )
    if problems:
        raise NoticeIncomplete(problems)
    return notice


def shape_form(raw: Mapping[str, object]) -> dict[str, object]:
    """Give a form's flat strings the schema's shape; JSON in that shape keeps it.

    `locations` may be one address per line; `notifier_name` and the like join `notifier`; ticked
    boxes become true; a field left empty counts as left out. The sender of a notice about the
    abuse of a child is exempt unless the notice says otherwise.
    """
    shaped = {name: value for name, value in raw.items() if value not in ("", None)}
    where = shaped.get("locations")
    if isinstance(where, str):
        where = [line for line in where.splitlines() if line.strip()]
    if isinstance(where, list | tuple):
        shaped["locations"] = [{"url": e} if isinstance(e, str) else e for e in where]
    flat = {name: shaped.pop(f"notifier_{name}", None) for name in _NOTIFIER_FIELDS}
    given = shaped.pop("notifier", flat)
    if isinstance(given, Mapping):
        given = {name: value for name, value in given.items() if value not in ("", None)}
    if given != {}:
        shaped["notifier"] = given
    for box in ("good_faith", "csam_exempt"):
        value = shaped.get(box)
        if isinstance(value, str) and value.strip().lower() in _YES | _NO:
            shaped[box] = value.strip().lower() in _YES
    if shaped.get("category") == Harm.CHILD_SAFETY:
        shaped.setdefault("csam_exempt", True)
    return shaped


def _filled(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value not in (None, "")}


def _category(shaped: Mapping[str, object], problems: dict[str, str]) -> Harm | None:
    value = shaped.get("category")
    category = Harm(value) if isinstance(value, str) and value in set(Harm) else None
    if value is not None and category is None:
        problems["category"] = N_("Choose one of the listed kinds of harm, or leave this empty.")
    exempt = shaped.get("csam_exempt", False)
    if not isinstance(exempt, bool):
        problems["csam_exempt"] = N_("Answer with yes or no.")
    elif exempt and category is not Harm.CHILD_SAFETY:
        problems["csam_exempt"] = N_("Only a notice about the abuse of a child may have no sender.")
    return category


def _explanation(shaped: Mapping[str, object], problems: dict[str, str]) -> str:
    text = _text(shaped, "explanation", problems, EXPLANATION_MAX_CHARS)
    if "explanation" not in problems and (text is None or len(text) < EXPLANATION_MIN_CHARS):
        problems["explanation"] = N_("Please say in a sentence or more why this is illegal.")
    return text or ""


def _locations(shaped: Mapping[str, object], problems: dict[str, str]) -> tuple[Location, ...]:
    entries = shaped.get("locations")
    if not isinstance(entries, list) or not entries:
        problems["locations"] = N_("Give the address of at least one page or item.")
        return ()
    if len(entries) > LOCATIONS_MAX:
        problems["locations"] = N_("These are too many addresses for one notice. Send several.")
        return ()
    return tuple(_location(entry, f"locations[{i}]", problems) for i, entry in enumerate(entries))


def _location(entry: object, path: str, problems: dict[str, str]) -> Location:
    if not isinstance(entry, Mapping):
        problems[path] = _NOT_A_URL
        return Location("")
    value = entry.get("url")
    url = as_url(value) if isinstance(value, str) else None
    if url is None:
        problems[f"{path}.url"] = _NOT_A_URL
    elif len(url) > URL_MAX_CHARS:
        problems[f"{path}.url"] = _TOO_LONG
    return Location(url or "", _text(entry, "additional", problems, DETAIL_MAX_CHARS, at=path))


def as_url(text: str) -> str | None:
    """Write a web address as an RFC 3986 URI, as browsers do, or return None if it is not one.

    Only http and https, because staff will follow it; no name or password inside it.
    """
    try:
        parts = urlsplit(text.strip())
        host = (parts.hostname or "").encode("idna").decode("ascii").lower()
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or not _HOST.fullmatch(host):
        return None
    if any(char.isspace() or not _storable(char) for char in text.strip()):
        return None
    path, query, fragment = (
        quote(_STRAY_PERCENT.sub("%25", part), safe="/%:@!$&'()*+,;=~-._" + extra)
        for part, extra in ((parts.path, ""), (parts.query, "?"), (parts.fragment, "?"))
    )
    return urlunsplit((parts.scheme, host + port, path, query, fragment))


def _notifier(
    shaped: Mapping[str, object], problems: dict[str, str], *, exempt: bool
) -> Notifier | None:
    given = shaped.get("notifier")
    if given is None and exempt:
        return None
    person = given if isinstance(given, Mapping) else {}
    if given is not None and not isinstance(given, Mapping):
        problems["notifier"] = N_("Give a name and an email address.")
    name = _text(person, "name", problems, NAME_MAX_CHARS, at="notifier")
    email = _matching(
        person,
        "email",
        problems,
        _EMAIL,
        N_("This is not an email address."),
        at="notifier",
    )
    if name is None:
        problems.setdefault("notifier.name", N_("Please give your name."))
    if email is None:
        problems.setdefault("notifier.email", N_("Please give an email address for our answer."))
    elif len(email) > EMAIL_MAX_CHARS:
        problems["notifier.email"] = _TOO_LONG
    return Notifier(
        name or "",
        email or "",
        _text(person, "organisation", problems, NAME_MAX_CHARS, at="notifier"),
        _text(person, "trusted_flagger_id", problems, NAME_MAX_CHARS, at="notifier"),
    )


def _matching(
    data: Mapping[str, object],
    name: str,
    problems: dict[str, str],
    pattern: re.Pattern[str],
    why: str,
    *,
    at: str = "",
) -> str | None:
    text = _text(data, name, problems, DETAIL_MAX_CHARS, at=at)
    if text is not None and not pattern.fullmatch(text):
        problems[f"{at}.{name}" if at else name] = why
    return text


def _text(
    data: Mapping[str, object], name: str, problems: dict[str, str], limit: int, *, at: str = ""
) -> str | None:
    """Read an optional text, trimmed; note a problem if it is no text, too long or unstorable."""
    value = data.get(name)
    where = f"{at}.{name}" if at else name
    if value is None:
        return None
    if not isinstance(value, str):
        problems[where] = _TEXT
        return None
    text = value.strip()
    if len(text) > limit:
        problems[where] = _TOO_LONG
    elif not all(map(_storable, text)):
        problems[where] = _UNSHOWABLE
    return text or None


def _storable(char: str) -> bool:
    """Line breaks and tabs are writing; other controls and half characters are not."""
    return char in "\n\r\t" or unicodedata.category(char) not in {"Cc", "Cs"}
