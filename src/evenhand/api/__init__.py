"""The API: how the host's own service sends items and reports, and reads what was decided.

Keys with scopes come in; every write takes an idempotency key; every error leaves as a problem
document. It translates and decides nothing: what it answers, the rooms have said.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from fastapi import APIRouter

from evenhand.api import appeals, assess, banks, decisions, items, me, queues, reports
from evenhand.api.doorway import Advance, Doorway

__all__ = ["PREFIX", "TAGS", "Advance", "Doorway", "router"]

PREFIX: Final = "/api/v1"

TAGS: Final[tuple[dict[str, Any], ...]] = (
    {"name": "items", "description": "What people make on your service."},
    {"name": "reports", "description": "What people say is wrong with it."},
    {"name": "decisions", "description": "What was decided, and why."},
    {"name": "appeals", "description": "What somebody objects."},
    {"name": "banks", "description": "What is known to be harmful, or to be fine."},
    {"name": "queues", "description": "How much waits for a person."},
    {"name": "key", "description": "What your key may do."},
)

_PARTS: Final = (items, assess, reports, decisions, appeals, banks, queues, me)


@cache
def router() -> APIRouter:
    """Make the API, under /api/v1, with a Doorway laid under it."""
    made = APIRouter(prefix=PREFIX)
    for part in _PARTS:
        made.include_router(part.routes)
    return made
