"""The documents the API takes, as JSON Schema with examples: made-up people, made-up things."""

from __future__ import annotations

from typing import Any, Final

from evenhand import banks
from evenhand.policy import Harm

_ID: Final = {"type": "string", "minLength": 1, "maxLength": 200}
_URL: Final = {"type": "string", "maxLength": 2083, "pattern": "^https?://"}
_LANGUAGE: Final = {"type": "string", "minLength": 1, "maxLength": 35}


def _object(required: tuple[str, ...], **properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


ITEM: Final = _object(
    ("kind", "id", "account", "fields"),
    kind={"type": "string", "description": "A declared kind: post, listing, profile, message …"},
    id=_ID | {"description": "Your own id of the item. Sent again with changes: a new version."},
    account=_object(
        ("id", "name"),
        id=_ID,
        name={"type": "string", "minLength": 1, "maxLength": 200},
        email={
            "type": "string",
            "format": "email",
            "description": "Sealed at once; used only to write to the person about decisions.",
        },
        language=_LANGUAGE,
    ),
    url=_URL,
    reach={"type": "integer", "minimum": 0, "description": "How many people saw it, about."},
    created_at={"type": "string", "format": "date-time"},
    fields={
        "type": "object",
        "description": (
            "The fields of the kind. A picture or a film is {data: base64, media_type}; a field"
            " that holds many takes a list. A film has 18 MB at most."
        ),
        "additionalProperties": True,
    },
)

ITEM_EXAMPLE: Final = {
    "kind": "post",
    "id": "p-1001",
    "account": {"id": "a-17", "name": "Rosa from the harbour", "language": "en"},
    "url": "https://community.example/p/1001",
    "reach": 120,
    "created_at": "2026-11-21T08:30:00Z",
    "fields": {
        "title": "Boat for sale",
        "text": "Small sailing boat, new mast. Pick up at the harbour.",
        "links": ["https://boats.example/listing/7"],
    },
}

REPORT: Final = _object(
    ("harm", "explanation"),
    item=_object(("kind", "id"), kind={"type": "string"}, id=_ID),
    url=_URL | {"description": "Instead of `item`, for something that was never sent here."},
    harm={"type": "string", "enum": [harm.value for harm in Harm]},
    explanation={"type": "string", "minLength": 1, "maxLength": 10_000},
    illegal={"type": "boolean", "description": "A notice of illegal content (DSA Art. 16)."},
    good_faith={"type": "boolean", "description": "Needed in a notice (DSA Art. 16(2)(d))."},
    legal_provision={"type": "string", "maxLength": 1_000},
    reporter={
        "anyOf": [
            _object(
                (),
                account_id=_ID,
                name={"type": "string", "maxLength": 200},
                email={"type": "string", "format": "email"},
                trusted={"type": "boolean", "description": "A trusted flagger (DSA Art. 22)."},
            ),
            {"type": "null"},
        ],
        "description": "Sealed at once, and shown to nobody by default.",
    },
    language=_LANGUAGE,
)

REPORT_EXAMPLE: Final = {
    "item": {"kind": "post", "id": "p-1001"},
    "harm": "fraud",
    "explanation": "The seller asked me to pay by gift card and then stopped answering.",
    "reporter": {"account_id": "a-31", "email": "jo@community.example"},
    "language": "en",
}

NOTICE_EXAMPLE: Final = {
    "item": {"kind": "post", "id": "p-1001"},
    "harm": "intellectual_property",
    "explanation": "The photo was taken by me and is published here without my consent.",
    "illegal": True,
    "good_faith": True,
    "reporter": {"name": "Mina Okafor", "email": "mina@studio.example"},
}

APPEAL: Final = _object(
    ("receipt", "text"),
    receipt={
        "type": "string",
        "maxLength": 64,
        "description": "Sixteen digits, with or without spaces.",
    },
    text={"type": "string", "minLength": 1, "maxLength": 5_000},
)

APPEAL_EXAMPLE: Final = {
    "receipt": "1234 5678 9012 3456",
    "text": "The photo shows my own boat. I can send the papers.",
}

ENTRIES_MAX: Final = 1_000
HASHES_MAX: Final = 1_000
_CONFIDENCE: Final = {"type": "string", "enum": [each.value for each in banks.Confidence]}

ENTRIES: Final = _object(
    ("kind", "source", "reason", "entries"),
    kind={
        "type": "string",
        "enum": [kind.value for kind in banks.EntryKind],
        "description": "How the values are written; the bank's signal says which it may hold.",
    },
    source={
        "type": "string",
        "minLength": 1,
        "maxLength": 200,
        "description": "Where they come from: a partner, a list, a case.",
    },
    reason={
        "type": "string",
        "minLength": 3,
        "maxLength": 2_000,
        "description": "Why they are here, so that others can check it.",
    },
    entries={
        "type": "array",
        "minItems": 1,
        "maxItems": ENTRIES_MAX,
        "items": _object(
            ("value",),
            value={
                "type": "string",
                "minLength": 1,
                "maxLength": 2_000_000,
                "description": "The hash, phrase, text, domain, address or name; or a film's"
                " frames as `evenhand hash --frames` prints them.",
            },
            labels={"type": "array", "maxItems": 20, "items": {"type": "string", "maxLength": 40}},
            confidence=_CONFIDENCE | {"description": "How sure this one is; else as its bank."},
            expires_at={"type": "string", "format": "date-time"},
        ),
    },
)

HASH_EXAMPLE: Final = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"

ENTRIES_EXAMPLE: Final = {
    "kind": "pdq",
    "source": "partners",
    "reason": "Shared by a partner on 2026-11-20",
    "entries": [
        {
            "value": HASH_EXAMPLE,
            "labels": ["partner:case-7"],
        }
    ],
}

WITHDRAWAL: Final = _object(
    ("why",),
    why={
        "type": "string",
        "minLength": 3,
        "maxLength": 2_000,
        "description": "Why it does not belong there.",
    },
)

WITHDRAWAL_EXAMPLE: Final = {"why": "The partner took it back: it was a logo."}

HASHES: Final = _object(
    ("hashes",),
    hashes={
        "type": "array",
        "minItems": 1,
        "maxItems": HASHES_MAX,
        "items": {
            "type": "string",
            "pattern": "^([0-9a-fA-F]{32}|[0-9a-fA-F]{64})$",
            "description": "64 hexadecimal characters, or 32 of an MD5.",
        },
    },
    kind={
        "type": "string",
        "enum": ["pdq", "sha256", "md5"],
        "description": "What the hashes are; unset, PDQ.",
    },
    distance={
        "type": "integer",
        "minimum": 0,
        "maximum": banks.DISTANCE_EXACT_MAX,
        "description": "In how many of 256 bits a PDQ hash may differ; unset,"
        f" {banks.DISTANCE_EXACT_MAX}. What is farther off is for people only.",
    },
)

HASHES_EXAMPLE: Final = {
    "hashes": [HASH_EXAMPLE],
    "distance": 31,
}
