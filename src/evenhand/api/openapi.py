"""What the OpenAPI document says beyond the signatures: bodies, examples, and every error.

A route may answer only what it lists here; `tests/integration/test_openapi.py` holds it to that.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel

from evenhand.api.answers import ProblemDocument
from evenhand.api.problems import KINDS, MEDIA_TYPE, TYPE

#: Any route may be asked without a key, in vain, with a mistyped query, or fail.
ALWAYS: Final = (
    "key_missing",
    "key_unknown",
    "not_allowed",
    "bad_request",
    "not_valid",
    "fault",
    "busy",
)
#: Any route that takes a document.
WITH_BODY: Final = ("bad_json", "too_slow", "too_large", "not_json", "key_reused")
#: A route that takes a document and does nothing that could be done twice.
WITH_LOOK: Final = ("bad_json", "too_slow", "too_large", "not_json")


def responses(
    *good: tuple[int, str, type[BaseModel], Any], errors: Iterable[str] = ()
) -> dict[int | str, dict[str, Any]]:
    """Describe what a route answers: each good status with its example, and its kinds of error."""
    found: dict[int | str, dict[str, Any]] = {}
    for status, says, model, example in good:
        content = {"application/json": {_EXAMPLE: json.dumps(example)}}
        found[status] = {"description": says, "model": model, "content": content}
    for code in dict.fromkeys([*ALWAYS, *errors]):
        kind = KINDS[code]
        described = found.setdefault(
            kind.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": _PROBLEM}, "examples": {}}},
            },
        )
        described["description"] = " · ".join(filter(None, [described["description"], kind.title]))
        described["content"][MEDIA_TYPE]["examples"][code] = {
            "summary": kind.do,
            "value": {
                "type": TYPE + code,
                "title": kind.title,
                "status": kind.status,
                "detail": kind.do,
                "code": code,
            },
        }
    for status, name in ((401, "WWW-Authenticate"), (503, "Retry-After")):
        if status in found:
            found[status]["headers"] = {name: {"schema": {"type": "string"}}}
    return found


_PROBLEM: Final = "#/components/schemas/Problem"
#: FastAPI drops every null from the document, so examples travel through it as text.
_EXAMPLE: Final = "x-example"


def body(schema: dict[str, Any], **examples: tuple[str, Any]) -> dict[str, Any]:
    """Describe the document a route takes, with named examples."""
    named = {name: {"summary": says, "value": value} for name, (says, value) in examples.items()}
    content = {"application/json": {"schema": schema, "examples": named}}
    return {"requestBody": {"required": True, "content": content}}


def finish(document: dict[str, Any]) -> dict[str, Any]:
    """Put in what FastAPI does not know, and take out what this API never answers."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas["Problem"] = ProblemDocument.model_json_schema(ref_template=_REF)
    for name, schema in schemas["Problem"].pop("$defs", {}).items():
        schemas.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for methods in document["paths"].values():
        for operation in methods.values():
            _finish_operation(operation)
    return document


def _finish_operation(operation: dict[str, Any]) -> None:
    found = operation["responses"]
    if "application/json" in found.get("422", {}).get("content", {}):
        del found["422"]  # FastAPI's own, which is never answered here
    for response in found.values():
        for described in response["content"].values():
            if _EXAMPLE in described:
                described["example"] = json.loads(described.pop(_EXAMPLE))


_REF: Final = "#/components/schemas/{model}"
