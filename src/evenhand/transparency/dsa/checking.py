"""Whether the DSA Transparency Database would take a body, field by field, without asking it.

Read from the database's own code (schema v2): what that code refuses is refused here, what it
drops in silence is said, and so is what only its documentation asks for. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from evenhand.policy import KEYWORD_OTHER, category_tree
from evenhand.transparency.dsa.model import (
    Body,
    Checked,
    CheckedBatch,
    Fault,
    Severity,
    worst_first,
)
from evenhand.transparency.dsa.personal import personal_data
from evenhand.transparency.dsa.vocabulary import vocabulary

BATCH_MAX: Final = 100
GROUND_CHARS_MAX: Final = 500
EXPLANATION_CHARS_MAX: Final = 2000
FACTS_CHARS_MAX: Final = 5000
LATEST: Final = date(2038, 1, 1)
_PUID: Final = re.compile(r"[a-zA-Z0-9_-]{1,500}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EAN: Final = re.compile(r"[0-9]{13}")
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s/?#]+\S*")
_ABSENT: Final = object()

_DECISIONS: Final = (
    "decision_visibility",
    "decision_monetary",
    "decision_provision",
    "decision_account",
)
_ENDS: Final = {
    "end_date_visibility_restriction": "decision_visibility",
    "end_date_monetary_restriction": "decision_monetary",
    "end_date_service_restriction": "decision_provision",
    "end_date_account_restriction": "decision_account",
}
#: A text that is asked for when a field holds a value, and dropped when it does not.
_BRANCHES: Final = (
    ("decision_visibility_other", "decision_visibility", "DECISION_VISIBILITY_OTHER"),
    ("decision_monetary_other", "decision_monetary", "DECISION_MONETARY_OTHER"),
    ("content_type_other", "content_type", "CONTENT_TYPE_OTHER"),
    ("illegal_content_legal_ground", "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"),
    ("illegal_content_explanation", "decision_ground", "DECISION_GROUND_ILLEGAL_CONTENT"),
    ("incompatible_content_ground", "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"),
    ("incompatible_content_explanation", "decision_ground", "DECISION_GROUND_INCOMPATIBLE_CONTENT"),
)
_TEXTS: Final = {
    "decision_visibility_other": GROUND_CHARS_MAX,
    "decision_monetary_other": GROUND_CHARS_MAX,
    "content_type_other": GROUND_CHARS_MAX,
    "category_specification_other": GROUND_CHARS_MAX,
    "illegal_content_legal_ground": GROUND_CHARS_MAX,
    "illegal_content_explanation": EXPLANATION_CHARS_MAX,
    "incompatible_content_ground": GROUND_CHARS_MAX,
    "incompatible_content_explanation": EXPLANATION_CHARS_MAX,
    "source_identity": GROUND_CHARS_MAX,
}
_REQUIRED_CHOICES: Final = (
    "decision_ground",
    "category",
    "source_type",
    "automated_detection",
    "automated_decision",
)
_OPTIONAL_CHOICES: Final = (
    "decision_monetary",
    "decision_provision",
    "decision_account",
    "account_type",
    "content_language",
)
KNOWN_FIELDS: Final = frozenset(
    {"puid", "decision_ground_reference_url", "incompatible_content_illegal", "decision_facts"}
    | {"category_addition", "category_specification", "content_type", "territorial_scope"}
    | {"content_date", "application_date", "content_id", "content_id_ean"}
    | {*_DECISIONS, *_ENDS, *_TEXTS, *_REQUIRED_CHOICES, *_OPTIONAL_CHOICES}
)


def check(body: object, *, index: int = 0) -> Checked:
    """Check one body. Nothing is raised for what is wrong with it: every fault is named.

    Rules: StatementStoreRequest of the database at 69e80a0b, and its documentation.
    """
    if not isinstance(body, dict):
        says = "A statement is a JSON object of fields."
        return Checked(index, None, (Fault("", Severity.REFUSED, says),))
    puid = body.get("puid")
    found = [fault for look in _LOOKS for fault in look(body)]
    return Checked(index, puid if isinstance(puid, str) else None, worst_first(found))


def check_call(call: object) -> CheckedBatch:
    """Check what would be sent in one call: one body, or `{"statements": […]}` with 1 to 100."""
    if not isinstance(call, dict) or "statements" not in call:
        return CheckedBatch((check(call),))
    bodies = call["statements"]
    if not isinstance(bodies, list):
        return CheckedBatch((), (_refused("statements", "Send a list of 1 to 100 statements."),))
    checked = tuple(check(body, index=at) for at, body in enumerate(bodies))
    return CheckedBatch(checked, tuple(_call_faults(bodies, checked)))


def _call_faults(bodies: Sequence[object], checked: Sequence[Checked]) -> Iterator[Fault]:
    if not bodies:
        yield _refused("statements", "The list is empty: send 1 to 100 statements.")
    if len(bodies) > BATCH_MAX:
        yield _refused("statements", f"{len(bodies)} are too many: send 100 at most in one call.")
    first: dict[str, int] = {}
    for one in checked:
        if one.puid is not None and first.setdefault(one.puid, one.index) != one.index:
            before = first[one.puid]
            says = f"Statement {one.index} has the same puid as statement {before}."
            yield _refused(f"statements.{one.index}.puid", says)


def _refused(field: str, says: str) -> Fault:
    return Fault(field, Severity.REFUSED, says)


def _dropped(field: str, says: str) -> Fault:
    return Fault(field, Severity.DROPPED, says)


def _advised(field: str, says: str) -> Fault:
    return Fault(field, Severity.ADVISED, says)


def _puid(body: Body) -> Iterator[Fault]:
    puid = body.get("puid")
    if puid is None:
        yield _refused("puid", "It is missing: name the statement as your service knows it.")
    elif not isinstance(puid, str) or not _PUID.fullmatch(puid):
        yield _refused("puid", "Use 1 to 500 letters, digits, hyphens and underscores.")


def _choices(body: Body) -> Iterator[Fault]:
    for name in _REQUIRED_CHOICES:
        if body.get(name) is None:
            yield _refused(name, f"It is missing: use one of {_listed(name)}.")
        else:
            yield from _one_of(name, body[name], name)
    for name in _OPTIONAL_CHOICES:
        if body.get(name) is not None:
            yield from _one_of(name, body[name], name)
    illegal = body.get("incompatible_content_illegal", _ABSENT)
    if illegal is None:
        yield _refused("incompatible_content_illegal", "Leave it out rather than send null.")
    elif illegal is not _ABSENT:
        yield from _one_of("incompatible_content_illegal", illegal, "incompatible_content_illegal")
        if body.get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT":
            says = "It goes with DECISION_GROUND_INCOMPATIBLE_CONTENT only, and would be dropped."
            yield _dropped("incompatible_content_illegal", says)


def _lists(body: Body) -> Iterator[Fault]:
    for name, words, least, null in (
        ("decision_visibility", "decision_visibility", 1, True),
        ("content_type", "content_type", 1, False),
        ("category_addition", "category", 0, False),
        ("category_specification", "category_specification", 0, True),
        ("territorial_scope", "territorial_scope", 0, True),
    ):
        value = body.get(name, _ABSENT)
        if value is _ABSENT or (value is None and null):
            if name == "content_type":
                yield _refused(name, f"It is missing: send a list of {_listed(words)}.")
        elif not isinstance(value, list):
            yield _refused(name, "Send a list, even of one value; leave it out rather than null.")
        elif len(value) < least:
            yield _refused(name, "The list is empty.")
        else:
            yield from (fault for one in value for fault in _one_of(name, one, words))
            if len({str(one) for one in value}) < len(value):
                yield _advised(name, "A value is listed twice: once is enough.")


def _one_of(field: str, value: object, words: str) -> Iterator[Fault]:
    known = vocabulary()
    if isinstance(value, str) and value in known.values[words]:
        return
    if not isinstance(value, str):
        yield _refused(field, f"Send text: one of {_listed(words)}.")
    elif value in known.renamed:
        now = known.renamed[value]
        says = f"it is called {now} now." if now else "it has no successor: choose another."
        yield _refused(field, f"{value} is a word of schema v1; {says}")
    elif words == "territorial_scope" and value == "EL":
        yield _refused(field, "EL is not known here: the database writes Greece as GR.")
    elif value.upper() in known.values[words]:
        yield _refused(field, f"{value!r} is written {value.upper()} here.")
    else:
        yield _refused(field, f"{value[:80]!r} is not known here: use one of {_listed(words)}.")


def _listed(words: str) -> str:
    every = vocabulary().values[words]
    shown = ", ".join(every[:8])
    return shown if len(every) <= len(every[:8]) else f"{shown} … ({len(every)} in all)"


def _decisions(body: Body) -> Iterator[Fault]:
    taken = [name for name in _DECISIONS if body.get(name) not in (None, [])]
    if not taken:
        yield _refused("decision_visibility", f"No decision is named: fill {_or(_DECISIONS)}.")
    for end, of in _ENDS.items():
        if body.get(end) is None:
            continue
        if of not in taken:
            yield _advised(end, f"Nothing ends that day: {of} is not filled.")
        yield from _day(end, body[end], latest=LATEST)
        applied = body.get("application_date")
        if _is_day(body[end]) and _is_day(applied) and body[end] < str(applied):
            says = "The documentation wants an end that is not before application_date."
            yield _advised(end, says)


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _texts(body: Body) -> Iterator[Fault]:
    for name, chars_max in _TEXTS.items():
        if body.get(name) is not None:
            yield from _text(name, body[name], chars_max)
    for name, field, value in _BRANCHES:
        chosen = body.get(field)
        asked = value in chosen if isinstance(chosen, list) else value == chosen
        if asked and _blank(body.get(name)):
            yield _refused(name, f"It is missing: {field} holds {value}.")
        elif not asked and not _blank(body.get(name)):
            yield _dropped(name, f"It goes with {value} in {field} only, and would be dropped.")
    if body.get("source_type") == "SOURCE_VOLUNTARY" and not _blank(body.get("source_identity")):
        yield _dropped("source_identity", "It would be dropped: with SOURCE_VOLUNTARY nobody told.")


def _text(field: str, value: object, chars_max: int) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield _refused(field, "Send text.")
    elif len(value) > chars_max:
        says = f"It has {len(value)} characters: use {chars_max} at most."
        yield _refused(field, says)


def _blank(value: object) -> bool:
    """Tell whether nothing is there: the database trims texts, and takes empty ones for none."""
    return value is None or (isinstance(value, str) and not value.strip())


def _facts(body: Body) -> Iterator[Fault]:
    facts = body.get("decision_facts")
    if _blank(facts):
        yield _refused("decision_facts", "They are missing: say what happened, without names.")
    else:
        yield from _text("decision_facts", facts, FACTS_CHARS_MAX)
    url = body.get("decision_ground_reference_url")
    if not _blank(url):
        where = "decision_ground_reference_url"
        yield from _text(where, url, GROUND_CHARS_MAX)
        if isinstance(url, str) and not _URL.fullmatch(url):
            yield _refused(where, "This is no address: it begins with https://.")


def _dates(body: Body) -> Iterator[Fault]:
    for name, earliest in (
        ("content_date", date(2000, 1, 1)),
        ("application_date", date(2020, 1, 1)),
    ):
        if body.get(name) is None:
            yield _refused(name, "It is missing: send a day such as 2026-01-31.")
        else:
            yield from _day(name, body[name], earliest=earliest, latest=LATEST)


def _day(
    field: str, value: object, *, earliest: date | None = None, latest: date
) -> Iterator[Fault]:
    if not _is_day(value):
        yield _refused(field, "Send a day that exists, such as 2026-01-31.")
        return
    day = date.fromisoformat(str(value))
    if earliest is not None and day < earliest:
        yield _refused(field, f"It is too long ago: {earliest} is the first day that is taken.")
    if day > latest:
        yield _refused(field, f"It is too far off: {latest} is the last day that is taken.")


def _is_day(value: object) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _categories(body: Body) -> Iterator[Fault]:
    (category,) = _texts_of([body.get("category")]) or [""]
    others = _texts_of(body.get("category_addition"))
    if category in others:
        says = "It names the category itself, which the database takes out of it."
        yield _dropped("category_addition", says)
    keywords = _texts_of(body.get("category_specification"))
    other = body.get("category_specification_other")
    if KEYWORD_OTHER in keywords and _blank(other):
        says = "KEYWORD_OTHER is chosen: the documentation wants a few words that say what it is."
        yield _advised("category_specification_other", says)
    if KEYWORD_OTHER not in keywords and not _blank(other):
        says = "It goes with KEYWORD_OTHER in category_specification only, and would be dropped."
        yield _dropped("category_specification_other", says)
    tree, chosen = category_tree(), {category, *others}
    for keyword in keywords:
        homes = [name for name, its in tree.items() if keyword in its]
        if homes and chosen.isdisjoint(homes):
            yield _advised("category_specification", f"{keyword} belongs to {', '.join(homes)}.")


def _texts_of(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _content_id(body: Body) -> Iterator[Fault]:
    named = body.get("content_id")
    if named is not None and not isinstance(named, dict):
        yield _refused("content_id", 'Send an object such as {"EAN-13": "4006381333931"}.')
    elif named is not None:
        if "EAN-13" in named and not _is_ean(named["EAN-13"]):
            yield _refused("content_id", "EAN-13 has 13 digits, as text.")
        for name in sorted(set(map(str, named)) - {"EAN-13"}):
            yield _dropped("content_id", f"{name!r} is not known there: only EAN-13 is kept.")
    ean = body.get("content_id_ean")
    if ean is not None:
        if not _is_ean(ean):
            yield _refused("content_id_ean", "It has 13 digits, as text.")
        yield _advised("content_id_ean", "This is what it is stored as: send content_id.")


def _is_ean(value: Any) -> bool:
    return isinstance(value, str) and bool(_EAN.fullmatch(value))


def _scope(body: Body) -> Iterator[Fault]:
    if not body.get("territorial_scope"):
        says = "The documentation wants the countries in which the decision applies."
        yield _advised("territorial_scope", says)


def _unknown(body: Body) -> Iterator[Fault]:
    for name in sorted(set(map(str, body)) - KNOWN_FIELDS):
        yield _dropped(name[:80], "The database knows no such field, and drops it.")


_LOOKS: Final[tuple[Callable[[Body], Iterator[Fault]], ...]] = (
    _puid,
    _decisions,
    _choices,
    _lists,
    _texts,
    _facts,
    _dates,
    _categories,
    _content_id,
    _scope,
    _unknown,
    personal_data,
)
