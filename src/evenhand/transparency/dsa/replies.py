"""What the database's answers mean: which statements it holds now, which not, and what to do next.

Only 201 means stored. A batch is all or nothing, 302 for a known name is an answer, and 429 is
plain text (documentation and code of the database, 69e80a0b). Pure.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from evenhand.transparency.ports import Reply

WAIT_SECONDS: Final = 60  # the limits are per second and per minute
WAIT_SECONDS_MAX: Final = 600
SAYS_CHARS_MAX: Final = 500
_STATEMENT: Final = re.compile(r"statement_(\d{1,3})")
_CREATED, _FOUND, _NOT_FOUND = 201, 302, 404
_NOT_VALID, _TOO_MANY, _FAULTY = 422, 429, 500
_LATER: Final = frozenset({408, 425})


@dataclass(frozen=True, slots=True)
class Stored:
    """All that was sent is stored; the database's own ids, by puid, as far as it told them."""

    uuids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Faulty:
    """Nothing was stored; these, by their place in what was sent, are why: field to sentences."""

    faults: Mapping[int, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing was stored now; these names were stored before."""

    puids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing was stored: too much was asked. Ask again after so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Unsure:
    """It cannot be told whether anything was stored: ask for each name, then send the rest."""

    says: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Nothing was stored, and asking again would not change that: somebody has to act."""

    says: str


Answer = Stored | Faulty | Known | Wait | Unsure | Stopped


def read_sent(reply: Reply, puids: Sequence[str]) -> Answer:
    """Read the answer to statements that were sent, alone or together, in this order."""
    if reply.status == _CREATED:
        return Stored(_uuids(_document(reply), puids))
    if reply.status == _NOT_VALID:
        return _not_valid(_document(reply), puids)
    return _otherwise(reply)


def read_known(reply: Reply, puid: str) -> bool | Wait | Unsure | Stopped:
    """Read the answer to the question whether a name is known: it is, it is not, or no answer.

    302 is the answer yes. 404 is no only where it names the very puid: a wrong address is 404 too.
    """
    if reply.status == _FOUND:
        return True
    if reply.status == _NOT_FOUND:
        document = _document(reply)
        if isinstance(document, Mapping) and document.get("puid") == puid:
            return False
        return Stopped("The database is not where EVENHAND_DSA_URL says: there is nothing (404).")
    return _otherwise(reply)


def _otherwise(reply: Reply) -> Wait | Unsure | Stopped:
    status = reply.status
    if status == _TOO_MANY:
        return Wait(_seconds(reply.retry_after))
    if status >= _FAULTY or status in _LATER or status < 300:
        return Unsure(f"The database answered HTTP {status}.")
    if status in {401, 403}:
        return Stopped(
            f"The database refuses the token (HTTP {status}). A new token makes the one before "
            "void: put the newest into EVENHAND_DSA_TOKEN."
        )
    if status < 400:
        return Stopped(f"The database answered with a redirect ({status}): check EVENHAND_DSA_URL.")
    return Stopped(f"The database refuses the request itself (HTTP {status}).")


def _seconds(retry_after: str | None) -> int:
    text = (retry_after or "").strip()
    return min(int(text), WAIT_SECONDS_MAX) if text.isdecimal() and len(text) < 6 else WAIT_SECONDS


def _not_valid(document: Any, puids: Sequence[str]) -> Answer:
    """Tell faults of fields from names that are taken; fields are checked first."""
    errors = document.get("errors") if isinstance(document, Mapping) else None
    if not isinstance(errors, Mapping) or not errors:
        return Stopped("The database refuses what was sent, and does not say why (HTTP 422).")
    by_place = {
        int(found[1]): _sentences(faults)
        for name, faults in errors.items()
        if (found := _STATEMENT.fullmatch(str(name)))
    }
    if by_place:
        return Faulty({place: faults for place, faults in by_place.items() if place < len(puids)})
    if (known := _known(document, errors, puids)) is not None:
        return Known(known)
    if len(puids) == 1:
        return Faulty({0: _sentences(errors)})
    return Stopped("The database refuses the call as a whole (HTTP 422).")


def _known(
    document: Mapping[str, Any], errors: Mapping[str, Any], puids: Sequence[str]
) -> frozenset[str] | None:
    """Return which of the names were stored before, or None when that is not what was said."""
    if len(puids) == 1:
        unique = "not unique" in str(document.get("message", ""))
        taken = "existing" in document or (set(errors) == {"puid"} and unique)
        return frozenset(puids) if taken else None
    listed = errors.get("existing_puids")
    if isinstance(listed, Sequence) and not isinstance(listed, str):
        return frozenset(map(str, listed)) & frozenset(puids)
    return None


def _sentences(faults: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(faults, Mapping):
        return {"": (str(faults)[:SAYS_CHARS_MAX],)}
    return {
        str(field)[:80]: tuple(
            str(one)[:SAYS_CHARS_MAX] for one in (says if isinstance(says, list) else [says])
        )
        for field, says in faults.items()
    }


def _uuids(document: Any, puids: Sequence[str]) -> dict[str, str]:
    """Read the database's ids, where it gives them; what it stored is stored either way."""
    if not isinstance(document, Mapping):
        return {}
    listed = document.get("statements") if "statements" in document else [document]
    wanted = set(puids)
    return {
        str(one["puid"]): str(one["uuid"])[:64]
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, Mapping) and "uuid" in one and str(one.get("puid")) in wanted
    }


def _document(reply: Reply) -> Any:
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
