"""A browser on the portal of a house, behind the guard that every door stands behind."""

from __future__ import annotations

from functools import cache

from fastapi import APIRouter, FastAPI
from starlette.testclient import TestClient

from evenhand import pages, portal
from evenhand.bootstrap import House

ORIGIN = "http://127.0.0.1:8000"


def behind_the_guard(door: APIRouter) -> FastAPI:
    """Assemble one door alone, behind the guard that every door stands behind."""
    app = FastAPI()
    app.include_router(door)
    pages.mount_static(app)
    app.add_middleware(pages.Guard)
    return app


@cache
def public_pages() -> FastAPI:
    """Assemble the portal alone."""
    return behind_the_guard(portal.router())


def browser(house: House) -> TestClient:
    """Open a browser that says where its requests come from."""
    laid = pages.Laid(public_pages(), portal=portal.Portal.of(house))
    return TestClient(laid, base_url=ORIGIN, headers={"sec-fetch-site": "same-origin"})
