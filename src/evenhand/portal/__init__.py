"""The portal: what the public sees, without an account.

Anybody can report, and is given a receipt of sixteen digits that opens the status of the report.
Whoever was decided about reads the reasons like a letter and can object. Everybody can read the
rules, the register of decisions, the numbers with the query behind each, and the log itself.
Every page works without a script, in every language that has a catalog.
"""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter

from evenhand.portal import public, reporting, status
from evenhand.portal.frame import Portal

__all__ = ["Portal", "router"]


@cache
def router() -> APIRouter:
    """Return every public page, to be included without a prefix, with a Portal laid under it."""
    routes = APIRouter(include_in_schema=False)
    for part in (public.routes, reporting.routes, status.routes):
        routes.include_router(part)
    return routes
