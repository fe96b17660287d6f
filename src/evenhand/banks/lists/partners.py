"""What partners hand out, saved to a file: signals line by line, and pages of their interfaces.

Read from the published clients and samples of python-threatexchange 1.2: local files
(`<signal_type> <signal>`, or bare signals), pages of ThreatExchange's `threat_updates`, pages of
StopNCII's `FetchHashes`. Nothing here is fetched. A list that sorts people's opinions is no list of
harmful material, and is not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final, TextIO

from evenhand.banks.lists.line import (
    Given,
    ListUnreadable,
    Opinion,
    Refused,
    by_opinion,
    folded,
    kind_for,
    tags,
)
from evenhand.banks.model import Signal
from evenhand.banks.states import Polarity
from evenhand.banks.views import Incoming

PAGE_BYTES_MAX: Final = 64_000_000
_LINE_CHARS_MAX: Final = 131_072
_VIDEO: Final = "media_type_video"

#: ThreatExchange's indicator types that have another name with us.
_INDICATORS: Final = {
    "HASH_PDQ": "pdq",
    "HASH_MD5": "md5",
    "HASH_SHA256": "sha256",
    "HASH_VIDEO_MD5": "video_md5",
    "HASH_VIDEO_SHA256": "video_sha256",
    "TEXT_STRING": "raw_text",
    "URI": "url",
    "RAW_URI": "url",
}
_STATUSES: Final = {"MALICIOUS": Opinion.POSITIVE, "NON_MALICIOUS": Opinion.NEGATIVE}
_REACTIONS: Final = {"HELPFUL": Opinion.POSITIVE, "DISAGREE_WITH_TAGS": Opinion.NEGATIVE}
_STOPNCII: Final = {
    "ImagePDQ": "pdq",
    "VideoMD5": "video_md5",
    "VideoTMK": "video_tmk",
    "Text": "raw_text",
    "URL": "url",
}
_FEEDBACK: Final = {"Blocked": Opinion.POSITIVE, "NotBlocked": Opinion.NEGATIVE}
_TAKEN_BACK: Final = frozenset({"Withdrawn", "Deleted"})

Read = Iterator[Given | Refused]


def read_lines(text: TextIO, kind: str, signal: Signal, _polarity: Polarity) -> Read:
    """Read a local file of python-threatexchange: a signal a line, perhaps with its type before.

    A phrase may have spaces: the first word is a type only where it names one.
    """
    number = 0
    while line := text.readline(_LINE_CHARS_MAX):
        number += 1
        if len(line) == _LINE_CHARS_MAX and not line.endswith("\n"):
            raise ListUnreadable(f"Line {number} is too long for one signal.")
        first, _, rest = line.strip().partition(" ")
        if not first:
            continue
        if rest and first in _TYPES:
            yield Given(kind_for(first, signal), Incoming(number, rest))
        else:
            yield Given(kind, Incoming(number, line.strip()))


def read_page(file: BinaryIO, signal: Signal, polarity: Polarity) -> Read:
    """Read one page of JSON. Raises ListUnreadable for what is none that is known."""
    content = file.read(PAGE_BYTES_MAX + 1)
    if len(content) > PAGE_BYTES_MAX:
        raise ListUnreadable(f"A page has {PAGE_BYTES_MAX:,} bytes at most: save smaller ones.")
    try:
        page = json.loads(content)
    except (ValueError, RecursionError) as why:
        raise ListUnreadable("The file is no JSON.") from why
    for key, read in (("data", _threat_update), ("hashRecords", _stopncii)):
        records = page.get(key) if isinstance(page, dict) else None
        if isinstance(records, list):
            for number, record in enumerate(records, 1):
                if isinstance(record, dict):
                    yield read(number, record, signal, polarity)
                else:
                    yield Refused(number, "This record is no JSON object.")
            return
    raise ListUnreadable(
        "This is no page that is known: neither `data` (ThreatExchange) nor `hashRecords`"
        " (StopNCII) is in it."
    )


def _threat_update(
    number: int, record: Mapping[str, Any], signal: Signal, polarity: Polarity
) -> Given | Refused:
    """Read a record of `threat_updates`; descriptors without an owner count for nothing."""
    described = [one for one in _list(record, "descriptors") if _owner(one)]
    labels = [text for one in described for text in _texts(one)]
    named = _INDICATORS.get(str(record.get("type")), str(record.get("type")))
    if named in {"md5", "sha256"} and _VIDEO in labels:
        named = f"video_{named}"
    given = Given(
        kind_for(named, signal),
        Incoming(number, str(record.get("indicator", "")), labels=tags(labels)),
        retracted=record.get("should_delete") is True,
    )
    owners = {_owner(one) for one in described}
    opinions = [_STATUSES.get(str(one.get("status")), Opinion.SEED) for one in described]
    for one in described:
        for reaction in _list(one, "reactions"):
            said = _REACTIONS.get(str(reaction.get("key")))
            who = set(str(reaction.get("value", "")).split(",")) - owners - {""}
            opinions += [said] if said is not None and who else []
    return by_opinion(given, folded(opinions), polarity)


def _stopncii(
    number: int, record: Mapping[str, Any], signal: Signal, polarity: Polarity
) -> Given | Refused:
    """Read a record of `FetchHashes`: a seed, and what services said of it."""
    feedback = _list(record, "CSPFeedbacks")
    labels = [str(tag) for one in feedback for tag in one.get("tags") or ()]
    named = str(record.get("signalType"))
    given = Given(
        kind_for(_STOPNCII.get(named, named), signal),
        Incoming(number, str(record.get("hashValue", "")), labels=tags(labels)),
        retracted=record.get("hashStatus") in _TAKEN_BACK,
    )
    said = (_FEEDBACK.get(str(one.get("feedbackValue"))) for one in feedback)
    return by_opinion(given, folded([Opinion.SEED, *filter(None, said)]), polarity)


def _list(record: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """Return a list of objects, which ThreatExchange may put into an object's `data`."""
    found = record.get(key)
    if isinstance(found, dict):
        found = found.get("data")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _owner(descriptor: Mapping[str, Any]) -> str:
    owner = descriptor.get("owner")
    return str(owner.get("id", "")) if isinstance(owner, dict) else ""


def _texts(descriptor: Mapping[str, Any]) -> list[str]:
    found = descriptor.get("tags")
    plain = [str(one) for one in found if isinstance(one, str)] if isinstance(found, list) else []
    return plain + [str(one.get("text", "")) for one in _list(descriptor, "tags")]


_TYPES: Final = frozenset(
    {
        "pdq",
        "md5",
        "sha256",
        "photo_md5",
        "photo_sha256",
        "video_md5",
        "video_sha256",
        "vpdq",
        "raw_text",
        "trend_query",
        "text",
        "phrase",
        "url",
        "url_md5",
        "domain",
        "text_tlsh",
        "pdq_ocr",
        "name",
    }
)
"""What the first word of a line may be that says how the rest is written."""
